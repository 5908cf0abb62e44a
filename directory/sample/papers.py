"""What made-up people hold, when they are open, and where: every issuer and street says that it is a sample."""

from datetime import date, timedelta
from random import Random

from directory.models.disclosures import PerformedBy, TeamDisclosure
from directory.models.profiles import Credential, CredentialStatus, Location
from directory.sample import dice, phones, shelf
from directory.sample.days import SAMPLE_DAY, moment, some_day
from directory.sample.rows import Row, blank
from directory.sample.shelf import City

_CREDENTIAL = blank(Credential, "profile_id")
_LOCATION = blank(Location, "profile_id")
_DISCLOSURE = blank(TeamDisclosure, "profile_id", "stated_at")

_STATUS = {
    CredentialStatus.CLAIMED: 30,
    CredentialStatus.CHECKED_OK: 52,
    CredentialStatus.STALE: 8,
    CredentialStatus.RENEWED: 6,
    CredentialStatus.LAPSED: 4,
}
_REGISTER = "https://register.sample-board.example"
_MON_TO_FRI = ("mo", "tu", "we", "th", "fr")
#: Of a hundred who operate: those who say who does the work; of a hundred questions: those left open.
DISCLOSED, LEFT_OPEN = 45, 15
_OPERATE = frozenset({"clinic", "surgeon"})
_HANDS = {
    "evaluation": {PerformedBy.PHYSICIAN: 80, PerformedBy.NURSE: 12, PerformedBy.VARIES: 8},
    "design": {PerformedBy.PHYSICIAN: 84, PerformedBy.VARIES: 16},
    "extraction": {PerformedBy.PHYSICIAN: 60, PerformedBy.NURSE: 14, PerformedBy.TECHNICIAN: 16, PerformedBy.VARIES: 10},
    "sites": {PerformedBy.PHYSICIAN: 76, PerformedBy.TECHNICIAN: 10, PerformedBy.VARIES: 14},
    "implantation": {PerformedBy.TECHNICIAN: 55, PerformedBy.NURSE: 20, PerformedBy.PHYSICIAN: 25},
}
#: Of a hundred: hours not known, no telephone, no point on the map.
NO_HOURS, NO_PHONE, NO_POINT = 18, 12, 6
#: Degrees: about two kilometres around the middle of the city.
SPREAD = 0.02


def credentials(rng: Random, kind: str, started: int) -> list[Row]:
    """Return what somebody of that kind holds.

    Args:
        started: The year in which they began.
    """
    return [
        _credential(rng, said, started)
        for said in shelf.work()["credential"]
        if kind in said["kinds"] and rng.random() * 100 < said["share"]
    ]


def named(kind: str, number: int) -> list[Row]:
    """Return what some hold of the credentials that we know by name, every issuer a sample; from dice of their own."""
    rng, found = dice.roll("named", kind, number), []
    for said in shelf.work()["named_credential"]:
        if kind in said["kinds"] and rng.random() * 100 < said["share"]:
            found.append(_credential(rng, said, 2015) | {"source_url": "", "checked_on": None, "status": CredentialStatus.CLAIMED})
    return found


def disclosure(kind: str, number: int) -> Row | None:
    """Return who does the work, as some who operate say; others leave it open, and most questions may be."""
    rng = dice.roll("disclosure", kind, number)
    if kind not in _OPERATE or rng.random() * 100 >= DISCLOSED:
        return None
    said: Row = {task: None if rng.random() * 100 < LEFT_OPEN else dice.by_share(rng, shares) for task, shares in _HANDS.items()}
    said["patients_per_day"] = rng.choice((None, 1, 1, 2, 3, 6))
    said["is_insured"] = rng.choice((None, True, True, True, False))
    return _DISCLOSURE | said | {"stated_at": moment(SAMPLE_DAY - timedelta(days=rng.randrange(5, 500)), rng)}


def location(rng: Random, city: City) -> Row:
    """Return an address in the city; the street is called "Sample"."""
    country = shelf.countries()[city.country]
    street = country.street.format(n=rng.randrange(1, 400), s=rng.randrange(1, 60), d=rng.randrange(1, 10))
    known = rng.random() * 100 >= NO_POINT
    lat, lon = (round(city.lat + rng.uniform(-SPREAD, SPREAD), 4), round(city.lon + rng.uniform(-SPREAD, SPREAD), 4))
    phone = phones.number(rng, city)
    return _LOCATION | {
        "address": street,
        "city": city.name,
        "region": city.region,
        "country_code": city.country,
        "place_id": city.place_id,
        "lat": lat if known else None,
        "lon": lon if known else None,
        "phone": "" if rng.random() * 100 < NO_PHONE else phone,
        "hours": hours(rng, country.week),
    }


def hours(rng: Random, week: str) -> dict[str, list[list[str]]]:
    """Return opening hours of a kind of week (see `countries.toml`); empty where they are not known."""
    if rng.random() * 100 < NO_HOURS:
        return {}
    opens, closes = rng.choice(("08:30", "09:00", "09:30", "10:00", "11:00")), rng.choice(("16:30", "17:00", "18:00", "19:00", "20:00"))
    if week == "sun":
        return {day: [[opens, closes]] for day in ("su", "mo", "tu", "we", "th")}
    day = [[opens, "13:30"], ["16:00", closes if closes > "17:30" else "19:30"]] if week == "siesta" else [[opens, closes]]
    open_days = [name for name in _MON_TO_FRI if name != "mo" or rng.random() < 0.8]
    said = {name: [list(span) for span in day] for name in open_days}
    return said | ({"sa": [["10:00", "15:00"]]} if rng.random() < 0.45 else {})


def _credential(rng: Random, said: Row, started: int) -> Row:
    status = dice.by_share(rng, _STATUS)
    reference = f"SAMPLE-{rng.randrange(1_000_000):06}"
    looked = status is not CredentialStatus.CLAIMED
    return _CREDENTIAL | {
        "type": said["type"],
        "title": said["title"],
        "issuer": said["issuer"],
        "reference": reference,
        "status": status,
        "issued_on": some_day(rng, date(started, 1, 1), date(started + 2, 12, 31)),
        "expires_on": _end(rng, status) if said.get("expires") else None,
        "source_url": f"{_REGISTER}/{reference}" if looked else "",
        "checked_on": _looked(rng, status) if looked else None,
    }


def _end(rng: Random, status: CredentialStatus) -> date:
    days = rng.randrange(30, 700)
    return SAMPLE_DAY + timedelta(days=-days if status is CredentialStatus.LAPSED else days)


def _looked(rng: Random, status: CredentialStatus) -> date:
    """Return the day on which the register was looked at; what is stale was looked at long ago."""
    return SAMPLE_DAY - timedelta(days=rng.randrange(420, 900) if status is CredentialStatus.STALE else rng.randrange(2, 180))
