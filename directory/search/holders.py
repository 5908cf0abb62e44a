"""Who holds a token in one segment, and how that is asked of other documents."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Weights = NDArray[np.uint8] | None

#: A token that one of so many documents holds is common.
COMMON = 16
#: A list is looked up in another of so many times its length; longer ones are laid side by side.
LOOKED_UP = 8


class Champions(NamedTuple):
    """The documents that one word fits best.

    Args:
        of: What they were found with; with another one they are others.
        ids: Their numbers, ascending.
        floor: Whoever fits at least so well is among them.
    """

    of: object
    ids: Ids
    floor: float


class Holders:
    """Who holds a token, or any of several, in one segment; gone ones are still among them.

    Args:
        ids: Their numbers, ascending.
        weights: What it counts in each; None: 1 in all.
        count: Documents of the segment.
    """

    __slots__ = ("_count", "_dense", "champions", "ids", "weights")

    def __init__(self, ids: Ids, weights: Weights, count: int) -> None:
        self.ids, self.weights = ids, weights
        self._count = count
        self._dense: NDArray[np.uint8] | None = None
        #: The documents that a common word fits best, once somebody has asked for them.
        self.champions: Champions | None = None

    @property
    def is_common(self) -> bool:
        """Whether so many hold it that one number for every document, zero for most, is worth its memory."""
        return len(self.ids) * COMMON >= self._count

    @property
    def size(self) -> int:
        """Bytes of memory, once all is made."""
        return self.ids.nbytes + (0 if self.weights is None else self.weights.nbytes) + (self._count if self.is_common else 0) + 200

    def dense(self) -> NDArray[np.uint8]:
        """Return what it counts in every document of the segment; zero in those that do not hold it."""
        made = self._dense
        if made is None:
            made = np.zeros(self._count, np.uint8)
            made[self.ids] = 1 if self.weights is None else self.weights
            if self.is_common:
                self._dense = made
        return made

    def among(self, ids: Ids) -> NDArray[np.bool_]:
        """Say of each of some documents whether it holds it.

        Args:
            ids: Ascending.
        """
        if self.is_common or len(ids) * LOOKED_UP >= len(self.ids):
            held: NDArray[np.bool_] = self.dense().take(ids).view(np.bool_) if self.weights is None else self.dense().take(ids) != 0
            return held
        return contained(self.ids, ids)

    def weights_of(self, ids: Ids) -> NDArray[np.uint8]:
        """Return what it counts in each of some documents that all hold it."""
        if self.weights is None:
            return np.ones(len(ids), np.uint8)
        if len(ids) == len(self.ids):
            return self.weights
        if self.is_common or len(ids) * LOOKED_UP >= len(self.ids):
            return self.dense().take(ids)
        return self.weights.take(np.searchsorted(self.ids, ids))


def contained(ids: Ids, others: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each of some numbers whether it is one of `ids`: quick where there are few.

    Args:
        ids: Ascending; at least one.
        others: Ascending.
    """
    at = np.searchsorted(ids, others.astype(np.int32, copy=False))
    at[at == len(ids)] = len(ids) - 1
    found: NDArray[np.bool_] = ids.take(at) == others
    return found
