"""What must hold of a profile, and the orders of lists, as SQL on the live tables: what both engines in the database share."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, cast, false, func, or_, select, true
from sqlmodel import Session, col

from directory.models.places import Place
from directory.models.profiles import (
    HAIR_WORK,
    LISTED,
    HairEvidence,
    Practitioner,
    PractitionerKind,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.search import SearchDocument
from directory.models.treatments import Treatment
from directory.places import money
from directory.search import bands, sql_distance
from directory.search.criteria import RATED_FROM, Criteria, Evidence, Group, Kind, Sort
from directory.search.documents import REPAIRS

Condition = ColumnElement[bool]


def joined(statement: Select[Any]) -> Select[Any]:
    """Put a statement on profiles, with their documents and places where they have them."""
    documents = statement.select_from(Profile).outerjoin(SearchDocument, col(SearchDocument.profile_id) == col(Profile.id))
    return documents.outerjoin(Place, col(Place.id) == col(Profile.place_id))


def here(criteria: Criteria) -> list[Condition]:
    """Return what holds of everybody in the part of the world that is asked about: listed, of the evidence, in the area."""
    found: list[Condition] = [col(Profile.status).in_(LISTED)]
    if criteria.evidence is Evidence.HAIR:
        found.append(col(Profile.hair_evidence).in_(HAIR_WORK))
    elif criteria.evidence is Evidence.REGISTER:
        found.append(col(Profile.hair_evidence) == HairEvidence.UNKNOWN)
    if criteria.centre is not None and criteria.radius_km is not None:
        found.append(sql_distance.within(criteria.centre, criteria.radius_km))
    elif criteria.place_id is not None:
        found.append(col(Profile.place_id) == criteria.place_id)
    elif criteria.region_id is not None:
        found.append(_in_places(col(Place.region_id) == criteria.region_id))
    elif criteria.country_code is not None:
        found.append(_in_places(col(Place.country_code) == criteria.country_code))
    return found


def chosen(session: Session, criteria: Criteria) -> dict[Group, Condition]:
    """Return what each group of filters asks for; groups without a choice are left out."""
    found: dict[Group, Callable[[], Condition]] = {}
    if criteria.treatments:
        found[Group.TREATMENT] = lambda: _offers(col(ServiceOffering.treatment_id).in_(criteria.treatment_ids))
    if criteria.techniques:
        found[Group.TECHNIQUE] = lambda: _offers(col(ServiceOffering.treatment_id).in_(criteria.technique_ids))
    if criteria.kinds:
        found[Group.KIND] = lambda: _of_kind(criteria.kinds)
    if criteria.languages:
        found[Group.LANGUAGE] = lambda: _speaks(session, criteria.languages)
    if criteria.prices:
        found[Group.PRICE] = lambda: or_(*(in_band(criteria.currency, code) for code in criteria.prices))
    if criteria.rating:
        found[Group.RATING] = lambda: rated(criteria.rating)
    if criteria.repairs:
        found[Group.REPAIRS] = repairs
    if criteria.verified:
        found[Group.VERIFIED] = verified
    return {group: condition() for group, condition in found.items()}


def rated(tenths: int) -> Condition:
    """Return the condition of a mean of at least so many tenths of a star, shown only from RATED_FROM reviews on."""
    return and_(col(Profile.review_count) >= RATED_FROM, col(Profile.mean_micro) >= tenths * 100_000)


def in_band(currency: str | None, code: str) -> Condition:
    """Return the condition of a lowest price in a band of a currency; prices in others are in none."""
    if currency is None:
        return false()
    low, high = (None if edge is None else edge * money.minor_units(currency) for edge in bands.bounds(code))
    price = col(SearchDocument.price)
    return and_(col(SearchDocument.currency) == currency, price >= low, true() if high is None else price < high)


def repairs() -> Condition:
    """Return the condition of offering to mend earlier work, by a treatment that is one of `REPAIRS` or below one."""
    above = lineage()
    mending = select(above.c.id).join(Treatment, col(Treatment.id) == above.c.above).where(col(Treatment.code).in_(REPAIRS))
    return _offers(col(ServiceOffering.treatment_id).in_(mending))


def verified() -> Condition:
    """Return the condition of having proved who one is."""
    return col(Profile.status) == ProfileStatus.VERIFIED


def languages(session: Session, column: Any) -> Any:
    """Return a column of tags as rows of one column, `value`.

    Args:
        session: Of which database.
        column: The tags, in JSON.
    """
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(column).table_valued("value")
    return func.jsonb_array_elements_text(column).table_valued("value").render_derived()


@cache
def lineage() -> CTE:
    """Return every treatment (`id`) with itself and each one above it (`above`)."""
    start = select(col(Treatment.id).label("id"), col(Treatment.id).label("above")).cte("lineage", recursive=True)
    parents = select(start.c.id, col(Treatment.parent_id)).join(Treatment, col(Treatment.id) == start.c.above)
    return start.union_all(parents.where(col(Treatment.parent_id).is_not(None)))


def order(criteria: Criteria, relevance: ColumnElement[int] | None = None) -> list[ColumnElement[Any]]:
    """Return a total order: the same rows come in the same order in every engine, page after page.

    Equal scores stand by name: an order by number of row would favour whoever was imported first.

    Args:
        criteria: The question; its order means the score's where it cannot be had.
        relevance: How well the words fit, where there are words.
    """
    score, reviews = col(Profile.score_micro).desc(), col(Profile.review_count).desc()
    by_name: list[Any] = [col(Profile.sort_key), col(Profile.id)]
    if criteria.sort is Sort.NAME:
        return by_name
    if criteria.sort is Sort.REVIEWS:
        return [reviews, score, *by_name]
    if criteria.sort is Sort.NEWEST:
        newest = func.substr(cast(col(Profile.newest_review_at), String), 1, len("2026-11-26 09:30:00"))
        return [col(Profile.newest_review_at).is_(None), newest.desc(), *by_name]
    first: list[Any] = []
    if criteria.sort is Sort.RELEVANCE and relevance is not None:
        first = [relevance.desc()]
    elif criteria.sort is Sort.DISTANCE and criteria.centre is not None:
        first = _nulls_last(sql_distance.metres(criteria.centre))
    elif criteria.sort is Sort.PRICE and criteria.currency is not None:
        first = _nulls_last(case((col(SearchDocument.currency) == criteria.currency, col(SearchDocument.price))))
    return [*first, score, reviews, *by_name]


def _nulls_last(value: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [value.is_(None), value]


def _in_places(condition: Condition) -> Condition:
    return col(Profile.place_id).in_(select(col(Place.id)).where(condition).correlate(None))


def _offers(condition: Condition) -> Condition:
    offers = select(col(ServiceOffering.id)).where(col(ServiceOffering.profile_id) == col(Profile.id), condition)
    return offers.correlate(Profile).exists()


def _of_kind(kinds: Collection[Kind]) -> Condition:
    professions = [PractitionerKind(kind.value) for kind in kinds if kind is not Kind.PRACTICE]
    person = select(col(Practitioner.id)).where(col(Practitioner.profile_id) == col(Profile.id), col(Practitioner.kind).in_(professions))
    is_person = person.correlate(Profile).exists()
    practice = col(Profile.kind) == ProfileKind.PRACTICE
    if not professions:
        return practice
    return practice | is_person if Kind.PRACTICE in kinds else is_person


def _speaks(session: Session, tags: Collection[str]) -> Condition:
    spoken = languages(session, col(SearchDocument.languages))
    return select(spoken.c.value).where(spoken.c.value.in_(tags)).exists()
