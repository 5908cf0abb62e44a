"""What anybody types to report or correct."""

from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import Email, Length

from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import declaration, offered, radios
from directory.moderation import rules
from directory.moderation.rules import TargetKind


class ReportForm(DirectoryForm):
    """A notice about a profile, a review or a comment (T-14)."""

    kind = radios(lazy("What is it about?"), lazy("Choose what it is about."), words=rules.KINDS)
    text = TextAreaField(
        lazy("What is wrong, and how do you know?"),
        description=lazy("For a correction, write what is right and where we can see it."),
        validators=[
            Length(min=rules.MIN_TEXT_LENGTH, max=rules.MAX_TEXT_LENGTH, message=lazy("Write at least 10 and at most 3,000 characters."))
        ],
    )
    name = StringField(lazy("Your name"), validators=[Length(max=rules.MAX_NAME_LENGTH, message=lazy("Keep the name to 100 characters."))])
    email = EmailField(
        lazy("Your e-mail"),
        description=lazy("We send a receipt and our decision there. It is never shown."),
        validators=[Email(lazy("Write an e-mail address, for example name@mail.example.")), Length(max=254)],
    )
    good_faith = declaration(
        lazy("As far as I know, what I write here is true and complete"),
        lazy("Please confirm that what you write is true as far as you know."),
    )

    def offer(self, kind: TargetKind) -> None:
        """Ask only for what makes sense for the thing."""
        self.kind.choices = offered(rules.KINDS, rules.OFFERED[kind])
