"""The engine `postgres`: the table of documents through PostgreSQL's own indexes, forgiving of slips of the finger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, case, literal
from sqlmodel import Session

from directory.search import postgres_spelling, sql_engine, sql_store
from directory.search.criteria import Criteria
from directory.search.documents import Document
from directory.search.port import Ability, IndexBroken
from directory.search.results import Results, Spelling
from directory.search.sql_engine import SqlEngine
from directory.search.sql_search import Asking
from directory.search.sql_words import ABOUT, COMPANY, FACTS, NAME, Term, Vector, Words

#: What a word counts by where it stands. All words are met in all that is found, so how rare each one is tells nothing.
WEIGHTS = {NAME: 12, COMPANY: 4, FACTS: 2, ABOUT: 1}
#: Fewer profiles than this, and the words may be misspelled.
FEW = 3


class PostgresEngine(SqlEngine):
    """Answers from PostgreSQL alone.

    Args:
        database: Where the tables are.
    """

    name = "postgres"
    supports = frozenset({Ability.TYPOS, Ability.RELEVANCE})

    def search(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of an answer; words that find next to nobody are mended, unless they are to be taken as they stand.

        Raises:
            IndexBroken: when there are words and the table was never filled by this version.
        """
        asking = _Forgiving(session, Vector(), fit)
        if not criteria.clauses:
            return asking.whole(criteria, asking.page(criteria))
        _whole(session)
        page = asking.page(criteria)
        mended = postgres_spelling.mend(session, criteria) if page.total < FEW and not criteria.as_typed else None
        if mended is None:
            return asking.whole(criteria, page)
        instead = replace(criteria, text=mended.text)
        other = asking.page(instead)
        if other.total <= page.total:
            return asking.whole(criteria, page)
        if page.total or not mended.is_needed:
            return replace(asking.whole(criteria, page), spelling=Spelling(mended.text, used=False))
        return replace(asking.whole(instead, other), spelling=Spelling(mended.text, used=True))

    def suggest(self, session: Session, text: str, *, limit: int) -> Sequence[int]:
        """Return the numbers of listed profiles whose names hold every word of `text`, the last one perhaps begun; the best score first.

        Raises:
            IndexBroken: when the table was never filled by this version.
        """
        _whole(session)
        return sql_engine.suggest(session, text, limit=limit)

    def _put(self, session: Session, changed: Sequence[Document], gone: Collection[int]) -> None:
        ids = {*gone, *(document.id for document in changed)}
        postgres_spelling.count(session, ids, by=-1)
        super()._put(session, changed, gone)
        postgres_spelling.count(session, ids, by=1)

    def _finish(self, session: Session) -> None:
        postgres_spelling.recount(session)


def fit(words: Words, terms: Sequence[Term]) -> ColumnElement[int]:
    """Return how well words fit: for each term the weight of the best field that it stands in."""
    ranked = [
        case(*((words.met([term], fields=letter), weight) for letter, weight in WEIGHTS.items() if letter != ABOUT), else_=WEIGHTS[ABOUT])
        for term in terms
    ]
    return sum(ranked, start=literal(0))


@dataclass(frozen=True)
class _Forgiving(Asking):
    """As the table says, but a word that something is spelled like is not unknown."""

    def unknown(self, criteria: Criteria) -> list[Term]:
        """Return the words that stand nowhere at all, and nothing that is spelled like them."""
        found = super().unknown(criteria)
        near = postgres_spelling.alike(self.session, [term.token for term in found])
        return [term for term in found if not near.get(term.token)]


def _whole(session: Session) -> None:
    if not sql_store.is_whole(session):
        raise IndexBroken("the table of documents was never filled by this version")
