"""Orders: which documents come first, without sorting those that are on no page."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.search import schema
from directory.search.criteria import Sort
from directory.search.holders import Ids
from directory.search.segments import Segment

#: BM25's usual saturation and length (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework", 2009).
K1, B = 1.2, 0.75
#: What the score may add to a perfect fit of words: of two that fit alike the better reviewed comes first.
SCORE_SHARE = 0.15
#: Fits are told apart to so many steps; what is closer fits alike.
STEPS = 1000
#: What fits may differ by and still be alike, and a little for what is lost in rounding.
STEP = 1.01 / STEPS
#: Sorts behind every number.
LAST = np.iinfo(np.int64).max >> (schema.SEGMENT_BITS + 1)
#: Of long lists this many are looked at to guess where the page ends.
SAMPLE = 2048


class Picked(NamedTuple):
    """Documents of one segment that may be on the page, with what they are ordered by (smaller first)."""

    segment: Segment
    ids: Ids
    primary: NDArray[np.int64]


def pick(segment: Segment, ids: Ids, primary: NDArray[np.int64] | None, wanted: int, *, by_name: bool = False) -> Picked:
    """Return the first documents of a segment in an order.

    Args:
        segment: Where.
        ids: Ascending, which is the order of scores.
        primary: What comes first, one for each of `ids`; None: the order of scores itself.
        wanted: How many at most.
        by_name: Whether equal ones stand by name, and not by score.
    """
    if primary is None:
        first = ids[:wanted]
        return Picked(segment, first, np.zeros(len(first), np.int64))
    if len(ids) > wanted:
        tie = segment.column("by_name")[ids] if by_name else ids
        packed = (primary << schema.SEGMENT_BITS) | tie
        chosen = np.flatnonzero(packed <= _bound(packed, wanted))
        if len(chosen) > wanted:
            chosen = np.sort(chosen[np.argpartition(packed[chosen], wanted - 1)[:wanted]])
        ids, primary = ids[chosen], primary[chosen]
    return Picked(segment, ids, primary)


def merged(picked: Sequence[Picked], first: int, end: int, *, by_name: bool = False) -> list[tuple[Segment, int]]:
    """Return a page: the documents from `first` up to `end`, in order, of all that were picked.

    Args:
        by_name: Whether equal ones stand by name, and not by score.
    """
    picked = [one for one in picked if len(one.ids)]
    if not picked:
        return []
    if len(picked) == 1:
        return _page_of_one(picked[0], first, end, by_name=by_name)
    columns = {name: _joined(picked, name) for name in ("id", "score", "reviews", "name_1", "name_2")}
    ties = [columns["name_1"], columns["name_2"]]
    if not by_name:
        ties = [-columns["score"].astype(np.int64), -columns["reviews"].astype(np.int64), *ties]
    primary = np.concatenate([one.primary for one in picked])
    order = np.lexsort((columns["id"], *reversed(ties), primary))
    owners = np.repeat(np.arange(len(picked)), [len(one.ids) for one in picked])
    numbers = np.concatenate([one.ids for one in picked])

    def document(at: int) -> tuple[Segment, int]:
        return picked[int(owners[at])].segment, int(numbers[at])

    order = _settled(order, [primary, *ties], lambda at: (document(at)[0].name_key(document(at)[1]), int(columns["id"][at])))
    return [document(at) for at in order[first:end].tolist()]


def primary(sort: Sort, segment: Segment, ids: Ids, *, km: NDArray[np.float64] | None, currency: str | None) -> NDArray[np.int64] | None:
    """Return what an order goes by, smaller first; None: the order of scores, in which documents stand already.

    Args:
        sort: Any but relevance.
        km: Distances, for the order by distance; infinite where it is not known.
        currency: For the order by price.
    """
    if sort is Sort.SCORE:
        return None
    if sort is Sort.REVIEWS:
        return -segment.column("reviews")[ids].astype(np.int64)
    if sort is Sort.NEWEST:
        return -segment.column("newest")[ids].astype(np.int64)
    if sort is Sort.PRICE:
        quoted = np.isin(ids, segment.postings(schema.TAGS, f"m:{currency}")[0], assume_unique=True)
        return np.where(quoted, segment.column("price")[ids].astype(np.int64), LAST)
    if sort is Sort.DISTANCE and km is not None:
        return np.where(np.isfinite(km), np.rint(np.where(np.isfinite(km), km, 0) * 1000), LAST).astype(np.int64)
    return np.zeros(len(ids), np.int64)  # by name: the name is what equal ones stand by


def saturation(mean_length: float) -> NDArray[np.float32]:
    """Return what a word adds before its rarity: by its weight (rows) and the length of the document (columns: `Segment.lengths`)."""
    lengths = np.exp2(np.arange(256) / 16) - 1
    weights = np.arange(256)[:, None]
    norm = K1 * (1 - B + B * lengths / max(mean_length, 1.0))
    return (weights * (K1 + 1) / (weights + norm + 1e-9)).astype(np.float32).ravel()


def rarity(documents: int, holders: int) -> float:
    """Return how much a word tells that so many of all documents hold (the non-negative form that Lucene uses)."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


def shares(rare: Sequence[float]) -> list[np.float32]:
    """Return what each word has of the whole: a perfect fit of all is 1.

    Args:
        rare: How much each word tells (`rarity`).
    """
    best = max(sum(rare) * (K1 + 1), 1e-9)
    return [np.float32(one / best) for one in rare]


def score_share(scores: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Return what scores, in millionths of a star, add to how well words fit."""
    return scores.astype(np.float32) * np.float32(SCORE_SHARE / 5e6)


def steps(fits: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return what the order by fit goes by, smaller first."""
    found: NDArray[np.int64] = -np.rint(fits * np.float32(STEPS)).astype(np.int64)
    return found


def least(sample: NDArray[np.float32], wanted: int, many: int) -> float | None:
    """Return a fit that probably at least `wanted` reach, and not many more; None where all are to be looked at.

    Args:
        sample: Some of the fits.
        wanted: How many first ones.
        many: How many there are in all.
    """
    rank = int(wanted * len(sample) / many * 2) + 16 if many > 4 * SAMPLE else len(sample)
    return None if rank >= len(sample) else float(np.partition(sample, len(sample) - rank)[len(sample) - rank])


def _bound(packed: NDArray[np.int64], wanted: int) -> int:
    """Return a number that at least `wanted` of the numbers do not exceed, and of long lists not many more."""
    if len(packed) > 4 * SAMPLE:
        sample = packed[:: len(packed) // SAMPLE]
        rank = int(wanted * len(sample) / len(packed) * 2) + 16
        if rank < len(sample):
            guess = int(np.partition(sample, rank)[rank])
            if int(np.count_nonzero(packed <= guess)) >= wanted:
                return guess
    return int(np.partition(packed, wanted - 1)[wanted - 1])


def _page_of_one(one: Picked, first: int, end: int, *, by_name: bool) -> list[tuple[Segment, int]]:
    tie = one.segment.column("by_name")[one.ids] if by_name else one.ids
    order = np.lexsort((tie, one.primary))[first:end]
    return [(one.segment, number) for number in one.ids[order].tolist()]


def _joined(picked: Sequence[Picked], name: str) -> NDArray[np.int64]:
    return np.concatenate([one.segment.column(name)[one.ids] for one in picked])


def _settled(order: NDArray[np.int64], keys: Sequence[NDArray[np.int64]], key_of: Callable[[int], tuple[bytes, int]]) -> NDArray[np.int64]:
    """Put right the few whose names begin alike in sixteen bytes."""
    alike = np.ones(max(0, len(order) - 1), bool)
    for values in keys:
        alike &= values[order][1:] == values[order][:-1]
    start = 0
    found = order.tolist()
    while start < len(found):
        end = start + 1
        while end < len(found) and alike[end - 1]:
            end += 1
        if end - start > 1:
            found[start:end] = sorted(found[start:end], key=key_of)
        start = end
    return np.array(found, np.int64)
