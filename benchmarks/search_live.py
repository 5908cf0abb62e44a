"""How long a change of a listed profile takes until a search in another process shows it: database, outbox, worker, index, reader.

    python -m benchmarks.search_live [--profiles 10000] [--changes 20]

A real database, a real `hairline worker` and a reader that asks every few milliseconds; the clock starts when the change is committed.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import ROOT, quantile
from benchmarks.pages import fill
from directory.core.db import Database
from directory.profiles import service as profiles
from directory.search.criteria import Criteria, Evidence, Sort
from directory.search.port import index_folder
from directory.search.whoosh_engine import WhooshEngine

#: The most that a change may take, in seconds; a worker that does not come to it is broken.
PATIENCE = 60.0
#: Between two looks.
PAUSE = 0.005
#: Between two changes: up to so long, drawn, so that they do not fall into step with the worker's own pauses.
REST = 1.5


def measure(folder: Path, *, many: int, changes: int) -> list[float]:
    """Return how long each change took to be found, in seconds.

    Args:
        folder: An empty folder for database and index.
        many: Profiles in the database.
        changes: How many are changed, one by one.
    """
    database = Database(f"sqlite:///{folder / 'hairline.sqlite3'}")
    fill(database, many)
    environment = {"HAIRLINE_DATA_DIR": str(folder), "HAIRLINE_SECRET_KEY": "benchmark-only-0123456789-abcdefghijk"}
    subprocess.run(_hairline("search", "rebuild"), env=os.environ | environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    reader, chance = WhooshEngine(index_folder(folder)), random.Random(many)
    took = []
    with _worker(environment):
        for number in range(changes + 1):
            word = f"changed{number}word"
            with database.transaction() as session:
                profiles.rename(session, profile_id=chance.randint(1, many), name=f"Studio {word}")
            took.append(_until_found(reader, word))
            time.sleep(chance.random() * REST)
    database.dispose()
    return took[1:]  # the first one also waited for the worker to start


def _until_found(reader: WhooshEngine, word: str) -> float:
    started = time.monotonic()
    question = Criteria(word, evidence=Evidence.ANY, sort=Sort.RELEVANCE, as_typed=True)
    while not reader.search(None, question).total:
        if time.monotonic() - started > PATIENCE:
            raise TimeoutError(f"{word} was not found in {PATIENCE:.0f} s")
        time.sleep(PAUSE)
    return time.monotonic() - started


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[None]:
    """Run `hairline worker` until the block ends."""
    child = subprocess.Popen(
        _hairline("worker"), env=os.environ | environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait(30)


def _hairline(*given: str) -> list[str]:
    return [sys.executable, "-m", "directory.cli", *given]


def main() -> None:
    """Measure, print a line, and the same as JSON."""
    ask = argparse.ArgumentParser(description="From the commit of a change to the search that shows it.")
    ask.add_argument("--profiles", type=int, default=10_000)
    ask.add_argument("--changes", type=int, default=20)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="hairline-live-") as folder:
        took = measure(Path(folder), many=given.profiles, changes=given.changes)
    found = {
        "profiles": given.profiles,
        "changes": len(took),
        "median_s": round(statistics.median(took), 3),
        "p95_s": round(quantile(took, 0.95), 3),
        "longest_s": round(max(took), 3),
    }
    verdict = "holds" if found["p95_s"] <= 2 else f"misses by x{found['p95_s'] / 2:.2f}"
    said = f"median {found['median_s']} s, p95 {found['p95_s']} s (<= 2 s: {verdict})"
    print(f"{len(took)} changes among {given.profiles:,} profiles: {said}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
