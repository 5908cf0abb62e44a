"""Words through stock Whoosh: query objects made by hand, one reader a process, every hit counted."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from whoosh import query
from whoosh.index import FileIndex, open_dir
from whoosh.searching import Searcher

from directory.search import generations
from directory.search.criteria import Criteria, Evidence, Sort
from directory.search.results import Results
from directory.search.schema import DAMAGE, WORD_FIELDS, IndexBroken

#: The last word may be half typed; shorter beginnings fit too much to mean anything. Chinese or Korean words may be one sign long.
SHORTEST_BEGINNING = 3


#: A commit takes old files away while a reader looks for them: looking again finds the new ones.
TRIES = 3

Answer = TypeVar("Answer")


class _Open(NamedTuple):
    path: Path
    index: FileIndex
    searcher: Searcher


class WhooshEngine:
    """Answers questions that hold words.

    Args:
        folder: Where the indexes lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # One reader for all threads, one at a time: Whoosh's postings share a place in their file.
        self._lock = threading.Lock()
        self._open: _Open | None = None

    def search(self, criteria: Criteria) -> Results:
        """Return the profiles that meet the criteria.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        return self._read(lambda searcher: _search(searcher, criteria))

    def count(self) -> int:
        """Return how many profiles the index holds.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        return self._read(lambda searcher: int(searcher.doc_count()))

    def _read(self, ask: Callable[[Searcher], Answer]) -> Answer:
        with self._lock:
            for _again in range(TRIES - 1):
                with contextlib.suppress(*DAMAGE):
                    return ask(self._searcher())
                self._close()
            try:
                return ask(self._searcher())
            except DAMAGE as error:
                self._close()
                raise IndexBroken(f"{type(error).__name__}: {error}") from error

    def _searcher(self) -> Searcher:
        """Return a reader of the live index as it is now; what is deleted is never shown from an older state."""
        path = generations.live(self._folder)
        if path is None:
            raise IndexBroken("there is no index")
        if self._open is not None and self._open.path == path and self._open.searcher.up_to_date():
            return self._open.searcher
        self._close()
        index = open_dir(str(path))
        self._open = _Open(path, index, index.searcher())
        return self._open.searcher

    def _close(self) -> None:
        if self._open is not None:
            self._open.searcher.close()
            self._open = None


def _search(searcher: Searcher, criteria: Criteria) -> Results:
    found = searcher.search(_words(criteria), filter=_filter(criteria), limit=None)
    hits = _ordered(searcher, found.top_n, criteria.sort)
    skipped = (criteria.number - 1) * criteria.size
    return Results(tuple(hits[skipped : skipped + criteria.size]), len(hits), criteria.number, criteria.size)


def _words(criteria: Criteria) -> query.Query:
    """Every word must be met in one of the fields; the last may be the beginning of one."""
    words = criteria.words
    parts = [query.Or([query.Term(field, word) for field in WORD_FIELDS]) for word in words]
    last = words[-1]
    if len(last) >= SHORTEST_BEGINNING or not last.isascii():
        parts[-1] = query.Or([*parts[-1].subqueries, *(query.Prefix(field, last) for field in WORD_FIELDS)])
    return query.And(parts)


def _filter(criteria: Criteria) -> query.Query | None:
    parts: list[query.Query] = []
    if criteria.evidence is not Evidence.ANY:
        parts.append(query.Term("evidence", criteria.evidence.value))
    area = _area(criteria)
    if area:
        parts.append(query.Term("areas", area))
    if criteria.treatments:
        parts.append(query.Or([query.Term("offers", str(number)) for number in sorted(criteria.treatment_ids)]))
    if criteria.kinds:
        parts.append(query.Or([query.Term("kind", kind.value) for kind in criteria.kinds]))
    return query.And(parts) if parts else None


def _area(criteria: Criteria) -> str:
    if criteria.place_id is not None:
        return f"p{criteria.place_id}"
    if criteria.region_id is not None:
        return f"r{criteria.region_id}"
    return f"c{criteria.country_code}" if criteria.country_code is not None else ""


def _ordered(searcher: Searcher, hits: list[tuple[float, int]], sort: Sort) -> list[int]:
    """Return the profiles' numbers in the order asked for; the same total orders as lists without words, behind relevance."""
    reader = searcher.reader()
    columns = {name: reader.column_reader(name) for name in ("id", "score", "reviews", "newest", "by_name")}

    def key(hit: tuple[float, int]) -> tuple[Any, ...]:
        relevance, number = hit
        score, reviews = -columns["score"][number], -columns["reviews"][number]
        name, own = columns["by_name"][number], columns["id"][number]
        if sort is Sort.NAME:
            return name, own
        if sort is Sort.REVIEWS:
            return reviews, score, name, own
        if sort is Sort.NEWEST:
            return -columns["newest"][number], name, own
        if sort is Sort.SCORE:
            return score, reviews, name, own
        # Words that differ in the third digit fit alike; then the score decides.
        return -round(relevance, 2), score, reviews, name, own

    return [int(columns["id"][number]) for _, number in sorted(hits, key=key)]
