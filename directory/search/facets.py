"""What each filter would leave: sets of documents as bits, one row a value, counted by machine instructions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.places import money
from directory.search import bands, schema
from directory.search.criteria import RATED_FROM, RATINGS, Criteria, Group, rating_value
from directory.search.holders import Ids
from directory.search.segments import Segment

#: Groups whose values are tokens, with what those begin with.
TOKENS = {Group.TREATMENT: "t:", Group.KIND: "k:", Group.LANGUAGE: "l:"}
#: Lists shorter than this part of a segment are counted one by one.
SPARSE = 64

Bits = NDArray[np.uint64]


class Rows(NamedTuple):
    """The values of a segment as bits.

    Args:
        values: (group, value) of each row.
        bits: A row for each: bit n of it says whether document n has the value.
    """

    values: Sequence[tuple[Group, str]]
    bits: Bits

    def of(self, group: Group, chosen: Iterable[str]) -> NDArray[np.uint8]:
        """Return who has any of some values of a group, as bytes of bits."""
        wanted = set(chosen)
        rows = [n for n, (own, value) in enumerate(self.values) if own is group and value in wanted]
        return np.bitwise_or.reduce(self.bits[rows], axis=0).view(np.uint8) if rows else np.zeros(self.bits.shape[1] * 8, np.uint8)


class Choice(NamedTuple):
    """A group of filters that is on, in one segment."""

    group: Group
    #: Who has any of the chosen values, as bytes of bits.
    has: NDArray[np.uint8]

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """Say of each document whether it has any of the chosen values."""
        found: NDArray[np.bool_] = (self.has[ids >> 3] >> (ids & 7).astype(np.uint8)) & 1 != 0
        return found


def choices(segment: Segment, criteria: Criteria) -> list[Choice]:
    """Return the groups of filters that are on."""
    chosen: dict[Group, Sequence[str]] = {
        Group.TREATMENT: criteria.treatments,
        Group.TECHNIQUE: criteria.techniques,
        Group.KIND: [kind.value for kind in criteria.kinds],
        Group.LANGUAGE: criteria.languages,
        Group.PRICE: criteria.prices,
        Group.RATING: (rating_value(criteria.rating),) if criteria.rating else (),
        Group.REPAIRS: ("1",) if criteria.repairs else (),
        Group.VERIFIED: ("1",) if criteria.verified else (),
    }
    return [Choice(group, _has(segment, criteria, group, values)) for group, values in chosen.items() if values]


def count(
    segment: Segment, criteria: Criteria, ids: Ids, on: Sequence[Choice], held: Sequence[NDArray[np.bool_]]
) -> dict[Group, dict[str, int]]:
    """Return how many documents each value would leave, each group counted without its own choices.

    Args:
        segment: Where.
        criteria: The question.
        ids: Who meets everything but the filters.
        on: The groups that are on.
        held: For each of them, which of `ids` hold it.
    """
    found: dict[Group, dict[str, int]] = defaultdict(dict)
    everything = _all_of(held)
    usual = _counts(segment, criteria, ids if everything is None else ids[everything])
    for group in Group:
        mine = [n for n, choice in enumerate(on) if choice.group is group]
        if not mine:
            found[group] = usual.get(group, {})
            continue
        others = _all_of([mask for n, mask in enumerate(held) if n not in mine])
        found[group] = _counts(segment, criteria, ids if others is None else ids[others], only=group).get(group, {})
    return found


def add(totals: dict[str, dict[str, int]], more: Mapping[Group, Mapping[str, int]], techniques: frozenset[str]) -> None:
    """Add the counts of one segment to those of others, by the names of a query string.

    Args:
        techniques: Codes that count as techniques as well as treatments.
    """
    for group, values in more.items():
        own = totals.setdefault(group.value, {})
        for value, number in values.items():
            if number and (group is not Group.TECHNIQUE or value in techniques):
                own[value] = own.get(value, 0) + number


def _all_of(masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_] | None:
    return np.logical_and.reduce(masks) if masks else None


def _counts(segment: Segment, criteria: Criteria, ids: Ids, only: Group | None = None) -> dict[Group, dict[str, int]]:
    found: dict[Group, dict[str, int]] = defaultdict(dict)
    for rows in _tables(segment, criteria):
        wanted = [n for n, (group, _) in enumerate(rows.values) if only in (None, group, *_twin(group))]
        numbers = _count_rows(rows.bits, wanted, ids, segment.count)
        for n, number in zip(wanted, numbers, strict=True):
            group, value = rows.values[n]
            found[group][value] = number
    # A technique is a treatment of the third level: the same rows under another name.
    found[Group.TECHNIQUE] = dict(found.get(Group.TREATMENT, {}))
    return found


def _twin(group: Group) -> tuple[Group, ...]:
    return (Group.TECHNIQUE,) if group is Group.TREATMENT else ()


def _count_rows(bits: Bits, rows: Sequence[int], ids: Ids, count: int) -> list[int]:
    if not len(ids) or not rows:
        return [0] * len(rows)
    table = bits if len(rows) == len(bits) else bits[list(rows)]
    if len(ids) * SPARSE < count:
        picked = (table.view(np.uint8)[:, ids >> 3] >> (ids & 7).astype(np.uint8)) & 1
        numbers: list[int] = picked.sum(axis=1, dtype=np.int64).tolist()
        return numbers
    counted: list[int] = np.bitwise_count(table & as_bits(ids, count)).sum(axis=1, dtype=np.int64).tolist()
    return counted


def as_bits(ids: Ids, count: int) -> Bits:
    """Return a list of documents as bits."""
    mask = np.zeros(-(-count // 64) * 64, bool)
    mask[ids] = True
    return np.packbits(mask, bitorder="little").view(np.uint64)


def _has(segment: Segment, criteria: Criteria, group: Group, values: Sequence[str]) -> NDArray[np.uint8]:
    source = Group.TREATMENT if group is Group.TECHNIQUE else group
    table = _priced(segment, criteria.currency) if group is Group.PRICE else _standing(segment)
    return table.of(source, values)


def _tables(segment: Segment, criteria: Criteria) -> list[Rows]:
    return [_standing(segment), *([_priced(segment, criteria.currency)] if criteria.currency else [])]


def _standing(segment: Segment) -> Rows:
    """Return the rows of all values but prices."""

    def make() -> Rows:
        values: list[tuple[Group, str]] = []
        rows: list[Bits] = []
        for group, begin in TOKENS.items():
            for token in segment.tokens(schema.TAGS, begin):
                values.append((group, token[len(begin) :]))
                rows.append(as_bits(segment.postings(schema.TAGS, token)[0], segment.count))
        rated = segment.column("reviews") >= RATED_FROM
        for tenths in RATINGS:
            values.append((Group.RATING, rating_value(tenths)))
            rows.append(_mask_bits(rated & (segment.column("mean") >= tenths * 100_000)))
        for group, flag in ((Group.REPAIRS, schema.REPAIRS), (Group.VERIFIED, schema.VERIFIED)):
            values.append((group, "1"))
            rows.append(_mask_bits(segment.column("flags") & flag != 0))
        return Rows(values, np.stack(rows))

    rows: Rows = segment.own("facets", make)
    return rows


def _priced(segment: Segment, currency: str | None) -> Rows:
    """Return the rows of the bands of prices in a currency."""

    def make() -> Rows:
        codes = bands.codes(currency)
        quoted = np.zeros(segment.count, bool)
        quoted[segment.postings(schema.TAGS, f"m:{currency}")[0]] = True
        price = segment.column("price").astype(np.int64)
        rows = []
        for code in codes:
            low, high = bands.bounds(code)
            minor = money.minor_units(currency or "")
            inside = quoted & (price >= low * minor)
            rows.append(_mask_bits(inside if high is None else inside & (price < high * minor)))
        return Rows([(Group.PRICE, code) for code in codes], np.stack(rows))

    rows: Rows = segment.own(f"prices:{currency}", make)
    return rows


def _mask_bits(mask: NDArray[np.bool_]) -> Bits:
    return as_bits(np.flatnonzero(mask).astype(np.int32), len(mask))


def warm(segment: Segment) -> None:
    """Make the rows that every counting question needs."""
    _standing(segment)
