"""What people type to show a second factor, and to add or remove one."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from directory.accounts.passkeys import MAX_NAME
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm

_CODE = [InputRequired(lazy("Write the code.")), Length(max=40, message=lazy("A code is shorter than that."))]
_SIX = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}
_TEN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_NAME = Length(max=MAX_NAME, message=lazy("Take at most %(max)d characters."))


class _CodeForm(DirectoryForm):
    """What takes either kind of code in one field; a phone shows digits alone for one of them."""

    is_recovery = False

    def ask_for_recovery(self) -> None:
        """Ask for a recovery code: letters too, and nothing that the browser remembers."""
        self.is_recovery, self.code.render_kw = True, _TEN


class CodeForm(_CodeForm):
    """The code after the password: of the app, or a recovery code."""

    code = StringField(lazy("Code"), validators=_CODE, render_kw=_SIX)
    next = HiddenField()


class VerifyForm(_CodeForm):
    """The password again, and a code where the account has a second factor."""

    password = PasswordField(
        lazy("Password"),
        validators=[InputRequired(lazy("Write your password.")), Length(max=5000)],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(lazy("Code"), validators=[Length(max=40, message=lazy("A code is shorter than that."))], render_kw=_SIX)
    next = HiddenField()


class EndsOthersForm(DirectoryForm):
    """A change of factors, and whether it ends the other sign-ins."""

    ends_others = BooleanField(
        lazy("Log me out everywhere else"),
        description=lazy("A good idea if somebody else may have been in your account."),
        default=True,
    )


class AppForm(EndsOthersForm):
    """The first code of a new app."""

    code = StringField(lazy("Code"), validators=_CODE, render_kw=_SIX)


class PasskeyForm(EndsOthersForm):
    """A new passkey: its name. What the device says comes by script."""

    name = StringField(
        lazy("A name for it"),
        description=lazy("So that you know it again, for example: my phone."),
        validators=[_NAME],
        render_kw={"autocomplete": "off"},
    )


class PasskeyNameForm(DirectoryForm):
    """Another name for a passkey."""

    name = StringField(lazy("Name"), validators=[InputRequired(lazy("Write a name.")), _NAME], render_kw={"autocomplete": "off"})
