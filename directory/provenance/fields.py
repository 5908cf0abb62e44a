"""The words by which provenance calls the facts of a profile; one word is one fact that can be said, changed and taken back by itself.

N is the position of a location, from 0. A word that would be longer than its column ends with a digest of the whole.

| word | value (JSON) |
|---|---|
| name, about, website, legal_name | text |
| kind | a word of PractitionerKind |
| languages | list of BCP 47 tags |
| year_started | number |
| hair_evidence | a word of HairEvidence |
| accepting_clients | true, false |
| address:N | {"address", "city", "region", "postal_code", "country_code"}; "place_id", "lat", "lon" where known |
| phone:N | E.164 |
| hours:N | {"mo": [["09:00", "17:00"]], ...} |
| offering:CODE or offering:CODE/TECHNIQUE | {"min_price", "max_price", "currency", "unit", "price_date"}, prices in minor units or null |
| identifier:SYSTEM | text; a second number of the same system is identifier:SYSTEM/2 |
| credential:TYPE/REFERENCE | {"title", "issuer", "issued_on", "expires_on"} |
| inspection:SYSTEM/DAY | {"outcome"} |
| role:NUMBER | {"title"}, said of the person; NUMBER is the profile of the practice |
| disclosure | the answers of a TeamDisclosure by column: who does each step, "patients_per_day", "is_insured"; without what is left open |
"""

import hashlib
import re
from datetime import date

LONGEST = 120
_CUT = re.compile(r"~[0-9a-f]{16}\Z")

NAME = "name"
ABOUT = "about"
WEBSITE = "website"
LEGAL_NAME = "legal_name"
KIND = "kind"
LANGUAGES = "languages"
YEAR_STARTED = "year_started"
HAIR_EVIDENCE = "hair_evidence"
ACCEPTING_CLIENTS = "accepting_clients"
DISCLOSURE = "disclosure"


def address(position: int) -> str:
    """Return the word for the address of one location."""
    return f"address:{position}"


def phone(position: int) -> str:
    """Return the word for the telephone number of one location."""
    return f"phone:{position}"


def hours(position: int) -> str:
    """Return the word for the opening hours of one location."""
    return f"hours:{position}"


def offering(code: str, technique: str = "") -> str:
    """Return the word for one treatment that is offered."""
    return _fit(f"offering:{code}/{technique}" if technique else f"offering:{code}")


def identifier(system: str, nth: int = 1) -> str:
    """Return the word for the number by which a register knows the profile; `nth` counts numbers of one system."""
    return f"identifier:{system}" if nth == 1 else f"identifier:{system}/{nth}"


def credential(kind: str, reference: str = "") -> str:
    """Return the word for one credential."""
    return _fit(f"credential:{kind}/{reference}")


def inspection(system: str, day: date) -> str:
    """Return the word for one visit of an inspector."""
    return f"inspection:{system}/{day.isoformat()}"


def role(profile_id: int) -> str:
    """Return the word, said of a person, for their work at the practice of a profile."""
    return f"role:{profile_id}"


def practice(word: str) -> int | None:
    """Return the profile of the practice that a word for somebody's work speaks of; None where it speaks of none."""
    kind, _colon, number = word.partition(":")
    return int(number) if kind == "role" and number.isascii() and number.isdigit() else None


def reference(word: str) -> str:
    """Return the number of the credential that a word speaks of; empty where it has none, or was too long to be kept whole."""
    kind, _slash, number = word.partition("/")
    return number if stem(kind) == "credential" and not _CUT.search(word) else ""


def stem(word: str) -> str:
    """Return the part of a word that says what kind of fact it is: "phone" of "phone:0"."""
    return word.partition(":")[0]


def position(word: str) -> int | None:
    """Return the location that a word speaks of; None where it speaks of none."""
    kind, _colon, number = word.partition(":")
    return int(number) if kind in {"address", "phone", "hours"} and number.isascii() and number.isdigit() else None


def _fit(word: str) -> str:
    return word if len(word) <= LONGEST else f"{word[:103]}~{hashlib.sha256(word.encode()).hexdigest()[:16]}"
