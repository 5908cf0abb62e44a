"""What the index holds of a profile: plain words and numbers, read from the database in batches."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as count_of

from directory.core.db import Database
from directory.models.places import Country, Place, Region
from directory.models.profiles import (
    HAIR_WORK,
    LISTED,
    Organization,
    Practitioner,
    PractitionerRole,
    Profile,
    ServiceOffering,
)
from directory.models.treatments import Treatment
from directory.search import analysis
from directory.search.criteria import Evidence, Kind
from directory.treatments import queries as treatments

#: Profiles read at a time while the whole index is made.
BATCH = 500


@dataclass(frozen=True)
class Document:
    """One listed profile as the index knows it; words are folded.

    Args:
        id: The profile's number.
        name: Words of its name.
        company: Words of the names of the practices where a person works, or of the people of a practice.
        places: Words of the city, region and country.
        treatments: Words of the treatments offered and of those above them, with their synonyms.
        areas: `p<place>`, `r<region>`, `c<country>`: where it is, for filters.
        offers: Numbers of the treatments offered, for filters.
        kind: For filters.
        evidence: For filters: hair or register.
        order: What to sort by: score, reviews, newest review in seconds since 1970, and the key of the name.
    """

    id: int
    name: tuple[str, ...]
    company: tuple[str, ...]
    places: tuple[str, ...]
    treatments: tuple[str, ...]
    areas: tuple[str, ...]
    offers: tuple[str, ...]
    kind: Kind
    evidence: Evidence
    order: tuple[int, int, int, str]


class Reader:
    """Reads documents; the taxonomy is read once.

    Args:
        session: Where from.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taxonomy = {treatment.id: treatment for treatment in treatments.all_(session)}

    def read(self, ids: Collection[int]) -> list[Document]:
        """Return the documents of those of the profiles that are listed, in four SELECTs."""
        statement = (
            select(Profile, Practitioner, Place, Region, Country)
            .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
            .outerjoin(Place, col(Place.id) == col(Profile.place_id))
            .outerjoin(Region, col(Region.id) == col(Place.region_id))
            .outerjoin(Country, col(Country.code) == col(Place.country_code))
            .where(col(Profile.id).in_(ids), col(Profile.status).in_(LISTED))
            .order_by(col(Profile.id))
        )
        rows = self._session.execute(statement).all()
        offered, company = self._offered(ids), self._company(ids)
        return [self._document(*row, offered=offered[row[0].id], company=company[row[0].id]) for row in rows]

    def _offered(self, ids: Collection[int]) -> dict[int, list[int]]:
        statement = select(col(ServiceOffering.profile_id), col(ServiceOffering.treatment_id))
        offered: dict[int, list[int]] = defaultdict(list)
        for profile_id, treatment_id in self._session.execute(statement.where(col(ServiceOffering.profile_id).in_(ids))).all():
            offered[profile_id].append(treatment_id)
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

    def _document(
        self,
        profile: Profile,
        practitioner: Practitioner | None,
        place: Place | None,
        region: Region | None,
        country: Country | None,
        *,
        offered: Sequence[int],
        company: Sequence[str],
    ) -> Document:
        newest = profile.newest_review_at
        return Document(
            id=profile.id,
            name=_words([profile.name]),
            company=_words(company),
            places=_words([spot.name for spot in (place, region, country) if spot is not None]),
            treatments=_words(word for treatment in self._with_above(offered) for word in (treatment.label, *treatment.synonyms)),
            areas=_areas(place),
            offers=tuple(str(treatment_id) for treatment_id in offered),
            kind=Kind(practitioner.kind.value) if practitioner else Kind.PRACTICE,
            evidence=Evidence.HAIR if profile.hair_evidence in HAIR_WORK else Evidence.REGISTER,
            order=(profile.score_micro, profile.review_count, int(newest.timestamp()) if newest else 0, profile.sort_key),
        )

    def _with_above(self, offered: Sequence[int]) -> list[Treatment]:
        found: dict[int, Treatment] = {}
        for treatment_id in offered:
            number: int | None = treatment_id
            while number is not None and number not in found:
                found[number] = self._taxonomy[number]
                number = found[number].parent_id
        return list(found.values())


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
            yield Reader(session).read(ids)


def _words(texts: Collection[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in analysis.words(text))


def _areas(place: Place | None) -> tuple[str, ...]:
    if place is None:
        return ()
    region = (f"r{place.region_id}",) if place.region_id is not None else ()
    return (f"p{place.id}", *region, f"c{place.country_code}")
