"""How often something may be tried: counted in the database, so that all processes count together."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from directory.core import clock, tokens
from directory.core.errors import TooMany
from directory.core.i18n import ngettext
from directory.models.accounts import LoginFailure


@dataclass(frozen=True)
class Limit:
    """How often in which time.

    Args:
        name: What is limited.
        most: Tries allowed for each key.
        window: The time that begins with the first try; after it the count starts again.
    """

    name: str
    most: int
    window: timedelta


#: Failed log-ins, for each account.
LOG_IN = Limit("log-in", 5, timedelta(minutes=15))
#: The same for each network, wider: a clinic, a university or part of a mobile carrier stands behind one, and none may shut out the others.
LOG_IN_NETWORK = Limit("log-in-network", 60, timedelta(minutes=15))
#: Failed tries to show again who one is, while signed in: counted apart, so that strangers who try the log-in do not stop them.
CONFIRM = Limit("confirm", 5, timedelta(minutes=15))
#: Codes typed as a second factor, for each account, whichever sign-in waits for them: a million codes, three of which fit, five tries.
SECOND_FACTOR = Limit("second-factor", 5, timedelta(minutes=15))
#: New accounts, for each network and for each address typed.
REGISTER = Limit("register", 10, timedelta(hours=1))
#: Mails asked for with a button: a new password, another confirmation.
ASK_FOR_MAIL = Limit("mail", 10, timedelta(hours=1))
#: The same for one address: nobody's mailbox is filled from here.
MAIL_TO_ONE = Limit("mail-to-one", 5, timedelta(hours=1))

#: Invitations to act for a profile, for each profile: a practice is no sender of mail to strangers.
INVITE = Limit("invite", 20, timedelta(days=1))


def network(address: str | None) -> str:
    """Return the network that an address stands for: its /24, or its /64 in IPv6, where one household holds that many."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))


def count(session: Session, limit: Limit, *, keys: Sequence[str]) -> None:
    """Count one try under each key, before it is known how it ends: a hundred tries at once are counted like a hundred in a row.

    Args:
        session: One that writes.
        limit: How often.
        keys: From `key`; each has its own count.

    Raises:
        TooMany: when one key was over the limit already; raised out of the caller's transaction, it leaves all counts as they were.
    """
    moment = clock.now()
    old = col(LoginFailure.window_start) <= moment - limit.window
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for one in sorted(keys):  # always in one order: two requests never wait for each other in a circle
        again = {
            "count": case((old, 1), else_=col(LoginFailure.count) + 1),
            "window_start": case((old, moment), else_=col(LoginFailure.window_start)),
        }
        tried = insert(LoginFailure).values(key=one, count=1, window_start=moment)
        tried = tried.on_conflict_do_update(index_elements=["key"], set_=again)
        found = session.execute(tried.returning(col(LoginFailure.count), col(LoginFailure.window_start))).one()
        if found[0] > limit.most:
            raise _too_many(limit, found[1] + limit.window - moment)


def check(session: Session, limit: Limit, *, keys: Sequence[str]) -> None:
    """Refuse whoever is over the limit already, by reading alone: a flood of tries then writes nothing.

    Raises:
        TooMany: with the time to wait.
    """
    moment = clock.now()
    over = (col(LoginFailure.key).in_(keys), col(LoginFailure.count) >= limit.most, col(LoginFailure.window_start) > moment - limit.window)
    started = session.exec(select(LoginFailure.window_start).where(*over).order_by(col(LoginFailure.window_start).desc())).first()
    if started is not None:
        raise _too_many(limit, started + limit.window - moment)


def settle(session: Session, *, take_back: str, forget: str) -> None:
    """Settle the counts of a try that was no failure.

    Args:
        session: One that writes.
        take_back: A key whose count loses this one try; earlier failures still count.
        forget: A key whose count begins anew.
    """
    for one in sorted((take_back, forget)):  # in the order of `count`
        mine = col(LoginFailure.key) == one
        if one == forget:
            session.execute(delete(LoginFailure).where(mine))
        else:
            session.execute(update(LoginFailure).where(mine, col(LoginFailure.count) > 0).values(count=col(LoginFailure.count) - 1))


def forget(session: Session, *, key: str) -> None:
    """Begin a count anew after a try that was right."""
    session.execute(delete(LoginFailure).where(col(LoginFailure.key) == key))


def key(limit: Limit, subject: str, *, secret: str) -> str:
    """Return the key of a count: neither an address nor a network stands in the table, and nobody can find it by trying."""
    return tokens.keyed_digest(f"{limit.name}\n{subject}", key=secret)


def _too_many(limit: Limit, wait: timedelta) -> TooMany:
    seconds = max(1, round(wait.total_seconds()))
    minutes = -(-seconds // 60)
    message = ngettext(
        "Too many tries. Wait %(num)d minute, then try again.", "Too many tries. Wait %(num)d minutes, then try again.", minutes
    )
    return TooMany(message % {"num": minutes}, retry_after=seconds)
