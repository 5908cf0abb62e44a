"""What is measured of one search engine in a process of its own: how an index is made and changed, and how a fresh process starts.

Called by `benchmarks.search`; prints JSON.
"""

import argparse
import dataclasses
import json
import pickle
import shutil
import statistics
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import corpus, engines
from benchmarks.engines.port import Engine, Op, Question
from benchmarks.measuring import MB, memory, quantile
from directory.search.criteria import Criteria, Evidence, Sort
from directory.search.documents import Document

#: The file of questions for `start`: those that touch words for the first time, and all others.
QUESTIONS = "questions.pickle"
#: Single changes that are timed, and listings in the large one.
CHANGES, MANY = 30, 1_000


def build(name: str, folder: Path, listings: corpus.Corpus) -> dict[str, float]:
    """Make an index; what it takes to read the listings from their file is taken off."""
    reading = _Reading(listings.batches())
    engine = engines.make(name, folder)
    started, worked = time.perf_counter(), time.process_time()
    engine.build(reading, total=listings.size)
    wall, cpu = time.perf_counter() - started - reading.wall, time.process_time() - worked - reading.cpu
    return {"cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "peak_mb": memory("VmHWM"), "index_mb": round(engine.size() / MB, 1)}


def start(name: str, folder: Path) -> dict[str, Any]:
    """Open the index as a new web process does, touch words that nobody asked for, then ask everything.

    The questions come from a file, so that listings do not count as memory of the process; the site itself does.
    """
    import_module("directory.app")
    touches, asked = pickle.loads((folder / QUESTIONS).read_bytes())
    engine = engines.make(name, folder)
    before = memory()
    opened = _timed(engine.open)
    warmed = _timed(engine.prewarm) if hasattr(engine, "prewarm") else 0.0
    fresh = memory()
    touched = {question.criteria.text: _timed(engine.ask, question) * 1000 for question in touches}
    for question in asked:
        engine.ask(question)
    return {
        "open_ms": round(opened * 1000, 2),
        "prewarm_ms": round(warmed * 1000, 1),
        "touch_ms": {word: round(took, 3) for word, took in touched.items()},
        "rss_before_mb": before,
        "rss_fresh_mb": fresh,
        "rss_after_mb": memory(),
        "anonymous_after_mb": memory("RssAnon"),
    }


def change(name: str, folder: Path, listings: corpus.Corpus) -> dict[str, float]:
    """Change listings in a copy of the index, one by one and many at once; each time until a question finds the change."""
    copy = folder / "changed"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / name, copy / name)
    engine = engines.make(name, copy)
    engine.open()
    engine.ask(_mark("nobody"))
    documents = next(listings.batches(MANY))
    single = []
    for number, document in enumerate(documents[:CHANGES]):
        single.append(_changed(engine, [document], f"changedword{number}"))
    many = _changed(engine, documents, "changedaltogether")
    engine.close()
    shutil.rmtree(copy)
    return {
        "one_commit_ms": round(statistics.median(commit for commit, _ in single), 2),
        "one_commit_p95_ms": round(quantile([commit for commit, _ in single], 0.95), 2),
        "one_visible_ms": round(statistics.median(visible for _, visible in single), 2),
        "one_visible_p95_ms": round(quantile([visible for _, visible in single], 0.95), 2),
        "many": len(documents),
        "many_visible_ms": round(many[1], 1),
    }


def _changed(engine: Engine, documents: list[Document], word: str) -> tuple[float, float]:
    """Give documents a word more; return the milliseconds until that is committed, and until it is found."""
    changed = [dataclasses.replace(one, about=(*one.about, word)) for one in documents]
    started = time.perf_counter()
    engine.change(changed)
    committed = time.perf_counter()
    found = engine.ask(_mark(word))
    ended = time.perf_counter()
    if found.total != len(documents):
        raise SystemExit(f"{engine.name} finds {found.total} of {len(documents)} changed listings")
    return (committed - started) * 1000, (ended - started) * 1000


def _mark(word: str) -> Question:
    return Question(Op.BROAD, Criteria(word, evidence=Evidence.ANY, sort=Sort.RELEVANCE, as_typed=True))


class _Reading:
    """Batches, and the time that reading them takes."""

    def __init__(self, batches: Iterator[list[Document]]) -> None:
        self._batches = batches
        self.wall = self.cpu = 0.0

    def __iter__(self) -> Iterator[list[Document]]:
        while True:
            started, worked = time.perf_counter(), time.process_time()
            batch = next(self._batches, None)
            self.wall += time.perf_counter() - started
            self.cpu += time.process_time() - worked
            if batch is None:
                return
            yield batch


def _timed(call: Any, *given: Any) -> float:
    started = time.perf_counter()
    call(*given)
    return time.perf_counter() - started


def main() -> None:
    """Measure one thing of one engine."""
    ask = argparse.ArgumentParser(description="One measurement of one search engine.")
    ask.add_argument("what", choices=("write", "start"))
    ask.add_argument("engine", choices=engines.NAMES)
    ask.add_argument("folder", type=Path, help="where the indexes are")
    ask.add_argument("--corpus", type=Path, required=True)
    ask.add_argument("--size", type=int, required=True)
    ask.add_argument("--seed", type=int, default=corpus.SEED)
    given = ask.parse_args()
    listings = corpus.Corpus(given.corpus, given.size, given.seed)
    if given.what == "start":
        found: dict[str, Any] = start(given.engine, given.folder)
    else:
        found = {"build": build(given.engine, given.folder, listings), "change": change(given.engine, given.folder, listings)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
