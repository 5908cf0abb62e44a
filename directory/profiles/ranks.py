"""Whose word is shown: pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from directory.models.assertions import AssertionRank

_ORDER = {rank: n for n, rank in enumerate(AssertionRank)}


class Ranked(Protocol):
    """A word that holds, whole or in part."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def rank(self) -> AssertionRank:
        """Whose it is."""

    @property
    def asserted_at(self) -> datetime:
        """When it was given."""


T = TypeVar("T", bound=Ranked)


def winner(words: Iterable[T]) -> T | None:
    """Return the word that is shown of those that hold for one field: moderator over owner over register over guess, then the newest."""
    return max(words, key=lambda word: (_ORDER[word.rank], word.asserted_at, word.id), default=None)
