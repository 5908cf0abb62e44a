"""Writing that somebody says a fact, and that they say it no longer.

Credentials, roles and the answers to who does the work have rows and services of their own: these write here whose word they are, in the
same transaction. What owners type of the other facts goes through `profiles/assertions.py`, which writes the columns that pages read, too.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from directory.core import clock
from directory.models.assertions import AssertionRank, FieldAssertion

#: The words of people, and of nobody in particular: a register's ends with its record alone.
_NOT_OF_REGISTERS = (AssertionRank.GUESS, AssertionRank.OWNER, AssertionRank.MODERATOR)


def state(
    session: Session, *, profile_id: int, field: str, value: Any, user_id: int | None, rank: AssertionRank = AssertionRank.OWNER
) -> None:
    """Write that somebody says a fact; the same value again confirms it, another one takes its place.

    Args:
        field: A word of `provenance/fields.py`.
        value: As it is kept: JSON.
        user_id: Who says it; never shown.
        rank: An owner's word, or a moderator's.
    """
    moment = clock.now()
    said = session.exec(_holding(profile_id, field, rank)).first()
    if said is not None and said.value == value:
        said.verified_at = moment
        session.add(said)
    else:
        end(session, profile_id, field, rank, moment=moment)
        session.add(word(profile_id, field, value, rank=rank, user_id=user_id, moment=moment))
    session.flush()


def unsay(session: Session, *, profile_id: int, field: str) -> None:
    """Write that nobody says a fact any longer which the page does not show any more; what a register says is the register's."""
    end(session, profile_id, field, *_NOT_OF_REGISTERS, moment=clock.now())


def is_owners(session: Session, *, profile_id: int, field: str) -> bool:
    """Say whether an owner's word on a fact holds."""
    return session.exec(_holding(profile_id, field, AssertionRank.OWNER)).first() is not None


def word(profile_id: int, field: str, value: Any, *, rank: AssertionRank, user_id: int | None, moment: datetime) -> FieldAssertion:
    """Return a new word of a person."""
    return FieldAssertion(
        **{"profile_id": profile_id, "field": field, "value": value, "rank": rank, "user_id": user_id},
        **{"asserted_at": moment, "verified_at": moment},
    )


def end(session: Session, profile_id: int, field: str, *ranks: AssertionRank, moment: datetime) -> None:
    """End what holds of a field by the word of some."""
    for said in session.exec(_holding(profile_id, field, *ranks)).all():
        said.ended_at = moment
        session.add(said)
    session.flush()


def credential_value(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a credential as an assertion holds it."""
    return {name: plain(row[name]) for name in ("title", "issuer", "issued_on", "expires_on")}


def plain(value: Any) -> Any:
    """Return the value of a column as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else None if value is None else value if isinstance(value, int) else str(value)


def _holding(profile_id: int, field: str, *ranks: AssertionRank) -> Any:
    mine = (FieldAssertion.profile_id == profile_id, FieldAssertion.field == field, col(FieldAssertion.rank).in_(ranks))
    return select(FieldAssertion).where(*mine, col(FieldAssertion.ended_at).is_(None))
