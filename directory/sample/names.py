"""Names of made-up people and practices."""

import unicodedata
from random import Random
from typing import NamedTuple

from directory.core.text import slugify
from directory.profiles import rules
from directory.sample import dice, shelf
from directory.sample.shelf import Country

#: In a thousand: names that hardly fit a line.
LONG = 12
#: Stands before every address, so that none is ever taken from, or lost to, a real profile.
PREFIX = "sample"


class PersonName(NamedTuple):
    """A name with its parts, and as it is shown."""

    given: str
    family: str
    shown: str

    @property
    def is_latin(self) -> bool:
        """Whether an English sentence can hold it."""
        return unicodedata.name(self.given[0]).startswith("LATIN")


def person(rng: Random, country: Country) -> PersonName:
    """Return a name as people in that country have it."""
    culture = shelf.cultures()["long" if rng.random() * 1000 < LONG else dice.by_share(rng, country.names)]
    given, family = rng.choice(culture.given), rng.choice(culture.family)
    parts = (family, given) if culture.family_first else (given, family)
    return PersonName(given, family, culture.join.join(parts))


def practice(rng: Random, kind: str, taken: set[tuple[str, str]]) -> str:
    """Return a name for a studio or clinic, and note its first two words in `taken`: no two begin alike."""
    words = shelf.work()["practice"]
    pair = (rng.choice(words["first"]), rng.choice(words["second"]))
    while pair in taken:
        pair = (rng.choice(words["first"]), rng.choice(words["second"]))
    taken.add(pair)
    return " ".join((*pair, rng.choice(words[kind])))


def address(name: str, city: str, taken: set[str]) -> str:
    """Return the last part of a profile's URL, and note it in `taken`."""
    plain, with_city = rules.slug_forms(name, city)
    slug = rules.first_free((f"{PREFIX}-{plain}", f"{PREFIX}-{with_city}"), taken)
    taken.add(slug)
    return slug


def domain(slug: str) -> str:
    """Return a web address that is nobody's: `.example` is set aside by RFC 2606."""
    return f"https://{slugify(slug)[:60].strip('-')}.example"
