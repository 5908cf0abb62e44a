"""Make the small gazetteer of the tests, tests/places/fixture, from the shipped files: run again when those change.

python tools/make_place_sample.py
"""

import csv
import lzma
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from make_places import COLUMNS, SEPARATOR, packed
from make_postcodes import COLUMNS as POSTCODES

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "directory" / "data"
FIXTURE = HERE / "tests" / "places" / "fixture"

#: Every place of these names, with all its other names.
WANTED = {
    *("Toronto", "Los Angeles", "Springfield", "Frisco", "San Francisco", "Rio de Janeiro", "Río", "New York City", "Manhattan"),
    *("Brooklyn", "Munich", "Singapore", "Paris", "Istanbul", "London", "Washington", "Ontario", "San José", "Beverly Hills"),
    *("Hollywood", "St. Louis", "Saint-Louis", "Québec", "Luxembourg", "Mexico City", "Guatemala City", "Cairo", "Tokyo", "Il"),
    *("Петровец", "Арачиново", "Palauli", "Adjuntas", "Iqaluit", "Westminster", "City of London", "Guelph", "Chicago", "Houston"),
    *("Zürich", "Köln", "Łódź", "Scarborough", "Reading", "Xi’an", "Anchorage", "Mumbai", "Cheyenne", "Old Toronto", "Kazan"),
    *("Atlanta", "Tbilisi", "Kutaisi", "Sacramento", "Victoria", "Melbourne", "Berlin", "Moss Park", "Regent Park", "St James's"),
    *("City of Westminster", "Times Square", "Hell's Kitchen", "Chicago Loop", "Echo Park"),
}
#: Their centres, so that codes near the wanted places are known.
POSTCODES_WANTED = {
    "us_zips": {"90012", "90210", "10001", "60601", "00601", "77002", "77003", "99501", "62701"},
    "ca_fsas": {"M5V", "N1C", "X0A", "K1A", "V6B"},
    "uk_outcodes": {"SW1A", "EC1A", "W1A", "M1", "E1", "N1C", "EH1"},
}


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a shipped file."""
    with lzma.open(path, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def sample_rows() -> list[dict[str, str]]:
    """Return the wanted places, the largest of each country, and a few that would share a path."""
    rows = read(DATA / "places.csv.xz")
    largest: dict[str, dict[str, str]] = {}
    for row in rows:
        best = largest.get(row["country"])
        if best is None or int(row["population"]) > int(best["population"]):
            largest[row["country"]] = row
    chosen = {row["geonameid"]: row for row in rows if row["name"] in WANTED}
    for row in largest.values():  # of these only a few other names, to keep the file small
        few = SEPARATOR.join(name for name in row["aliases"].split(SEPARATOR) if name.isascii())[:60].rpartition(SEPARATOR)[0]
        chosen.setdefault(row["geonameid"], row | {"aliases": few})
    for row in colliding(rows):
        chosen.setdefault(row["geonameid"], row | {"aliases": ""})
    return [chosen[row["geonameid"]] for row in rows if row["geonameid"] in chosen]


def colliding(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the places that share country, region and name with another, in the United States."""
    seen: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        if row["country"] == "US":
            seen.setdefault((row["region"], row["name"]), []).append(row)
    return [row for pair in seen.values() if len(pair) > 1 for row in pair][:6]


def main() -> int:
    """Write the fixture."""
    (FIXTURE / "postcodes").mkdir(parents=True, exist_ok=True)
    rows = sample_rows()
    (FIXTURE / "places.csv.xz").write_bytes(packed(COLUMNS, ([row[column] for column in COLUMNS] for row in rows)))
    for name, columns in POSTCODES.items():
        lines = [row for row in read(DATA / "postcodes" / f"{name}.csv.xz") if row[columns[0]] in POSTCODES_WANTED[name]]
        data = packed(columns, ([row[column] for column in columns] for row in lines))
        (FIXTURE / "postcodes" / f"{name}.csv.xz").write_bytes(data)
    sys.stdout.write(f"{len(rows)} places\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
