"""The drawn base: how lines are thinned, cut and packed, and that all of a map stays small."""

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from directory.core.paths import STATIC
from directory.web import atlas
from tests import vendored
from tests.clients import Visitor
from tests.world import World

TOOLS = Path(__file__).resolve().parents[2] / "tools"
#: Scripts, styles, base, names and pins together, as they are sent. Bytes.
BUDGET = 250_000
#: The squares that a map on a desk can hold at the zoom from which squares are fetched.
IN_SIGHT = 6


@pytest.fixture(scope="module")
def shapes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shapes", TOOLS / "shapes.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["shapes"] = module
    spec.loader.exec_module(module)
    return module


def unpacked(text: str) -> list[tuple[float, float]]:
    """Read a packed line as the script does; Google's description of the format, in steps of 1/500 degree."""
    numbers, number, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        number |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            numbers.append(~(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    points, lat, lon = [], 0, 0
    for down, across in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + down, lon + across
        points.append((lon / 500, lat / 500))
    return points


class TestShapes:
    def test_what_is_packed_is_read_again(self, shapes: ModuleType):
        """Seen to fail with the sign bit forgotten."""
        line = [(-79.42, 43.7), (-79.4, 43.702), (179.998, -89.0), (0.0, 0.0)]
        assert unpacked(shapes.packed(line)) == line

    def test_thinning_keeps_the_ends_and_the_sharpest_corners(self, shapes: ModuleType):
        """Seen to fail with the largest corners taken out first."""
        line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 2.0), (4.0, 0.0)]
        assert shapes.thinned(line, 0.1) == [(0.0, 0.0), (2.0, 0.0), (3.0, 2.0), (4.0, 0.0)]
        assert shapes.thinned(line, 100) == [(0.0, 0.0), (4.0, 0.0)]

    def test_an_island_is_never_thinned_away(self, shapes: ModuleType):
        """Seen to fail with closed lines cut down to their ends."""
        island = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.05, 0.12), (0.0, 0.1), (0.0, 0.0)]
        assert len(shapes.thinned(island, 100)) == 5

    def test_neighbours_are_outlined_as_one(self, shapes: ModuleType):
        """Two squares side by side: their outline leaves the line between them out, and that line is their border."""
        document = {
            "objects": {},
            "transform": {"scale": [1, 1], "translate": [0, 0]},
            # the shared side, the way round the left one, the way round the right one
            "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]],
        }
        topology = shapes.Topology(document, 0)
        left, right = {"type": "Polygon", "arcs": [[0, 1]]}, {"type": "Polygon", "arcs": [[2, -1]]}
        (ring,) = topology.outline([left, right])
        assert shapes.area_of(ring) == pytest.approx(2, rel=0.01)
        assert topology.shared([left, right]) == [[(1, 0), (1, 1)]]

    def test_a_ring_across_the_180th_meridian_is_not_a_band_around_the_world(self, shapes: ModuleType):
        """Seen to fail without `unbroken`: Russia was drawn across the Atlantic."""
        ring = shapes.unbroken([(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0)])
        assert max(lon for lon, _lat in ring) == 190
        assert [max(lon for lon, _lat in one) for one in shapes.everywhere(ring)] == [190, -170]

    def test_a_square_holds_its_part_of_a_ring(self, shapes: ModuleType):
        """Seen to fail with one edge of the box left out."""
        ring = [(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0), (-5.0, -5.0)]
        part = shapes.ring_inside(ring, (0, 0, 10, 10))
        assert shapes.area_of(part) == pytest.approx(25, rel=0.01)
        assert shapes.ring_inside(ring, (6, 6, 10, 10)) == []
        whole = shapes.ring_inside(ring, (-1, -1, 1, 1))
        assert shapes.area_of(whole) == pytest.approx(4, rel=0.01)

    def test_a_line_is_cut_where_it_leaves(self, shapes: ModuleType):
        line = [(-2.0, 1.0), (1.0, 1.0), (4.0, 1.0), (7.0, 1.0), (7.0, 9.0), (1.0, 9.0), (1.0, 1.5)]
        parts = list(shapes.lines_inside(line, (0, 0, 2, 2)))
        assert parts == [[(-2.0, 1.0), (1.0, 1.0), (4.0, 1.0)], [(1.0, 9.0), (1.0, 1.5)]]


def inside(point: tuple[float, float], rings: list[list[tuple[float, float]]]) -> bool:
    """Say whether a point lies in filled rings: the even-odd rule, as browsers fill."""
    x, y = point
    crossings = 0
    for ring in rings:
        for (a, b), (c, d) in zip(ring, ring[1:] + ring[:1], strict=True):
            crossings += (b > y) != (d > y) and x < a + (y - b) / (d - b) * (c - a)
    return crossings % 2 == 1


class TestFiles:
    @pytest.mark.parametrize(
        ("where", "square", "is_dry"),
        [
            ((-79.42, 43.72), "-80_40", True),  # Toronto
            ((-78.5, 43.45), "-80_40", False),  # Lake Ontario
            ((-118.24, 34.05), "-120_20", True),  # Los Angeles
            ((-118.8, 33.8), "-120_20", False),  # the sea before Malibu
            ((28.95, 41.01), "20_40", True),  # Istanbul
            ((51.0, 41.0), "40_40", False),  # the Caspian Sea
            ((178.0, -18.0), "160_-20", True),  # Fiji
            ((-170.0, 66.0), "-180_60", False),  # the Bering Strait
        ],
    )
    def test_land_is_land_and_water_is_water(self, where: tuple[float, float], square: str, is_dry: bool):
        """Seen to fail with the lakes left out, and with the rings of Russia not cut at the 180th meridian."""
        found: dict[str, Any] = json.loads((STATIC / "map" / f"{square}.json").read_text("utf-8"))
        drawn = {name: [unpacked(text) for text in found[name]] for name in ("land", "union", "lakes")}
        on_land = inside(where, drawn["land"]) or inside(where, drawn["union"])
        assert (on_land and not inside(where, drawn["lakes"])) is is_dry

    def test_the_base_names_the_squares_that_exist(self):
        squares = json.loads((STATIC / "map" / "base.json").read_text("utf-8"))["squares"]
        assert sorted(path.stem for path in (STATIC / "map").glob("*_*.json")) == squares

    def test_the_script_reads_in_the_steps_in_which_the_tool_packs(self, shapes: ModuleType):
        script = (STATIC / "js/map/base.js").read_text("utf-8")
        assert f"STEPS = {shapes.STEPS}" in script


class TestBudget:
    def test_all_of_a_map_stays_under_250_kb(self, app: Flask, world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
        """The worst case: 500 pins, the six largest squares side by side, twelve squares of names.

        Seen to fail with the finer squares in the base itself.
        """
        files = app.extensions["assets"].files
        own = [name for name in files if name.startswith("js/map") or name in {"map/leaflet.css", "map/base.json"}]
        theirs = ["vendor/leaflet.js", "vendor/leaflet.css", "vendor/supercluster.js"]
        assert len(own) >= 7
        vendored.needs("leaflet.js")
        sent = sum(len(files[name].gzipped) for name in [*own, *theirs])
        heaviest = sorted((len(asset.gzipped) for name, asset in files.items() if name.startswith("map/") and "_" in name), reverse=True)
        sent += sum(heaviest[:IN_SIGHT])
        ids = [
            world.make.profile(f"Practitioner {number} of the Scalp, Hair and Skin Studio", place=world.toronto).id for number in range(30)
        ]
        world.count()
        answer = visitor.get("/map/pins?at=/ca/ontario/toronto/", headers={"Accept-Encoding": "identity"}).data
        assert len(json.loads(answer)["pins"]) == len(ids)
        sent += len(gzip.compress(answer, 5)) * atlas.MOST // len(ids)
        sent += 12 * 1_500
        assert sent < BUDGET, f"{sent:,} bytes"
