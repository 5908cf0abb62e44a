"""Several segments made one: postings renumbered and joined as arrays, and only those kept who are still there."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from directory.search import builder, schema
from directory.search.inversion import HEAVIEST, Postings
from directory.search.segments import Segment

#: So many segments of about one size are left as they are; more make questions slower than merging them would.
MOST_ALIKE = 6
#: Segments this small are all of about one size.
SMALL = 1000


def due(sizes: Sequence[tuple[int, int]]) -> list[int]:
    """Return which segments to merge now; most of the time none.

    The smallest ones go together, each up to twice what those before it hold: so a document is copied about as often as the
    number of documents grows sevenfold. Large ones beside them are left alone. One that has lost half of its documents is made anew.

    Args:
        sizes: Of each segment, how many documents it holds and how many of them are gone.
    """
    chosen: list[int] = []
    total = 0
    for n in sorted(range(len(sizes)), key=lambda n: sizes[n]):
        count, gone = sizes[n]
        if total + count - gone > schema.MOST_DOCUMENTS or (chosen and count > 2 * total + SMALL):
            break
        chosen.append(n)
        total += count - gone
    if len(chosen) > MOST_ALIKE:
        return sorted(chosen)
    return next(([n] for n, (count, gone) in enumerate(sizes) if gone * 2 > count), [])


def merge(folder: Path, segments: Sequence[Segment]) -> Any | None:
    """Write one segment with everybody who is still there in some; return Whoosh's description, or None where nobody is.

    Args:
        folder: The folder of the index.
        segments: Those to merge.
    """
    kept = [np.arange(one.count) if one.live is None else np.flatnonzero(one.live) for one in segments]
    if not sum(map(len, kept)):
        return None
    columns = {
        name: np.concatenate([one.column(name)[numbers] for one, numbers in zip(segments, kept, strict=True)]) for name in schema.COLUMNS
    }
    keys = [one.name_key(number) for one, numbers in zip(segments, kept, strict=True) for number in numbers.tolist()]
    order = builder.best_first(columns, keys.__getitem__)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    moves, start = [], 0
    for one, numbers in zip(segments, kept, strict=True):
        moved = np.full(one.count, -1, np.int64)
        moved[numbers] = places[start : start + len(numbers)]
        moves.append(moved)
        start += len(numbers)
    postings = {field: _joined(segments, moves, field) for field in schema.TOKEN_FIELDS}
    ordered = {name: values[order] for name, values in columns.items()}
    return builder.write(folder, ordered, [keys[number] for number in order.tolist()], postings)


def _joined(segments: Sequence[Segment], moves: Sequence[NDArray[np.int64]], field: str) -> Iterator[Postings]:
    rows = [_moved(one, moved, field) for one, moved in zip(segments, moves, strict=True)]
    for token, same in groupby(heapq.merge(*rows, key=itemgetter(0)), key=itemgetter(0)):
        pairs = [(documents, weights) for _, documents, weights in same]
        documents = np.concatenate([own for own, _ in pairs])
        weights = np.concatenate([own for _, own in pairs])
        there = documents >= 0
        documents, weights = documents[there], weights[there]
        if len(documents):
            order = np.argsort(documents, kind="stable")
            yield Postings(token, documents[order].astype(np.int32), np.minimum(weights[order], HEAVIEST))


def _moved(segment: Segment, moved: NDArray[np.int64], field: str) -> Iterator[tuple[bytes, NDArray[np.int64], NDArray[np.uint8]]]:
    for found in segment.all_postings(field):
        yield found.token, moved[found.documents], found.weights
