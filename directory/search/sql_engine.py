"""The engine `sql`: a table of folded tokens beside the live tables, on either database. What answers while an index is away."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from directory.core.db import Database
from directory.core.progress import Progress, silent
from directory.models.profiles import LISTED, Profile
from directory.search import analysis, sql_filters, sql_store, sql_words
from directory.search.criteria import Criteria
from directory.search.documents import Document
from directory.search.port import Ability, State
from directory.search.results import Results
from directory.search.sql_search import Asking
from directory.search.sql_words import NAME, NamesAlone, Term, Words


class SqlEngine:
    """Answers from the database alone. Words must be spelled right; those in names count most.

    Args:
        database: Where the tables are.
    """

    name = "sql"
    supports: frozenset[Ability] = frozenset()

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of an answer; while the table is not filled, words are looked for in names alone, which the answer says."""
        return answer(session, criteria)

    def suggest(self, session: Session, text: str, *, limit: int) -> Sequence[int]:
        """Return the numbers of listed profiles whose names hold every word of `text`, the last one perhaps begun; the best score first."""
        return suggest(session, text, limit=limit)

    def prewarm(self) -> None:
        """Do nothing: the database keeps what is asked for by itself."""

    def apply(self, changed: Sequence[Document], gone: Collection[int], *, job: int = 0) -> None:
        """Bring rows to what the documents say; safe to run twice.

        Raises:
            IndexBroken: when the table was never filled by this version.
        """
        with self._database.transaction() as session:
            sql_store.applied(session, job)
            self._put(session, changed, gone)

    def rebuild(
        self, batches: Iterable[Sequence[Document]], *, total: int, progress: Progress = silent, alive: Callable[[], None] = lambda: None
    ) -> int:
        """Write the whole table anew while it is read; return how many profiles it holds."""
        return sql_store.rebuild(self._database, batches, total=total, progress=progress, alive=alive, finish=self._finish)

    def state(self, *, deep: bool = False) -> State:
        """Say how the table stands; `deep` compares it with the listed profiles."""
        return sql_store.state(self._database, deep=deep)

    def _put(self, session: Session, changed: Sequence[Document], gone: Collection[int]) -> None:
        sql_store.put(session, changed, gone=gone)

    def _finish(self, session: Session) -> None:
        """Do what else belongs to the end of a rebuild."""


def answer(session: Session, criteria: Criteria) -> Results:
    """Return one page of an answer from the database alone."""
    whole = not criteria.clauses or sql_store.is_whole(session)
    asking = Asking(session, sql_words.words_of(session) if whole else NamesAlone())
    return replace(asking.whole(criteria, asking.page(criteria)), is_fallback=not whole)


def suggest(session: Session, text: str, *, limit: int) -> list[int]:
    """Return the numbers of listed profiles whose names hold every word of `text`, the last one perhaps begun (one SELECT, or two)."""
    asked = analysis.asked(text)
    if not asked:
        return []
    words: Words = sql_words.words_of(session) if sql_store.is_whole(session) else NamesAlone()
    terms = [Term(analysis.stem(word), word) for word in asked]
    # One Latin letter begins too many names to mean any.
    terms[-1] = terms[-1]._replace(is_begun=len(asked[-1]) >= analysis.SHORTEST_GRAM or not asked[-1].isascii())
    found = sql_filters.joined(select(col(Profile.id))).where(col(Profile.status).in_(LISTED), words.met(terms, fields=NAME))
    return list(session.execute(found.order_by(*sql_filters.order(Criteria())).limit(limit)).scalars())
