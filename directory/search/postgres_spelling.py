"""Misspelled words on PostgreSQL: the words that occur, with how many profiles have each, compared by their groups of three letters."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from directory.search import analysis, lexicon
from directory.search.criteria import Criteria

#: Words with less in common are not looked at. One wrong letter in a word of four leaves a quarter of its groups.
ALIKE = 0.2
#: A word that occurs is doubted only where another one is so many times as common.
RARER = 10

_WORDS = f"length(lexeme) BETWEEN {lexicon.SHORTEST} AND {lexicon.LONGEST} AND lexeme !~ '[0-9:-]'"
_RECOUNT = f"""
    INSERT INTO search_words (word, documents)
    SELECT lexeme, ndoc FROM ts_stat('SELECT words FROM search_documents') AS found (lexeme, ndoc, nentry) WHERE {_WORDS}
"""  # noqa: S608  (numbers of our own)
_ADD = f"""
    INSERT INTO search_words (word, documents)
    SELECT lexeme, :by * count(*) FROM search_documents, unnest(tsvector_to_array(words)) AS lexeme
    WHERE profile_id = ANY(:ids) AND {_WORDS} GROUP BY lexeme ORDER BY lexeme
    ON CONFLICT (word) DO UPDATE SET documents = search_words.documents + excluded.documents
"""  # noqa: S608  (numbers of our own)
_ALIKE = """
    SELECT typed.word, known.word, known.documents FROM unnest(CAST(:typed AS text[])) AS typed (word)
    JOIN search_words AS known ON known.word % typed.word
    WHERE known.documents > 0 AND abs(length(known.word) - length(typed.word)) <= 2
"""


class Near(NamedTuple):
    """A word that occurs, near a typed one; the order is the likelihood."""

    slips: int
    rarity: int
    word: str


class Mended(NamedTuple):
    """Another way to write a question.

    Args:
        text: The words as they should probably be.
        is_needed: Whether a word was typed that occurs nowhere.
    """

    text: str
    is_needed: bool


def recount(session: Session) -> None:
    """Count all words anew. It reads the whole table, so it may take longer than a page may."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("DELETE FROM search_words"))
    session.execute(text(_RECOUNT))


def count(session: Session, ids: Collection[int], *, by: int) -> None:
    """Add the words of some rows to the counts, or take them off before the rows change.

    Args:
        session: Inside a transaction.
        ids: The profiles' numbers.
        by: 1 or -1.
    """
    session.execute(text(_ADD), {"ids": list(ids), "by": by})


def mend(session: Session, criteria: Criteria) -> Mended | None:
    """Return the question with its unknown and rare words written as words that occur more; None where there is nothing to mend."""
    typed = {clause.token: clause.surface for clause in criteria.clauses if not clause.is_concept}
    near = alike(session, list(typed))
    better: dict[str, str] = {}
    is_needed = False
    for token, surface in typed.items():
        own = max((-one.rarity for one in near[token] if not one.slips), default=0)
        found = min((one for one in near[token] if one.slips and -one.rarity > RARER * own), default=None)
        if found is not None:
            better[surface] = found.word
            is_needed |= not own
    if not better:
        return None
    return Mended(" ".join(better.get(word, word) for word in analysis.words(criteria.text[: analysis.MAX_CHARACTERS])), is_needed)


def alike(session: Session, typed: Sequence[str]) -> Mapping[str, Sequence[Near]]:
    """Return the words that occur at most as many slips away from each typed one as are forgiven, itself among them if it is one.

    A page asks the same words several times, of hair work and of registers: a session remembers them.
    """
    known: dict[str, list[Near]] = session.info.setdefault("search_alike", {})
    asked = [word for word in typed if word not in known and _forgiven(word)]
    known |= {word: [] for word in typed if word not in known}
    if asked:
        session.execute(text("SELECT set_config('pg_trgm.similarity_threshold', :least, true)"), {"least": str(ALIKE)})
    for word, other, documents in session.execute(text(_ALIKE), {"typed": asked}) if asked else ():
        limit = _forgiven(word)
        slips = lexicon.apart(word, other, limit=limit)
        if slips <= limit:
            known[word].append(Near(slips, -documents, other))
    return known


def _forgiven(word: str) -> int:
    """Return how many slips are forgiven in a word."""
    if not (lexicon.SHORTEST <= len(word) <= lexicon.LONGEST and word.isalpha()):
        return 0
    return 2 if len(word) >= lexicon.LONG else 1
