"""Synonyms as tokens: "hair tattoo" and "SMP" are one concept, found by the longest match over words.

A concept's token stands next to the words in the index and instead of them in a question, so no synonym makes a question longer.
The table is the taxonomy of treatments as it ships: its labels and synonyms, with every treatment also standing for those above it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from directory.treatments import rules

#: What every token of a concept begins with; no word does.
MARK = "c:"


class Table(NamedTuple):
    """The table of concepts.

    Args:
        phrases: Words in their plain form -> codes of treatments: the one meant, then those above it.
        longest: Words of the longest phrase.
        lengths: First words of phrases -> how many words the phrases have that begin so, the longest first.
        digest: Changes whenever the table or the analysis does: an index made with another one is no index.
    """

    phrases: dict[tuple[str, ...], tuple[str, ...]]
    longest: int
    lengths: dict[str, tuple[int, ...]]
    digest: str


@cache
def table() -> Table:
    """Return the table, read once."""
    from directory.search.analysis import VERSION, stem, words  # noqa: PLC0415  (the two know each other: a phrase is words, words name phrases)

    above: dict[str, tuple[str, ...]] = {}
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for node in rules.shipped():
        above[node.code] = (node.code, *(above[node.parent] if node.parent else ()))
        for text in (node.label.partition(" (")[0], *node.synonyms):
            phrase = tuple(stem(word) for word in words(text))
            if phrase:
                phrases.setdefault(phrase, above[node.code])
    digest = hashlib.sha256(repr((VERSION, sorted(phrases.items()))).encode()).hexdigest()
    begun: dict[str, set[int]] = {}
    for phrase in phrases:
        begun.setdefault(phrase[0], set()).add(len(phrase))
    lengths = {word: tuple(sorted(found, reverse=True)) for word, found in begun.items()}
    return Table(phrases, max(map(len, phrases)), lengths, digest)


def token(code: str) -> str:
    """Return the token of a treatment."""
    return MARK + code


def met(words: Sequence[str]) -> list[str]:
    """Return the tokens of the concepts that words name, and of those above them; each once.

    Args:
        words: In their plain form (`analysis.stem`), in the order of the text.
    """
    phrases, _longest, lengths, _digest = table()
    codes: dict[str, None] = {}
    behind = 0
    for at in [at for at, word in enumerate(words) if word in lengths]:
        if at < behind:
            continue
        for length in lengths[words[at]]:
            found = phrases.get(tuple(words[at : at + length]))
            if found is not None:
                codes.update(dict.fromkeys(found))
                behind = at + length
                break
    return [token(code) for code in codes]


def spans(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Cut words into concepts and single words: give (first word, word behind the last, token), the longest phrase first.

    Args:
        words: In their plain form.
    """
    phrases, _longest, lengths, _digest = table()
    at = 0
    while at < len(words):
        for length in lengths.get(words[at], ()):
            codes = phrases.get(tuple(words[at : at + length]))
            if codes is not None:
                yield at, at + length, token(codes[0])
                at += length
                break
        else:
            yield at, at + 1, words[at]
            at += 1
