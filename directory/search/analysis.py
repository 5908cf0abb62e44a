"""From text to the tokens that are compared: one analysis for what is stored and for what is asked, in every engine."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from directory.core.text import fold
from directory.search import concepts

#: What one question may hold, cut before anything else looks at it: an endless question must not cost more than a long one.
MAX_CHARACTERS = 200
MAX_WORDS = 12
#: Beginnings of names that are indexed: shorter ones fit too much, longer ones are cut and checked by the word itself.
SHORTEST_GRAM, LONGEST_GRAM = 2, 8
#: The last word of a question may be half typed; a shorter beginning fits too much to mean anything.
SHORTEST_BEGINNING = 3
#: Words that say nothing about whom to look for. They are left out of questions that have other words, and kept in the index.
FILLERS = frozenset("a an and at by for from in is near of on or the to with".split())

_APOSTROPHES = re.compile("['’‘ʻʼʽ´`′]")
_WORD = re.compile(r"[^\W_]+")
#: Scripts that are written without spaces: kana, Han, Hangul.
_CJK = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ø": "oe", "å": "aa"})
_WRITTEN_OUT = re.compile("(a|o|u)e")


@dataclass(frozen=True)
class Clause:
    """One thing that must be met.

    Args:
        token: What is looked up: a word in its plain form, or the token of a concept.
        surface: The words that say it, folded, as they were typed.
        is_concept: Whether it is one: never misspelled, never half typed.
    """

    token: str
    surface: str
    is_concept: bool = False


def words(text: str) -> list[str]:
    """Return the words of a text, folded: "O'Brien Hair-Studio" gives obrien, hair and studio; an emoji gives nothing.

    Chinese, Japanese and Korean are cut into pairs of signs that overlap, for no space tells where a word ends.
    """
    if text.isascii():
        return _WORD.findall(_APOSTROPHES.sub("", text.lower()) if "'" in text or "`" in text else text.lower())
    found = _WORD.findall(_APOSTROPHES.sub("", fold(text)))
    return found if text.isascii() or not _CJK.search(text) else [piece for word in found for piece in _pairs(word)]


@lru_cache(65_536)
def stem(word: str) -> str:
    """Return a word without the s of its plural: clinics and clinic, surgeries and surgery are one. Names come out alike on both sides."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or not word.isascii() or not word.isalpha():
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def tokens(text: str) -> list[str]:
    """Return what the index holds of a text: each word in its plain form, as written where that differs, and the concepts it names."""
    found = words(text)
    plain = [stem(word) for word in found]
    met = concepts.met(plain)
    if plain == found and not met:
        return plain
    return [*plain, *(word for word, short in zip(found, plain, strict=True) if word != short), *met]


def name_tokens(text: str) -> list[str]:
    """Return what the index holds of a name: as `tokens`, and with umlauts written the other way (Müller, Mueller and Muller are one)."""
    found = tokens(text)
    spelled = text.translate(_UMLAUTS)
    more = words(spelled) if spelled != text else []
    more += [short for word in found if word.isascii() and (short := _WRITTEN_OUT.sub(r"\1", word)) != word]
    return [*found, *(word for word in dict.fromkeys(more) if word not in found)]


def grams(texts: Iterable[str]) -> set[str]:
    """Return every beginning of the words of names, of SHORTEST_GRAM to LONGEST_GRAM letters.

    Args:
        texts: Tokens of names.
    """
    return {word[:end] for word in texts if ":" not in word for end in range(SHORTEST_GRAM, min(len(word), LONGEST_GRAM) + 1)} | {
        word for word in texts if len(word) == 1 and not word.isascii()
    }


def asked(text: str) -> tuple[str, ...]:
    """Return the words of a question, each once, at most MAX_WORDS from its first MAX_CHARACTERS characters."""
    return tuple(dict.fromkeys(words(text[:MAX_CHARACTERS])))[:MAX_WORDS]


@lru_cache(4096)
def question(text: str) -> tuple[Clause, ...]:
    """Return what must be met, in the order typed: concepts where words name one, longest first; words in their plain form.

    Fillers are left out where anything else is left.
    """
    found = words(text[:MAX_CHARACTERS])[:MAX_WORDS]
    clauses: list[Clause] = []
    for start, end, token in concepts.spans([stem(word) for word in found]):
        surface = " ".join(found[start:end])
        clauses.append(Clause(token, surface, is_concept=token.startswith(concepts.MARK)))
    kept = [clause for clause in clauses if clause.surface not in FILLERS] or clauses
    return tuple({clause.token: clause for clause in kept}.values())


def may_be_begun(clause: Clause) -> bool:
    """Say whether the last word of a question may stand for longer ones."""
    return not clause.is_concept and (len(clause.surface) >= SHORTEST_BEGINNING or not clause.surface.isascii())


def _pairs(word: str) -> list[str]:
    parts = [part for part in _CJK.split(word) if part]
    return [pair for part in parts for pair in ([part[n : n + 2] for n in range(max(1, len(part) - 1))] if _CJK.match(part) else [part])]
