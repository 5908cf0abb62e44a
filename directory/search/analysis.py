"""From text to the tokens that are compared: one analysis for what is stored and for what is asked, in every engine."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from directory.core.text import fold, slugify
from directory.search import concepts

#: Raised with every change of what `tokens`, `name_tokens` or `grams` give: an index made by another one is no index.
VERSION = 2
#: What one question may hold, cut before anything else looks at it: an endless question must not cost more than a long one.
MAX_CHARACTERS = 200
MAX_WORDS = 12
#: Beginnings of names that are indexed: shorter ones fit too much, longer ones are cut and checked by the word itself.
SHORTEST_GRAM, LONGEST_GRAM = 2, 8
#: The last word of a question may be half typed; a shorter beginning fits too much to mean anything.
SHORTEST_BEGINNING = 3
#: Words that say nothing about whom to look for. They are left out of questions that have other words, and kept in the index.
FILLERS = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "is", "near", "of", "on", "or", "the", "to", "with"])
#: Different words whose form is kept ready; a text of a hundred words has few new ones.
KEPT = 65_536

#: Marks that belong to the letter before them: accents written apart, vowels of Hebrew, Arabic, Indian and Thai writing.
_MARKS = "".join(letter for letter in map(chr, range(0x300, 0x1B00)) if unicodedata.category(letter) in {"Mn", "Mc"})
#: Apostrophes join ("O'Brien" is obrien), and so does what is not seen: joiners, soft hyphens, the stretched line of Arabic.
_JOINERS = re.compile("['’‘ʻʼʽ´`′\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u0640]")
_WORD = re.compile("[a-z0-9]+")
_ANY_WORD = re.compile(f"[\\w{_MARKS}]+")
#: A word as it is typed, with its apostrophes.
TYPED_WORD = re.compile(f"(?:(?!_)[\\w{_MARKS}'’‘ʻʼʽ´`′])+")
#: Scripts that are written without spaces: kana, Han, Hangul.
_CJK = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+)")
#: Letters of Persian and Arabic that are typed one for the other.
_ALIKE = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ø": "oe", "Ø": "oe", "å": "aa", "Å": "aa"})
_WRITTEN_OUT = re.compile("(a|o|u)e")
#: Scripts with letters that have their Latin counterparts: Greek and Cyrillic.
_HAS_LATIN_FORM = re.compile("[\u0370-\u052f]")

Form = TypeVar("Form")


class _Kept(dict[str, Form]):
    """The forms of words, each worked out once; emptied when it holds too many, for the words of a million texts are endless."""

    def __init__(self, form: Callable[[str], Form]) -> None:
        self._form = form

    def __missing__(self, word: str) -> Form:
        if len(self) >= KEPT:
            self.clear()
        return self.setdefault(word, self._form(word))


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
        text = text.lower()
        return _WORD.findall(text.replace("'", "").replace("`", "") if "'" in text or "`" in text else text)
    text = unicodedata.normalize("NFC", _JOINERS.sub("", text)).replace("_", " ")
    found = _ANY_WORD.findall(text.lower())
    return [piece for word in found for piece in ((word,) if word.isascii() else _folded[word])]


def stem(word: str) -> str:
    """Return a word without the s of its plural: clinics and clinic, surgeries and surgery are one. Names come out alike on both sides."""
    return _stems[word]


def tokens(text: str) -> list[str]:
    """Return what the index holds of a text: each word in its plain form, as written where that differs, and the concepts it names."""
    found = words(text)
    plain = list(map(_stems.__getitem__, found))
    met = concepts.met(plain)
    if plain == found:
        return plain + met
    return plain + [word for word, short in zip(found, plain, strict=True) if word != short] + met


def name_tokens(text: str) -> list[str]:
    """Return what the index holds of a name: as `tokens`, and the other ways to write it.

    Müller, Mueller and Muller are one; Иванов is found as ivanov.
    """
    found = tokens(text)
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    spelled = composed.translate(_UMLAUTS)
    more = words(spelled) if spelled != composed else []
    more += [short for word in found if word.isascii() and ":" not in word and (short := _WRITTEN_OUT.sub(r"\1", word)) != word]
    more += [latin for word in found if _HAS_LATIN_FORM.search(word) and (latin := slugify(word).replace("-", ""))]
    return [*found, *(word for word in dict.fromkeys([*more, *map(stem, more)]) if word not in found)]


def grams(texts: Iterable[str]) -> set[str]:
    """Return every beginning of the words of names, of SHORTEST_GRAM (in other letters than Latin: one) to LONGEST_GRAM letters.

    Args:
        texts: Tokens of names.
    """
    # A Chinese or Korean name may be begun by one sign: see `may_be_begun`.
    shortest = {word: SHORTEST_GRAM if word.isascii() else 1 for word in texts if ":" not in word}
    return {word[:end] for word, start in shortest.items() for end in range(start, min(len(word), LONGEST_GRAM) + 1)}


def is_unspaced(text: str) -> bool:
    """Say whether a text is written in signs without spaces between words."""
    return _CJK.search(text) is not None


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


def _pieces(word: str) -> tuple[str, ...]:
    """Return the folded pieces of a word that is not plain ASCII."""
    if not _CJK.search(word):
        # Folding may take a sign apart: "½" is two numbers, "㎏" two letters.
        return tuple(_ANY_WORD.findall(fold(word).translate(_ALIKE)))
    parts = [part for part in _CJK.split(unicodedata.normalize("NFKC", word).casefold()) if part]
    return tuple(piece for part in parts for piece in (_pairs(part) if _CJK.match(part) else _pieces(part)))


def _pairs(signs: str) -> list[str]:
    return [signs[n : n + 2] for n in range(max(1, len(signs) - 1))]


def _without_plural(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "xes", "sses")) else word[:-1]


_folded = _Kept(_pieces)
_stems = _Kept(_without_plural)
