"""Everything that has a page and a name to be looked up by, read from the database for `places.blob`."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlmodel import Session, col

from directory.models.places import AreaName, Country, Place, PlaceAlias, Region
from directory.places import rules

#: Marks on an entry, above the number of what the name stands for.
ALIAS, CODE, TARGET = 1 << 31, 1 << 30, (1 << 30) - 1
#: Stands where a target has no region or country.
NONE = 0xFFFFFFFF


class Target(NamedTuple):
    """Something that has a page: a place, a region or a country.

    Args:
        number: GeoNames' number of a place; 0 for areas.
        name: As it is shown.
        path: Of its page, without the outer slashes.
        people: Who live there.
        region, country: Where among the targets they stand.
    """

    number: int
    name: str
    path: str
    people: int
    region: int = NONE
    country: int = NONE


class Entry(NamedTuple):
    """One name of one target; its mark is where the target stands, with ALIAS or CODE."""

    key: bytes
    mark: int
    weight: int


class Targets(NamedTuple):
    """All targets, places first.

    Args:
        rows: The targets.
        places: Number of a place -> where it stands.
        areas: Country's code and region's number (None: the country itself) -> where it stands.
    """

    rows: list[Target]
    places: dict[int, int]
    areas: dict[tuple[str, int | None], int]


def read(session: Session) -> Targets:
    """Return everything that has a page."""
    places = session.execute(_columns(Place, "id", "name", "path", "population", "country_code", "region_id")).all()
    regions = session.execute(_columns(Region, "id", "name", "slug", "people", "country_code")).all()
    countries = session.execute(_columns(Country, "code", "name", "people")).all()
    areas: dict[tuple[str, int | None], int] = {(row.country_code, row.id): at for at, row in enumerate(regions, len(places))}
    areas |= {(row.code, None): at for at, row in enumerate(countries, len(places) + len(regions))}
    rows = [
        Target(number, name, path, people, areas[code, region] if region else NONE, areas[code, None])
        for number, name, path, people, code, region in places
    ]
    rows += [
        Target(0, row.name, f"{row.country_code.lower()}/{row.slug}", row.people, country=areas[row.country_code, None]) for row in regions
    ]
    rows += [Target(0, row.name, row.code.lower(), row.people) for row in countries]
    return Targets(rows, {row.id: at for at, row in enumerate(places)}, areas)


def entries(session: Session, targets: Targets) -> Iterator[Entry]:
    """Give every name of every target, in no order."""
    for at, key in enumerate(session.scalars(select(col(Place.key)).order_by(col(Place.id)))):
        yield Entry(key.encode(), at, rules.pull(targets.rows[at].people))
    aliases = select(col(PlaceAlias.place_id), col(PlaceAlias.key)).execution_options(yield_per=10_000)
    for number, key in session.execute(aliases):
        at = targets.places[number]
        yield Entry(key.encode(), at | ALIAS, rules.pull(targets.rows[at].people, alias=True))
    columns = (col(AreaName.key), col(AreaName.country_code), col(AreaName.region_id), col(AreaName.is_code))
    for key, country, region, is_code in session.execute(select(*columns)):
        at = targets.areas[country, region]
        yield Entry(key.encode(), at | CODE if is_code else at, rules.pull(targets.rows[at].people, area=True))


def _columns(model: type[Place | Region | Country], *names: str) -> Select[Any]:
    own = [getattr(model, name) for name in names]
    return select(*own).order_by(own[0])
