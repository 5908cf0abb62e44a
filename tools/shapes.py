"""Shapes on a map: TopoJSON read, lines thinned, cut into squares and packed as text. Pure."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import cos, radians
from typing import Any

#: Steps to a degree in the packed lines: 1/500 degree is 222 m or less.
STEPS = 500

Point = tuple[float, float]
Line = list[Point]
Rings = list[list[int]]
#: West, south, east, north.
Box = tuple[float, float, float, float]


class Topology:
    """A TopoJSON file: lines that neighbours share, and shapes made of them.

    Args:
        document: The file, decoded.
        least: Square degrees that a corner must span to stay.
    """

    def __init__(self, document: dict[str, Any], least: float) -> None:
        self.objects = document["objects"]
        self._least = least
        (x_step, y_step), (x_first, y_first) = document["transform"]["scale"], document["transform"]["translate"]
        self._lines: list[Line] = []
        for arc in document["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append((x * x_step + x_first, y * y_step + y_first))
            self._lines.append(line)
        self._thin: dict[tuple[int, float], Line] = {}

    def line(self, arc: int, least: float | None = None) -> Line:
        """Return a line, thinned; a negative number means backwards, as TopoJSON has it."""
        forward = ~arc if arc < 0 else arc
        key = forward, least or self._least
        if key not in self._thin:
            self._thin[key] = thinned(self._lines[forward], key[1])
        line = self._thin[key]
        return line[::-1] if arc < 0 else line

    def ring(self, arcs: Iterable[int], least: float | None = None) -> Line:
        """Return lines end to end as one; where it crosses the 180th meridian it goes on beyond."""
        found: Line = []
        for arc in arcs:
            line = self.line(arc, least)
            found += line[1:] if found else line
        return unbroken(found)

    def shared(self, shapes: Sequence[dict[str, Any]]) -> list[Line]:
        """Return the lines that lie between two of the shapes."""
        uses = Counter(~arc if arc < 0 else arc for shape in shapes for ring in rings_of(shape) for arc in ring)
        return [self.line(arc) for arc, times in sorted(uses.items()) if times > 1]

    def outline(self, shapes: Sequence[dict[str, Any]]) -> list[Line]:
        """Return the rings around all shapes together: the lines that only one of them uses, joined at their ends."""
        rings = [ring for shape in shapes for ring in rings_of(shape)]
        uses = Counter(~arc if arc < 0 else arc for ring in rings for arc in ring)
        starts: dict[Point, list[int]] = defaultdict(list)
        for arc in (arc for ring in rings for arc in ring if uses[~arc if arc < 0 else arc] == 1):
            starts[self.line(arc)[0]].append(arc)
        return list(self._joined(starts))

    def _joined(self, starts: dict[Point, list[int]]) -> Iterator[Line]:
        for start in sorted(starts):
            while starts[start]:
                arcs = [starts[start].pop()]
                while (end := self.line(arcs[-1])[-1]) != start and starts[end]:
                    arcs.append(starts[end].pop())
                yield self.ring(arcs)


def rings_of(shape: dict[str, Any]) -> Rings:
    """Return all rings of a polygon or of several."""
    if shape["type"] == "Polygon":
        return list(shape["arcs"])
    return [ring for polygon in shape.get("arcs", []) for ring in polygon] if shape["type"] == "MultiPolygon" else []


def thinned(line: Line, least: float) -> Line:
    """Return a line without the corners that span little, the least first; its ends stay, and a closed line keeps five points.

    M. Visvalingam and J. D. Whyatt, "Line generalisation by repeated elimination of points", Cartographic Journal 30, 1993.
    """
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    heap = [(_spanned(line[n - 1], line[n], line[n + 1]), n) for n in range(1, len(line) - 1)]
    heapq.heapify(heap)
    area = {n: size for size, n in heap}
    left, fewest = len(line), 5 if line[0] == line[-1] else 2
    while heap and heap[0][0] < least and left > fewest:
        size, n = heapq.heappop(heap)
        if area.get(n) != size:
            continue
        del area[n]
        left -= 1
        one, other = before[n], after[n]
        after[one], before[other] = other, one
        for m in (one, other):
            if m in area:  # never less than what went before it: else a smooth curve would fall one corner after the other
                area[m] = max(size, _spanned(line[before[m]], line[m], line[after[m]]))
                heapq.heappush(heap, (area[m], m))
    return [point for n, point in enumerate(line) if n in area or n in {0, len(line) - 1}]


def _spanned(one: Point, corner: Point, other: Point) -> float:
    """Return the area of a corner in square degrees of the equator."""
    twice = (corner[0] - one[0]) * (other[1] - one[1]) - (other[0] - one[0]) * (corner[1] - one[1])
    return abs(twice) / 2 * cos(radians(corner[1]))


def unbroken(line: Line) -> Line:
    """Return a line without leaps from 180 degrees east to 180 west: it goes on to 190, say."""
    found, turns = line[:1], 0
    for before, here in zip(line, line[1:], strict=False):
        turns += (before[0] - here[0] > 180) - (here[0] - before[0] > 180)
        found.append((here[0] + 360 * turns, here[1]))
    return found


def closed(ring: Line) -> Line:
    """Return a ring as one that the map can fill: one around the pole goes down to it."""
    return ring if ring[0] == ring[-1] else [*ring, (ring[-1][0], -90.0), (ring[0][0], -90.0), ring[0]]


def area_of(ring: Line) -> float:
    """Return the area inside a ring in square degrees of the equator."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x * b - a * y for (x, y), (a, b) in pairs)) / 2 * cos(radians(ring[0][1]))


def middle_of(ring: Line) -> Point:
    """Return the centre of mass of a ring; of one that holds nothing, its first point."""
    x_sum = y_sum = whole = 0.0
    for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x * b - a * y
        x_sum, y_sum, whole = x_sum + (x + a) * cross, y_sum + (y + b) * cross, whole + 3 * cross
    return (x_sum / whole, y_sum / whole) if whole else ring[0]


def packed(line: Line) -> str:
    """Return a line as text: the differences of its points, five bits to a character, latitude first.

    It is the Encoded Polyline Algorithm Format, in steps of 1/500 degree instead of 1/100000.
    """
    found, last = [], (0, 0)
    for lon, lat in line:
        here = round(lat * STEPS), round(lon * STEPS)
        if found and here == last:
            continue
        found += [_letters(now - then) for now, then in zip(here, last, strict=True)]
        last = here
    return "".join(found)


def _letters(number: int) -> str:
    left = ~(number << 1) if number < 0 else number << 1
    found = ""
    while left >= 0x20:
        found += chr((0x20 | (left & 0x1F)) + 63)
        left >>= 5
    return found + chr(left + 63)


def everywhere(line: Line) -> Iterator[Line]:
    """Yield a line, and once more on the other edge of the map where it reaches beyond the 180th meridian."""
    yield line
    for turn in (-360, 360):
        moved = [(lon + turn, lat) for lon, lat in line]
        if any(-180 < lon < 180 for lon, _lat in moved):
            yield moved


def ring_inside(ring: Line, box: Box) -> Line:
    """Return the part of a filled ring that lies in a box: I. Sutherland and G. Hodgman, "Reentrant polygon clipping", CACM 17, 1974."""
    for axis, edge, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        kept: Line = []
        for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
            is_in, goes_in = sign * (one[axis] - edge) >= 0, sign * (other[axis] - edge) >= 0
            if is_in:
                kept.append(one)
            if is_in != goes_in:
                kept.append(_crossing(one, other, axis, edge))
        ring = kept
    return ring


def lines_inside(line: Line, box: Box) -> Iterator[Line]:
    """Yield the parts of a line that lie in a box, each with the first point beyond it, so that neighbours meet."""
    part: Line = []
    for one, other in zip(line, line[1:], strict=False):
        if _touches(one, other, box):
            part = part or [one]
            part.append(other)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _touches(one: Point, other: Point, box: Box) -> bool:
    """Say whether the box around a stretch meets a box."""
    (west, east), (south, north) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return east >= box[0] and west <= box[2] and north >= box[1] and south <= box[3]


def _crossing(one: Point, other: Point, axis: int, edge: float) -> Point:
    share = (edge - one[axis]) / (other[axis] - one[axis])
    across = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
    return (edge, across) if axis == 0 else (across, edge)
