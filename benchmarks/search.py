"""How fast search is, beside tantivy and SQLite's FTS5 in the same run, on listings that are the same every time.

    python -m benchmarks.search [--sizes 10000,100000] [--out FILE] [--data FOLDER] [--engines ours,tantivy,fts5]

All engines are asked the same questions in turn; a run in which they do not find the same ends there. Prints tables and what each goal
says to them, and writes everything as JSON. Listings that were made once are kept in the data folder, so a run that was broken off goes on.
"""

import argparse
import json
import pickle
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import alone, corpus, engines, goals, questions, report, rounds
from benchmarks.engines import Question
from benchmarks.measuring import commit, in_a_process, machine, quantile, versions


@dataclass(frozen=True)
class Effort:
    """How much is done for one size.

    Args:
        rounds: Rounds of questions.
        seconds: An engine that has spent so long on questions is not asked in further rounds.
        processes: Fresh ones in which every word is touched for the first time; the median of each word counts.
    """

    rounds: int = 15
    seconds: float = 20.0
    processes: int = 3


def measure(listings: corpus.Corpus, folder: Path, names: Sequence[str], effort: Effort) -> dict[str, Any]:
    """Measure engines over one corpus.

    Args:
        listings: What is searched.
        folder: Where indexes are made.
        names: Of the engines; the others are compared with the first.
        effort: How much is done.

    Raises:
        rounds.AnswersDiffer: when engines do not find the same.
    """
    made = listings.make()
    print(f"\n{listings.size:,} listings" + (f", made in {made:.0f} s" if made > 1 else ""), flush=True)
    found: dict[str, Any] = {"listings": listings.size, "build": {}, "change": {}}
    given = (str(folder), "--corpus", str(listings.folder), "--size", str(listings.size), "--seed", str(listings.seed))
    for name in names:
        written = in_a_process("benchmarks.alone", "write", name, *given)
        found["build"][name], found["change"][name] = written["build"], written["change"]
    asked = questions.all_(next(listings.batches(questions.SAMPLE)))
    (folder / alone.QUESTIONS).write_bytes(pickle.dumps((questions.untouched(), asked)))
    found["ops"] = _asked(asked, listings, folder, names, effort)
    starts = [in_a_process("benchmarks.alone", "start", names[0], *given) for _ in range(effort.processes)]
    found["touch"] = _touched(starts)
    found["start"] = {key: statistics.median(one[key] for one in starts) for key in starts[0] if key != "touch_ms"}
    found["goals"] = [
        {"what": one.goal.what, "value": round(one.value, 4), "most": one.most, "unit": one.goal.unit, "holds": one.holds}
        for one in goals.verdicts(found)
    ]
    return found


def _asked(asked: Sequence[Question], listings: corpus.Corpus, folder: Path, names: Sequence[str], effort: Effort) -> dict[str, Any]:
    ready = [engines.make(name, folder) for name in names]
    for engine in ready:
        engine.open()
    times = rounds.run(ready, asked, _scores(listings), rounds=effort.rounds, seconds=effort.seconds, seed=listings.seed)
    for engine in ready:
        engine.close()
    return rounds.summary(times, names[0])


def _scores(listings: corpus.Corpus) -> NDArray[np.int64]:
    """Return the score of each listing by its number, which begin with 1."""
    return np.fromiter((score for one in ([0], (document.score for document in listings.documents())) for score in one), np.int64)


def _touched(starts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how long the first question for a word takes: the median over processes of each word, then the worst words."""
    words = {word: statistics.median(one["touch_ms"][word] for one in starts) for word in starts[0]["touch_ms"]}
    slowest = max(words, key=lambda word: words[word])
    took = list(words.values())
    return {
        "words": len(words),
        "p50": round(statistics.median(took), 3),
        "p95": round(quantile(took, 0.95), 3),
        "worst": words[slowest],
        "worst_word": slowest,
    }


def run(sizes: Sequence[int], data: Path, out: Path, names: Sequence[str], effort: Effort, *, seed: int) -> dict[str, Any]:
    """Measure all sizes, print and write what was found, and return it."""
    found: dict[str, Any] = {
        "seed": seed,
        "commit": commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions("whoosh", "numpy", "tantivy"),
        "rounds": effort.rounds,
        "sizes": [],
    }
    began = time.perf_counter()
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="index-", dir=data) as folder:
            measured = measure(corpus.Corpus(data / "listings", size, seed), Path(folder), names, effort)
        report.show(measured)
        found["sizes"].append(measured)
        found["seconds"] = round(time.perf_counter() - began)
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"\n{found['seconds']} s in all; written to {out}")
    return found


def main() -> None:
    """Run what was asked for."""
    ask = argparse.ArgumentParser(description="Search: questions, first touch, changes, rebuilds, memory; beside tantivy and FTS5.")
    ask.add_argument("--sizes", default="10000,100000", help="numbers of listings, with commas")
    ask.add_argument("--data", type=Path, default=Path("var/bench"), help="where listings are kept and indexes are made")
    ask.add_argument("--out", type=Path, default=Path("var/bench/search.json"))
    ask.add_argument("--engines", default=",".join(engines.NAMES), help="the first is compared with the others")
    ask.add_argument("--rounds", type=int, default=Effort.rounds)
    ask.add_argument(
        "--seconds", type=float, default=Effort.seconds, help="an engine that has spent so long is not asked in further rounds"
    )
    ask.add_argument("--seed", type=int, default=corpus.SEED)
    given = ask.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in given.sizes.split(",")]
    names = given.engines.split(",")
    try:
        run(sizes, given.data, given.out, names, Effort(given.rounds, given.seconds), seed=given.seed)
    except rounds.AnswersDiffer as difference:
        raise SystemExit(f"Engines do not find the same: {difference}") from difference


if __name__ == "__main__":
    main()
