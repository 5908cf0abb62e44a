"""A seeded world of varied profiles through the real tables: what the engines are compared on."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from directory.models.places import Place
from directory.models.profiles import (
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    PractitionerKind,
    PractitionerRole,
    PriceUnit,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.treatments import Treatment
from directory.places import money, sphere
from directory.treatments import queries as treatments
from directory.treatments import service as taxonomy
from tests.factories import Make

#: City, region, country, degrees north, degrees east. Suva and Apia stand on the two sides of the date line.
CITIES = (
    ("Toronto", "Ontario", "CA", 43.70011, -79.4163),
    ("Hamilton", "Ontario", "CA", 43.25011, -79.84963),
    ("Montréal", "Quebec", "CA", 45.50884, -73.58781),
    ("Buffalo", "New York", "US", 42.88645, -78.87837),
    ("Los Angeles", "California", "US", 34.05223, -118.24368),
    ("London", "England", "GB", 51.50853, -0.12574),
    ("München", "Bayern", "DE", 48.13743, 11.57549),
    ("İstanbul", "İstanbul", "TR", 41.01384, 28.94966),
    ("東京", "Tokyo", "JP", 35.6895, 139.69171),
    ("Suva", "Central", "FJ", -18.14161, 178.44149),
    ("Apia", "Tuamasaga", "WS", -13.83333, -171.76666),
)
NAMES = (
    *("Ada Marsh", "Ada Martin", "Luc Ada", "Zoë Müller-Yılmaz", "Łukasz Wiśniewski", "Nguyễn Văn An", "Siobhán O’Brien", "Mars Okafor"),
    *("山田 太郎", "植髪 クリニック", "김민준", "José Núñez", "Jürgen Weiß", "Søren Ångström", "Toronto Hair", "Hair Tattoo London"),
    *("Bay Scalp Studio", "Clinic 21", "Clinic 3", "Follicle & Co", "The Shaved Look", "Marsh Clinics", "x", "Brow and Ink"),
)
ABOUT = (
    *("calm", "clean", "healing", "hairline", "density", "scar", "natural", "years", "trained"),
    *("norwood", "gentle", "marsh", "toronto", "pigment", "surgeon", "fue", "strip"),
)
LANGUAGES = ("en", "fr", "tr", "de", "ja", "pt-BR", "zh-Hant")
STATUSES = (ProfileStatus.PUBLISHED_UNCLAIMED, ProfileStatus.CLAIMED, ProfileStatus.VERIFIED)
HIDDEN = (ProfileStatus.CLOSED, ProfileStatus.IMPORTED_DRAFT, ProfileStatus.DELISTED)
FIRST_REVIEW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


class Corpus:
    """Makes profiles; the same ones every time.

    Args:
        session: Where to; may write.
        many: How many.
    """

    def __init__(self, session: Session, *, many: int = 300) -> None:
        self._session, self._make, self._chance = session, Make(session), random.Random(23)
        taxonomy.sync(session)
        self.taxonomy: Sequence[Treatment] = treatments.all_(session)
        self.places = [self._place(*city) for city in CITIES]
        people, practices = [], []
        for number in range(many):
            profile = self._profile(number)
            (people if profile.kind is ProfileKind.PRACTITIONER else practices).append(profile)
        self._roles(people, practices)
        session.flush()

    def _place(self, name: str, region: str, country: str, lat: float, lon: float) -> Place:
        return self._make.place(name, region=region, country=country, lat=lat, lon=lon, **sphere.vector(lat, lon)._asdict())

    def _profile(self, number: int) -> Profile:
        chance = self._chance
        place = chance.choice(self.places)
        stars = [chance.choice((0, 0, 0, 1, 2)) for _ in range(5)]
        stars[4] += chance.choice((0, 1, 4))
        count, points = sum(stars), sum(given * number for given, number in zip(stars, range(1, 6), strict=True))
        name = chance.choice(NAMES)
        profile = self._make.profile(
            name if chance.random() < 0.5 else f"{name} {number}",
            place=place,
            kind=chance.choice(list(ProfileKind)),
            status=chance.choice(STATUSES if chance.random() < 0.9 else HIDDEN),
            hair_evidence=chance.choices(list(HairEvidence), (6, 2, 2))[0],
            about=" ".join(chance.sample(ABOUT, chance.randrange(8))),
            review_count=count,
            **{f"stars_{given}": times for given, times in enumerate(stars, start=1)},
            mean_micro=points * 1_000_000 // count if count else None,
            score_micro=3_500_000 + 50_000 * chance.randrange(8),
            newest_review_at=FIRST_REVIEW + timedelta(days=chance.randrange(9), microseconds=chance.randrange(10**6)) if count else None,
        )
        if chance.random() < 0.05:
            profile.place_id = None
        self._session.add(profile)
        self._facts(profile, place)
        return profile

    def _facts(self, profile: Profile, place: Place) -> None:
        chance = self._chance
        if profile.kind is ProfileKind.PRACTITIONER:
            person = self._session.exec(select(Practitioner).where(Practitioner.profile_id == profile.id)).one()
            person.kind = chance.choice(list(PractitionerKind))
            person.languages = [chance.choice(LANGUAGES) for _ in range(chance.randrange(4))]
            self._session.add(person)
        if chance.random() < 0.6:
            known = chance.random() < 0.8 and profile.place_id is not None
            lat, lon = (round(place.lat + chance.gauss(0, 0.2), 5), round(place.lon + chance.gauss(0, 0.2), 5)) if known else (None, None)
            self._session.add(Location(profile_id=profile.id, country_code=place.country_code, lat=lat, lon=lon))
        for treatment in chance.sample(list(self.taxonomy), chance.choice((0, 1, 1, 2, 4))):
            self._session.add(ServiceOffering(profile_id=profile.id, treatment_id=treatment.id, **self._price(place)))

    def _price(self, place: Place) -> dict[str, object]:
        chance = self._chance
        if chance.random() < 0.3:
            return {}
        currency = money.currency(place.country_code) if chance.random() < 0.8 else "EUR"
        # On the edges of bands too.
        whole = chance.choice((0, 499, 500, 1_500, 2_000, 3_000, 6_000, 10_000, 60_000, 600_000))
        price = whole * money.minor_units(str(currency))
        return {"min_price": price, "currency": currency, "unit": chance.choice(list(PriceUnit)), "price_date": date(2026, 8, 1)}

    def _roles(self, people: Sequence[Profile], practices: Sequence[Profile]) -> None:
        for person, practice in zip(people[::3], practices[::3], strict=False):
            who = self._session.exec(select(Practitioner).where(Practitioner.profile_id == person.id)).one()
            where = self._session.exec(select(Organization).where(Organization.profile_id == practice.id)).one()
            self._session.add(PractitionerRole(practitioner_id=who.id, organization_id=where.id))
