"""The files that we ship: whole, credited, each with its licence."""

import csv
import lzma
from collections import Counter

from click.testing import CliRunner

from directory.cli import main
from directory.core.text import slugify
from directory.places.gazetteer import DATA, Gazetteer


def test_the_gazetteer_is_whole() -> None:
    """Seen to fail with the first line cut."""
    rows = Gazetteer().places()
    assert len(rows) == 69_472
    assert sum(len(row.others) for row in rows) > 490_000
    paths = Counter((row.country_code, slugify(row.region_name), slugify(row.name)) for row in rows)
    assert sum(1 for number in paths.values() if number > 1) == 459
    assert all(slug and row.timezone and -90 <= row.lat <= 90 for row, (_c, _r, slug) in zip(rows, paths.elements(), strict=False))


def test_the_postcodes_are_whole() -> None:
    """Seen to fail with one file in another's place."""
    sizes = {"us_zips": 33_791, "ca_fsas": 1_644, "uk_outcodes": 2_997}
    for name, rows in sizes.items():
        with lzma.open(DATA / "postcodes" / f"{name}.csv.xz", "rt", encoding="utf-8", newline="") as text:
            assert sum(1 for _row in csv.DictReader(text)) == rows


def test_each_file_says_whose_it_is() -> None:
    """Seen to fail without the README of the folder."""
    credits_ = (DATA / "README.md").read_text("utf-8")
    assert "GeoNames" in credits_
    assert "CC BY 4.0" in credits_
    licences = (DATA / "postcodes" / "README.md").read_text("utf-8")
    for path in (DATA / "postcodes").glob("*.csv.xz"):
        assert path.name in licences
    assert "Open Database License" in (DATA / "postcodes" / "LICENSE-ODbL.md").read_text("utf-8")
    assert "Open Government Licence" in (DATA / "postcodes" / "LICENSE-OGL.md").read_text("utf-8")


def test_the_command_refuses_a_country_that_does_not_exist() -> None:
    """Seen to fail without the check: nothing was loaded, and it said so as if all were well."""
    result = CliRunner().invoke(main, ["places", "build", "--country", "zz"])
    assert result.exit_code == 2
    assert "No places in ZZ" in result.output
