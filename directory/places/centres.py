"""From a postcode to its centre, and to the place that stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.places import CaFsa, Place, UkOutcode, UsZip
from directory.places import sphere
from directory.places.lookup import FULL
from directory.places.postcodes import Postcode, System
from directory.places.rules import draw

#: Degrees of latitude around a postcode within which its place is looked for first (55 km).
AROUND = 0.5
#: Half the side of the square in which neighbours are looked for first (222 km).
SQUARE = 2.0
#: Parts of the United States' post that are countries of their own in the gazetteer.
TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP"})


@dataclass(frozen=True)
class Spot:
    """The centre of a postcode."""

    postcode: Postcode
    #: The country in the gazetteer, capitals.
    country_code: str
    lat: float
    lon: float


def spots(session: Session, codes: Sequence[Postcode]) -> list[Spot]:
    """Return the centres of those postcodes that the tables know (at most two queries for each)."""
    return [spot for code in codes if (spot := _spot(session, code))]


def place_at(session: Session, spot: Spot) -> Place | None:
    """Return the place that stands for a postcode: see `rules.draw` (at most three queries)."""
    return _drawn(session, spot.lat, spot.lon, spot.country_code)


def place_near(session: Session, lat: float, lon: float) -> Place:
    """Return the place that stands for a point anywhere, also at sea: see `rules.draw` (at most three queries).

    Raises:
        NotFound: where no gazetteer was loaded.
    """
    found = _drawn(session, lat, lon)
    if found is None:
        raise NotFound(_("We know no place there."))
    return found


def _drawn(session: Session, lat: float, lon: float, country_code: str | None = None) -> Place | None:
    here = sphere.vector(lat, lon)
    _reach, square = around(lat, lon, degrees=AROUND)
    columns = (col(Place.id), col(Place.country_code), col(Place.population), col(Place.x), col(Place.y), col(Place.z))
    drawn = [
        (draw(people, sphere.kilometres(here, sphere.Vector(x, y, z))), -number)
        for number, country, people, x, y, z in session.execute(select(*columns).where(*square))
        if country_code in {None, country}  # not asked of the database: SQLite would read the whole country for it
    ]
    if drawn:
        return session.scalars(select(Place).where(col(Place.id) == -max(drawn)[1]).options(*FULL)).first()
    # The far north: the nearest there is.
    everywhere = select(Place).options(*FULL)
    inside = everywhere.where(col(Place.country_code) == country_code) if country_code else everywhere
    return session.scalars(inside.order_by(*nearest_first(here)).limit(1)).first()


def closest(session: Session, lat: float, lon: float) -> Place | None:
    """Return the place that is nearest to a point, whether anybody is listed there or not (one query, two where places are far apart)."""
    here = sphere.vector(lat, lon)
    reach, square = around(lat, lon, degrees=AROUND)
    by_distance = select(Place).options(*FULL).order_by(*nearest_first(here)).limit(1)
    found = session.scalars(by_distance.where(*square)).first()
    # A place in a corner of the square may be farther away than one outside of it.
    if found is not None and sphere.kilometres(here, sphere.Vector(found.x, found.y, found.z)) <= reach:
        return found
    return session.scalars(by_distance).first()


def around(lat: float, lon: float, *, degrees: float = SQUARE) -> tuple[float, tuple[ColumnElement[bool], ...]]:
    """Return a square around a point as conditions on places, and the radius in kilometres of the circle that fits in it.

    The two sides of the date line, and the poles, are not near each other in degrees: there the square is cut off,
    and the radius is 0.
    """
    width = degrees / max(cos(radians(min(abs(lat) + degrees, 89))), 0.02)
    whole = abs(lat) + degrees < 89 and abs(lon) + width < 180
    square = (col(Place.lat).between(lat - degrees, lat + degrees), col(Place.lon).between(lon - width, lon + width))
    return radians(degrees) * sphere.EARTH_RADIUS if whole else 0.0, square


def nearest_first(here: sphere.Vector) -> tuple[ColumnElement[float], ColumnElement[int]]:
    """Return what to order places by so that the nearest come first.

    The product of two unit vectors is the cosine of the angle between them, which falls as the distance grows:
    plain arithmetic that both databases have.
    """
    return (col(Place.x) * here.x + col(Place.y) * here.y + col(Place.z) * here.z).desc(), col(Place.id).asc()


def _spot(session: Session, code: Postcode) -> Spot | None:
    if code.system is System.US:
        return _zip(session, code)
    row = session.get(CaFsa, code.prefix) if code.system is System.CANADA else session.get(UkOutcode, code.prefix)
    return Spot(code, code.system.value, row.lat, row.lon) if row else None


def _zip(session: Session, code: Postcode) -> Spot | None:
    """Return the centre of a ZIP code; of one without an area (post-office boxes), that of the codes with its first three digits."""
    row = session.get(UsZip, code.prefix)
    if row:
        return Spot(code, row.state if row.state in TERRITORIES else code.system.value, row.lat, row.lon)
    region = col(UsZip.zip).between(f"{code.prefix[:3]}00", f"{code.prefix[:3]}99")
    lat, lon, state = session.execute(select(func.avg(UsZip.lat), func.avg(UsZip.lon), func.max(UsZip.state)).where(region)).one()
    return Spot(code, state if state in TERRITORIES else code.system.value, lat, lon) if state else None
