"""Names of places made comparable: pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from directory.core.text import fold, slugify

#: The width of the key columns; typed text is cut at the same letter.
MAX_KEY = 120
_APOSTROPHES = "'’‘ʻʼʽ´`′"
_INITIALS = re.compile(r"(?<!\w)(\w)\.(?=\w)")
_PLAIN_LATIN = re.compile("[A-Za-z]")
#: Written short as often as in full; which of the two a place's own name has is chance.
_LONG = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_SHORT = {long: short for short, long in _LONG.items()}

#: What GeoNames writes around the name that people say: "İzmir Province", "State of Berlin".
_AREA_SUFFIXES = (
    *("province", "state", "region", "county", "district", "governorate", "department", "prefecture", "oblast", "krai"),
    *("parish", "canton", "municipality", "voivodeship", "division", "emirate", "autonomous region", "city"),
)
_AREA_PREFIXES = ("state of", "province of", "canton of", "land", "region of", "republic of", "emirate of", "free state of")


class _Letters(dict[int, str]):
    """What becomes of each letter, worked out once: half a million names are folded in a build."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kind = unicodedata.category(letter)
        # Marks count: the vowels of Indian and Thai writing are marks, and `fold` takes only accents away.
        self[code] = "" if letter in _APOSTROPHES or kind in {"Cf", "Cs"} else fold(letter) if kind[0] in "LMN" else " "
        return self[code]


_letters = _Letters()


def key(text: str) -> str:
    """Return what names are compared by: folded words with single spaces, at most 120 characters.

    "St. Louis" and "st louis", "Xi’an" and "xian", "D.C." and "dc", "MÜNCHEN" and "munchen" are one.
    Text without a letter or digit (an emoji) gives nothing.
    """
    if "." in text:
        text = _INITIALS.sub(r"\1", text)
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_letters)
    return " ".join(folded.split())[:MAX_KEY].rstrip()


def respelled(words: str) -> str:
    """Return a key with "st" as "saint", "mt" as "mount" and so on, or the other way round where it is written in full."""
    parts = words.split()
    table = _LONG if any(part in _LONG for part in parts) else _SHORT
    return " ".join(table.get(part, part) for part in parts)


def is_latin(text: str) -> bool:
    """Say whether the text has at least one Latin letter."""
    return _PLAIN_LATIN.search(text) is not None or any("LATIN" in unicodedata.name(c, "") for c in text)


def latin_name(name: str, others: Sequence[str]) -> str:
    """Return the name to show and to make a path of.

    A name without a Latin letter takes one from its other names: the one that reads most like its
    transliteration ("Петровец" is "Petrovec" and not the older "Ibraimovo"). Where there is none, the
    transliteration itself stands.
    """
    if is_latin(name):
        return name
    wanted = slugify(name)
    # Names of people begin with a capital; those without are letter-by-letter renderings of other scripts.
    latin = [other for other in others if is_latin(other) and other[0].isupper()]
    if not latin:
        return wanted.replace("-", " ").title() or name
    return max(latin, key=lambda other: (SequenceMatcher(None, wanted, slugify(other)).ratio(), other))


def other_keys(name: str, others: Iterable[str]) -> frozenset[str]:
    """Return the keys of the other names, without the name's own key."""
    return frozenset(key(other) for other in others) - {"", key(name)}


def area_keys(name: str) -> frozenset[str]:
    """Return the keys by which a country or region is called: "State of Berlin" also answers to "berlin"."""
    whole = key(name)
    short = {whole.removesuffix(f" {suffix}") for suffix in _AREA_SUFFIXES}
    short |= {whole.removeprefix(f"{prefix} ") for prefix in _AREA_PREFIXES}
    if " and " not in whole and "&" in name:
        short |= {key(name.replace("&", " and "))}
    return frozenset(short - {""})
