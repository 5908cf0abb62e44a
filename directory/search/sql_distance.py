"""Distances in SQL: plain arithmetic on unit vectors, so that both databases and Python agree."""

from math import asin, cos, degrees, radians, sin
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import col

from directory.models.places import Place
from directory.models.profiles import Profile
from directory.models.search import SearchDocument
from directory.places import sphere
from directory.search.criteria import Centre

#: What a distance is counted between: the document's point, else the place's. Join both tables for it.
X = func.coalesce(col(SearchDocument.x), col(Place.x))
Y = func.coalesce(col(SearchDocument.y), col(Place.y))
Z = func.coalesce(col(SearchDocument.z), col(Place.z))


def metres(centre: Centre) -> ColumnElement[float]:
    """Return the great-circle distance from a centre in whole metres, as `sphere.kilometres` counts it; NULL without a point."""
    half = func.sqrt(_chord(centre, X, Y, Z)) / 2
    return func.round(2000 * sphere.EARTH_RADIUS * func.asin(case((half > 1, 1.0), else_=half)))


def within(centre: Centre, km: float) -> ColumnElement[bool]:
    """Return the condition that a profile's point is at most so far from a centre.

    Two look-ups by a square in degrees, which an index answers: of documents, and of the places of profiles that have none yet.
    """
    document, place = SearchDocument, Place
    own = select(col(document.profile_id)).where(_near(centre, km, document)).correlate(None)
    missing = ~select(col(document.profile_id)).where(col(document.profile_id) == col(Profile.id)).correlate(Profile).exists()
    there = select(col(place.id)).where(_near(centre, km, place)).correlate(None)
    return col(Profile.id).in_(own) | (col(Profile.place_id).in_(there) & missing)


def _near(centre: Centre, km: float, table: type[SearchDocument] | type[Place]) -> ColumnElement[bool]:
    chord = _chord(centre, col(table.x), col(table.y), col(table.z))
    return and_(*_square(centre, km, col(table.lat), col(table.lon)), chord <= (2 * sin(km / sphere.EARTH_RADIUS / 2)) ** 2)


def _chord(centre: Centre, x: Any, y: Any, z: Any) -> Any:
    """Return the square of the straight line through the ball."""
    here = sphere.vector(centre.lat, centre.lon)
    return (x - here.x) * (x - here.x) + (y - here.y) * (y - here.y) + (z - here.z) * (z - here.z)


def _square(centre: Centre, km: float, lat: Any, lon: Any) -> list[ColumnElement[bool]]:
    """Return what holds of every point within the radius, in degrees.

    The meridians that touch a circle around latitude b lie asin(sin r / cos b) to either side (J. P. Matuschek, "Finding
    Points Within a Distance of a Latitude/Longitude Using Bounding Coordinates", 2009). Where the circle holds a pole or
    crosses the date line, longitudes say nothing and only latitudes are compared.
    """
    reach = km / sphere.EARTH_RADIUS * 1.000001  # vectors are rounded to nine digits
    high = degrees(reach)
    found = [lat.between(centre.lat - high, centre.lat + high)]
    if abs(centre.lat) + high < 90:
        wide = degrees(asin(min(1.0, sin(reach) / cos(radians(centre.lat)))))
        if abs(centre.lon) + wide < 180:
            found.append(lon.between(centre.lon - wide, centre.lon + wide))
    return found
