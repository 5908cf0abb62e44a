"""Two owners of one profile who remove each other at the same moment, each in a thread and a transaction of their own."""

import threading

from sqlmodel import select

from directory.accounts import memberships
from directory.core.db import Database
from directory.core.errors import DomainError
from directory.models.base import metadata
from directory.models.memberships import Membership, MembershipRole
from directory.team import service
from tests.factories import Make


def race(url: str, *, rounds: int) -> list[int]:
    """Return how many owners were left, round by round."""
    database = Database(url)
    metadata.create_all(database.engine)
    left, made = [], None
    for _round in range(rounds):
        with database.transaction() as session:
            made = made or Make(session)
            made.session = session
            profile_id, owners = (
                made.profile().id,
                [made.user(email=f"{_round}-{n}@p.example", name=f"O {_round} {n}").id for n in range(2)],
            )
            for user_id in owners:
                memberships.grant(session, user_id=user_id, profile_id=profile_id, role=MembershipRole.OWNER)
        rows = _rows(database, profile_id)
        start = threading.Barrier(2)
        tries = [threading.Thread(target=_remove, args=(database, start, profile_id, rows[owners[1 - n]], owners[n])) for n in range(2)]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
        left.append(len(_rows(database, profile_id)))
    database.dispose()
    return left


def _rows(database: Database, profile_id: int) -> dict[int, int]:
    with database.session() as session:
        return {row.user_id: row.id for row in session.exec(select(Membership).where(Membership.profile_id == profile_id)).all()}


def _remove(database: Database, start: threading.Barrier, profile_id: int, membership_id: int, actor_id: int) -> None:
    start.wait()
    try:
        with database.transaction() as session:
            service.remove(session, profile_id=profile_id, membership_id=membership_id, actor_id=actor_id)
    except DomainError:
        return
