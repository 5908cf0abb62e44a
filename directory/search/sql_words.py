"""Words in SQL: how tokens lie in `search_documents.words`, and the conditions that look for them, on either database."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, and_, cast, false, or_
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session, col

from directory.core.text import sort_key
from directory.models.profiles import Profile
from directory.models.search import SearchDocument
from directory.search import analysis
from directory.search.criteria import Criteria
from directory.search.documents import Document

#: The fields by letter, which are PostgreSQL's four weights too: name, company, treatments and places, about.
NAME, COMPANY, FACTS, ABOUT = FIELDS = "ABCD"
#: Where a half-typed word is looked for.
BEGUN_IN = NAME + COMPANY
#: Stands between the letter of a field and a token; no token holds one.
_MARK = "="


class Term(NamedTuple):
    """One thing that must be met.

    Args:
        token: What stands in a field.
        surface: The words as they were typed, folded.
        is_begun: Whether a longer word of `BEGUN_IN` will do that begins with the surface.
    """

    token: str
    surface: str
    is_begun: bool = False


class Words(Protocol):
    """How words are looked for."""

    def met(self, terms: Sequence[Term], *, fields: str = FIELDS) -> ColumnElement[bool]:
        """Return the condition that all terms are met.

        Args:
            terms: What must be met; at least one.
            fields: The letters of the fields to look in.
        """
        ...


def terms(criteria: Criteria) -> list[Term]:
    """Return what must be met; the last clause may be the beginning of a longer word."""
    found = [Term(clause.token, clause.surface) for clause in criteria.clauses]
    if found and not criteria.as_typed and analysis.may_be_begun(criteria.clauses[-1]):
        found[-1] = found[-1]._replace(is_begun=True)
    return found


def words_of(session: Session) -> "SpacedText | Vector":
    """Return how the session's database keeps words."""
    return SpacedText() if session.get_bind().dialect.name == "sqlite" else Vector()


class SpacedText:
    """SQLite: ` A=ada A=marsh C=c:smp D=calm `, looked through with LIKE; without an index there is no better way."""

    def stored(self, document: Document) -> str:
        """Return the words of a document as they are kept."""
        return f" {' '.join(f'{letter}{_MARK}{token}' for letter, tokens in _fields(document) for token in tokens)} "

    def met(self, terms: Sequence[Term], *, fields: str = FIELDS) -> ColumnElement[bool]:
        """Return the condition that all terms are met."""
        return and_(*(or_(*(self._holds(pattern) for pattern in self._patterns(term, fields))) for term in terms))

    def _patterns(self, term: Term, fields: str) -> list[str]:
        whole = [f"{_MARK}{term.token} "] if fields == FIELDS else [f" {letter}{_MARK}{term.token} " for letter in fields]
        return whole + ([f" {letter}{_MARK}{term.surface}" for letter in BEGUN_IN if letter in fields] if term.is_begun else [])

    def _holds(self, pattern: str) -> ColumnElement[bool]:
        return col(SearchDocument.words).contains(pattern, autoescape=True)


class Vector:
    """PostgreSQL: a `tsvector` written out here, fields as weights, so that no dictionary of the server touches our tokens."""

    def stored(self, document: Document) -> str:
        """Return the words of a document as they are kept: `'ada':1A 'marsh':1A 'c:smp':3C`."""
        places: dict[str, list[str]] = {}
        for position, (letter, tokens) in enumerate(_fields(document), start=1):
            for token in tokens:
                places.setdefault(token, []).append(f"{position}{letter}")
        return " ".join(f"{_quoted(token)}:{','.join(where)}" for token, where in places.items())

    def met(self, terms: Sequence[Term], *, fields: str = FIELDS) -> ColumnElement[bool]:
        """Return the condition that all terms are met."""
        query = " & ".join(self._query(term, "" if fields == FIELDS else fields) for term in terms)
        return col(SearchDocument.words).op("@@", is_comparison=True)(cast(query, TSQUERY))

    def _query(self, term: Term, fields: str) -> str:
        whole = f"{_quoted(term.token)}:{fields}" if fields else _quoted(term.token)
        begun = "".join(letter for letter in BEGUN_IN if letter in (fields or FIELDS)) if term.is_begun else ""
        return f"({whole} | {_quoted(term.surface)}:*{begun})" if begun else whole


class NamesAlone:
    """Without an index: each word must begin a word of the profile's name. It knows no treatments, places or slips of the finger."""

    def met(self, terms: Sequence[Term], *, fields: str = FIELDS) -> ColumnElement[bool]:
        """Return the condition that all terms are met."""
        keys = [key for term in terms for word in term.surface.split() if (key := sort_key(word))]
        return and_(*(self._begins(key) for key in keys)) if keys else false()

    def _begins(self, key: str) -> ColumnElement[bool]:
        name = col(Profile.sort_key)
        return or_(name.startswith(key, autoescape=True), name.contains(f" {key}", autoescape=True))


def _fields(document: Document) -> Iterable[tuple[str, list[str]]]:
    """Give each field's letter with its tokens, each once; a token longer than any question is cut."""
    facts = (*document.treatments, *document.places)
    for letter, tokens in zip(FIELDS, (document.name, document.company, facts, document.about), strict=True):
        yield letter, list(dict.fromkeys(token[: analysis.MAX_CHARACTERS] for token in tokens))


def _quoted(token: str) -> str:
    """Return a token as a lexeme in quotes; nothing in it is an operator then."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
