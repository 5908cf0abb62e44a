"""Look-ups by name and spelling under `places.queries`: each a fixed number of indexed queries."""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col

from directory.models.places import AreaName, Country, Place, PlaceAlias, Region
from directory.places import spelling
from directory.places.rules import AreaHit, PlaceHit

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])

#: Of places that share one name, only the largest are looked at.
MOST_HITS = 200
#: Of places that begin with the same letters, only the largest are compared.
MOST_COMPARED = 300
#: How alike two names must be to suggest one for the other (0 to 1, `difflib`).
ALIKE = 0.75
#: Sorts behind every letter that a key can hold.
LAST_LETTER = "\U0010ffff"
#: Loads a Place with what its label needs.
FULL = (joinedload(Place.country), joinedload(Place.region))


def place_hits(session: Session, keys: Collection[str]) -> list[PlaceHit]:
    """Return the places that have one of these names or aliases (two queries)."""
    columns = (col(Place.id), col(Place.population), col(Place.country_code), col(Place.region_id))
    own, alias = col(Place.key), col(PlaceAlias.key)
    named = select(*columns, own).where(own.in_(keys))
    aliased = select(*columns, alias).join(PlaceAlias, col(PlaceAlias.place_id) == Place.id).where(alias.in_(keys))
    hits = []
    # Each half is cut by itself: an alias with hundreds of bearers must not push the names out.
    for statement, primary in ((named, True), (aliased, False)):
        for number, population, country, region, key in session.execute(_largest(statement, MOST_HITS)):
            hits.append(PlaceHit(number, key, primary, population, country, region))
    return hits


def area_hits(session: Session, keys: Collection[str]) -> list[AreaHit]:
    """Return the countries and regions that have one of these names or codes (one query)."""
    columns = (col(AreaName.key), col(AreaName.country_code), col(AreaName.region_id), col(AreaName.is_code))
    statement = (
        select(*columns, col(Country.people), col(Region.people))
        .join(Country, col(Country.code) == AreaName.country_code)
        .outerjoin(Region, col(Region.id) == AreaName.region_id)
        .where(col(AreaName.key).in_(keys))
    )
    return [
        AreaHit(key, country, region, is_code, in_region if region else in_country)
        for key, country, region, is_code, in_country, in_region in session.execute(statement)
    ]


def load(session: Session, hits: Sequence[PlaceHit | AreaHit]) -> list[Place | Region | Country]:
    """Return the rows of hits in their order, ready for labels (at most three queries)."""
    found: dict[object, Place | Region | Country] = {}
    if places := [hit.id for hit in hits if isinstance(hit, PlaceHit)]:
        found |= {row.id: row for row in session.scalars(select(Place).where(col(Place.id).in_(places)).options(*FULL))}
    areas = [hit for hit in hits if isinstance(hit, AreaHit)]
    if regions := [area.region_id for area in areas if area.region_id]:
        wanted = select(Region).where(col(Region.id).in_(regions)).options(joinedload(Region.country))
        found |= {("region", row.id): row for row in session.scalars(wanted)}
    if countries := [area.country_code for area in areas if not area.region_id]:
        found |= {row.code: row for row in session.scalars(select(Country).where(col(Country.code).in_(countries)))}
    return [found[_handle(hit)] for hit in hits]


def numbered(session: Session, numbers: Sequence[int]) -> list[Place]:
    """Return the places of these numbers in their order, those that exist (one query)."""
    found = {place.id: place for place in session.scalars(select(Place).where(col(Place.id).in_(numbers)).options(*FULL))}
    return [found[number] for number in numbers if number in found]


def beginning(session: Session, key: str, *, limit: int) -> list[Place]:
    """Return the largest places whose names or, where there are none, whose aliases begin so (at most two queries)."""
    own = _own(None).where(col(Place.key).between(key, key + LAST_LETTER))
    aliases = select(col(PlaceAlias.place_id)).where(col(PlaceAlias.key).between(key, key + LAST_LETTER)).limit(MOST_COMPARED)
    return _places(session, own, limit) or _places(session, _own(None).where(col(Place.id).in_(aliases)), limit)


def called(session: Session, key: str, *, country_code: str | None = None, limit: int = 1) -> list[Place]:
    """Return the largest places of that name or, where there is none, of that alias (at most two queries)."""
    return _places(session, _named(country_code, [key]), limit) or _places(session, _aliased(country_code, [key]), limit)


def spelled_like(session: Session, key: str, *, country_code: str | None = None, limit: int = 1) -> list[Place]:
    """Return the places whose names are nearest in spelling to a key that is no name (at most three queries).

    First names one slip of the finger away, then such aliases, then names that begin alike; of several the largest.

    Args:
        key: `names.key` of what was typed.
        country_code: Only in this country.
        limit: How many at most.
    """
    slips = spelling.one_slip(key)
    found: list[Place] = []
    if slips:
        found = _places(session, _named(country_code, slips), limit) or _places(session, _aliased(country_code, slips), limit)
    return found or _beginning_like(session, key, country_code, limit)


def _beginning_like(session: Session, key: str, country_code: str | None, limit: int) -> list[Place]:
    """Return places whose names begin with the key, or else begin like it and are alike in the whole."""
    if len(key) < spelling.SHORTEST - 1:
        return []
    begin = key[: spelling.SHORTEST]
    rows = _places(session, _own(country_code).where(col(Place.key).between(begin, begin + LAST_LETTER)), MOST_COMPARED)
    longer = [row for row in rows if row.key.startswith(key)]
    if longer:
        return longer[:limit]
    alike = [(SequenceMatcher(None, key, row.key).ratio(), row.population, row) for row in rows]
    return [row for ratio, _, row in sorted(alike, key=lambda item: item[:2], reverse=True)[:limit] if ratio >= ALIKE]


def _own(country_code: str | None) -> Select[Place]:
    statement = select(Place).options(*FULL)
    return statement.where(col(Place.country_code) == country_code) if country_code else statement


def _named(country_code: str | None, keys: Collection[str]) -> Select[Place]:
    return _own(country_code).where(col(Place.key).in_(keys))


def _aliased(country_code: str | None, keys: Collection[str]) -> Select[Place]:
    return _own(country_code).where(col(Place.id).in_(select(col(PlaceAlias.place_id)).where(col(PlaceAlias.key).in_(keys))))


def _places(session: Session, statement: Select[Place], limit: int) -> list[Place]:
    return list(session.scalars(_largest(statement, limit)))


def _largest(statement: Rows, limit: int) -> Rows:
    return statement.order_by(col(Place.population).desc(), col(Place.id)).limit(limit)


def _handle(hit: PlaceHit | AreaHit) -> object:
    if isinstance(hit, PlaceHit):
        return hit.id
    return ("region", hit.region_id) if hit.region_id else hit.country_code
