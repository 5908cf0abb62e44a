"""How fast a sheet is read in, how much memory that takes, and how long a review has to wait meanwhile.

python -m benchmarks.import_ [--rows 100000]       speed and memory, beside those of a tenth of the rows
python -m benchmarks.import_ --reviews             reviews posted during it: how long each takes
python -m benchmarks.import_ --url postgresql://…  on another database; its tables must be empty
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlmodel import col, select

from directory.core import clock
from directory.core.db import Database
from directory.ingest import pipeline, sheet
from directory.ingest.batches import Pace
from directory.models.accounts import User
from directory.models.base import metadata
from directory.models.places import Place
from directory.models.profiles import Profile
from directory.places import service as places
from directory.reviews import service as reviews
from directory.treatments import service as treatments

GIVEN = ("Ada", "Bruno", "Clara", "Dev", "Edith", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Kira", "Leo", "Maya", "Nils", "Olga", "Paul")
FAMILY = ("Ash", "Birch", "Card", "Dun", "East", "Fern", "Glen", "Harrow", "Ingle", "Jess", "Kell", "Lark", "Merri", "Nor", "Oak", "Pen")
ENDS = ("down", "well", "mere", "grove", "sby", "holt", "away", "amy", "moor", "dew", "beck", "hurst", "hale", "ford", "wick", "bury")


def write_sheet(path: Path, rows: int, cities: list[tuple[str, str, str]]) -> None:
    """Write a sheet of invented people, the same every time."""
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, sheet.COLUMNS)
        writer.writeheader()
        for n in range(rows):
            city, region, country = chance.choice(cities)
            row = {
                "key": f"row-{n}",
                "kind": "person",
                "practitioner_kind": "smp_artist",
                "name": f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}{chance.choice(ENDS)}",
                "address": f"{n % 900 + 1} Example Street",
                "city": city,
                "region": region,
                "country": country,
                "phone": f"+1202555{n % 100:02}{n % 90 + 10:02}",
                "treatments": chance.choice(["smp", "smp; smp-scar", "fue; fut", ""]),
                "languages": "en",
                "hair_evidence": chance.choice(["", "stated_by_owner"]),
            }
            if n % 3 == 0 and row["treatments"]:
                row |= {
                    "price_min": "1500",
                    "price_max": "4000",
                    "currency": "USD",
                    "price_unit": "package_total",
                    "price_date": "2026-01-01",
                }
            writer.writerow(row)


def prepare(url: str) -> list[tuple[str, str, str]]:
    """Make the tables, the places and the treatments; return the 2,000 largest cities."""
    database = Database(url)
    metadata.create_all(database.engine)
    places.build(database)
    with database.transaction() as session:
        treatments.sync(session)
    with database.session() as session:
        largest = session.exec(select(Place).order_by(col(Place.population).desc()).limit(2000)).all()
    database.dispose()
    parts = [(row, row.path.split("/")) for row in largest]
    return [(row.name, path[1].replace("-", " ") if len(path) == 3 else "", row.country_code) for row, path in parts]


def measure(url: str, path: Path) -> None:
    """Read a sheet and print what that took: in a process of its own, to know its memory."""
    database, pace = Database(url), Pace()
    started, worked = time.perf_counter(), time.process_time()
    report = pipeline.run(database, sheet.feed(name="Benchmark"), path, pace=pace)
    seconds = time.perf_counter() - started
    held = sorted(pace.held)
    found = {
        "new": report.new,
        "same": report.same,
        "refused": report.refused,
        "seconds": round(seconds, 2),
        "rows_per_second": round((report.new + report.same) / seconds),
        "rows_per_cpu_second": round((report.new + report.same) / (time.process_time() - worked)),
        "peak_mb": peak_memory(),
        "batches": len(held),
        "lock_ms_median": round(statistics.median(held) * 1000, 1),
        "lock_ms_p99": round(held[int(len(held) * 0.99)] * 1000, 1),
        "lock_ms_longest": round(held[-1] * 1000, 1),
    }
    print(json.dumps(found))


def peak_memory() -> float:
    """Return the largest memory of this process in megabytes; `ru_maxrss` would tell that of the process which started it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)


def measured(url: str, path: Path) -> subprocess.Popen[str]:
    """Start to measure in a fresh process."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.import_", "--measure", str(path), "--url", url], stdout=subprocess.PIPE, text=True
    )


def result(process: subprocess.Popen[str]) -> dict[str, float]:
    """Wait for a measurement and return it."""
    out, _nothing = process.communicate()
    if process.returncode:
        raise SystemExit(process.returncode)
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def post_reviews(url: str, process: subprocess.Popen[str]) -> list[float]:
    """Post a review every 20 ms until the import has ended; return how long each took, in milliseconds."""
    database = Database(url)
    with database.transaction() as session:
        now = clock.now()
        ada = Profile(slug="reviewed", kind="practitioner", name="Reviewed", sort_key="reviewed", created_at=now, updated_at=now)
        session.add(ada)
        session.flush()
        profile_id = ada.id
    waits: list[float] = []
    while process.poll() is None:
        with database.transaction() as session:
            number = len(waits)
            mail = f"person{number}@patients.example"
            names = {"email": mail, "email_key": mail, "display_name": f"Person {number}", "display_name_key": f"person {number}"}
            author = User(**names, password_hash="-", birth_year=1980, email_confirmed_at=clock.now(), created_at=clock.now())
            session.add(author)
            session.flush()
            author_id = author.id
        started = time.perf_counter()
        with database.transaction() as session:
            reviews.submit(
                session,
                profile_id=profile_id,
                author_id=author_id,
                overall=4,
                treatment="smp",
                month="2025-09",
                body="Three sessions, calm and clean. The hairline looks like my own stubble.",
                own_experience=True,
            )
        waits.append((time.perf_counter() - started) * 1000)
        time.sleep(0.02)
    return sorted(waits)


def main() -> None:
    """Run what was asked for."""
    ask = argparse.ArgumentParser(description="Import of a sheet: speed, memory, and writes beside it.")
    ask.add_argument("--rows", type=int, default=100_000)
    ask.add_argument("--url", default="")
    ask.add_argument("--reviews", action="store_true")
    ask.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.measure:
        measure(given.url, given.measure)
        return
    with tempfile.TemporaryDirectory(prefix="hairline-import-") as name:
        folder = Path(name)
        sizes = [given.rows] if given.reviews or given.url else [given.rows // 10, given.rows]
        for rows in sizes:
            url = given.url or f"sqlite:///{folder / f'{rows}.sqlite3'}"
            path = folder / f"sheet-{rows}.csv"
            write_sheet(path, rows, prepare(url))
            process = measured(url, path)
            waits = post_reviews(url, process) if given.reviews else []
            print(f"{rows:>9,} rows  ", result(process))
            if waits:
                p95 = waits[int(len(waits) * 0.95)]
                took = f"median {statistics.median(waits):.0f} ms, p95 {p95:.0f} ms, longest {waits[-1]:.0f} ms"
                print(f"{len(waits):>9,} reviews meanwhile: {took}")
            else:
                print("    read again", result(measured(url, path)))


if __name__ == "__main__":
    main()
