"""One page of a list, its facets, and why it is empty: SQL on the live tables, for the two engines in the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
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
        """Return one page of the profiles that meet the criteria.

        The total comes with the rows in one statement; only a page behind the last one needs a second.
        """
        terms = sql_words.terms(criteria)
        columns: list[Any] = [col(Profile.id), func.count().over()]
        if criteria.centre is not None:
            columns += [sql_distance.X, sql_distance.Y, sql_distance.Z]
        conditions = [*sql_filters.here(criteria), *sql_filters.chosen(self.session, criteria).values(), *self._met(terms)]
        order = sql_filters.order(criteria, self.relevance(self.words, terms) if terms else None)
        skipped = (criteria.number - 1) * criteria.size
        statement = sql_filters.joined(select(*columns)).where(*conditions).order_by(*order).limit(criteria.size).offset(skipped)
        rows = self.session.execute(statement).all()
        total = rows[0][1] if rows else self._count(conditions) if skipped else 0
        return Results(tuple(row[0] for row in rows), total, criteria.number, criteria.size, distances=_distances(criteria, rows))

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
    return tuple(-1.0 if row[2] is None else sphere.kilometres(here, sphere.Vector(*row[2:5])) for row in rows)
