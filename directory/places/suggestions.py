"""What a typed beginning may become: places, regions and countries, the likeliest first."""

import numpy as np
from numpy.typing import NDArray

from directory.places import names
from directory.places.namefile import Found, NameFile

#: A shorter beginning fits half the world; one sign of Chinese or Korean is a word.
SHORTEST = 2
#: Names looked at in the order of their weight: the fifty spellings of one city must leave room for others.
MOST_NAMES = 600
#: A name of its own, or another one, that is typed to its end counts as so many times more people than one only begun.
WHOLE, WHOLE_ALIAS = 10, 3
#: Words behind a name that may say its region and country.
MOST_TAIL = 4


def suggest(file: NameFile, text: str, *, limit: int) -> list[tuple[Found, float]]:
    """Return what may be meant by what is typed so far, and how strongly: "new yo", "münch", "toronto on".

    A name or alias that begins so, and a whole name with the beginning of its region or country behind it; the
    weight is that of `rules.pull`.

    Args:
        file: All names.
        text: As typed.
        limit: How many at most.
    """
    key = names.key(text)
    if not key or (len(key) < SHORTEST and key.isascii()):
        return []
    weights = _begun(file, key)
    for target, weight in _within(file, key).items():
        weights[target] = max(weights.get(target, 0), weight)
    shown: dict[str, tuple[Found, float]] = {}
    for target in sorted(weights, key=lambda target: (-weights[target], target)):
        found = file.found(target)
        shown.setdefault(found.label, (found, weights[target]))  # a city and the region of its name look alike: the weightier stands
        if len(shown) == limit:
            break
    return list(shown.values())


def _begun(file: NameFile, key: str) -> dict[int, float]:
    weights = _heaviest(file, file.begun(key))
    for target, weight in _named(file, file.whole(key)):
        weights[target] = max(weights.get(target, 0), weight)
    return weights


def _named(file: NameFile, entries: slice, inside: NDArray[np.bool_] | None = None) -> list[tuple[int, float]]:
    """Return what has this whole name, with its weight; bare codes are left out."""
    weights = file.weights(entries) * np.where(file.aliases(entries), WHOLE_ALIAS, WHOLE)
    kept = (weights > 0) if inside is None else (weights > 0) & inside
    return list(zip(file.targets(entries)[kept].tolist(), weights[kept].astype(float).tolist(), strict=True))


def _heaviest(file: NameFile, entries: slice) -> dict[int, float]:
    weights = file.weights(entries)
    chosen = np.argpartition(weights, -MOST_NAMES)[-MOST_NAMES:] if len(weights) > MOST_NAMES else np.arange(len(weights))
    ordered = chosen[np.argsort(weights[chosen], kind="stable")]  # the heaviest name of a target comes last, and stays
    kept = ordered[weights[ordered] > 0]
    return dict(zip(file.targets(kept + entries.start).tolist(), weights[kept].astype(float).tolist(), strict=True))


def _within(file: NameFile, key: str) -> dict[int, float]:
    """Return the places whose whole name is followed by the beginning of an area that they lie in: "springfield il"."""
    words = key.split()
    found: dict[int, float] = {}
    for cut in range(max(1, len(words) - MOST_TAIL), len(words)):
        entries = file.whole(" ".join(words[:cut]))
        for target, weight in _named(file, entries, _lies_in(file, file.targets(entries), words[cut:])):
            found[target] = max(found.get(target, 0), weight)
    return found


def _lies_in(file: NameFile, targets: NDArray[np.uint32], tail: list[str]) -> NDArray[np.bool_]:
    """Say which targets lie in what the words behind a name say: one area, or two, as far as they are typed."""
    inside = file.lies_in(targets, file.areas(file.begun(" ".join(tail))))
    for cut in range(1, len(tail)):
        first, second = (file.areas(file.begun(" ".join(part))) for part in (tail[:cut], tail[cut:]))
        inside |= file.lies_in(targets, first) & file.lies_in(targets, second)
    return inside
