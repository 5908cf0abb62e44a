"""Made-up people and practices, ready to be written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heapify, heapreplace
from random import Random

from directory.core.text import sort_key
from directory.models.profiles import HairEvidence, Organization, Practitioner, PractitionerKind, Profile, ProfileKind, ProfileStatus
from directory.sample import dice, names, papers, prices, shelf
from directory.sample.days import OPENED, SAMPLE_DAY, moment, some_day
from directory.sample.rows import Row, blank
from directory.sample.shelf import City, Country

_PROFILE = blank(Profile)
_PERSON = blank(Practitioner, "profile_id")
_PRACTICE = blank(Organization, "profile_id")

#: Practices to a hundred people.
PRACTICES = 32
#: Of a hundred: people who work at a practice of their city, where there is one.
EMPLOYED = 62
#: Of a hundred: profiles that a register names and nobody has confirmed, by kind.
_UNKNOWN: Mapping[str, int] = {"dermatologist": 24, "physician": 20, "technician": 12, "smp_artist": 2, "studio": 5}
#: Of a hundred: profiles that their owner has claimed, that are closed, that have moved.
CLAIMED, CLOSED, MOVED = 36, 2, 1

_STUDIO = ("smp_artist", "technician", "nurse")
_SCHEMA = {"studio": "HealthAndBeautyBusiness", "clinic": "MedicalClinic"}
_DOCTORS = {"surgeon", "dermatologist", "physician"}
_VOICE = {"smp_artist": "smp", "technician": "smp", "nurse": "medical", "dermatologist": "medical", "physician": "medical"}


@dataclass(frozen=True)
class SampleProfile:
    """A profile with the rows that hang on it; what has no number yet is named by its address or code.

    Args:
        row: Its row in `profiles`.
        person: Its row in `practitioners`; none for a practice.
        practice: Its row in `organizations`; none for a person.
        offerings: Rows in `service_offerings`, with the code of a treatment.
        works_at: The address of the practice where the person works; empty for none.
        kind: The profession, or studio or clinic.
        city: Where it is.
        started: The year of the first patient.
        called: What a patient calls them in a sentence.
        disclosure: Its row in `team_disclosures`; none where nobody says who does the work.
    """

    row: Row
    person: Row | None
    practice: Row | None
    locations: tuple[Row, ...]
    offerings: tuple[Row, ...]
    credentials: tuple[Row, ...]
    works_at: str
    role_title: str
    kind: str
    city: City
    started: int
    called: tuple[str, ...]
    disclosure: Row | None = None

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return str(self.row["slug"])


def cities(many: int) -> Iterator[City]:
    """Give that many cities, each as often as its weight asks (Webster's method): any beginning of it is spread the same way."""
    queue = [(0.5 / city.weight, number, 1) for number, city in enumerate(shelf.cities())]
    heapify(queue)
    for _ in range(many):
        _, number, seats = queue[0]
        city = shelf.cities()[number]
        heapreplace(queue, ((seats + 0.5) / city.weight, number, seats + 1))
        yield city


def practices(many: int, taken: set[str]) -> list[SampleProfile]:
    """Return that many practices, and note their addresses in `taken`."""
    begun: set[tuple[str, str]] = set()
    return [_practice(number, city, begun, taken) for number, city in enumerate(cities(many))]


def people(many: int, at: Sequence[SampleProfile], taken: set[str]) -> list[SampleProfile]:
    """Return that many people, some of them at the practices of their city, and note their addresses in `taken`."""
    near: dict[tuple[int, str], list[SampleProfile]] = defaultdict(list)
    for practice in at:
        near[practice.city.place_id, practice.kind].append(practice)
    return [_person(number, city, near, taken) for number, city in enumerate(cities(many))]


def _practice(number: int, city: City, begun: set[tuple[str, str]], taken: set[str]) -> SampleProfile:
    rng = dice.roll("practice", number)
    country = shelf.countries()[city.country]
    kind = "clinic" if rng.random() * sum(country.kinds.values()) < _surgical(country) else "studio"
    name = names.practice(rng, kind, begun)
    slug = names.address(name, city.name, taken)
    started = rng.randrange(2003, 2020)
    evidence, status = _standing(rng, kind)
    known = evidence is not HairEvidence.UNKNOWN
    about = shelf.work()["about"]["sample_practice"]
    about = _about(rng, kind, about, city, started) if known else about
    return SampleProfile(
        row=_profile(rng, slug, ProfileKind.PRACTICE, name, city, status, evidence, about),
        person=None,
        practice=_PRACTICE
        | {
            "legal_name": f"{name} Sample Ltd",
            "website": names.domain(slug) if known and rng.random() < 0.8 else "",
            "schema_type": _SCHEMA[kind],
        },
        locations=(papers.location(rng, city),),
        offerings=tuple(prices.offerings(rng, kind, country)) if known else (),
        credentials=(*papers.credentials(rng, kind, started), *papers.named(kind, number)),
        works_at="",
        role_title="",
        kind=kind,
        city=city,
        started=started,
        called=("the team",),
        disclosure=papers.disclosure(kind, number),
    )


def _person(number: int, city: City, near: Mapping[tuple[int, str], Sequence[SampleProfile]], taken: set[str]) -> SampleProfile:
    rng = dice.roll("person", number)
    country = shelf.countries()[city.country]
    kind = dice.by_share(rng, country.kinds)
    name = names.person(rng, country)
    slug = names.address(name.shown, city.name, taken)
    started = rng.randrange(1995, 2020)
    evidence, status = _standing(rng, kind)
    known = evidence is not HairEvidence.UNKNOWN
    possible = near.get((city.place_id, "studio" if kind in _STUDIO else "clinic"), ())
    practice = rng.choice(possible) if possible and rng.random() * 100 < EMPLOYED else None
    about = shelf.work()["about"]["sample"]
    return SampleProfile(
        row=_profile(
            *(rng, slug, ProfileKind.PRACTITIONER, name.shown, city, status, evidence),
            _about(rng, _VOICE.get(kind, kind), about, city, started) if known else about,
        ),
        person=_PERSON
        | {
            "kind": PractitionerKind(kind),
            "prefix": "Dr" if kind in _DOCTORS else "",
            "given_name": name.given,
            "family_name": name.family,
            "suffix": "MD" if kind in _DOCTORS and city.country in {"US", "CA"} else "",
            "languages": _languages(rng, country) if known else [],
            "year_started": started if known and rng.random() < 0.85 else None,
            "website": names.domain(slug) if known and practice is None and rng.random() < 0.5 else "",
        },
        practice=None,
        locations=() if practice else (papers.location(rng, city),),
        offerings=tuple(prices.offerings(rng, kind, country)) if known else (),
        credentials=(*papers.credentials(rng, kind, started), *papers.named(kind, number)),
        works_at=practice.slug if practice else "",
        role_title=rng.choice(shelf.work()["roles"][kind]) if practice else "",
        kind=kind,
        city=city,
        started=started,
        called=_called(name, kind),
        disclosure=papers.disclosure(kind, number),
    )


def _profile(
    rng: Random, slug: str, kind: ProfileKind, name: str, city: City, status: ProfileStatus, evidence: HairEvidence, about: str
) -> Row:
    since = moment(OPENED, rng)
    return _PROFILE | {
        "slug": slug,
        "kind": kind,
        "name": name,
        "sort_key": sort_key(name),
        "place_id": city.place_id,
        "status": status,
        "hair_evidence": evidence,
        "is_sample": True,
        "about": about,
        "created_at": since,
        "updated_at": moment(some_day(rng, OPENED + timedelta(days=1), SAMPLE_DAY), rng),
    }


def _standing(rng: Random, kind: str) -> tuple[HairEvidence, ProfileStatus]:
    """Return how we know of their hair work, and their state: what an owner says, a claimed profile says."""
    fate = rng.random() * 100
    if rng.random() * 100 < _UNKNOWN.get(kind, 0):
        return HairEvidence.UNKNOWN, ProfileStatus.PUBLISHED_UNCLAIMED
    if fate < CLOSED:
        return HairEvidence.CONFIRMED, ProfileStatus.CLOSED
    if fate < CLOSED + MOVED:
        return HairEvidence.CONFIRMED, ProfileStatus.MOVED
    if fate < CLOSED + MOVED + CLAIMED:
        return (HairEvidence.CONFIRMED if rng.random() < 0.2 else HairEvidence.STATED_BY_OWNER), ProfileStatus.CLAIMED
    return HairEvidence.CONFIRMED, ProfileStatus.PUBLISHED_UNCLAIMED


def _surgical(country: Country) -> float:
    return sum(share for kind, share in country.kinds.items() if kind in _DOCTORS)


def _about(rng: Random, voice: str, sample: str, city: City, started: int) -> str:
    said = shelf.work()["about"][voice]
    chosen = sorted(rng.sample(range(len(said)), rng.randrange(2, min(5, len(said)) + 1)))
    return f"{sample}\n\n" + " ".join(said[n] for n in chosen).format(city=city.name, year=started)


def _languages(rng: Random, country: Country) -> list[str]:
    first, *more = country.speaks
    return [first, *(tag for tag in more if rng.random() < (0.6 if tag == "en" else 0.3))]


def _called(name: names.PersonName, kind: str) -> tuple[str, ...]:
    """Return what an English sentence may call somebody; a name in other letters does not stand in it."""
    work = {"smp_artist": "my artist", "surgeon": "the surgeon", "physician": "the doctor"}.get(kind, f"the {kind}")
    if not name.is_latin:
        return (work,)
    return (work, f"Dr {name.family}") if kind in _DOCTORS else (work, name.given)
