"""Words without an index: the names alone, looked through in SQL. What answers while the index is away."""

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from directory.core.text import sort_key
from directory.models.profiles import Profile
from directory.search import listing
from directory.search.criteria import Criteria
from directory.search.results import Results


def search(session: Session, criteria: Criteria) -> Results:
    """Return the listed profiles in whose name each word begins a word. It knows no treatments, places or slips of the finger."""
    words = [word for word in (sort_key(word) for word in criteria.words) if word]
    statement = select(col(Profile.id)).where(*listing.conditions(criteria), *(_begins(word) for word in words))
    found = listing.answer(session, statement, criteria) if words else Results((), 0, criteria.number, criteria.size)
    return Results(found.ids, found.total, found.number, found.size, is_fallback=True)


def _begins(word: str) -> ColumnElement[bool]:
    key = col(Profile.sort_key)
    return or_(key.startswith(word, autoescape=True), key.contains(f" {word}", autoescape=True))
