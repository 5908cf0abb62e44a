"""What registers write in capitals, written as people write it: pure."""

import re
from collections.abc import Callable

from directory.core.text import clean_line

#: Particles of family names, lower where a name goes on behind them: "de la Cruz".
_PARTICLES = frozenset({"de", "del", "da", "das", "dos", "du", "von", "zu", "den", "der", "ter", "ten", "bin", "ibn", "y", "e"})
#: Lower only behind another particle: "La Rosa" and "Van Dyke" stand by themselves.
_AFTER_PARTICLE = frozenset({"la", "las", "los", "le", "het"})
#: Lower only before another particle: "van der Berg".
_BEFORE_PARTICLE = frozenset({"van"})
#: Names in Mac- with a capital behind it; others (Mack, Macias, Machado) have none.
_MAC = frozenset(
    f"mac{rest}"
    for rest in (
        *("arthur", "aulay", "bride", "callum", "carthy", "donald", "donnell", "dougall", "dowell", "duff", "farlane", "gregor", "innes"),
        *("intosh", "intyre", "iver", "kay", "kenzie", "kinnon", "lachlan", "laren", "lean", "lellan", "lennan", "leod", "mahon", "millan"),
        *("nab", "namara", "neil", "neill", "phail", "pherson", "queen", "rae", "taggart", "vicar"),
    )
)
_ROMAN = frozenset({"II", "III", "IV", "VI", "VII", "VIII"})
_PARTS = re.compile(r"([\s\-&/]+)")
_LETTER_APOSTROPHE = re.compile(r"^([A-Z])(['’])(.+)$")
_CREDENTIALS = {"PHD": "PhD", "PHARMD": "PharmD", "PSYD": "PsyD", "EDD": "EdD", "DRPH": "DrPH", "SCD": "ScD", "MBCHB": "MBChB"}
_CREDENTIAL = re.compile(r"[A-Z][A-Z\-]{1,6}")
#: "M. D." and "M.D.": a few single letters.
_SINGLE = re.compile(r"(?:[A-Z]\.?\s*){2,3}")
#: Two or three letters without a vowel are no word, save these.
_LETTERS = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2,3}", re.IGNORECASE)
_SHORTENED = frozenset({"DR", "ST", "MR", "MRS", "MS", "LTD", "MT", "FT", "RD", "JR", "SR"})
_SMALL = frozenset({"and", "at", "by", "for", "in", "of", "on", "the", "to"})
_CAPITAL = _ROMAN | {"NE", "NW", "SE", "SW", "PO", "US", "USA", "SMP"}


def person(name: str) -> str:
    """Return a given name as people write it: "MARY-ANN" is Mary-Ann, "DEVON" is Devon."""
    return _each(name, _word)


def family(name: str) -> str:
    """Return a family name as people write it: McDonald, O'Brien, de la Cruz, van der Berg, Smith-Jones."""
    name = clean_line(name)
    if not _shouted(name):
        return name
    parts = _PARTS.split(name)
    words = [part.lower() for part in parts[::2]]
    for n, word in enumerate(words):
        last = n == len(words) - 1
        behind, before = n > 0 and words[n - 1] in _PARTICLES, not last and words[n + 1] in _PARTICLES | _AFTER_PARTICLE
        small = word in _PARTICLES or (word in _AFTER_PARTICLE and behind) or (word in _BEFORE_PARTICLE and before)
        parts[2 * n] = word if small and not last else _word(parts[2 * n])
    return "".join(parts)


def generation(suffix: str) -> str:
    """Return what tells father and son apart ("III", "Jr"), or nothing."""
    word = clean_line(suffix).upper().rstrip(".,")
    return word if word in _ROMAN | {"V"} else {"JR": "Jr", "SR": "Sr"}.get(word, "")


def credentials(text: str) -> str:
    """Return letters behind a name, one way of writing for all: "M.D., PH.D." is "MD, PhD"; sentences are left out."""
    found: list[str] = []
    for part in re.split(r"[,;/&]+", clean_line(text).upper()):
        whole = part.strip()
        words = [re.sub(r"[.\s]", "", whole)] if _SINGLE.fullmatch(whole) else whole.replace(".", "").split()
        if all(_CREDENTIAL.fullmatch(word) for word in words):
            found += [_CREDENTIALS.get(word, word) for word in words]
    return ", ".join(dict.fromkeys(found))


def title(text: str) -> str:
    """Return the name of a business, a street or a city as people write it; directions and numerals stay capital."""
    return _each(text, lambda word: word if word in _CAPITAL else _word(word))


def business(text: str) -> str:
    """Return the name of a business: small words small, letters that are no word capital ("JK Beauty by Ana")."""
    words = title(text).split(" ")
    if not _shouted(clean_line(text)):
        return " ".join(words)
    for n, word in enumerate(words):
        if n > 0 and word.lower() in _SMALL:
            words[n] = word.lower()
        elif _LETTERS.fullmatch(word) and word.upper() not in _SHORTENED:
            words[n] = word.upper()
    return " ".join(words)


def _each(text: str, change: Callable[[str], str]) -> str:
    text = clean_line(text)
    if not _shouted(text):
        return text
    parts = _PARTS.split(text)
    parts[::2] = [change(part) for part in parts[::2]]
    return "".join(parts)


def _shouted(text: str) -> bool:
    """Say whether a text is in capitals alone, or in small letters alone: whoever mixes them meant it."""
    return text.upper() == text or text.lower() == text


def _word(word: str) -> str:
    """Return one word with its capitals where they belong."""
    upper = word.upper()
    if upper in _ROMAN:
        return upper
    opened = word[: len(word) - len(word.lstrip('("&#'))]
    bare = upper[len(opened) :]
    if match := _LETTER_APOSTROPHE.match(bare):
        return opened + match[1] + match[2] + ("s" if match[3] == "S" else _word(match[3]))
    if "." in bare.rstrip("."):
        return opened + ".".join(_word(part) if part else "" for part in bare.split("."))
    if bare.startswith("MC") and len(bare) > 3:
        return opened + "Mc" + bare[2] + bare[3:].lower()
    if bare.lower() in _MAC:
        return opened + "Mac" + bare[3] + bare[4:].lower()
    return opened + bare[:1] + bare[1:].lower()
