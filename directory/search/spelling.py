"""Words that stand nowhere, and what was probably meant: over the words of all segments."""

from collections.abc import Sequence
from typing import NamedTuple

from directory.search import lexicon, schema
from directory.search.analysis import Clause
from directory.search.segments import Segment

#: Words that one mistyped word may stand for.
MOST = 50


class Mended(NamedTuple):
    """A question with its unknown words replaced.

    Args:
        words: For each clause the words that it may stand for, the likeliest first; none where it is known.
        text: The question as it should probably be written.
    """

    words: tuple[tuple[str, ...], ...]
    text: str


def mend(segments: Sequence[Segment], clauses: Sequence[Clause]) -> Mended | None:
    """Return the question with every word that stands nowhere replaced by words one slip away, or two; None where nothing helps."""
    words = tuple(() if _is_known(segments, clause) else near(segments, clause.token) for clause in clauses)
    if not any(words):
        return None
    said = (_as_written(segments, found[0]) if found else clause.surface for found, clause in zip(words, clauses, strict=True))
    return Mended(words, " ".join(said))


def near(segments: Sequence[Segment], word: str) -> tuple[str, ...]:
    """Return the words of the index one slip away from a word, or two where there is none and the word is long; the commonest first."""
    for slips in (1, 2) if len(word) >= lexicon.LONG else (1,):
        counts: dict[str, int] = {}
        for segment in segments:
            for found in segment.lexicon.near(word, slips=slips):
                counts[found.word] = counts.get(found.word, 0) + found.documents
        if counts:
            return tuple(sorted(counts, key=lambda one: (-counts[one], one))[:MOST])
    return ()


def _is_known(segments: Sequence[Segment], clause: Clause) -> bool:
    return clause.is_concept or any(segment.count_of(schema.TEXT, clause.token) for segment in segments)


def _as_written(segments: Sequence[Segment], word: str) -> str:
    """Return a plain form as people write it: where it only ever stands for its plural, the plural."""
    counts = [sum(segment.count_of(schema.TEXT, form) for segment in segments) for form in (word, f"{word}s")]
    return f"{word}s" if counts[1] and counts[1] == counts[0] else word
