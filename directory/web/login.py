"""Logging in, step by step: count the try, check the password outside any transaction, then open the session."""

from flask import request, session

from directory.accounts import passwords, service, throttle
from directory.accounts import queries as accounts
from directory.accounts.rules import email_key
from directory.accounts.throttle import Limit
from directory.models.accounts import User
from directory.web import db, events
from directory.web.auth import session_token, whence
from directory.web.events import Event
from directory.web.mailer import app_settings


def log_in(email: str, password: str) -> tuple[str, bool] | None:
    """Return the token for the cookie, and whether a second factor has to follow; None when address and password do not fit each other.

    A known and an unknown address take the same steps in the same time.

    Raises:
        TooMany: after five failures in 15 minutes, of the account or of the network.
        Refused: when the password fits and the account is suspended.
    """
    user, newer = verified(accounts.by_email(db.session(), email), email, password)
    if user is None:
        return None
    with db.transaction() as writing:
        return service.sign_in(writing, user_id=user.id, made_of=user.password_hash, newer=newer, replaces=session_token(), whence=whence())


def verified(user: User | None, email: str, password: str) -> tuple[User | None, str | None]:
    """Check a password, counting failures; return the person if it fits, and a newer hash if one is due.

    The try is counted before the password is looked at, so that many at once do not get past the limit; a right one is
    taken back from the network's count and ends the account's.

    Raises:
        TooMany: see `log_in`.
    """
    account, network = keys(throttle.LOG_IN, email_key(email), here())
    throttle.check(db.session(), throttle.LOG_IN, keys=(account, network))
    with db.transaction() as writing:
        throttle.count(writing, throttle.LOG_IN, keys=(account, network))
    fits, newer = passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits:
        with db.transaction() as writing:
            service.note_failure(writing, user_id=user.id if user else None, whence=whence())
        events.note(Event.NOT_PROVED, user_id=user.id if user else None, factor="password")
        return None, None
    with db.transaction() as writing:
        throttle.settle(writing, take_back=network, forget=account)
    events.note(Event.PROVED, user_id=user.id, factor="password")
    return user, newer


def here() -> str:
    """Return the network that the request comes from."""
    return throttle.network(request.remote_addr)


def keys(limit: Limit, *subjects: str) -> tuple[str, ...]:
    """Return the keys under which a limit counts these subjects."""
    return tuple(throttle.key(limit, subject, secret=app_settings().secret_key) for subject in subjects)


def start_afresh() -> None:
    """Drop what the browser kept before it signed in: a token against forged requests that somebody else may know."""
    session.clear()
