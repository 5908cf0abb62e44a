"""How far two spellings lie apart, for hundreds of thousands of names at once: pure arithmetic on arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Letters are counted in so many boxes, by the low bits of their number; a to z and the space have a box each.
BOXES = 32


def signatures(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return which letters each word has at least once (low half of the bits) and at least twice (high half).

    A letter left out or added changes one bit at most, a changed one two, and swapping two none: so few arithmetic
    steps tell for most words of a long list that they are more than two slips away.
    """
    counts = np.zeros((len(words), BOXES), np.uint8)
    letters = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32) & (BOXES - 1)
    rows = np.repeat(np.arange(len(words)), [len(word) for word in words])
    np.add.at(counts, (rows, letters), 1)
    bits = np.left_shift(np.uint64(1), np.arange(BOXES, dtype=np.uint64))
    once: NDArray[np.uint64] = ((counts >= 1) * bits).sum(axis=1, dtype=np.uint64)
    twice: NDArray[np.uint64] = ((counts >= 2) * bits).sum(axis=1, dtype=np.uint64)
    return np.bitwise_or(once, np.left_shift(twice, np.uint64(BOXES)))


def may_be_near(signature: np.uint64, signs: NDArray[np.uint64], slips: int) -> NDArray[np.bool_]:
    """Say of each signature whether its word can be so few slips away; a "yes" may still be wrong, a "no" never is."""
    lost, added = np.bitwise_count(signature & ~signs), np.bitwise_count(signs & ~signature)
    near: NDArray[np.bool_] = (lost <= slips) & (added <= slips)
    return near


def slips(typed: str, words: Sequence[str], *, begun: bool = False) -> NDArray[np.int16]:
    """Return how many slips each word is away from what was typed: letters left out, added, changed, or swapped with the next.

    The distance is that of optimal string alignment (F. Damerau, 1964; each part of a word is mended once), worked out
    row by row for all words together: within a row, letters left out are a running minimum.

    Args:
        typed: What was typed.
        words: What it is compared with.
        begun: Compare with the nearest beginning of each word instead of with the whole.
    """
    width = max(map(len, words), default=0)
    if not width or not typed:
        return np.array([0 if begun and not typed else max(len(typed), len(word)) for word in words], np.int16)
    letters = np.array(words, dtype=f"<U{width}").view(np.uint32).reshape(len(words), width)
    steps = np.arange(width + 1, dtype=np.int16)
    before = here = np.broadcast_to(steps, (len(words), width + 1))
    for row, letter in enumerate(typed, 1):
        same = letters == ord(letter)
        nearest = here + np.int16(1)  # a letter too many was typed
        np.minimum(nearest[:, 1:], here[:, :-1] + (~same).astype(np.int16), out=nearest[:, 1:])
        if row > 1:
            swapped = same[:, :-1] & (letters[:, 1:] == ord(typed[row - 2]))
            np.minimum(nearest[:, 2:], np.where(swapped, before[:, :-2] + np.int16(1), np.int16(127)), out=nearest[:, 2:])
        before, here = here, np.minimum.accumulate(nearest - steps, axis=1) + steps
    found: NDArray[np.int16] = here.min(axis=1) if begun else here[np.arange(len(words)), [len(word) for word in words]]
    return found
