"""Logging in, step by step: count the try, check the password outside any transaction, then open the session."""

import re
from urllib.parse import urlsplit

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


def looks_after(target: str) -> bool:
    """Say whether a path leads to those who look after a page: then no words about anybody's own hair are meant."""
    path = urlsplit(target).path.rstrip("/") + "/"
    return path.startswith(("/invitations/", "/claims/", "/new-entry/", "/manage/")) or re.fullmatch("/p/[^/]+/claim/", path) is not None


def log_in(email: str, password: str) -> tuple[str, bool] | None:
    """Return the token for the cookie, and whether a second factor has to follow; None when address and password do not fit each other.

    A known and an unknown address take the same steps in the same time.

    Raises:
        TooMany: after five failures in 15 minutes of the account, or sixty of the network.
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
    taken back from the network's count and ends the account's. An address that was never confirmed counts as wrong: could one
    log in with it, registering and logging in would tell which addresses have an account.

    Raises:
        TooMany: see `log_in`.
    """
    (account,), (network,) = keys(throttle.LOG_IN, email_key(email)), keys(throttle.LOG_IN_NETWORK, here())
    _count((throttle.LOG_IN, account), (throttle.LOG_IN_NETWORK, network))
    fits, newer = passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits or not user.is_confirmed:
        with db.transaction() as writing:
            service.note_failure(writing, user_id=user.id if user else None, whence=whence())
        events.note(Event.NOT_PROVED, user_id=user.id if user else None, factor="password")
        return None, None
    with db.transaction() as writing:
        throttle.settle(writing, take_back=network, forget=account)
    events.note(Event.PROVED, user_id=user.id, factor="password")
    return user, newer


def confirmed(user: User, password: str) -> bool:
    """Check the password of whoever is signed in already, counting failures apart from those of log-ins.

    Raises:
        TooMany: after five failures in 15 minutes.
    """
    (mine,) = keys(throttle.CONFIRM, str(user.id))
    _count((throttle.CONFIRM, mine))
    fits, _newer = passwords.verify(password, user.password_hash)
    events.note(Event.PROVED if fits else Event.NOT_PROVED, user_id=user.id, factor="password")
    with db.transaction() as writing:
        if fits:
            throttle.forget(writing, key=mine)
        else:
            service.note_failure(writing, user_id=user.id, whence=whence())
    return fits


def _count(*limited: tuple[Limit, str]) -> None:
    for limit, one in limited:
        throttle.check(db.session(), limit, keys=(one,))
    with db.transaction() as writing:
        for limit, one in sorted(limited, key=lambda pair: pair[1]):  # always in one order: two requests never wait for each other
            throttle.count(writing, limit, keys=(one,))


def forgiven(email: str) -> str:
    """Return the key of an address's failed log-ins, to be forgotten when its owner sets a new password."""
    (account,) = keys(throttle.LOG_IN, email_key(email))
    return account


def here() -> str:
    """Return the network that the request comes from."""
    return throttle.network(request.remote_addr)


def keys(limit: Limit, *subjects: str) -> tuple[str, ...]:
    """Return the keys under which a limit counts these subjects."""
    return tuple(throttle.key(limit, subject, secret=app_settings().secret_key) for subject in subjects)


def start_afresh() -> None:
    """Drop what the browser kept before it signed in: a token against forged requests that somebody else may know."""
    session.clear()
