"""What a text looks like: letters that the eye takes for one another become one letter.

A skeleton is for comparing, never for showing. Its rules, in their order:

1. marks that show nothing are dropped, and every letter is taken out of its finery (full width, bold, circled, with an accent);
2. a letter of another alphabet that looks like a Latin one becomes that one, by the table of Unicode's report 39; where it has no
   look of its own, its other case decides, so that a Cyrillic name has one skeleton in small and in capital letters;
3. i, l and 1 become l, and 0 becomes o: of "Ilse", "llse" and "1lse" nobody can tell which is which. What remains looks like
   one letter in print as two: rn becomes m, vv becomes w.

The Greek capitals N and Y look like other Latin letters than their small forms do, and there the look decides.
"""

import re
import unicodedata
from functools import cache, lru_cache

from directory.core.text import clean_line, fold

#: Letters by their Unicode names: small capitals, letters with hooks and bars, letters in squares, flags made of letters.
_LATIN = re.compile(r"(?:LATIN (?:SMALL|CAPITAL) LETTER|LATIN LETTER SMALL CAPITAL|INDICATOR SYMBOL LETTER) ([A-Z])(?: WITH .+)?$")
#: Letters that show nothing, which Unicode counts among the letters.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5")
_ONE_LOOK = str.maketrans({"i": "l", "1": "l", "0": "o"})


def skeleton(text: str) -> str:
    """Return what a text looks like: small letters and digits alone. Two texts of one skeleton can be taken for each other."""
    if not text.isascii():
        text = "".join(map(_plain, unicodedata.normalize("NFKD", clean_line(text))))
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return letters.translate(_ONE_LOOK).replace("rn", "m").replace("vv", "w")


@lru_cache(4096)
def _plain(letter: str) -> str:
    """Return the Latin letter that a letter looks like, or the letter itself."""
    if letter.isascii():
        return letter
    if letter in _BLANK or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return ""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if named := _LATIN.search(unicodedata.name(letter, "")):
        return named[1].lower()
    folded = fold(letter)
    if folded.isascii():
        return folded
    looks = _looks()
    return looks.get(letter) or looks.get(letter.swapcase()) or folded


@cache
def _looks() -> dict[str, str]:
    """Return letter -> the one Latin letter or digit that it looks like. Read once, when a name is first looked at: it is a large file."""
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415

    found = {}
    for letter, others in confusables_data.items():
        if len(letter) == 1 and not letter.isascii():
            latin = [one["c"] for one in others if len(one["c"]) == 1 and one["c"].isascii() and one["c"].isalnum()]
            if latin:
                found[letter] = latin[0].lower()
    return found
