"""What the index holds of a profile: plain words and numbers, read from the database in batches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as count_of

from directory.core.db import Database
from directory.models.places import Country, Place, Region
from directory.models.profiles import (
    HAIR_WORK,
    LISTED,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    PriceUnit,
    Profile,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.treatments import Treatment
from directory.places import money as places
from directory.search import analysis, bands, concepts
from directory.search.criteria import Evidence, Kind
from directory.treatments import queries as treatments
from directory.treatments import rules

#: Profiles read at a time while the whole index is made.
BATCH = 500
#: Treatments that mend earlier work.
REPAIRS = frozenset({"smp-correction", "smp-removal", "ht-repair"})
#: Words for a profession, for those who type one.
PROFESSIONS = {
    Kind.SMP_ARTIST: "artist practitioner",
    Kind.SURGEON: "surgeon doctor",
    Kind.DERMATOLOGIST: "dermatologist doctor",
    Kind.PHYSICIAN: "physician doctor",
    Kind.NURSE: "nurse",
    Kind.TECHNICIAN: "technician",
    Kind.OTHER: "practitioner",
    Kind.PRACTICE: "studio clinic practice",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One listed profile as the index knows it; all words are tokens of `analysis`.

    Args:
        id: The profile's number.
        name: Tokens of its name.
        company: Tokens of the names of the practices where a person works, or of the people of a practice.
        places: Tokens of the city, region and country.
        treatments: Tokens of the treatments offered and of those above them, with their synonyms and concepts; of the profession.
        about: Tokens of what they say of themselves.
        place_id: Where it stands.
        region_id: The region of that place.
        country_code: The country of that place.
        lat: Degrees north of the first address, or of the city where the address is not known; None where neither is.
        lon: Degrees east of the same.
        offers: Codes of the treatments offered and of all above them.
        kind: For filters.
        languages: BCP 47 tags, of a person.
        evidence: hair or register.
        repairs: Whether mending earlier work is among the offers.
        verified: Whether they have proved who they are.
        score: The published score in millionths of a star.
        reviews: Published reviews.
        newest: The newest review in seconds since 1970; 0 without one.
        mean: The plain mean in millionths of a star; 0 without reviews.
        sort_key: The key of the name.
        currency: The currency of the country where it stands.
        price: The lowest published price for a whole visit in that currency, in minor units; None without one.
    """

    id: int
    name: tuple[str, ...]
    company: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    place_id: int | None = None
    region_id: int | None = None
    country_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    offers: tuple[str, ...] = ()
    kind: Kind = Kind.PRACTICE
    languages: tuple[str, ...] = ()
    evidence: Evidence = Evidence.HAIR
    repairs: bool = False
    verified: bool = False
    score: int = 3_500_000
    reviews: int = 0
    newest: int = 0
    mean: int = 0
    sort_key: str = ""
    currency: str | None = None
    price: int | None = None


class Offer(NamedTuple):
    """One treatment offered, with its price if one is published."""

    treatment_id: int
    price: int | None
    currency: str | None
    unit: PriceUnit | None


class Row(NamedTuple):
    """A profile with what it is made of."""

    profile: Profile
    practitioner: Practitioner | None
    place: Place | None
    region: Region | None
    country: Country | None
    lat: float | None
    lon: float | None


class Reader:
    """Reads documents; the taxonomy is read once.

    Args:
        session: Where from.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taxonomy = {treatment.id: treatment for treatment in treatments.all_(session)}
        self._words = {treatment.id: _words_of(treatment) for treatment in self._taxonomy.values()}

    def read(self, ids: Collection[int]) -> list[Document]:
        """Return the documents of those of the profiles that are listed, in four SELECTs."""
        statement = (
            select(Profile, Practitioner, Place, Region, Country, col(Location.lat), col(Location.lon))
            .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
            .outerjoin(Place, col(Place.id) == col(Profile.place_id))
            .outerjoin(Region, col(Region.id) == col(Place.region_id))
            .outerjoin(Country, col(Country.code) == col(Place.country_code))
            .outerjoin(Location, (col(Location.profile_id) == col(Profile.id)) & (col(Location.position) == 0))
            .where(col(Profile.id).in_(ids), col(Profile.status).in_(LISTED))
            .order_by(col(Profile.id))
        )
        rows = self._session.execute(statement).all()
        offered, company = self._offered(ids), self._company(ids)
        return [self._document(Row(*row), offered=offered[row[0].id], company=company[row[0].id]) for row in rows]

    def _offered(self, ids: Collection[int]) -> dict[int, list[Offer]]:
        columns = (ServiceOffering.profile_id, ServiceOffering.treatment_id, ServiceOffering.min_price)
        statement = select(*(col(one) for one in columns), col(ServiceOffering.currency), col(ServiceOffering.unit))
        offered: dict[int, list[Offer]] = defaultdict(list)
        for profile_id, *rest in self._session.execute(statement.where(col(ServiceOffering.profile_id).in_(ids))).all():
            offered[profile_id].append(Offer(*rest))
        return offered

    def _company(self, ids: Collection[int]) -> dict[int, list[str]]:
        """Return the names at the other end of each profile's roles."""
        roles = (
            (Practitioner, Organization, Practitioner.id, PractitionerRole.practitioner_id, PractitionerRole.organization_id),
            (Organization, Practitioner, Organization.id, PractitionerRole.organization_id, PractitionerRole.practitioner_id),
        )
        company: dict[int, list[str]] = defaultdict(list)
        for own, other, own_id, own_role, other_role in roles:
            statement = (
                select(col(own.profile_id), col(Profile.name))
                .select_from(own)
                .join(PractitionerRole, col(own_role) == col(own_id))
                .join(other, col(other.id) == col(other_role))
                .join(Profile, col(Profile.id) == col(other.profile_id))
                .where(col(own.profile_id).in_(ids), col(Profile.status).in_(LISTED))
            )
            for profile_id, name in self._session.execute(statement).all():
                company[profile_id].append(name)
        return company

    def _document(self, row: "Row", *, offered: Sequence[Offer], company: Sequence[str]) -> Document:
        profile, person, place = row.profile, row.practitioner, row.place
        treatments_ = self._with_above({offer.treatment_id for offer in offered})
        newest = profile.newest_review_at
        currency = places.currency(place.country_code) if place else None
        kind = Kind(person.kind.value) if person else Kind.PRACTICE
        spot = (row.lat, row.lon) if row.lat is not None else (place.lat, place.lon) if place else (None, None)
        return Document(
            id=profile.id,
            name=tuple(analysis.name_tokens(profile.name)),
            company=tuple(word for name in company for word in analysis.name_tokens(name)),
            places=tuple(word for area in (place, row.region, row.country) if area is not None for word in analysis.tokens(area.name)),
            treatments=(*self._said(treatments_), *analysis.tokens(PROFESSIONS[kind])),
            about=tuple(analysis.tokens(profile.about)) if profile.about else (),
            place_id=profile.place_id,
            region_id=place.region_id if place else None,
            country_code=place.country_code if place else None,
            lat=spot[0],
            lon=spot[1],
            offers=tuple(treatment.code for treatment in treatments_),
            kind=kind,
            languages=tuple(dict.fromkeys(person.languages)) if person else (),
            evidence=Evidence.HAIR if profile.hair_evidence in HAIR_WORK else Evidence.REGISTER,
            repairs=not REPAIRS.isdisjoint(treatment.code for treatment in treatments_),
            verified=profile.status is ProfileStatus.VERIFIED,
            score=profile.score_micro,
            reviews=profile.review_count,
            newest=int(newest.timestamp()) if newest else 0,
            mean=profile.mean_micro or 0,
            sort_key=profile.sort_key,
            currency=currency,
            # A session with the laser is no visit for what lists are about: it would stand first in every order by price.
            price=lowest((offer for offer in offered if self._taxonomy[offer.treatment_id].family in treatments.WORK), currency),
        )

    def _said(self, offered: Sequence[Treatment]) -> tuple[str, ...]:
        """Return the tokens of treatments; the words of each are worked out once."""
        return tuple(word for treatment in offered for word in self._words[treatment.id])

    def _with_above(self, offered: Collection[int]) -> list[Treatment]:
        found: dict[int, Treatment] = {}
        for treatment_id in sorted(offered):
            number: int | None = treatment_id
            while number is not None and number not in found:
                found[number] = self._taxonomy[number]
                number = found[number].parent_id
        return list(found.values())


def lowest(offered: Iterable[Offer], currency: str | None) -> int | None:
    """Return the lowest published price of a whole visit in a currency, in minor units.

    Args:
        offered: What a profile offers.
        currency: Prices in others are not looked at.
    """
    prices = [
        offer.price for offer in offered if offer.price is not None and offer.currency == currency and offer.unit in bands.WHOLE_UNITS
    ]
    return min(prices, default=None)


def count(session: Session) -> int:
    """Return how many profiles the index should hold."""
    return session.exec(count_of(func.count()).select_from(Profile).where(col(Profile.status).in_(LISTED))).one()


def batches(database: Database) -> Iterator[list[Document]]:
    """Give the documents of all listed profiles by number, in batches of at most BATCH, each read in a session of its own."""
    last = 0
    while True:
        with database.session() as session:
            rows = (
                select(col(Profile.id))
                .where(col(Profile.id) > last, col(Profile.status).in_(LISTED))
                .order_by(col(Profile.id))
                .limit(BATCH)
            )
            ids = session.execute(rows).scalars().all()
            if not ids:
                return
            last = ids[-1]
            found = Reader(session).read(ids)
        # Given behind the session's end: whoever takes them writes, and no reading transaction stays open meanwhile.
        yield found


def _words_of(treatment: Treatment) -> tuple[str, ...]:
    node = next((node for node in rules.shipped() if node.code == treatment.code), None)
    texts = node.said if node else (treatment.label, *treatment.synonyms)
    said = (word for text in texts for word in analysis.tokens(text) if not word.startswith(concepts.MARK))
    return (*dict.fromkeys(said), concepts.token(treatment.code))
