"""Lists without words: filters and orders as one SQL statement."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from directory.models.places import Place
from directory.models.profiles import HAIR_WORK, LISTED, HairEvidence, Practitioner, PractitionerKind, Profile, ProfileKind, ServiceOffering
from directory.search.criteria import Criteria, Evidence, Kind, Sort
from directory.search.results import Results


def search(session: Session, criteria: Criteria) -> Results:
    """Return the listed profiles that meet the criteria; words are not looked at.

    The total comes with the rows in one statement; only a page behind the last one needs a second.
    """
    return answer(session, select(col(Profile.id)).where(*conditions(criteria)), criteria)


def answer(session: Session, statement: Select[Any], criteria: Criteria) -> Results:
    """Put a choice of profiles in order and return one page of it with the exact total."""
    ordered = statement.add_columns(func.count().over()).order_by(*order(criteria.sort))
    skipped = (criteria.number - 1) * criteria.size
    rows = session.execute(ordered.limit(criteria.size).offset(skipped)).all()
    if rows or not skipped:
        total = rows[0][1] if rows else 0
    else:
        total = session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    return Results(tuple(row[0] for row in rows), total, criteria.number, criteria.size)


def conditions(criteria: Criteria) -> list[ColumnElement[bool]]:
    """Return what must hold of a profile, words apart."""
    found: list[ColumnElement[bool]] = [col(Profile.status).in_(LISTED)]
    if criteria.evidence is Evidence.HAIR:
        found.append(col(Profile.hair_evidence).in_(HAIR_WORK))
    elif criteria.evidence is Evidence.REGISTER:
        found.append(col(Profile.hair_evidence) == HairEvidence.UNKNOWN)
    if criteria.place_id is not None:
        found.append(col(Profile.place_id) == criteria.place_id)
    elif criteria.region_id is not None:
        found.append(_in_places(col(Place.region_id) == criteria.region_id))
    elif criteria.country_code is not None:
        found.append(_in_places(col(Place.country_code) == criteria.country_code))
    if criteria.treatments:
        offers = select(ServiceOffering.id).where(  # type: ignore[call-overload]
            col(ServiceOffering.profile_id) == col(Profile.id), col(ServiceOffering.treatment_id).in_(criteria.treatment_ids)
        )
        found.append(offers.exists())
    if criteria.kinds:
        found.append(_of_kind(criteria.kinds))
    return found


def order(sort: Sort) -> list[ColumnElement[Any]]:
    """Return a total order: the same rows come in the same order on both databases, page after page.

    Equal scores stand by name: an order by number of row would favour whoever was imported first.
    """
    score, reviews = col(Profile.score_micro).desc(), col(Profile.review_count).desc()
    by_name: list[Any] = [col(Profile.sort_key), col(Profile.id)]
    if sort is Sort.NAME:
        return by_name
    if sort is Sort.REVIEWS:
        return [reviews, score, *by_name]
    if sort is Sort.NEWEST:
        newest = col(Profile.newest_review_at)
        return [newest.is_(None), newest.desc(), *by_name]
    return [score, reviews, *by_name]


def _in_places(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(Profile.place_id).in_(select(col(Place.id)).where(condition))


def _of_kind(kinds: tuple[Kind, ...]) -> ColumnElement[bool]:
    professions = [PractitionerKind(kind.value) for kind in kinds if kind is not Kind.PRACTICE]
    person = select(col(Practitioner.id)).where(col(Practitioner.profile_id) == col(Profile.id), col(Practitioner.kind).in_(professions))
    practice = col(Profile.kind) == ProfileKind.PRACTICE
    if not professions:
        return practice
    return practice | person.exists() if Kind.PRACTICE in kinds else person.exists()
