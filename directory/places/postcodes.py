"""Which postcodes a typed line may hold: pure shapes, no tables."""

import re
from enum import StrEnum
from typing import NamedTuple


class System(StrEnum):
    """Whose post; the value is the country's code."""

    US = "US"
    CANADA = "CA"
    UK = "GB"


class Postcode(NamedTuple):
    """The part of a postcode that our tables know: a ZIP code, `M5V`, `SW1A`."""

    system: System
    prefix: str


_LETTER = "[A-Z]"
#: Full codes may stand behind a name ("Toronto, ON M5V 2T6"); the half ones only alone.
_FULL = {
    System.US: r"(\d{5})(?:[- ]?\d{4})?",
    System.CANADA: rf"({_LETTER}\d{_LETTER})[- ]?\d{_LETTER}\d",
    System.UK: rf"({_LETTER}{{1,2}}\d[A-Z\d]?) ?\d{_LETTER}{{2}}",
}
_HALF = {
    System.CANADA: rf"({_LETTER}\d{_LETTER})",
    System.UK: rf"({_LETTER}{{1,2}}\d[A-Z\d]?)",
}
_ALONE = [(system, re.compile(shape)) for shapes in (_FULL, _HALF) for system, shape in shapes.items()]
_BEHIND = [(system, re.compile(rf"(?:.*[\s,])?{shape}")) for system, shape in _FULL.items()]


def read(line: str) -> tuple[Postcode, ...]:
    """Return the postcodes that the line may mean.

    `N1C` alone may be in Guelph or in London; the tables decide, or the visitor does.

    Args:
        line: One clean line as typed.
    """
    text = line.upper()
    if not text.isascii():
        return ()
    found = [Postcode(system, match[1]) for system, shape in _ALONE if (match := shape.fullmatch(text))]
    found = found or [Postcode(system, match[1]) for system, shape in _BEHIND if (match := shape.fullmatch(text))]
    return tuple(dict.fromkeys(found))
