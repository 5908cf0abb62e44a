"""Sentences of reviews: read from their files, chosen by treatment, aspect and rating, and filled in."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from directory.sample import dice, shelf

Slots = Mapping[str, str]
Heard = Counter[str]

#: How a sentence sounds.
HIGH, MID, LOW = "high", "mid", "low"
#: How likely each sound is in the middle of a review, by its stars: few are of one mind about everything.
_MOODS: Mapping[int, Mapping[str, float]] = {
    5: {HIGH: 95, MID: 5},
    4: {HIGH: 76, MID: 24},
    3: {HIGH: 22, MID: 64, LOW: 14},
    2: {HIGH: 8, MID: 30, LOW: 62},
    1: {MID: 12, LOW: 88},
}
#: How often one sentence may stand on a page: two hundred patients do not all speak of the driver.
OFTEN_ENOUGH = 6
_SLOT = re.compile(r"\{(\w+)\}")
_FIRST = re.compile(r"(^|[.?] )\{(\w+)\}")


@dataclass(frozen=True)
class Book:
    """The sentences of one language about one family of treatments.

    Args:
        tables: (aspect, code of a treatment or "") -> sound -> sentences.
    """

    tables: Mapping[tuple[str, str], Mapping[str, Sequence[str]]]

    def say(self, rng: Random, aspect: str, code: str, sound: str, slots: Slots, heard: Heard) -> str:
        """Return a sentence, filled in; empty where there is none for that, or each was said often enough.

        Args:
            heard: How often each was said of this profile: those heard least come first, so that a page does not repeat itself.
        """
        table = self.tables.get((aspect, code)) or self.tables.get((aspect, ""), {})
        fitting = [text for text in table.get(sound) or table.get("any", ()) if slots.keys() >= _slots_of(text)]
        if not fitting:
            return ""
        least = min(heard[text] for text in fitting)
        if least >= OFTEN_ENOUGH:
            return ""
        text = rng.choice([text for text in fitting if heard[text] == least])
        heard[text] += 1
        return _filled(text, slots)


@cache
def book(language: str, family: str) -> Book:
    """Return the sentences of a language about `smp` or `transplant`."""
    said = shelf.toml(f"reviews/en-{family}") if language == "en" else shelf.toml(f"reviews/{language}")[family]
    tables: dict[tuple[str, str], Mapping[str, Sequence[str]]] = {}
    for aspect, entries in said.items():
        general = {sound: tuple(lines) for sound, lines in entries.items() if sound in {HIGH, MID, LOW, "any"}}
        tables[aspect, ""] = general
        for codes, own in entries.items():
            if codes not in general:
                tables |= {(aspect, code.lstrip("+")): _own(own, general, beside=code.startswith("+")) for code in codes.split()}
    return Book(tables)


def mood(rng: Random, stars: int) -> str:
    """Return how a sentence in the middle of a review of so many stars sounds."""
    return dice.by_share(rng, _MOODS[stars])


def verdict(stars: int) -> str:
    """Return how the title and the end of a review of so many stars sound."""
    return HIGH if stars > 3 else MID if stars == 3 else LOW


def _own(own: Any, general: Mapping[str, Sequence[str]], *, beside: bool) -> Mapping[str, Sequence[str]]:
    """Return the sentences for one treatment, alone or beside the general ones. A list is for every sound."""
    said = {"any": tuple(own)} if isinstance(own, list) else {sound: tuple(lines) for sound, lines in own.items()}
    return {sound: (*general.get(sound, ()), *said.get(sound, ())) for sound in {**general, **said}} if beside else said


@cache
def _slots_of(text: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(text))


def _filled(text: str, slots: Slots) -> str:
    opened = _FIRST.sub(lambda found: found[1] + slots[found[2]][:1].upper() + slots[found[2]][1:], text)
    return opened.format_map(slots)
