"""What happened to an account, written for its owner."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from directory.core import clock
from directory.models.accounts import AccountEvent, EventKind, User
from directory.notifications import mail


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
    signed_in = (AccountEvent.user_id == user.id, AccountEvent.kind == EventKind.SIGNED_IN)
    agents = {event.agent for event in session.exec(select(AccountEvent).where(*signed_in))}
    record(session, user_id=user.id, kind=EventKind.SIGNED_IN, whence=whence)
    if agents and whence.agent not in agents:
        mail.new_sign_in(session, user_id=user.id)


def lately(session: Session, user_id: int, *, limit: int = 100) -> list[AccountEvent]:
    """Return an account's newest lines, the newest first."""
    newest = (col(AccountEvent.created_at).desc(), col(AccountEvent.id).desc())
    return list(session.exec(select(AccountEvent).where(AccountEvent.user_id == user_id).order_by(*newest).limit(limit)))
