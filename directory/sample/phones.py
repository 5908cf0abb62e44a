"""Telephone numbers that ring nowhere: from ranges set aside for films and books."""

import re
from random import Random

from directory.sample.shelf import City

#: Australia: singled out for fiction by the ACMA, beside (0x) 5550 xxxx.
_AUSTRALIAN = ("006", "110", "156", "157", "158", "159")

#: United States and Canada: 555-0100 to 555-0199 in every area code (North American Numbering Plan).
#: United Kingdom: Ofcom's numbers for drama. Australia: the ACMA's for creative works.
FICTION = re.compile(
    r"\+1[2-9]\d{2}55501\d{2}"
    r"|\+442079460\d{3}|\+447700900\d{3}"
    r"|\+61491570(?:" + "|".join(_AUSTRALIAN) + r")|\+61[2378]5550\d{4}"
)


def number(rng: Random, city: City) -> str:
    """Return a number for somebody in the city, E.164; empty where we know of no range that nobody has."""
    if city.country in {"US", "CA"}:
        return f"+1{city.area_code}55501{rng.randrange(100):02}"
    if city.country == "GB":
        return f"+44{city.area_code}79460{rng.randrange(1000):03}" if city.area_code else f"+447700900{rng.randrange(1000):03}"
    if city.country == "AU":
        if rng.random() < 0.2:
            return f"+61491570{rng.choice(_AUSTRALIAN)}"
        return f"+61{city.area_code}5550{rng.randrange(10_000):04}"
    return ""
