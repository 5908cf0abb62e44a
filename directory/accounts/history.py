"""What happened to an account, written down for its owner to read."""

from dataclasses import dataclass

from sqlmodel import Session

from directory.core import clock
from directory.models.accounts import AccountEvent, EventKind


@dataclass(frozen=True)
class Whence:
    """Where a request came from, as far as it is kept.

    Args:
        agent: The browser in words.
        network: The network, never the whole address.
    """

    agent: str = ""
    network: str = ""


NOWHERE = Whence()


def record(session: Session, *, user_id: int, kind: EventKind, whence: Whence = NOWHERE) -> None:
    """Write one line of an account's history."""
    session.add(AccountEvent(user_id=user_id, kind=kind, agent=whence.agent, network=whence.network, created_at=clock.now()))
