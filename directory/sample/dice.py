"""Chance that falls alike every time."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

#: Another number makes other people.
SEED = 20261101


def roll(*what: object) -> Random:
    """Return dice of their own for one thing: what falls for it does not hang on how many others there are.

    Args:
        what: Words and numbers that name the thing: `roll("person", 7)`.
    """
    # A text seeds through SHA-512, and so alike in every process; a tuple would go through `hash`, which does not.
    return Random("/".join(map(str, (SEED, *what))))  # noqa: S311  (no secret)


def by_share(dice: Random, shares: Mapping[T, float]) -> T:
    """Return one of the keys; each is as likely as its share says."""
    return dice.choices(list(shares), list(shares.values()))[0]


def some(dice: Random, shares: Mapping[T, float]) -> list[T]:
    """Return the keys that fall, each for itself, in so many cases of a hundred as its share says."""
    return [key for key, share in shares.items() if dice.random() * 100 < share]


def between(dice: Random, ends: Sequence[float]) -> float:
    """Return a number between two ends."""
    return dice.uniform(ends[0], ends[1])
