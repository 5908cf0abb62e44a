"""The words by which provenance calls the facts of a profile; one word is one fact that can be said, changed and taken back by itself.

| word | value (JSON) |
|---|---|
| name, about, website, legal_name | text |
| kind | a word of PractitionerKind |
| languages | list of BCP 47 tags |
| year_started | number |
| hair_evidence | a word of HairEvidence |
| accepting_clients | true, false |
| address:N | {"address", "city", "region", "postal_code", "country_code"}; N is the position of the location, from 0 |
| phone:N | E.164 |
| hours:N | {"mo": [["09:00", "17:00"]], ...} |
| offering:CODE or offering:CODE/TECHNIQUE | {"min_price", "max_price", "currency", "unit", "price_date"}, prices in minor units or null |
| identifier:SYSTEM | text |
| credential:TYPE/REFERENCE | {"title", "issuer", "issued_on", "expires_on"} |
| inspection:SYSTEM/DAY | {"outcome"} |
| role:NUMBER | {"title"}; NUMBER is the profile at the other end |
| disclosure | the answers of a TeamDisclosure by task |
"""

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
    return f"offering:{code}/{technique}" if technique else f"offering:{code}"


def identifier(system: str) -> str:
    """Return the word for the number by which a register knows the profile."""
    return f"identifier:{system}"
