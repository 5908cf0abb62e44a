"""What happened to an account, written for its owner."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from directory.core import clock
from directory.models.accounts import AccountEvent, EventKind, User
from directory.notifications import mail

#: How long a line is kept, and how long the network beside it: its owner reads both, and the retention clock ends them.
KEEP, KEEP_NETWORK = timedelta(days=365), timedelta(days=90)


@dataclass(frozen=True)
class Whence:
    """Where a request comes from, as little of it as its person needs to know it again.

    Args:
        agent: "Firefox on Linux".
        network: A /24 or /64.
    """

    agent: str = ""
    network: str = ""


#: The command line, or a job.
NOWHERE = Whence()


def record(session: Session, *, user_id: int, kind: EventKind, whence: Whence = NOWHERE) -> None:
    """Add a line to an account's history."""
    session.add(AccountEvent(user_id=user_id, kind=kind, agent=whence.agent, network=whence.network, created_at=clock.now()))


def greet(session: Session, *, user: User, whence: Whence) -> None:
    """Write down that somebody signed in; from a browser that they never signed in with before they are told by mail.

    A browser is known by what it is and the network it comes from: both are guesses, so it is news and no alarm.
    """
    earlier = select(AccountEvent.id).where(AccountEvent.user_id == user.id, AccountEvent.kind == EventKind.SIGNED_IN).limit(1)
    same = (AccountEvent.agent == whence.agent, AccountEvent.network == whence.network)
    is_new = session.exec(earlier).first() is not None and session.exec(earlier.where(*same)).first() is None
    record(session, user_id=user.id, kind=EventKind.SIGNED_IN, whence=whence)
    if is_new:
        mail.new_sign_in(session, user_id=user.id)


def lately(session: Session, user_id: int, *, limit: int = 100) -> list[AccountEvent]:
    """Return an account's newest lines, the newest first."""
    newest = (col(AccountEvent.created_at).desc(), col(AccountEvent.id).desc())
    return list(session.exec(select(AccountEvent).where(AccountEvent.user_id == user_id).order_by(*newest).limit(limit)))
