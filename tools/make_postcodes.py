"""Make the three tables of postcode centres under directory/data/postcodes: run once by a maintainer.

    python tools/make_postcodes.py --zips us.csv --fsas ca.csv --outcodes uk.csv

Each source has a licence of its own (see the folder's README.md), so each stays a file of its own.
The columns are copied as they stand; the same input gives the same bytes.
"""

import argparse
import csv
import io
import lzma
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
#: The file we write -> the columns it keeps; the first is its key.
COLUMNS = {
    "us_zips": ("zip", "lat", "lon", "state"),
    "ca_fsas": ("fsa", "lat", "lon", "name", "province"),
    "uk_outcodes": ("outcode", "lat", "lon"),
}


def packed(source: Path, columns: tuple[str, ...]) -> tuple[bytes, int]:
    """Return the chosen columns of a CSV file, sorted by the first, as CSV in XZ, and the number of rows."""
    with source.open(encoding="utf-8-sig", newline="") as lines:
        rows = sorted([row[column].strip() for column in columns] for row in csv.DictReader(lines))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME), len(rows)


def main() -> int:
    """Read the three sources, write the three files, say what is in them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zips", type=Path, required=True)
    parser.add_argument("--fsas", type=Path, required=True)
    parser.add_argument("--outcodes", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=HERE / "directory" / "data" / "postcodes")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for (name, columns), source in zip(COLUMNS.items(), (options.zips, options.fsas, options.outcodes), strict=True):
        data, rows = packed(source, columns)
        (options.out / f"{name}.csv.xz").write_bytes(data)
        sys.stdout.write(f"{name}: {rows:,} rows, {len(data):,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
