"""From documents to postings: tokens counted in flat arrays, a few machine instructions each, and sorted at the end."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.search.schema import SEGMENT_BITS

#: Bits for the weight of one mention; heavier ones are cut. A document's whole weight for a word is cut at 255.
WEIGHT_BITS = 4
HEAVIEST = 255


class Postings(NamedTuple):
    """Where a token stands.

    Args:
        token: The token.
        documents: Numbers in the segment, ascending.
        weights: What it counts in each; 1 to HEAVIEST.
    """

    token: bytes
    documents: NDArray[np.int32]
    weights: NDArray[np.uint8]


class Inversion:
    """Takes the tokens of one field, document after document, and gives them back token after token."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._tokens = array("I")
        #: Three arrays side by side: so many of the tokens belong to this document and count so much.
        self._runs, self._owners, self._weights = array("I"), array("I"), array("B")

    def add(self, document: int, tokens: Collection[str], weight: int = 1) -> None:
        """Take the tokens of a document.

        Args:
            document: Its number, in the order of arrival.
            tokens: Each may stand several times.
            weight: What each counts; at most 15.
        """
        if tokens:
            self._tokens.extend(map(self._numbers.__getitem__, tokens))
            self._runs.append(len(tokens))
            self._owners.append(document)
            self._weights.append(weight)

    def postings(self, order: NDArray[np.int64]) -> Iterator[Postings]:
        """Give the postings by token, in the order of its bytes.

        Args:
            order: The number in the segment of each document, by its number of arrival.
        """
        keys = self._keys(order)
        pairs = keys >> WEIGHT_BITS
        first = np.flatnonzero(np.diff(pairs, prepend=-1))
        totals = np.add.reduceat(keys & ((1 << WEIGHT_BITS) - 1), first) if len(keys) else keys
        weights = np.minimum(totals, HEAVIEST).astype(np.uint8)
        pairs = pairs[first]
        documents = (pairs & ((1 << SEGMENT_BITS) - 1)).astype(np.int32)
        starts = np.searchsorted(pairs >> SEGMENT_BITS, np.arange(len(self._numbers) + 1)).tolist()
        for token, number in sorted((text.encode(), number) for text, number in self._numbers.items()):
            start, end = starts[number], starts[number + 1]
            yield Postings(token, documents[start:end], weights[start:end])

    def lengths(self, documents: int) -> NDArray[np.int64]:
        """Return what all tokens of each document weigh together, by its number of arrival."""
        weighed = np.frombuffer(self._runs, np.uint32).astype(np.int64) * np.frombuffer(self._weights, np.uint8)
        return np.bincount(np.frombuffer(self._owners, np.uint32), weighed, documents).astype(np.int64)

    def _keys(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (token, document, weight) packed into one number each, sorted: sorting numbers is the quickest way to group them."""
        runs = np.frombuffer(self._runs, np.uint32)
        tails = (order[np.frombuffer(self._owners, np.uint32)] << WEIGHT_BITS) | np.frombuffer(self._weights, np.uint8)
        keys = np.frombuffer(self._tokens, np.uint32).astype(np.int64) << (SEGMENT_BITS + WEIGHT_BITS)
        keys |= np.repeat(tails, runs)
        keys.sort()
        return keys
