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
#: Tokens that are sorted at once: they bound the memory that takes.
AT_ONCE = 2_000_000


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
        texts = sorted((text.encode(), number) for text, number in self._numbers.items())
        place = np.empty(len(texts), np.uint32)
        place[[number for _, number in texts]] = np.arange(len(texts))
        tokens = place.take(np.frombuffer(self._tokens, np.uint32))
        owners = order.take(np.frombuffer(self._owners, np.uint32))
        tails = ((owners << WEIGHT_BITS) | np.frombuffer(self._weights, np.uint8)).astype(np.uint32)
        tails = np.repeat(tails, np.frombuffer(self._runs, np.uint32))
        for start, end in _parts(np.bincount(tokens, minlength=len(texts))):
            mine = np.flatnonzero((tokens >= start) & (tokens < end))
            grouped = _grouped(tokens.take(mine).astype(np.int64) - start, tails.take(mine), end - start)
            yield from (Postings(texts[start + n][0], *found) for n, found in enumerate(grouped))

    def lengths(self, documents: int) -> NDArray[np.int64]:
        """Return what all tokens of each document weigh together, by its number of arrival."""
        weighed = np.frombuffer(self._runs, np.uint32).astype(np.int64) * np.frombuffer(self._weights, np.uint8)
        return np.bincount(np.frombuffer(self._owners, np.uint32), weighed, documents).astype(np.int64)


def _parts(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Cut tokens into runs that stand AT_ONCE times together; one that stands more often is a run by itself.

    Args:
        counts: How often each token stands.
    """
    ends = np.cumsum(counts)
    start = 0
    while start < len(ends):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + AT_ONCE, "right")))
        yield start, end
        start = end


def _grouped(tokens: NDArray[np.int64], tails: NDArray[np.uint32], many: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.uint8]]]:
    """Give documents and weights token by token. All is packed into one number each: sorting numbers is the quickest way to group them.

    Args:
        tokens: Numbers under `many`.
        tails: For each of them the document and the weight.
        many: How many tokens there are.
    """
    keys = tokens << (SEGMENT_BITS + WEIGHT_BITS)
    keys |= tails
    keys.sort()
    pairs = keys >> WEIGHT_BITS
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    totals = np.add.reduceat(keys & ((1 << WEIGHT_BITS) - 1), first)
    weights = np.minimum(totals, HEAVIEST).astype(np.uint8)
    pairs = pairs[first]
    documents = (pairs & ((1 << SEGMENT_BITS) - 1)).astype(np.int32)
    starts = np.searchsorted(pairs >> SEGMENT_BITS, np.arange(many + 1)).tolist()
    for n in range(many):
        yield documents[starts[n] : starts[n + 1]], weights[starts[n] : starts[n + 1]]
