"""The benchmark of search ends, finds the same with every engine, and writes what it found; small numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import corpus, engines, goals, rounds, search
from benchmarks.engines import Answer, Op, Question
from directory.search.criteria import Criteria, Sort


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a run over 500 listings writes; it ends by itself if engines find different things."""
    folder = tmp_path_factory.mktemp("bench")
    search.run([500], folder, folder / "out.json", engines.NAMES, search.Effort(rounds=1, seconds=1.0, processes=1), seed=corpus.SEED)
    found: dict[str, Any] = json.loads((folder / "out.json").read_text("utf-8"))
    return found


def test_a_run_says_what_was_measured_on_what(written: dict[str, Any]) -> None:
    """Seen to fail without the commit."""
    assert {"seed", "commit", "started", "machine", "versions", "rounds", "sizes", "seconds"} <= written.keys()
    assert {"python", "sqlite", "whoosh", "numpy", "tantivy"} <= written["versions"].keys()
    assert {"cpu", "cores", "memory_gb", "system", "load"} <= written["machine"].keys()


def test_every_engine_is_measured_in_every_way(written: dict[str, Any]) -> None:
    """Seen to fail with suggestions left out of the questions, and with FTS5's changes not measured."""
    (measured,) = written["sizes"]
    assert measured["listings"] == 500
    assert set(measured["ops"]) == {op.value for op in Op}
    for by_engine in (*measured["ops"].values(), measured["build"], measured["change"]):
        assert set(by_engine) == set(engines.NAMES)
    assert all(one["p50"] > 0 for by_engine in measured["ops"].values() for one in by_engine.values())
    assert measured["touch"]["words"] > 200
    assert measured["start"]["rss_after_mb"] > measured["start"]["rss_before_mb"] > 0


def test_every_goal_points_at_a_figure(written: dict[str, Any]) -> None:
    """Seen to fail with a misspelled key."""
    (measured,) = written["sizes"]
    assert [goal.what for goal in goals.GOALS if goal.value(measured) is None] == []


def test_one_wrong_total_ends_the_run(tmp_path: Path) -> None:
    """Seen to fail without the comparison in `rounds.run`."""
    listings = corpus.Corpus(tmp_path, 50)
    listings.make()

    def opened(name: str) -> engines.Engine:
        engine = engines.make(name, tmp_path)
        engine.build(listings.batches(), total=50)
        engine.open()
        return engine

    class OneTooMany:
        """Tantivy, which now counts one too many."""

        name = "wrong"

        def ask(self, question: Question) -> Answer:
            found = right.ask(question)
            return found._replace(total=found.total + 1)

    right: Any = opened("tantivy")
    wrong: Any = OneTooMany()
    asked = [Question(Op.BROAD, Criteria("hairline", sort=Sort.RELEVANCE, as_typed=True))]
    scores = np.zeros(51, np.int64)
    rounds.run([right, opened("fts5")], asked, scores, rounds=1, seconds=1.0, seed=1)
    with pytest.raises(rounds.AnswersDiffer, match="hits of c"):
        rounds.run([right, wrong], asked, scores, rounds=1, seconds=1.0, seed=1)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (Answer(2, (1, 2)), Answer(3, (1, 2)), "hits"),
        (Answer(2, (1, 2), {"fue": 1}), Answer(2, (1, 2), {"fue": 2}), "facets"),
        (Answer(2, (1, 2)), Answer(2, (2, 1)), "scores"),
    ],
)
def test_totals_facets_and_orders_are_compared(one: Answer, other: Answer, said: str) -> None:
    """Seen to fail with each of the three left out of `compare`."""
    question = Question(Op.BROAD_BY_SCORE, Criteria("hairline"))
    with pytest.raises(rounds.AnswersDiffer, match=f"^{said}"):
        rounds.compare(question, {"one": one, "other": other}, np.array([0, 9, 5]))


def test_orders_may_differ_where_scores_are_equal() -> None:
    """Seen to fail with numbers compared instead of scores."""
    question = Question(Op.CITY, Criteria())
    rounds.compare(question, {"one": Answer(2, (1, 2)), "other": Answer(2, (2, 1))}, np.array([0, 5, 5]))


def test_listings_are_the_same_every_time_and_begin_alike() -> None:
    """Seen to fail with a seed drawn from the clock."""
    assert corpus.chunk(1, 0, 20) == corpus.chunk(1, 0, 20)
    assert corpus.chunk(2, 0, 20) != corpus.chunk(1, 0, 20)
    assert [document.id for document in corpus.chunk(1, 1, 2)] == [corpus.CHUNK + 1, corpus.CHUNK + 2]
