"""One page of a list, its facets, and why it is empty: SQL on the live tables, for the two engines in the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlmodel import Session, col

from directory.models.profiles import LISTED, Profile
from directory.places import sphere
from directory.search import concepts, sql_distance, sql_facets, sql_filters, sql_words
from directory.search.criteria import Criteria
from directory.search.results import Results, WhyEmpty
from directory.search.sql_words import NAME, Term, Words

#: From words and what must be met to a number: the higher, the better they fit.
Relevance = Callable[[Words, Sequence[Term]], ColumnElement[int]]


def names_met(words: Words, terms: Sequence[Term]) -> ColumnElement[int]:
    """Return how many terms stand in the name."""
    return sum((case((words.met([term], fields=NAME), 1), else_=0) for term in terms), start=literal(0))


@dataclass(frozen=True)
class Asking:
    """One way to answer questions.

    Args:
        session: Where to look.
        words: How words are looked for.
        relevance: How well they fit.
    """

    session: Session
    words: Words
    relevance: Relevance = names_met

    def page(self, criteria: Criteria) -> Results:
        """Return one page of the profiles that meet the criteria, and with it those on a register alone where they are asked for.

        All of it and the totals come in one statement; only a page behind the last one needs a second.
        """
        questions = [criteria, *([criteria.on_register(criteria.register)] if criteria.register else [])]
        parts = [self._part(number, question) for number, question in enumerate(questions)]
        # Each part is ordered in itself; together they are in no order that a database promises.
        statement = parts[0] if len(parts) == 1 else union_all(*(select(part.subquery()) for part in parts))
        rows = sorted(self.session.execute(statement), key=itemgetter(0, 1))
        found = [self._results(question, [row for row in rows if row[0] == number]) for number, question in enumerate(questions)]
        return replace(found[0], register=found[1] if criteria.register else None)

    def _part(self, number: int, criteria: Criteria) -> Select[*tuple[Any, ...]]:
        """Return the statement for one question: its number, the place in its order, the profile, the total, the point."""
        terms = sql_words.terms(criteria)
        order = sql_filters.order(criteria, self.relevance(self.words, terms) if terms else None)
        columns: list[Any] = [literal(number), func.row_number().over(order_by=order), col(Profile.id), func.count().over()]
        if criteria.centre is not None:
            columns += [sql_distance.X, sql_distance.Y, sql_distance.Z]
        named = [column.label(f"c{at}") for at, column in enumerate(columns)]
        skipped = (criteria.number - 1) * criteria.size
        rows = sql_filters.joined(select(*named)).where(*self._conditions(criteria))
        return rows.order_by(*order).limit(criteria.size).offset(skipped)

    def _results(self, criteria: Criteria, rows: Sequence[Any]) -> Results:
        skipped = (criteria.number - 1) * criteria.size
        total = rows[0][3] if rows else self._count(self._conditions(criteria)) if skipped else 0
        return Results(tuple(row[2] for row in rows), total, criteria.number, criteria.size, distances=_distances(criteria, rows))

    def _conditions(self, criteria: Criteria) -> list[ColumnElement[bool]]:
        met = self._met(sql_words.terms(criteria))
        return [*sql_filters.here(criteria), *sql_filters.chosen(self.session, criteria).values(), *met]

    def whole(self, criteria: Criteria, page: Results) -> Results:
        """Add to a page what is said around it: facets, who was left out, why nobody was found."""
        facets, unrated = sql_facets.count(self.session, criteria, self._met(sql_words.terms(criteria)))
        why = None if page.total else self.why_empty(criteria)
        return replace(page, facets=facets, unrated=unrated, why_empty=why)

    def why_empty(self, criteria: Criteria) -> WhyEmpty:
        """Say why nobody was found."""
        terms = sql_words.terms(criteria)
        here = sql_filters.here(criteria)
        # Without words and filters the question itself was who is here.
        if not (terms or sql_filters.chosen(self.session, criteria)) or not self._count(here):
            return WhyEmpty.NOBODY_HERE
        if not terms:
            return WhyEmpty.FILTERS
        if self.unknown(criteria):
            return WhyEmpty.UNKNOWN_WORDS
        return WhyEmpty.FILTERS if self._count([*here, *self._met(terms)]) else WhyEmpty.WORDS

    def unknown(self, criteria: Criteria) -> list[Term]:
        """Return the words that stand nowhere at all (one SELECT). Concepts are known even where nobody offers them."""
        plain = [term for term in sql_words.terms(criteria) if not term.token.startswith(concepts.MARK)]
        if not plain:
            return []
        anybody = sql_filters.joined(select(col(Profile.id))).where(col(Profile.status).in_(LISTED))
        known = self.session.execute(select(*(anybody.where(self.words.met([term])).exists() for term in plain))).one()
        return [term for term, is_known in zip(plain, known, strict=True) if not is_known]

    def _met(self, terms: Sequence[Term]) -> list[ColumnElement[bool]]:
        return [self.words.met(terms)] if terms else []

    def _count(self, conditions: Sequence[ColumnElement[bool]]) -> int:
        found: int = self.session.execute(sql_filters.joined(select(func.count())).where(*conditions)).scalar_one()
        return found


def _distances(criteria: Criteria, rows: Sequence[Any]) -> tuple[float, ...]:
    if criteria.centre is None:
        return ()
    here = sphere.vector(criteria.centre.lat, criteria.centre.lon)
    return tuple(-1.0 if row[4] is None else sphere.kilometres(here, sphere.Vector(*row[4:7])) for row in rows)
