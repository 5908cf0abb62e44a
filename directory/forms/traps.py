"""Traps for programs in forms whose words become public: a field that nobody sees, and the time taken. They refuse nothing."""

from flask import current_app
from wtforms import HiddenField, StringField

from directory.core import clock, tokens
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.models.moderation import HoldReason

#: Nobody reads a form and fills it in within so many seconds.
QUICKEST = 3


def stamp(seconds: int, *, secret: str) -> str:
    """Return a moment, in seconds of Unix, that nobody else can write."""
    return f"{seconds}.{tokens.keyed_digest(f'opened at {seconds}', key=secret)}"


def moment(stamped: str, *, secret: str) -> int | None:
    """Return the moment of a stamp; None where it is not ours."""
    seconds, _dot, _digest = stamped.partition(".")
    ours = seconds.isascii() and seconds.isdecimal() and len(seconds) < 12 and tokens.same(stamp(int(seconds), secret=secret), stamped)
    return int(seconds) if ours else None


def _opened() -> str:
    return stamp(int(clock.now().timestamp()), secret=str(current_app.secret_key))


class TrappedForm(DirectoryForm):
    """A form whose words become public. `components/trap.html` draws the field that nobody sees."""

    homepage = StringField(lazy("Leave this empty"))
    #: Stays what it was when the form comes back with something to correct.
    opened = HiddenField(default=_opened)

    def suspicion(self) -> HoldReason | None:
        """Return what gives a program away; None for a person."""
        if self.homepage.data:
            return HoldReason.HONEYPOT
        opened = moment(self.opened.data or "", secret=str(current_app.secret_key))
        if opened is None or clock.now().timestamp() - opened < QUICKEST:
            return HoldReason.TOO_QUICK
        return None
