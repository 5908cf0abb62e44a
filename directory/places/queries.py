"""Reading the gazetteer: by path, by typed words, by distance, and with the numbers of listed profiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col

from directory.core.errors import Moved, NotFound
from directory.core.i18n import _
from directory.core.text import clean_line
from directory.models.places import Country, Place, PlaceCount, Region
from directory.places import centres, lookup, names, postcodes, slips, sphere, typed
from directory.places.centres import Spot
from directory.places.lookup import FULL
from directory.places.namefile import NameFile
from directory.places.rules import AreaHit
from directory.places.typed import Typed

Area = Country | Region
#: Nobody types a place in more letters.
MAX_TYPED = 120
#: Places offered for a name that nothing has.
MOST_NEAREST = 3
#: A page of choices shows at most this many.
MAX_CHOICES = 50


#: Joins places to their counts from the side of the counts, of which there are few: the sum keeps SQLite from
#: walking through all places and looking each one up.
_FROM_COUNTS = col(PlaceCount.place_id) + 0 == Place.id


class Kind(StrEnum):
    """What typed words turned out to be."""

    PLACE = "place"
    AREA = "area"
    POSTCODE = "postcode"
    CHOICES = "choices"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Resolution:
    """What typed words mean.

    Args:
        kind: Which of the fields below speaks.
        typed: The words, cleaned, fit to be shown again.
        place: The place meant; with a postcode, the place that stands for it.
        area: The country or region meant.
        spot: The centre of the postcode typed.
        choices: What it may be, the likeliest first.
        nearest: Where nothing was found: places that are spelled alike.
    """

    kind: Kind
    typed: str
    place: Place | None = None
    area: Area | None = None
    spot: Spot | None = None
    choices: tuple[Place | Area, ...] = ()
    nearest: tuple[Place, ...] = ()

    @property
    def path(self) -> str | None:
        """The path to go straight to, if there is only one."""
        target = self.place or self.area
        return f"/{target.path}/" if target else None


@dataclass(frozen=True)
class Near:
    """A place with listed profiles, and how far it is."""

    place: Place
    km: float
    #: The distance as people say it at the place they look from: "12 km", "8 miles".
    distance: str
    hair_count: int
    register_count: int


@dataclass(frozen=True)
class Counted:
    """A country, region or place with the numbers of profiles listed in it."""

    row: Country | Region | Place
    hair_count: int
    register_count: int


def by_path(session: Session, path: str) -> Place | Area:
    """Return the country, region or place at a path such as `us/california/los-angeles` (at most two queries).

    Raises:
        Moved: when the path is an older or looser form of one that exists (capitals, a number behind the name).
        NotFound: with the nearest match, when there is nothing.
    """
    parts = [part for part in clean_line(path).lower().split("/") if part]
    wanted = "/".join(parts)
    found = _at(session, parts)
    if found is None:
        raise _not_found(session, parts)
    if path.strip("/") != wanted:
        raise Moved(to=f"/{wanted}/")
    return found


def resolve(session: Session, text: str, *, spellings: NameFile | None = None) -> Resolution:
    """Say what somebody meant who typed a place: a name, an alias, a name with its region, a postcode.

    Whatever is typed gets an answer and never an error; the number of queries does not depend on it (at most ten).

    Args:
        session: To read with.
        text: As typed.
        spellings: The file of all names, which finds two slips and knows areas; without it the database finds one.
    """
    line = clean_line(text[: 4 * MAX_TYPED])
    if not line or len(line) > MAX_TYPED:
        return Resolution(Kind.NOTHING, line[:MAX_TYPED])
    return _by_postcode(session, line) or _by_name(session, line, spellings)


def nearest(session: Session, origin: Place | Spot, *, limit: int = 5) -> list[Near]:
    """Return the nearest other places with listed profiles by great circle (one query, two where they are far).

    Args:
        origin: Where from.
        limit: How many at most.
    """
    here = sphere.vector(origin.lat, origin.lon)
    order = centres.nearest_first(here)
    elsewhere = (_listed(), col(Place.id) != (origin.id if isinstance(origin, Place) else 0))
    reach, around = centres.around(origin.lat, origin.lon)
    close_by = _with_counts().where(*elsewhere, *around).order_by(*order).limit(limit)
    found = [_near(row, here, origin.country_code) for row in session.execute(close_by)]
    # Beyond the reach, places outside of the square may be nearer than those in its corners.
    if len(found) < limit or found[-1].km > reach:
        first = select(col(Place.id)).join(PlaceCount, _FROM_COUNTS).where(*elsewhere).order_by(*order).limit(limit)
        found = [
            _near(row, here, origin.country_code)
            for row in session.execute(_with_counts().where(col(Place.id).in_(first)).order_by(*order))
        ]
    return found


def country_of(session: Session, place_id: int) -> str:
    """Return the code of a place's country; empty where there is no such place."""
    return session.execute(select(col(Place.country_code)).where(col(Place.id) == place_id)).scalar() or ""


def all_countries(session: Session) -> list[tuple[str, str]]:
    """Return the code and the name of every country, by name."""
    return [(code, name) for code, name in session.execute(select(col(Country.code), col(Country.name)).order_by(col(Country.sort_key)))]


def countries_with_counts(session: Session) -> list[Counted]:
    """Return the countries with listed profiles, by name (one query)."""
    sums = _sums(col(Place.country_code))
    rows = select(Country, sums.c.hair, sums.c.register).join(sums, sums.c.area == col(Country.code))
    return _counted(session, rows.order_by(col(Country.sort_key), col(Country.code)))


def regions_with_counts(session: Session, country: Country) -> list[Counted]:
    """Return the regions of a country with listed profiles, by name (one query)."""
    sums = _sums(col(Place.region_id), col(Place.country_code) == country.code)
    rows = select(Region, sums.c.hair, sums.c.register).join(sums, sums.c.area == col(Region.id))
    return _counted(session, rows.options(joinedload(Region.country)).order_by(col(Region.sort_key), col(Region.id)))


def places_with_counts(session: Session, area: Area, *, limit: int = 200) -> list[Counted]:
    """Return the places of a region, or those right under a country, with listed profiles; those with most first (one query)."""
    inside = col(Place.region_id) == area.id if isinstance(area, Region) else _under(area)
    return _counted(session, _with_counts().where(inside, _listed()).order_by(*_fullest_first()).limit(limit))


def largest_places(session: Session, area: Area, *, limit: int = 20) -> list[Place]:
    """Return the places of a region or country with most people, whether anybody is listed there or not (one query)."""
    inside = col(Place.region_id) == area.id if isinstance(area, Region) else col(Place.country_code) == area.code
    return list(
        session.scalars(select(Place).where(inside).options(*FULL).order_by(col(Place.population).desc(), col(Place.id)).limit(limit))
    )


def largest(session: Session, *, limit: int = 12) -> list[Counted]:
    """Return the places where most profiles with hair work are listed, for the home page (one query)."""
    # Who has fewer than the last one to be shown need not be looked at, and the index tells that number.
    last = select(col(PlaceCount.hair_count)).where(col(PlaceCount.hair_count) > 0)
    least = last.order_by(col(PlaceCount.hair_count).desc()).offset(limit - 1).limit(1).scalar_subquery()
    fullest = col(PlaceCount.hair_count) >= func.coalesce(least, 1)
    return _counted(session, _with_counts().where(fullest).order_by(*_fullest_first()).limit(limit))


def listed_paths(session: Session) -> list[str]:
    """Return the path of every country, region and place with listed profiles, for the sitemap (one query)."""
    statement = select(col(Place.path)).join(PlaceCount, _FROM_COUNTS).where(_listed())
    paths: set[str] = set()
    for path in session.scalars(statement):
        parts = path.split("/")
        paths |= {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return sorted(paths)


def counts_of(session: Session, place: Place) -> tuple[int, int]:
    """Return how many profiles with hair work, and how many known from a register alone, are listed at a place (one query)."""
    row = session.get(PlaceCount, place.id)
    return (row.hair_count, row.register_count) if row else (0, 0)


def _at(session: Session, parts: Sequence[str]) -> Place | Area | None:
    if len(parts) == 1:
        return session.get(Country, parts[0].upper())
    if len(parts) == 2:
        region = select(Region).where(col(Region.country_code) == parts[0].upper(), col(Region.slug) == parts[1])
        found = session.scalars(region.options(joinedload(Region.country))).first()
        if found is not None:
            return found
    if len(parts) in {2, 3}:
        return session.scalars(select(Place).where(col(Place.path) == "/".join(parts)).options(*FULL)).first()
    return None


def _not_found(session: Session, parts: Sequence[str]) -> NotFound | Moved:
    """Return the error for a path that does not exist, with what was probably meant."""
    last = parts[-1] if parts else ""
    number = last.rpartition("-")[2]
    if number.isascii() and number.isdigit() and len(number) < 10 and (moved := session.get(Place, int(number))):
        return Moved(to=f"/{moved.path}/")
    key = names.key(last.replace("-", " ")) if len(last) <= MAX_TYPED else ""
    code = parts[0].upper() if len(parts) > 1 and len(parts[0]) == 2 else None
    found: list[Place | Area] = []
    if key:
        found += lookup.called(session, key, country_code=code, limit=2) or lookup.spelled_like(session, key, country_code=code, limit=2)
        if not found and code:
            found += lookup.called(session, key, limit=1)
    parent = _at(session, parts[:-1])
    if parent is not None:
        found.append(parent)
    return NotFound(_("We know no place at this address."), nearest=tuple((row.label, f"/{row.path}/") for row in found))


def _by_postcode(session: Session, line: str) -> Resolution | None:
    spots = centres.spots(session, postcodes.read(line))
    placed = [(spot, place) for spot in spots if (place := centres.place_at(session, spot))]
    if not placed:
        return None
    if len(placed) == 1:
        return Resolution(Kind.POSTCODE, line, place=placed[0][1], spot=placed[0][0])
    return Resolution(Kind.CHOICES, line, choices=tuple(place for _spot, place in placed))


def _by_name(session: Session, line: str, spellings: NameFile | None) -> Resolution:
    readings = typed.readings(line)
    if not readings:
        return Resolution(Kind.NOTHING, line)
    areas = lookup.area_hits(session, {key for reading in readings for key in reading.areas})
    places = lookup.place_hits(session, {key for reading in readings for key in reading.heads})
    reading, answer = next(((r, meant) for r in readings if (meant := typed.answer(r, places, areas)).hits), (readings[0], None))
    # A name with slips in the area that is typed behind it is likelier than a name from which that area was left out.
    near = (
        slips.meant(spellings, readings, bounded=reading.guess, limit=MOST_NEAREST) if spellings and (not answer or reading.guess) else []
    )
    if near or answer is None:
        alike = lookup.numbered(session, [each.number for each in near]) or _spelled_like(session, line, readings[0], areas)
        return Resolution(Kind.NOTHING, line, nearest=tuple(alike))
    rows = lookup.load(session, answer.hits[: 1 if answer.straight else MAX_CHOICES])
    if not answer.straight:
        return Resolution(Kind.CHOICES, line, choices=tuple(rows))
    row = rows[0]
    return Resolution(Kind.PLACE, line, place=row) if isinstance(row, Place) else Resolution(Kind.AREA, line, area=row)


def _spelled_like(session: Session, line: str, reading: Typed, areas: Sequence[AreaHit]) -> list[Place]:
    key, country = typed.misspelled(reading, areas)
    rest = names.key(line.partition(",")[2])  # behind a street, say
    alike = lookup.spelled_like(session, key, country_code=country, limit=MOST_NEAREST)
    return alike or (lookup.called(session, rest, limit=MOST_NEAREST) if rest else [])


def _near(row: Row[Place, int, int], here: sphere.Vector, country_code: str) -> Near:
    place, hair, register = row
    km = sphere.kilometres(here, sphere.Vector(place.x, place.y, place.z))
    return Near(place, km, sphere.spoken(km, country_code), hair, register)


def _listed() -> ColumnElement[bool]:
    return or_(col(PlaceCount.hair_count) > 0, col(PlaceCount.register_count) > 0)


def _with_counts() -> Select[Place, int, int]:
    counts = select(Place, col(PlaceCount.hair_count), col(PlaceCount.register_count))
    return counts.join(PlaceCount, col(PlaceCount.place_id) == Place.id).options(*FULL)


def _sums(by: Any, *where: ColumnElement[bool]) -> Subquery:
    """Return the numbers of listed profiles added up by a column of places."""
    hair, register = func.sum(col(PlaceCount.hair_count)).label("hair"), func.sum(col(PlaceCount.register_count)).label("register")
    rows = select(by.label("area"), hair, register).join(PlaceCount, _FROM_COUNTS)
    return rows.where(_listed(), *where).group_by(by).subquery()


def _under(country: Country) -> ColumnElement[bool]:
    return and_(col(Place.country_code) == country.code, col(Place.region_id).is_(None))


def _fullest_first() -> tuple[ColumnElement[Any], ...]:
    hair, register = col(PlaceCount.hair_count), col(PlaceCount.register_count)
    return hair.desc(), register.desc(), col(Place.population).desc(), col(Place.id).asc()


def _counted(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Counted]:
    return [Counted(row, int(hair), int(register)) for row, hair, register in session.execute(statement)]
