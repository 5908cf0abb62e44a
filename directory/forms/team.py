"""What owners of a profile type: whom they invite, which role somebody has, who works where."""

from wtforms import EmailField, Field, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from directory.accounts import rules as accounts
from directory.core.errors import Refused
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import radios
from directory.team import rules

_ROLE = {"words": {role.value: words for role, words in rules.ROLES.items()}}


class MemberRoleForm(DirectoryForm):
    """What somebody may do for a profile."""

    role = radios(lazy("What they may do"), lazy("Choose one of these."), **_ROLE)


class InviteForm(MemberRoleForm):
    """Ask somebody to act for a profile."""

    email = EmailField(
        lazy("Their e-mail"),
        description=lazy("We send one link there. Only the account of this address can take it."),
        validators=[
            InputRequired(lazy("Write an e-mail address.")),
            Length(max=accounts.MAX_EMAIL, message=lazy("An address has at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "off"},
    )

    def validate_email(self, field: Field) -> None:
        """Say what is wrong with the address; whether it has an account is asked nowhere."""
        try:
            accounts.clean_email(field.data)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


class WorksForm(DirectoryForm):
    """Say that a person works at a practice."""

    profile = StringField(
        lazy("Address of their page here"),
        description=lazy("Copy it from your browser, for example https://…/p/ada-marsh"),
        validators=[
            InputRequired(lazy("Write the address of the page.")),
            Length(max=500, message=lazy("That is no address of a page here.")),
        ],
        render_kw={"autocomplete": "off", "inputmode": "url"},
    )
    title = StringField(
        lazy("As what"),
        description=lazy("For example: lead artist, surgeon on Fridays."),
        validators=[Length(max=rules.MAX_TITLE, message=lazy("Take at most %(max)d characters."))],
    )


class AgreeForm(DirectoryForm):
    """Say whether what the other side says is right."""

    answer = radios(
        lazy("Is it right?"),
        lazy("Choose one of the two."),
        words={"yes": lazy("Yes, it is right: show it on both pages"), "no": lazy("No, it is not so: nothing is shown")},
    )
