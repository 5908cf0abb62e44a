"""Who is near a point: documents by cells of a quarter degree, kept with each segment, and exact distances on unit vectors."""

from collections.abc import Iterator
from math import asin, cos, degrees, radians, sin

import numpy as np
from numpy.typing import NDArray

from directory.places import sphere

#: Cells to a degree of latitude and longitude, and what sets one row of cells apart from the next.
PER_DEGREE = 4
ROW = 2048


class Cells:
    """The documents of one segment by cell.

    Args:
        data: What `packed` made.
    """

    def __init__(self, data: memoryview) -> None:
        count = len(data) // 8
        self._cells = np.frombuffer(data, "<i4", count)
        self._documents = np.frombuffer(data, "<i4", count, 4 * count)

    def near(self, lat: float, lon: float, km: float) -> NDArray[np.int32]:
        """Return the documents in all cells that a circle touches, in no order; some of them lie outside of it.

        Args:
            lat: Degrees north of its centre.
            lon: Degrees east.
            km: Its radius.
        """
        bounds = [(row * ROW + first, row * ROW + last + 1) for row, first, last in _touched(lat, lon, km)]
        edges = np.searchsorted(self._cells, np.array(bounds, np.int64).ravel())
        starts, ends = edges[::2].tolist(), edges[1::2].tolist()
        parts = [self._documents[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
        return np.concatenate(parts) if parts else self._documents[:0]


def packed(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> bytes:
    """Return documents by cell as they lie in a file; those without a point are left out.

    Args:
        x, y, z: Their points on the ball of radius 1, all zero where there is none.
    """
    located = np.flatnonzero((x != 0) | (y != 0) | (z != 0))
    north = np.degrees(np.arcsin(np.clip(z[located], -1, 1)))
    east = np.degrees(np.arctan2(y[located], x[located]))
    cells = _row(north) * ROW + _column(east)
    order = np.argsort(cells, kind="stable")
    return cells[order].astype("<i4").tobytes() + located[order].astype("<i4").tobytes()


def kilometres(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64], lat: float, lon: float) -> NDArray[np.float64]:
    """Return great-circle distances from a point; the formula is that of `places.sphere.kilometres`."""
    here = sphere.vector(lat, lon)
    chord = np.sqrt((x - here.x) ** 2 + (y - here.y) ** 2 + (z - here.z) ** 2)
    return 2 * sphere.EARTH_RADIUS * np.arcsin(np.minimum(1.0, chord / 2))


def _row(north: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor((north + 90) * PER_DEGREE).astype(np.int64)


def _column(east: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor((east + 180) * PER_DEGREE).astype(np.int64)


def _touched(lat: float, lon: float, km: float) -> Iterator[tuple[int, int, int]]:
    """Give (row, first column, last column) of the cells that a circle may touch; over the date line a row comes twice."""
    angle = km / sphere.EARTH_RADIUS
    high = degrees(angle) + 1e-6
    rows = range(int((max(-90.0, lat - high) + 90) * PER_DEGREE), int((min(90.0, lat + high) + 90) * PER_DEGREE) + 1)
    last = 360 * PER_DEGREE
    # How far a circle reaches east and west: asin(sin r / cos lat); where it holds a pole, all around.
    reach = sin(min(angle, radians(90))) / max(cos(radians(lat)), 1e-12)
    if abs(lat) + high >= 90 or reach >= 1:
        yield from ((row, 0, last) for row in rows)
        return
    wide = degrees(asin(reach)) + 1e-6
    first, end = int((lon - wide + 180) * PER_DEGREE // 1), int((lon + wide + 180) * PER_DEGREE // 1)
    for row in rows:
        yield row, max(0, first), min(last, end)
        if first < 0:
            yield row, first + last, last
        if end >= last:
            yield row, 0, end - last
