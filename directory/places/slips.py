"""Names that were meant by somebody whose finger slipped, among all names of all places."""

from collections.abc import Sequence
from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.places import distance
from directory.places.namefile import NameFile
from directory.places.typed import Typed

#: Shorter keys have too many neighbours to mean one of them; from the second length on, a second slip is allowed.
SHORTEST, SHORTEST_FOR_TWO, LONGEST = 4, 6, 60
#: What one more slip costs, in powers of ten of people; and a slip in the first letter, where fingers seldom err.
SLIP_COST, FIRST_LETTER_COST = 2.0, 1.0
#: Ways to take a line apart that are tried, each with a look at all names.
MOST_TRIES = 2


class Near(NamedTuple):
    """A place, one of whose names is spelled nearly as typed.

    Args:
        number: GeoNames' number.
        key: The name.
        slips: How many slips away.
        likely: The higher the likelier: powers of ten of people, less what the slips cost.
    """

    number: int
    key: str
    slips: int
    likely: float


def meant(file: NameFile, readings: Sequence[Typed], *, bounded: bool = False, limit: int) -> list[Near]:
    """Return the places that may be meant by a line that is the name of nothing; the likeliest first.

    A name with slips inside an area that is known ("san fransico ca"); the whole with slips ("los angelas"); a known
    name in an area with slips ("springfield ilinois").

    Args:
        file: All names.
        readings: The ways to read the line (`typed.readings`); mere guesses are left out.
        bounded: Only names with slips inside an area that is known.
        limit: How many at most.
    """
    sure = [reading for reading in readings if not reading.guess]
    # As it stands and, behind a street, without its first part; "st" for "saint" is a slip like others.
    for reading in dict.fromkeys((sure[0], sure[-1])):
        if found := _inside(file, reading, limit) or (
            [] if bounded else _whole(file, reading, limit) or _in_area_like(file, reading, limit)
        ):
            return found
    return []


def _inside(file: NameFile, reading: Typed, limit: int) -> list[Near]:
    """Return the places with a name like the first words, in the areas that the words behind it name."""
    tries = 0
    for split in reading.splits:
        bounds = [file.areas(file.whole(part)) for part in split.tail]
        if not all(len(bound) for bound in bounds) or len(split.head) < SHORTEST:
            continue
        if found := near(file, split.head, bounds=bounds, limit=limit):
            return found
        tries += 1
        if tries == MOST_TRIES:
            break
    return []


def _whole(file: NameFile, reading: Typed, limit: int) -> list[Near]:
    """Return the places with a name like the whole, or like what stands before the comma."""
    whole = reading.splits[0].head if reading.comma and reading.splits else reading.key
    return near(file, whole, limit=limit)


def near(file: NameFile, key: str, *, bounds: Sequence[NDArray[np.uint32]] = (), limit: int) -> list[Near]:
    """Return the places with a name or alias one slip, or for longer names two, away from a key; the likeliest first.

    All names of about its length are looked at: by their signatures first, which leaves some hundreds, and those
    letter by letter. That takes 1 to 5 ms and no memory of its own. A table of names with letters left out (SymSpell)
    would answer faster, but needs 60 MB for one slip and ten times as much for two.

    Args:
        file: All names.
        key: `names.key` of what was typed.
        bounds: Groups of countries and regions (`NameFile.areas`): only places that lie in one of each group.
        limit: How many at most.
    """
    best: dict[int, Near] = {}
    for index, word, slips in _alike(file, key):
        entries = file.of_key(index)
        targets = file.targets(entries)
        inside = (targets < file.places) & np.logical_and.reduce([file.lies_in(targets, bound) for bound in bounds])
        cost = SLIP_COST * slips + (FIRST_LETTER_COST if word[0] != key[0] else 0)
        for target, weight in zip(targets[inside].tolist(), file.weights(entries)[inside].tolist(), strict=True):
            likely = log10(weight + 1) - cost
            if target not in best or likely > best[target].likely:
                best[target] = Near(file.found(target).number, word, slips, likely)
    return [best[target] for target in sorted(best, key=lambda target: (-best[target].likely, target))[:limit]]


def _in_area_like(file: NameFile, reading: Typed, limit: int) -> list[Near]:
    """Return the places that have the name, and lie in an area whose name was typed with slips."""
    named = [(split, places) for split in reading.splits if len(split.tail) == 1 and len(places := _places(file, split.head))]
    for split, places in named[:MOST_TRIES]:
        like = [file.areas(file.of_key(index)) for index, _word, _slips in _alike(file, split.tail[0])]
        inside = places[file.lies_in(places, np.concatenate([np.array([], np.uint32), *like]))].tolist()
        if inside:
            return [Near(file.found(target).number, split.head, 1, 0.0) for target in inside[:limit]]
    return []


def _places(file: NameFile, key: str) -> NDArray[np.uint32]:
    """Return the places of a name, the weightiest first."""
    entries = file.whole(key)
    targets = file.targets(entries)[np.argsort(-file.weights(entries).astype(np.int64), kind="stable")]
    return targets[targets < file.places]


def _alike(file: NameFile, key: str) -> list[tuple[int, str, int]]:
    """Return (where it stands, name, slips) of the names that are near enough."""
    if not SHORTEST <= len(key) <= LONGEST:
        return []
    most = 2 if len(key) >= SHORTEST_FOR_TWO else 1
    indices, signs = file.of_length(len(key) - most, len(key) + most)
    chosen = indices[distance.may_be_near(distance.signatures([key])[0], signs, most)].tolist()
    words = [file.key(index).decode() for index in chosen]
    away = distance.slips(key, words).tolist()
    return [(index, word, slips) for index, word, slips in zip(chosen, words, away, strict=True) if slips <= most]
