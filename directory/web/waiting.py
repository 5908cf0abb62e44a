"""How much waits for moderators, list by list: what stands beside the ways between their pages."""

from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from directory.claims import queries as claims
from directory.credentials import queries as credentials
from directory.disputes import queries as disputes
from directory.moderation import queries as moderation
from directory.profiles import proposing, suggestions
from directory.team import people
from directory.web import db


class Waiting(NamedTuple):
    """How much stands on each list."""

    reports: int
    held: int
    claims: int
    letters: int
    credentials: int
    disputes: int
    entries: int
    works: int
    suggestions: int


def read(session: Session) -> Waiting:
    """Count what waits on each list, in one SELECT."""
    counted = {
        "reports": moderation.waiting(),
        "held": moderation.waiting_held(),
        "claims": claims.waiting(),
        "letters": claims.waiting_letters(),
        "credentials": credentials.waiting(),
        "disputes": disputes.waiting(),
        "entries": proposing.how_many(),
        "works": people.waiting(),
        "suggestions": suggestions.waiting_for_moderators(),
    }
    row = session.execute(select(*(one.scalar_subquery().label(name) for name, one in counted.items()))).one()
    return Waiting(**row._mapping)


def counts() -> Waiting:
    """Return what waits; for the one template that shows it, once on a page."""
    return read(db.session())
