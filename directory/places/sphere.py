"""Distances on the Earth: pure."""

import re
from math import asin, cos, hypot, radians, sin
from typing import NamedTuple

from directory.core.i18n import _

#: Mean radius of the Earth in kilometres, R1 of the Geodetic Reference System 1980 (H. Moritz, Journal of Geodesy 74, 2000).
EARTH_RADIUS = 6371.0088
KM_PER_MILE = 1.609344
#: Countries that measure roads in miles.
MILES = frozenset({"US", "GB", "LR", "MM"})

_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,20})?")


class Vector(NamedTuple):
    """A point on the ball of radius 1."""

    x: float
    y: float
    z: float


def vector(lat: float, lon: float) -> Vector:
    """Return the point of a latitude and longitude in degrees, to nine digits (6 mm), so that every machine stores the same."""
    north, east = radians(lat), radians(lon)
    return Vector(round(cos(north) * cos(east), 9), round(cos(north) * sin(east), 9), round(sin(north), 9))


def kilometres(one: Vector, other: Vector) -> float:
    """Return the great-circle distance of two points in kilometres.

    d = 2 R asin(c / 2), where c is the straight line between the points through the ball. It is the haversine
    formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984) with the half chord already
    at hand, and as exact for two houses as for two continents, which the arc cosine of the product is not.
    """
    chord = hypot(one.x - other.x, one.y - other.y, one.z - other.z)
    return 2 * EARTH_RADIUS * asin(min(1.0, chord / 2))


def spoken(km: float, country_code: str) -> str:
    """Return a distance as people of that country say it: "12 km", "8 miles"."""
    return counted(km, in_miles=country_code in MILES)


def counted(km: float, *, in_miles: bool) -> str:
    """Return a distance in words, in whole kilometres or miles."""
    if in_miles:
        miles = round(km / KM_PER_MILE)
        if miles < 1:
            return _("under 1 mile")
        return _("1 mile") if miles == 1 else _("%(number)s miles", number=f"{miles:,}")
    return _("%(number)s km", number=f"{round(km):,}") if round(km) else _("under 1 km")


def point(lat: str | None, lon: str | None) -> tuple[float, float] | None:
    """Read a point in degrees, rounded to about a kilometre: whoever asks for what is near needs no more, and nobody should know more.

    Returns:
        None for whatever is no point on the Earth: words, infinities, a latitude of 91.
    """
    if not (lat and lon and _DEGREES.fullmatch(lat) and _DEGREES.fullmatch(lon)):
        return None
    north, east = round(float(lat), 2), round(float(lon), 2)
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None
