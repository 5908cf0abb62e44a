"""What a question is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class WhyEmpty(StrEnum):
    """Why nobody was found, so that the page can say it and help."""

    #: Nobody at all stands in that part of the world.
    NOBODY_HERE = "nobody_here"
    #: Somebody does, but the filters leave none of them.
    FILTERS = "filters"
    #: The words are known, but nobody has them all.
    WORDS = "words"
    #: At least one word stands nowhere, and nothing spelled like it either.
    UNKNOWN_WORDS = "unknown_words"


@dataclass(frozen=True)
class Spelling:
    """Another way to write the words.

    Args:
        text: The words as they should probably be.
        used: Whether the results are for those words, because what was typed found (next to) nobody.
    """

    text: str
    used: bool


@dataclass(frozen=True)
class Results:
    """One page of an answer.

    Args:
        ids: The profiles' numbers, in order.
        total: How many there are on all pages: exact.
        number: The page, 1 for the first.
        size: Profiles on a full page.
        facets: Group (the name in a query string) -> value -> how many profiles it would leave, each group counted without
            its own choices. Empty where it was not asked for.
        distances: Kilometres from the centre, one for each of `ids`; -1.0 where a profile's point is not known; empty without a centre.
        unrated: With a least rating: how many it left out only because they have too few reviews.
        spelling: Another way to write the words, if one finds more.
        why_empty: Why nobody was found; None where somebody was.
        register: The first of those who are on a register alone, found with the same words; None where they were not asked for.
        is_fallback: The index was not there, so the database alone answered; the visitor is told where words were asked for.
    """

    ids: tuple[int, ...]
    total: int
    number: int
    size: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    distances: tuple[float, ...] = ()
    unrated: int = 0
    spelling: Spelling | None = None
    why_empty: WhyEmpty | None = None
    register: "Results | None" = None
    is_fallback: bool = False
