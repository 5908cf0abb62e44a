"""What people type to register, to sign in and to choose a password."""

from collections.abc import Callable

from wtforms import BooleanField, EmailField, Field, HiddenField, IntegerField, PasswordField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import TextInput

from directory.accounts import rules
from directory.accounts.consents import HEALTH_DATA
from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.notifications.kinds import OPTIONAL

#: Longer than any password that is taken, so that the rule's own words are shown; a body of megabytes is refused before.
_LONGEST = 5000

_EMAIL = InputRequired(lazy("Write your e-mail address."))
_SHORT_EMAIL = Length(max=rules.MAX_EMAIL, message=lazy("An address has at most %(max)d characters."))
_PASSWORD = InputRequired(lazy("Write your password."))
_SHORT_PASSWORD = Length(max=_LONGEST, message=lazy("That is longer than any password we take."))


def _obey(check: Callable[[], object]) -> None:
    """Turn a refusal of a rule, which asks no database, into a message at the field: all of them are shown at once."""
    try:
        check()
    except Refused as refusal:
        raise ValidationError(str(refusal)) from refusal


class LoginForm(DirectoryForm):
    """Log in. The shape of the address is not judged: what is wrong is said alike for all."""

    #: Browsers that have a passkey for this site offer it in this field.
    email = EmailField(lazy("E-mail"), validators=[_EMAIL, _SHORT_EMAIL], render_kw={"autocomplete": "username webauthn"})
    password = PasswordField(
        lazy("Password"),
        description=lazy("You may paste it."),
        validators=[_PASSWORD, _SHORT_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class NameForm(DirectoryForm):
    """Choose the name to be shown."""

    display_name = StringField(
        lazy("Name to be shown"),
        description=lazy("It stands beside what you write. Take any name you like; your real name is not needed."),
        validators=[
            InputRequired(lazy("Write a name to be shown.")),
            Length(max=rules.MAX_NAME, message=lazy("Take at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "nickname"},
    )

    def validate_display_name(self, field: Field) -> None:
        """Say what is wrong with the name together with everything else."""
        _obey(lambda: rules.check_name(field.data))


class RegisterForm(NameForm):
    """Make an account."""

    email = EmailField(
        lazy("E-mail"),
        description=lazy("We send one link to it, to see that it is yours. It is never shown."),
        validators=[_EMAIL, _SHORT_EMAIL],
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        lazy("Password"),
        description=lazy("At least 8 characters. Three or four words in a row are easy to remember. You may paste it."),
        validators=[_PASSWORD, _SHORT_PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )
    birth_year = IntegerField(
        lazy("Year of birth"),
        description=lazy("You must be 18 or over. It is never shown."),
        validators=[InputRequired(lazy("Write the year in four digits, for example 1985."))],
        invalid_value_message=lazy("Write the year in four digits, for example 1985."),
        widget=TextInput(),
        render_kw={"autocomplete": "bday-year", "inputmode": "numeric"},
    )
    consent = BooleanField(
        lazy("I agree to this use of health information"),
        description=HEALTH_DATA.text,
        validators=[InputRequired(lazy("Without this we may not keep what you write: tick it to go on."))],
    )
    #: Which wording stood on the page that was sent.
    consent_version = HiddenField(default=HEALTH_DATA.version)
    next = HiddenField()

    def ask_no_consent(self) -> None:
        """Leave the use of health information out: whoever writes a review or a comment is asked for it then."""
        del self.consent
        del self.consent_version

    def validate_email(self, field: Field) -> None:
        """Say what is wrong with the address."""
        _obey(lambda: rules.clean_email(field.data))

    def validate_password(self, field: Field) -> None:
        """Say what is wrong with the password."""
        _obey(lambda: rules.check_password(field.data, email=self.email.data or "", name=self.display_name.data or ""))

    def validate_birth_year(self, field: Field) -> None:
        """Say what is wrong with the year."""
        if field.data is not None:  # what is no number was said already
            _obey(lambda: rules.check_age(field.data, clock.today()))


class EmailForm(DirectoryForm):
    """Ask for a mail that leads to a new password."""

    email = EmailField(lazy("E-mail"), validators=[_EMAIL, _SHORT_EMAIL], render_kw={"autocomplete": "username"})


class NewPasswordForm(DirectoryForm):
    """Choose a new password after a mailed link."""

    new_password = PasswordField(
        lazy("New password"),
        description=lazy("At least 8 characters. Three or four words in a row are easy to remember. You may paste it."),
        validators=[_PASSWORD, _SHORT_PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """Choose a new password with the present one."""

    password = PasswordField(
        lazy("Present password"), validators=[_PASSWORD, _SHORT_PASSWORD], render_kw={"autocomplete": "current-password"}
    )


class NewEmailForm(DirectoryForm):
    """Ask for another address."""

    email = EmailField(
        lazy("New e-mail"),
        description=lazy("We send a link there, and one to your present address. It is never shown."),
        validators=[_EMAIL, _SHORT_EMAIL],
        render_kw={"autocomplete": "email"},
    )

    def validate_email(self, field: Field) -> None:
        """Say what is wrong with the address."""
        _obey(lambda: rules.clean_email(field.data))


class MailsForm(DirectoryForm):
    """Which mails somebody wants."""

    kinds = SelectMultipleField(lazy("Mails you can choose"), choices=[SelectChoice(kind.word, kind.label) for kind in OPTIONAL.values()])


class ButtonForm(DirectoryForm):
    """One button that changes something, and where to go after it."""

    next = HiddenField()
