"""Which of our places an address lies in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import floor
from typing import NamedTuple

from sqlalchemy import literal, select, union_all
from sqlmodel import Session, col

from directory.models.places import AreaName, CaFsa, Place, PlaceAlias, UkOutcode, UsZip
from directory.places import names, postcodes, rules, sphere
from directory.places.rules import PlaceHit
from directory.profiles.listing import LocationRow

#: Farther than this, in kilometres, an address is not in a place.
REACH = 30.0
#: Degrees of a cell in which neighbours are looked for.
CELL = 0.5
#: How many answers are kept; then memory stays the same for any file.
KEPT = 20_000


class _Name(NamedTuple):
    """What an address calls its place, made comparable."""

    country_code: str
    region: str
    city: str


class _Near(NamedTuple):
    """A place as a point."""

    id: int
    point: sphere.Vector
    population: int


class PlaceFinder:
    """Finds the places of many addresses with few SELECTs, and remembers what it found."""

    def __init__(self) -> None:
        self._named: dict[_Name, int | None] = {}
        self._regions: dict[str, dict[str, set[int]]] = {}
        self._cells: dict[str, dict[tuple[int, int], list[_Near]]] = {}

    def find(self, session: Session, locations: Sequence[LocationRow]) -> list[int | None]:
        """Return the place of each address.

        The city is looked for by its names within its region and country. Where no place has the name, or
        several do, the address's own point decides, or the centre of its postcode: the place that draws it
        most strongly within 30 km. Where nothing decides there is none.
        """
        named = [_Name(location.country_code, names.key(location.region), names.key(location.city)) for location in locations]
        self._look_up(session, [name for name in dict.fromkeys(named) if name not in self._named])
        found = [self._named[name] for name in named]
        if len(self._named) > KEPT:
            self._named.clear()
        lost = {n: location for n, location in enumerate(locations) if found[n] is None}
        points = {n: (one.lat, one.lon) for n, one in lost.items() if one.lat is not None and one.lon is not None}
        points |= _centres(session, {n: one for n, one in lost.items() if n not in points})
        self._load_cells(session, {locations[n].country_code for n in points})
        for n, (lat, lon) in points.items():
            found[n] = self._drawing(locations[n].country_code, lat, lon)
        return found

    def _look_up(self, session: Session, new: Sequence[_Name]) -> None:
        if new:
            self._load_regions(session, {name.country_code for name in new})
            hits = _hits(session, new)
            self._named |= {name: self._by_name(name, hits[name.country_code, name.city]) for name in new}

    def _by_name(self, name: _Name, hits: Sequence[PlaceHit]) -> int | None:
        regions = self._regions[name.country_code].get(name.region)
        if regions:
            inside = rules.ranked([hit for hit in hits if hit.region_id in regions])
            return inside[0].id if inside else None
        ranked = rules.ranked(hits)
        return ranked[0].id if ranked and rules.is_plain([hit.population for hit in ranked]) else None

    def _drawing(self, country_code: str, lat: float, lon: float) -> int | None:
        """Return the place of a country that draws a point in degrees most strongly."""
        here = sphere.vector(lat, lon)
        cells = self._cells[country_code]
        row, column = floor(lat / CELL), floor(lon / CELL)
        wide = 1 if abs(lat) < 50 else 3  # cells are narrow in the north
        near = [
            (rules.draw(place.population, km), place.id)
            for down in (-1, 0, 1)
            for across in range(-wide, wide + 1)
            for place in cells.get((row + down, column + across), ())
            if (km := sphere.kilometres(here, place.point)) <= REACH
        ]
        return max(near)[1] if near else None

    def _load_regions(self, session: Session, countries: Iterable[str]) -> None:
        new = [country for country in countries if country not in self._regions]
        if not new:
            return
        self._regions |= {country: defaultdict(set) for country in new}
        statement = select(col(AreaName.country_code), col(AreaName.key), col(AreaName.region_id))
        for country, key, region_id in session.execute(
            statement.where(col(AreaName.country_code).in_(new), col(AreaName.region_id).is_not(None))
        ):
            self._regions[country].setdefault(key, set()).add(region_id or 0)

    def _load_cells(self, session: Session, countries: Iterable[str]) -> None:
        new = [country for country in countries if country not in self._cells]
        if not new:
            return
        self._cells |= {country: defaultdict(list) for country in new}
        statement = select(
            col(Place.country_code),
            col(Place.id),
            col(Place.lat),
            col(Place.lon),
            col(Place.x),
            col(Place.y),
            col(Place.z),
            col(Place.population),
        )
        for country, id_, lat, lon, x, y, z, population in session.execute(statement.where(col(Place.country_code).in_(new))):
            self._cells[country][floor(lat / CELL), floor(lon / CELL)].append(_Near(id_, sphere.Vector(x, y, z), population))


def _hits(session: Session, wanted: Sequence[_Name]) -> Mapping[tuple[str, str], list[PlaceHit]]:
    """Return the places by country and key, whose own name or other name it is, in one SELECT.

    It asks by the names alone: asked for the country too, SQLite would walk all places of it.
    """
    keys = {want.city for want in wanted} - {""}
    hits: dict[tuple[str, str], list[PlaceHit]] = defaultdict(list)
    if keys:
        shared = (col(Place.population), col(Place.country_code), col(Place.region_id))
        own = select(col(Place.id), col(Place.key), literal(1), *shared).where(col(Place.key).in_(keys))
        other = (
            select(col(Place.id), col(PlaceAlias.key), literal(0), *shared)
            .join(PlaceAlias, col(PlaceAlias.place_id) == col(Place.id))
            .where(col(PlaceAlias.key).in_(keys))
        )
        for id_, key, primary, population, country, region_id in session.execute(union_all(own, other)):
            hits[country, key].append(PlaceHit(id_, key, bool(primary), population, country, region_id))
    return hits


def _centres(session: Session, lost: Mapping[int, LocationRow]) -> dict[int, tuple[float, float]]:
    """Return the centres of the postcodes that our tables know, one SELECT a country."""
    prefixes: dict[str, dict[int, str]] = defaultdict(dict)
    for n, location in lost.items():
        for found in postcodes.read(location.postal_code):
            if found.system == location.country_code:
                prefixes[location.country_code][n] = found.prefix
    centres: dict[int, tuple[float, float]] = {}
    for country, of_row in prefixes.items():
        code, lat, lon = _POSTCODES[country]
        points = {row[0]: (row[1], row[2]) for row in session.execute(select(code, lat, lon).where(code.in_(set(of_row.values()))))}
        centres |= {n: points[prefix] for n, prefix in of_row.items() if prefix in points}
    return centres


_POSTCODES = {
    "US": (col(UsZip.zip), col(UsZip.lat), col(UsZip.lon)),
    "CA": (col(CaFsa.fsa), col(CaFsa.lat), col(CaFsa.lon)),
    "GB": (col(UkOutcode.outcode), col(UkOutcode.lat), col(UkOutcode.lon)),
}
