"""Challenges for passkeys: kept in the signed form cookie, for one purpose, for five minutes."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask import session

from directory.accounts import passkeys
from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import _

LIFE = timedelta(minutes=5)
_KEPT = "challenges"


class Purpose(StrEnum):
    """What an answer is good for; one given for another purpose is none."""

    ADD = "add"
    LOG_IN = "log_in"
    SECOND = "second"
    STEP_UP = "step_up"


def ask(purpose: Purpose) -> str:
    """Return a new challenge and keep it in the browser's cookie; the one before it for this purpose ends."""
    challenge = passkeys.new_challenge()
    session[_KEPT] = {**session.get(_KEPT, {}), purpose.value: [challenge, int(clock.now().timestamp())]}
    return challenge


def asked(purpose: Purpose) -> tuple[str, datetime]:
    """Return the challenge of a purpose and when it ends, and drop it from the cookie. `passkeys.spend` uses it up for good.

    Raises:
        Refused: when none was asked, or it is too old.
    """
    kept = dict(session.get(_KEPT, {}))
    challenge, at = kept.pop(purpose.value, ("", 0))
    session[_KEPT] = kept
    until = datetime.fromtimestamp(at, UTC) + LIFE
    if not challenge or until < clock.now():
        raise Refused(_("That took longer than five minutes. Try once more."))
    return challenge, until
