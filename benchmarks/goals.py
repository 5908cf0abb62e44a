"""What search should reach, as data: a figure, where it stands in the measurements of one size, and the most it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Number of listings -> the most.
Limits = Mapping[int, float]
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000


@dataclass(frozen=True)
class Goal:
    """One figure that must not be larger.

    Args:
        what: In words.
        at: The keys that lead to it in the measurements of one size. What ends in `ratio` is turned around: how many times as
            long as the other engine ours takes.
        most: By number of listings.
        unit: What it is counted in.
    """

    what: str
    at: tuple[str, ...]
    most: Limits
    unit: str = "ms"

    def value(self, measured: Mapping[str, Any]) -> float | None:
        """Return the figure; None where it was not measured."""
        found: Any = measured
        for key in self.at:
            found = found.get(key) if isinstance(found, Mapping) else None
        if found is None:
            return None
        return 1 / found if self.at[-1] == "ratio" else float(found)


@dataclass(frozen=True)
class Verdict:
    """Whether a goal is reached.

    Args:
        goal: Which one.
        value: What was measured.
        most: What it may be at that number of listings.
    """

    goal: Goal
    value: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.most

    def __str__(self) -> str:
        said = "holds" if self.holds else f"misses by x{self.value / self.most:.2f}"
        return f"{self.goal.what:<58} {_short(self.value):>9} <= {_short(self.most):>6} {self.goal.unit:<13} {said}"


def verdicts(measured: Mapping[str, Any]) -> Sequence[Verdict]:
    """Hold the measurements of one size against every goal that there is for that size."""
    size = measured["listings"]
    found = [(goal, goal.value(measured)) for goal in GOALS if size in goal.most]
    return [Verdict(goal, value, goal.most[size]) for goal, value in found if value is not None]


def _all(ten: float, hundred: float, million: float) -> Limits:
    return {SMALL: ten, MIDDLE: hundred, LARGE: million}


def _beside(what: str, op: str, engine: str, most: float) -> Goal:
    return Goal(what, ("ops", op, engine, "ratio"), {MIDDLE: most, LARGE: most}, f"x {engine}")


def _time(what: str, op: str, *most: float) -> Goal:
    return Goal(what, ("ops", op, "ours", "p50"), dict(zip((SMALL, MIDDLE, LARGE), most, strict=True)))


GOALS = (
    _beside("a  city and score, beside tantivy", "a", "tantivy", 1.2),
    _beside("b  words and country, beside tantivy", "b", "tantivy", 1.3),
    _beside("c  broad word (BM25), beside tantivy", "c", "tantivy", 1.3),
    _beside("cs broad word by score, beside tantivy", "cs", "tantivy", 1.0),
    _beside("e  suggestions, beside tantivy's own look-up", "e", "tantivy", 1.0),
    _beside("f  50 km by distance, beside tantivy", "f", "tantivy", 1.0),
    _beside("g  facets, beside tantivy", "g", "tantivy", 1.0),
    _beside("c  broad word (BM25), beside FTS5", "c", "fts5", 1 / 200),
    _time("a  city and score", "a", 0.05, 0.08, 0.15),
    _time("b  words and country", "b", 0.2, 0.5, 3),
    _time("c  broad word (BM25)", "c", 0.2, 0.6, 6),
    _time("cs broad word by score", "cs", 0.1, 0.35, 4),
    _time("d  slips of the finger", "d", 0.3, 1.2, 8),
    _time("e  suggestions", "e", 0.08, 0.12, 0.3),
    _time("f  50 km by distance", "f", 0.2, 0.4, 2),
    _time("g  facets", "g", 0.2, 0.6, 5),
    _time("h  spelling", "h", 0.03, 0.05, 0.05),
    Goal("first touch of any word, prewarmed", ("touch", "worst"), _all(2, 5, 25)),
    Goal("one changed listing: commit", ("change", "ours", "one_commit_ms"), _all(20, 20, 20)),
    Goal("one changed listing: commit until found", ("change", "ours", "one_visible_ms"), _all(12, 15, 15)),
    Goal("1,000 changed listings: until found", ("change", "ours", "many_visible_ms"), _all(300, 400, 500)),
    Goal("rebuild, processor", ("build", "ours", "cpu_s"), _all(2, 20, 180), "s"),
    Goal("rebuild, peak memory", ("build", "ours", "peak_mb"), _all(1024, 1024, 1024), "MB"),
    Goal("index on the disk", ("build", "ours", "index_mb"), _all(6, 32, 280), "MB"),
    Goal("opening, without prewarming", ("start", "open_ms"), _all(5, 15, 60)),
    Goal("web process after all questions", ("start", "rss_after_mb"), {LARGE: 320}, "MB"),
)


def _short(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"
