"""What a moderator types to decide."""

from collections.abc import Sequence

from wtforms import TextAreaField
from wtforms.validators import Length

from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import offered, radios
from directory.models.accounts import Role
from directory.models.moderation import DecisionAction, ReasonClass
from directory.moderation import rules
from directory.reviews import reasons


class RoleForm(DirectoryForm):
    """What a person may do from now on."""

    role = radios(
        lazy("What may they do?"),
        lazy("Choose a role."),
        words={
            Role.PATIENT: lazy("Member: write about their own experience"),
            Role.PRACTITIONER: lazy("Practitioner: the same; a role for a profile says what they may do there"),
            Role.MODERATOR: lazy("Moderator: decide on reports"),
            Role.ADMIN: lazy("Administrator: also say who is a moderator"),
        },
    )


class DecisionForm(DirectoryForm):
    """A decision with its statement of reasons (T-15)."""

    action = radios(lazy("What do you decide?"), lazy("Choose what to do."), words=rules.ACTIONS)
    reason_class = radios(lazy("Why?"), lazy("Choose a reason."), words=reasons.LABELS)
    reason = TextAreaField(
        lazy("In your words"),
        description=lazy(
            "Say what you saw and which rule it comes to. The author gets these words by mail; for a page, whoever reported it."
        ),
        validators=[
            Length(
                min=rules.MIN_REASON_LENGTH, max=rules.MAX_REASON_LENGTH, message=lazy("Write at least 10 and at most 2,000 characters.")
            )
        ],
    )

    def offer(self, actions: Sequence[DecisionAction]) -> None:
        """Ask only for what can be done now, and for the reasons that fit one of those."""
        self.action.choices = offered(rules.ACTIONS, actions)
        fitting = {reason for action in actions for reason in rules.fitting(action)}
        words = {reason: reasons.alone(reason) for reason in ReasonClass if reason in fitting}
        self.reason_class.choices = offered(words)
