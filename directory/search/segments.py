"""One segment of the index as arrays: read once, kept for as long as the segment lives, for it never changes but for who is gone."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import copy
from functools import cached_property
from pathlib import Path
from pickle import loads
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.reading import TermNotFound

from directory.search import schema, storage
from directory.search.geo import Cells
from directory.search.holders import Holders, Ids, Weights
from directory.search.inversion import Postings
from directory.search.lexicon import Lexicon
from directory.search.storage import SegmentFiles

#: Bytes of decoded postings that one process keeps; what was asked for longest ago goes first.
KEPT = 64_000_000
#: After so many postings of one token the part of the file that they were read from is let go of: they are copies.
GIVEN_BACK = 20_000
_NOBODY: Ids = np.empty(0, np.int32)


class Kept:
    """Decoded postings of all segments of a process, within a budget.

    Args:
        budget: Bytes.
    """

    def __init__(self, budget: int = KEPT) -> None:
        self._budget, self._used = budget, 0
        self._rows: OrderedDict[tuple[str, str, str], Holders] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> Holders | None:
        """Return what is kept under a key, and keep it longer than what nobody asks for."""
        found = self._rows.get(key)
        if found is not None:
            with suppress(KeyError):  # another thread may have made room meanwhile
                self._rows.move_to_end(key)
        return found

    @property
    def used(self) -> float:
        """The used part of the budget, 0 to 1."""
        return self._used / self._budget

    def put(self, key: tuple[str, str, str], row: Holders) -> None:
        """Keep postings."""
        with self._lock:
            if key not in self._rows:
                self._rows[key] = row
                self._used += row.size
            while self._used > self._budget and self._rows:
                self._used -= self._rows.popitem(last=False)[1].size


class Segment:
    """The documents of one segment.

    Args:
        folder: The folder of the index.
        described: Whoosh's description of the segment.
        kept: Where decoded postings are kept.

    Raises:
        Anything at all, where the file is missing or damaged: see `schema.DAMAGE`.
    """

    def __init__(self, folder: Path, described: Any, kept: Kept) -> None:
        self.name: str = described.segment_id()
        self.count: int = described.doc_count_all()
        self._files = SegmentFiles(folder / described.make_filename(described.COMPOUND_EXT))
        self._described = described
        self._terms = described.codec().terms_reader(self._files, described)
        self._kept = kept
        self._lock = threading.Lock()
        self._own: dict[str, Any] = {}
        self._set_deleted(described)

    def _set_deleted(self, described: Any) -> None:
        #: Who is still there; None: everybody.
        self.live: NDArray[np.bool_] | None = None
        self.deleted: int = described.deleted_count()
        if self.deleted:
            self.live = np.ones(self.count, bool)
            self.live[np.fromiter(described.deleted_docs(), np.int64)] = False

    def now(self, described: Any) -> "Segment":
        """Return the segment with those who are gone now; this one stays as it is for whoever is reading it."""
        if described.deleted_count() == self.deleted:
            return self
        other = copy(self)
        other._own = {name: made for name, made in self._own.items() if not name.startswith("live:")}
        other._set_deleted(described)
        return other

    def give_back(self) -> None:
        """Let go of the parts of the file of which there are copies now."""
        self._files.give_back()

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of `schema.COLUMNS`, in this machine's order of bytes."""
        found = self._own.get(name)
        if found is None:
            raw = np.frombuffer(self._files.part(W3Codec.column_filename(self._described, name)), schema.COLUMNS[name].kind)
            if len(raw) != self.count:
                raise OSError(f"{self.name}: the column {name} is cut short")
            found = self._own[name] = raw.astype(raw.dtype.newbyteorder("="))
        return found

    def name_key(self, number: int) -> bytes:
        """Return the whole key of a document's name."""
        with self._lock:
            return bytes(self._name_keys[number])

    def postings(self, field: str, token: str) -> tuple[Ids, Weights]:
        """Return who holds a token, ascending, and what it counts in each (None: 1 in all); gone ones are still among them."""
        holders = self.holders(field, token)
        return holders.ids, holders.weights

    def holders(self, field: str, token: str) -> Holders:
        """Return who holds a token."""
        key = (self.name, field, token)
        found = self._kept.get(key)
        if found is None:
            with self._lock:
                found = Holders(*self._decoded(field, token.encode()), self.count)
            self._kept.put(key, found)
        return found

    def count_of(self, field: str, token: str) -> int:
        """Return how many documents hold a token, without reading who."""
        row = self._kept.get((self.name, field, token))
        if row is not None:
            return len(row.ids)
        try:
            return int(self._terms.doc_frequency(field, token.encode()))
        except (KeyError, TermNotFound, TypeError):
            return 0

    def tokens(self, field: str, begin: str, limit: int | None = None) -> list[str]:
        """Return the tokens of a field that begin so, in order.

        Args:
            limit: How many at most.
        """
        wanted = begin.encode()
        found: list[str] = []
        with self._lock:
            for name, token in self._terms.terms_from(field, wanted):
                if name != field or not token.startswith(wanted) or len(found) == limit:
                    break
                found.append(token.decode())
        return found

    def frequent(self, field: str, least: int) -> list[tuple[int, str]]:
        """Return the tokens of a field that at least so many documents hold, with their number."""
        found = []
        with self._lock:
            for (name, token), told in self._terms.items_from(field, b""):
                if name != field:
                    break
                if told.doc_frequency() >= least:
                    found.append((told.doc_frequency(), token.decode()))
        return found

    def number_of(self, profile_id: int) -> int | None:
        """Return the number of a profile's document, if it stands here and is not gone."""
        ids, order = self._by_id
        at = int(np.searchsorted(ids, profile_id))
        if at == len(ids) or ids[at] != profile_id:
            return None
        number = int(order[at])
        return number if self.live is None or self.live[number] else None

    @cached_property
    def cells(self) -> Cells:
        """Who is where."""
        return Cells(self._files.part(self._described.make_filename(storage.GEO)))

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words, for those who mistype them."""
        return Lexicon(self._files.part(self._described.make_filename(storage.LEXICON)))

    @cached_property
    def weight(self) -> float:
        """What all words weigh together."""
        return float(self.column("length").sum(dtype=np.int64))

    @property
    def lengths(self) -> NDArray[np.uint8]:
        """The length of each document as a step of a scale: sixteen steps to a doubling, so at most 4.5 % off."""
        steps: NDArray[np.uint8] = self.own(
            "lengths", lambda: np.minimum(255, np.round(16 * np.log2(1.0 + self.column("length")))).astype(np.uint8)
        )
        return steps

    def mask(self, flag: int, *, without: bool = False) -> NDArray[np.bool_] | None:
        """Return who is there and has a flag, or has it not; None: everybody.

        Args:
            flag: A bit of the column `flags`; 0: only who is there.
            without: Those without it.
        """
        name = f"live:{flag}:{without}"
        if name not in self._own:
            self._own[name] = self._masked(flag, without)
        mask: NDArray[np.bool_] | None = self._own[name]
        return mask

    def _masked(self, flag: int, without: bool) -> NDArray[np.bool_] | None:
        if not flag:
            return self.live
        flagged = (self.column("flags") & flag == 0) if without else (self.column("flags") & flag != 0)
        both = flagged if self.live is None else flagged & self.live
        return None if both.all() else both

    def own(self, name: str, make: Any) -> Any:
        """Return what was made of this segment before, or make it."""
        if name not in self._own:
            self._own[name] = make()
        return self._own[name]

    def all_postings(self, field: str) -> Iterator[Postings]:
        """Give the postings of a field by token; nothing is kept."""
        for (name, token), told in self._terms.items_from(field, b""):
            if name != field:
                break
            ids, weights = self._blocks(told, field, token)
            yield Postings(token, ids, np.ones(len(ids), np.uint8) if weights is None else weights)

    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Return all columns."""
        return {name: self.column(name) for name in schema.COLUMNS}

    @property
    def _by_id(self) -> tuple[NDArray[Any], NDArray[Any]]:
        def make() -> tuple[NDArray[Any], NDArray[Any]]:
            order = np.argsort(self.column("id"), kind="stable").astype(np.int32)
            return self.column("id")[order], order

        made: tuple[NDArray[Any], NDArray[Any]] = self.own("by_id", make)
        return made

    @cached_property
    def _name_keys(self) -> Any:
        name = W3Codec.column_filename(self._described, schema.NAME_KEY)
        column = schema.SCHEMA[schema.NAME_KEY].column_type
        return column.reader(self._files.open_file(name), 0, self._files.file_length(name), self.count)

    def _decoded(self, field: str, token: bytes) -> tuple[Ids, Weights]:
        try:
            told = self._terms.term_info(field, token)
        except TermNotFound:
            return _NOBODY, None
        found = self._blocks(told, field, token)
        if len(found[0]) > GIVEN_BACK:
            self.give_back()
        return found

    def _blocks(self, told: Any, field: str, token: bytes) -> tuple[Ids, Weights]:
        """Read postings block by block: Whoosh's reader finds each, numpy takes it apart."""
        matcher = W3LeafMatcher(self._terms._postfile, *_extent(told), schema.SCHEMA[field].format)
        ids, weights, counted, last = [], [], False, 0
        while not matcher._atend:
            data = loads(self._terms._postfile.get(matcher._dataoffset, matcher._nextoffset - matcher._dataoffset))  # noqa: S301  (0700)
            gaps = _array(data[0])
            block = np.cumsum(gaps, dtype=np.int32)
            ids.append(block)
            weights.append(np.ones(len(block), np.uint8) if data[1] is None else _array(data[1]).astype(np.uint8, copy=False))
            counted = counted or data[1] is not None
            last = int(block[-1])
            if last != matcher._maxid or not 0 <= int(block[0]) <= last < self.count:
                raise OSError(f"{self.name}: postings of {token!r} are damaged")
            matcher._next_block()
        found = ids[0] if len(ids) == 1 else np.concatenate(ids)
        if not counted:
            return found, None
        return found, weights[0] if len(weights) == 1 else np.concatenate(weights)


def _extent(told: Any) -> tuple[int, int]:
    offset, length = told.extent()
    return offset, length[0] if isinstance(length, tuple) else length


def _array(packed: Any) -> NDArray[Any]:
    if isinstance(packed, bytes):
        return np.frombuffer(packed, np.uint8)
    return np.frombuffer(packed, packed.typecode) if hasattr(packed, "typecode") else np.array(packed)
