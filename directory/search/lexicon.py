"""Words that are one or two slips away from a typed one: a table of what is left when a letter is left out, made with each segment.

Every word stands in the table under itself and under each of its forms with one letter missing (W. Garbe's symmetric deletes,
with hashes for the forms). A typed word and its own such forms meet there every word that is one slip away: a letter more, less,
another, or two swapped (F. Damerau, "A Technique for Computer Detection and Correction of Spelling Errors", CACM 7, 1964).
"""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

#: Shorter words have too many neighbours to mean one of them; longer ones are no words.
SHORTEST, LONGEST = 4, 24
#: From so many letters on, two slips are forgiven.
LONG = 6


class Near(NamedTuple):
    """A word of the index near a typed one."""

    slips: int
    word: str
    documents: int


class Lexicon:
    """The words of one segment.

    Args:
        data: What `packed` made.
    """

    def __init__(self, data: memoryview) -> None:
        words, text, entries = np.frombuffer(data, "<u4", 3).tolist()
        at = 12
        self._offsets = np.frombuffer(data, "<u4", words + 1, at)
        at += 4 * (words + 1)
        self._counts = np.frombuffer(data, "<u4", words, at)
        at += 4 * words
        self._letters = np.frombuffer(data, "<u4", words, at)
        at += 4 * words
        # Two columns and not pairs: looking up in a column with gaps copies all of it first.
        self._hashes = np.frombuffer(data, "<u4", entries, at)
        at += 4 * entries
        self._numbers = np.frombuffer(data, "<u4", entries, at)
        self._text = data[at + 4 * entries :][:text]

    def near(self, word: str, *, slips: int) -> list[Near]:
        """Return the words that are at most `slips` (1 or 2) away, the word itself among them if it is one.

        Args:
            word: The typed word, in its plain form.
            slips: How many are forgiven.
        """
        if not len(self._offsets) > 1 or not SHORTEST <= len(word) <= LONGEST:
            return []
        numbers = self._one_away(word) if slips == 1 else self._two_away(word)
        found = ((apart(word, self._word(number), limit=slips), number) for number in numbers)
        return [Near(slip, self._word(number), int(self._counts[number])) for slip, number in found if slip <= slips]

    def _one_away(self, word: str) -> list[int]:
        hashes = np.array([_hash(form) for form in _forms(word)], np.uint32)
        starts, ends = np.searchsorted(self._hashes, hashes), np.searchsorted(self._hashes, hashes, "right")
        found = [self._numbers[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if end > start]
        return np.unique(np.concatenate(found)).tolist() if found else []

    def _two_away(self, word: str) -> list[int]:
        """Two slips change at most four of the letters that a word is made of: few words are left to be compared."""
        lengths = np.diff(self._offsets)
        close = np.abs(lengths.astype(np.int64) - len(word.encode())) <= 2
        changed = np.bitwise_count(self._letters ^ np.uint32(_letters(word)))
        return np.flatnonzero(close & (changed <= 4)).tolist()

    def _word(self, number: int) -> str:
        return bytes(self._text[self._offsets[number] : self._offsets[number + 1]]).decode()


def packed(words: Iterable[tuple[bytes, int]]) -> bytes:
    """Return the table of some words as it lies in a file.

    Args:
        words: Each with the number of documents that hold it.
    """
    kept = [(word, text, count) for word, count in words if SHORTEST <= len(text := word.decode()) <= LONGEST and text.isalpha()]
    forms = [(_hash(form), number) for number, (_, text, _) in enumerate(kept) for form in _forms(text)]
    hashes, numbers = np.array(forms, "<u4").reshape(-1, 2).T
    order = np.lexsort((numbers, hashes))
    offsets = np.cumsum([0, *(len(word) for word, _, _ in kept)]).astype("<u4")
    counts = np.array([count for _, _, count in kept], "<u4")
    letters = np.array([_letters(text) for _, text, _ in kept], "<u4")
    joined = b"".join(word for word, _, _ in kept)
    head = np.array([len(kept), len(joined), len(order)], "<u4")
    return b"".join([*(part.tobytes() for part in (head, offsets, counts, letters, hashes[order], numbers[order])), joined])


def apart(typed: str, word: str, *, limit: int) -> int:
    """Return how many slips a typed word is from another; more than are forgiven counts as limit + 1.

    Two slips are forgiven only behind a first letter that is right: who typed "yilmaz" meant no "tilman".
    """
    found = distance(typed, word, limit=limit)
    return limit + 1 if found > 1 and typed[0] != word[0] else found


def distance(one: str, other: str, *, limit: int) -> int:
    """Return how many slips two words are apart (optimal string alignment); more than `limit` counts as limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        twice_above, above, row = above, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, twice_above[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def _forms(word: str) -> set[str]:
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def _hash(form: str) -> int:
    return zlib.crc32(form.encode())


def _letters(word: str) -> int:
    """Return which letters a word has, a bit each; what is no Latin letter shares the last six."""
    bits = 0
    for letter in word:
        code = ord(letter) - 97
        bits |= 1 << (code if 0 <= code < 26 else 26 + ord(letter) % 6)
    return bits
