"""What is near, for engines that cannot say it themselves: cells to look in, and great-circle distances with numpy."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from directory.search.criteria import Centre

#: Cells to a degree, both ways.
CELLS = 4
#: Kilometres of a degree of latitude, a little too few so that no square comes out too small.
DEGREE = 111.0
RADIUS = 6371.0088


def cell(lat: float, lon: float) -> int:
    """Return the number of the cell where a point lies."""
    return _number(math.floor((lat + 90) * CELLS), math.floor((lon + 180) * CELLS))


def cells(centre: Centre, km: float) -> list[int]:
    """Return the numbers of all cells that the square around a circle touches."""
    south, north, west, east = square(centre, km)
    rows = range(math.floor((south + 90) * CELLS), math.floor((north + 90) * CELLS) + 1)
    columns = range(math.floor((west + 180) * CELLS), math.floor((east + 180) * CELLS) + 1)
    return [_number(row, column % (360 * CELLS)) for row in rows for column in columns]


def square(centre: Centre, km: float) -> tuple[float, float, float, float]:
    """Return south, north, west and east of the square around a circle."""
    high = km / DEGREE
    wide = high / max(0.05, math.cos(math.radians(centre.lat)))
    return centre.lat - high, centre.lat + high, centre.lon - wide, centre.lon + wide


def distances(centre: Centre, lats: Sequence[float], lons: Sequence[float]) -> NDArray[np.float64]:
    """Return kilometres along the great circle (haversine)."""
    lat, lon = np.radians(np.asarray(lats, float)), np.radians(np.asarray(lons, float))
    here_lat, here_lon = math.radians(centre.lat), math.radians(centre.lon)
    half = np.sin((lat - here_lat) / 2) ** 2 + math.cos(here_lat) * np.cos(lat) * np.sin((lon - here_lon) / 2) ** 2
    found: NDArray[np.float64] = 2 * RADIUS * np.arcsin(np.sqrt(half))
    return found


def _number(row: int, column: int) -> int:
    return row * 360 * CELLS + column
