"""What a typed beginning may become: places, regions and countries, the likeliest first."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.places import distance, names
from directory.places.namefile import NO_ENTRIES, Found, NameFile

#: A shorter beginning fits half the world; one sign of Chinese or Korean is a word.
SHORTEST = 2
#: Names looked at in the order of their weight: the fifty spellings of one city must leave room for others.
MOST_NAMES = 600
#: A name of its own, or another one, that is typed to its end counts as so many times more people than one only begun.
WHOLE, WHOLE_ALIAS = 10, 3
#: An alias that is only begun is shown when it draws at least a tenth as strongly as the best name: "new yo" is no name of Jakarta.
LESSER = 10
#: A shorter beginning with a slip in it may be anything; and of what may be meant by a longer one only the large is offered.
SHORTEST_LIKE, LARGE = 4, 100_000
#: Words behind a name that may say its region and country.
MOST_TAIL = 4


class Draw(NamedTuple):
    """How strongly what is typed draws towards something (`rules.pull`), and whether by a name of its own or one that is typed whole."""

    weight: float
    is_sure: bool


NO_DRAW = Draw(0, False)


def begun(file: NameFile, text: str, *, limit: int) -> list[tuple[Found, Draw]]:
    """Return what may be meant by what is typed so far, and how strongly: "new yo", "münch", "toronto on".

    A name or alias that begins so, and a whole name with the beginning of its region or country behind it.

    Args:
        file: All names.
        text: As typed.
        limit: How many at most.
    """
    key = names.key(text)
    if not key or (len(key) < SHORTEST and key.isascii()):
        return []
    draws = _heaviest(file, file.begun(key))
    for target, draw in (*_named(file, file.whole(key)), *_within(file, key)):
        draws[target] = max(draws.get(target, NO_DRAW), draw)
    bar = max((draw.weight for draw in draws.values() if draw.is_sure), default=0) / LESSER
    shown: dict[str, tuple[Found, Draw]] = {}
    for target in sorted(draws, key=lambda target: (-draws[target].weight, target)):
        if not draws[target].is_sure and draws[target].weight < bar:
            continue
        found = file.found(target)
        shown.setdefault(found.label, (found, draws[target]))  # a city and the region of its name look alike: the weightier stands
        if len(shown) == limit:
            break
    return list(shown.values())


def like(file: NameFile, text: str, *, limit: int) -> list[tuple[Found, Draw]]:
    """Return the large places and the areas whose own names begin nearly as typed: "torno" is the beginning of Toronto.

    Small ones are left out: so short a beginning with a slip in it fits too many of them.

    Args:
        file: All names.
        text: As typed.
        limit: How many at most.
    """
    key = names.key(text)
    if len(key) < SHORTEST_LIKE or file.whole(key) != NO_ENTRIES:
        return []
    entries = file.heavier_than(LARGE, file.begun(key[0]))  # fingers seldom slip in the first letter
    near = entries[distance.slips(key, file.keys_of(entries), begun=True) <= 1]
    best = sorted(zip((-file.weights(near).astype(float)).tolist(), file.targets(near).tolist(), strict=True))
    return [(file.found(target), Draw(-weight, True)) for weight, target in best[:limit]]


def _named(file: NameFile, entries: slice, inside: NDArray[np.bool_] | None = None) -> list[tuple[int, Draw]]:
    """Return what has this whole name; bare codes are left out."""
    weights = file.weights(entries) * np.where(file.aliases(entries), WHOLE_ALIAS, WHOLE)
    kept = (weights > 0) if inside is None else (weights > 0) & inside
    return _draws(file.targets(entries)[kept], weights[kept], np.ones(int(kept.sum()), np.bool_))


def _heaviest(file: NameFile, entries: slice) -> dict[int, Draw]:
    weights = file.weights(entries)
    chosen = np.argpartition(weights, -MOST_NAMES)[-MOST_NAMES:] if len(weights) > MOST_NAMES else np.arange(len(weights))
    ordered = chosen[np.argsort(weights[chosen], kind="stable")]  # the heaviest name of a target comes last, and stays
    kept = ordered[weights[ordered] > 0]
    return dict(_draws(file.targets(kept + entries.start), weights[kept], ~file.aliases(kept + entries.start)))


def _draws(targets: NDArray[np.uint32], weights: NDArray[Any], is_sure: NDArray[np.bool_]) -> list[tuple[int, Draw]]:
    draws = map(Draw, weights.astype(float).tolist(), is_sure.tolist())
    return list(zip(targets.tolist(), draws, strict=True))


def _within(file: NameFile, key: str) -> list[tuple[int, Draw]]:
    """Return the places whose whole name is followed by the beginning of an area that they lie in: "springfield il"."""
    words = key.split()
    found: list[tuple[int, Draw]] = []
    for cut in range(max(1, len(words) - MOST_TAIL), len(words)):
        entries = file.whole(" ".join(words[:cut]))
        found += _named(file, entries, _lies_in(file, file.targets(entries), words[cut:]))
    return found


def _lies_in(file: NameFile, targets: NDArray[np.uint32], tail: list[str]) -> NDArray[np.bool_]:
    """Say which targets lie in what the words behind a name say: one area, or two, as far as they are typed."""
    inside = file.lies_in(targets, file.areas(file.begun(" ".join(tail))))
    for cut in range(1, len(tail)):
        first, second = (file.areas(file.begun(" ".join(part))) for part in (tail[:cut], tail[cut:]))
        inside |= file.lies_in(targets, first) & file.lies_in(targets, second)
    return inside
