"""The names that a map writes: the largest places in a square of the usual grid."""

from math import atan, degrees, pi, sinh
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from directory.models.places import Place

#: Squares further out hold whole continents, where the map names countries; those further in hold no more places.
LEAST_ZOOM, MOST_ZOOM = 4, 11
#: Names in a square: more would stand on each other.
NAMES = 12


class Label(NamedTuple):
    """A name and where it stands, the larger place first."""

    name: str
    lat: float
    lon: float
    population: int


class Square(NamedTuple):
    """The edges of a square in degrees."""

    south: float
    west: float
    north: float
    east: float


def square(zoom: int, x: int, y: int) -> Square | None:
    """Return the edges of a square of the grid that web maps share (spherical Mercator, 2^zoom squares a side), or None outside of it."""
    if not LEAST_ZOOM <= zoom <= MOST_ZOOM:  # first: two to the power of any number that somebody types would fill the memory
        return None
    side = 2**zoom
    if not (0 <= x < side and 0 <= y < side):
        return None

    def north_of(row: int) -> float:
        return degrees(atan(sinh(pi * (1 - 2 * row / side))))

    return Square(north_of(y + 1), x / side * 360 - 180, north_of(y), (x + 1) / side * 360 - 180)


def inside(session: Session, edges: Square) -> list[Label]:
    """Return the names of the largest places in a square (one query)."""
    columns = (col(Place.name), col(Place.lat), col(Place.lon), col(Place.population))
    rows = (
        select(*columns)
        .where(col(Place.lat) >= edges.south, col(Place.lat) < edges.north, col(Place.lon) >= edges.west, col(Place.lon) < edges.east)
        .order_by(col(Place.population).desc(), col(Place.id))
        .limit(NAMES)
    )
    return [Label(*row) for row in session.execute(rows)]
