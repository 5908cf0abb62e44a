"""A listing: what one source says of one person or practice, in one frozen shape for all sources."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from directory.core.text import sort_key
from directory.models.profiles import CredentialStatus, HairEvidence, PractitionerKind, PriceUnit, ProfileKind


class PersonRow(NamedTuple):
    """The columns of a practitioner."""

    kind: PractitionerKind
    prefix: str = ""
    given_name: str = ""
    family_name: str = ""
    suffix: str = ""
    languages: tuple[str, ...] = ()
    year_started: int | None = None
    website: str = ""


class PracticeRow(NamedTuple):
    """The columns of an organization."""

    legal_name: str = ""
    website: str = ""
    schema_type: str = "LocalBusiness"


class LocationRow(NamedTuple):
    """The columns of a location; degrees north and east."""

    country_code: str
    city: str = ""
    region: str = ""
    address: str = ""
    postal_code: str = ""
    lat: float | None = None
    lon: float | None = None
    phone: str = ""


class IdentifierRow(NamedTuple):
    """A number in some system."""

    system: str
    value: str


class CredentialRow(NamedTuple):
    """The columns of a credential."""

    type: str
    title: str
    issuer: str
    reference: str = ""
    status: CredentialStatus = CredentialStatus.CLAIMED
    source_url: str = ""
    checked_on: date | None = None


class InspectionRow(NamedTuple):
    """The columns of an inspection; each infraction is a tuple of (name, value) pairs."""

    system: str
    inspected_on: date
    outcome: str
    infractions: tuple[tuple[tuple[str, str], ...], ...] = ()


class OfferingRow(NamedTuple):
    """A treatment by its code; prices in minor units of the currency."""

    treatment: str
    technique: str = ""
    min_price: int | None = None
    max_price: int | None = None
    currency: str | None = None
    unit: PriceUnit | None = None
    price_date: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source says.

    Args:
        key: The source's own key for it.
        line: Where it stands in the file.
        raw: The row as the source wrote it.
        evidence: What the source knows of hair work; none where it does not speak of it.
        person: Given for a person.
        practice: Given for a practice.
        works_at: The source's key of the practice where the person works.
    """

    key: str
    line: int
    raw: Mapping[str, Any]
    name: str
    evidence: HairEvidence | None = None
    person: PersonRow | None = None
    practice: PracticeRow | None = None
    locations: tuple[LocationRow, ...] = ()
    identifiers: tuple[IdentifierRow, ...] = ()
    credentials: tuple[CredentialRow, ...] = ()
    inspections: tuple[InspectionRow, ...] = ()
    offerings: tuple[OfferingRow, ...] = ()
    works_at: str = ""
    role_title: str = ""

    @property
    def kind(self) -> ProfileKind:
        """A person or a practice."""
        return ProfileKind.PRACTITIONER if self.person is not None else ProfileKind.PRACTICE


@dataclass(frozen=True, slots=True)
class Placed:
    """A listing made ready for writing, outside of any transaction.

    Args:
        place_ids: The place of each of its locations, where one was found.
        hash: SHA-256 of all it says and of its places; the raw row and the line do not count.
    """

    listing: Listing
    place_ids: tuple[int | None, ...]
    hash: str
    sort_key: str

    @property
    def place_id(self) -> int | None:
        """The place where the profile stands in lists."""
        return self.place_ids[0] if self.place_ids else None

    @property
    def city(self) -> str:
        """The city by its source's spelling."""
        return self.listing.locations[0].city if self.listing.locations else ""


def placed(listing: Listing, place_ids: Sequence[int | None]) -> Placed:
    """Return the listing ready for writing."""
    said = (
        *(listing.name, listing.evidence, listing.person, listing.practice, listing.locations, listing.identifiers),
        *(listing.credentials, listing.inspections, listing.offerings, listing.works_at, listing.role_title, place_ids),
    )
    digest = hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()
    return Placed(listing, tuple(place_ids), digest, sort_key(listing.name))
