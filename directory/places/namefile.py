"""The file of all names, open: mapped into memory, shared by all processes, looked up by bisection."""

import mmap
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from directory.places import blob
from directory.places.targets import ALIAS, CODE, NONE, TARGET

#: Sorts behind every byte that a key can hold.
LAST = b"\xff"
NO_ENTRIES = slice(0, 0)


@dataclass(frozen=True)
class Found:
    """Something that has a page, as the file tells it.

    Args:
        target: Where it stands in the file.
        number: GeoNames' number of a place; 0 for a country or region.
        name: As it is shown.
        around: Its region and country: "Ontario, Canada".
        path: Of its page, without the outer slashes.
    """

    target: int
    number: int
    name: str
    around: str
    path: str

    @property
    def label(self) -> str:
        """The name with its region and country."""
        return f"{self.name}, {self.around}" if self.around else self.name


class NameFile:
    """The file, open for as long as somebody holds this.

    Args:
        path: Where it lies.

    Raises:
        ValueError: when there is none, or it is cut short or of another form.
    """

    def __init__(self, path: Path) -> None:
        head = blob.header(path)
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            arrays: dict[str, NDArray[Any]] = {
                name: np.frombuffer(self._map, kind, count, head["start"] + at) for name, (kind, at, count) in head["arrays"].items()
            }
        except (OSError, KeyError) as error:
            raise ValueError(f"{path} is no file of places") from error
        #: Tells one state of the gazetteer from another.
        self.stamp: str = head["stamp"]
        #: How many of the targets are places; regions and countries stand behind them.
        self.places: int = head["places"]
        self._keys, self._texts = (head["start"] + head["arrays"][name][1] for name in ("keys", "texts"))
        self._key_start, self._entry_start, self._text_start = arrays["key_start"], arrays["entry_start"], arrays["text_start"]
        self._mark, self._weight = arrays["mark"], arrays["weight"]
        self._number, self._region, self._country = arrays["number"], arrays["region"], arrays["country"]
        self._by_length, self._length_start, self._sign = arrays["by_length"], arrays["length_start"], arrays["sign"]

    def key(self, index: int) -> bytes:
        """Return the name at a place in the order of all."""
        return self._map[self._keys + int(self._key_start[index]) : self._keys + int(self._key_start[index + 1])]

    def whole(self, key: str) -> slice:
        """Return which entries have this very name."""
        index = self._bisect(key.encode())
        exists = index < len(self._key_start) - 1 and self.key(index) == key.encode()
        return self._entries(index, index + 1) if exists else NO_ENTRIES

    def begun(self, key: str) -> slice:
        """Return which entries have a name that begins so."""
        return self._entries(self._bisect(key.encode()), self._bisect(key.encode() + LAST))

    def of_key(self, index: int) -> slice:
        """Return which entries have the name at this place in the order of all."""
        return self._entries(index, index + 1)

    def heavier_than(self, weight: int, entries: slice) -> NDArray[np.int64]:
        """Return those of entries that draw more strongly than that, each by a name of its own and no alias."""
        found: NDArray[np.int64] = entries.start + np.flatnonzero((self._weight[entries] > weight) & (self._mark[entries] < CODE))
        return found

    def keys_of(self, entries: NDArray[np.integer[Any]]) -> list[str]:
        """Return the names that entries are."""
        indices = np.searchsorted(self._entry_start, entries.astype(np.uint32), side="right") - 1
        return [self.key(index).decode() for index in indices.tolist()]

    def targets(self, entries: slice | NDArray[np.integer[Any]]) -> NDArray[np.uint32]:
        """Return what the names of entries stand for."""
        return self._mark[entries] & np.uint32(TARGET)

    def areas(self, entries: slice) -> NDArray[np.uint32]:
        """Return the countries and regions among what the names of entries stand for."""
        targets = self.targets(entries)
        return targets[targets >= self.places]

    def weights(self, entries: slice | NDArray[np.integer[Any]]) -> NDArray[np.uint32]:
        """Return how strongly each entry draws: `rules.pull`, and 0 for a bare code, which is no beginning of a name."""
        marks = self._mark[entries]
        return np.where(marks & np.uint32(CODE), np.uint32(0), self._weight[entries])

    def aliases(self, entries: slice | NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Say of each entry whether it is another name than its place's own."""
        return np.asarray((self._mark[entries] & np.uint32(ALIAS)) != 0)

    def lies_in(self, targets: NDArray[np.uint32], areas: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Say of each target whether its region or its country is among areas."""
        inside: NDArray[np.bool_] = np.isin(self._region[targets], areas) | np.isin(self._country[targets], areas)
        return inside

    def of_length(self, least: int, most: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """Return the names of so many letters, by their place in the order of all, and their signatures."""
        last = len(self._length_start) - 1
        band = slice(*(int(self._length_start[min(length, last)]) for length in (least, most + 1)))
        return self._by_length[band], self._sign[band]

    def found(self, target: int) -> Found:
        """Return what is shown of a target."""
        above = [int(area) for area in (self._region[target], self._country[target]) if area != NONE]
        name, path = self._text(target)
        around = [self._text(area)[0] for area in above]
        shown = [part for n, part in enumerate(around) if part and part not in (name, *around[:n])]
        return Found(target, int(self._number[target]), name, ", ".join(shown), path)

    def _text(self, target: int) -> list[str]:
        text = self._map[self._texts + int(self._text_start[target]) : self._texts + int(self._text_start[target + 1])]
        return text.decode().split("\n")

    def _bisect(self, key: bytes) -> int:
        return bisect_left(range(len(self._key_start) - 1), key, key=self.key)

    def _entries(self, first: int, behind: int) -> slice:
        return slice(int(self._entry_start[first]), int(self._entry_start[behind]))
