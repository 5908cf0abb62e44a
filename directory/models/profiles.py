"""Who has a public page: one Profile each, owned by exactly one Practitioner or Organization, and the facts on it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, byte_ordered, one_of, where, words


class ProfileKind(StrEnum):
    """A person, or a studio or clinic."""

    PRACTITIONER = "practitioner"
    PRACTICE = "practice"


class ProfileStatus(StrEnum):
    """Every state of a profile's life."""

    IMPORTED_DRAFT = "imported_draft"
    PUBLISHED_UNCLAIMED = "published_unclaimed"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    CLOSED = "closed"
    MOVED = "moved"
    MERGED = "merged"
    SUPPRESSED_LEGAL = "suppressed_legal"
    #: No register lists it any more; the page stays, with a sentence that says so.
    DELISTED = "delisted"


#: The states in which a profile stands in lists.
#: Somebody showed that they act for it.
CLAIMED = (ProfileStatus.CLAIMED, ProfileStatus.VERIFIED)
LISTED = (ProfileStatus.PUBLISHED_UNCLAIMED, ProfileStatus.CLAIMED, ProfileStatus.VERIFIED)
#: The states in which its own page answers; the others are gone (410) or moved (301).
SHOWN = (*LISTED, ProfileStatus.CLOSED, ProfileStatus.MOVED, ProfileStatus.DELISTED)


class HairEvidence(StrEnum):
    """How we know that they work on hair at all: registers also list brow and nail salons and every dermatologist."""

    CONFIRMED = "confirmed"
    STATED_BY_OWNER = "stated_by_owner"
    UNKNOWN = "unknown"


#: The evidence with which a profile counts in headline numbers, treatment filters and the home page.
HAIR_WORK = (HairEvidence.CONFIRMED, HairEvidence.STATED_BY_OWNER)


class PractitionerKind(StrEnum):
    """The profession."""

    SURGEON = "surgeon"
    DERMATOLOGIST = "dermatologist"
    PHYSICIAN = "physician"
    SMP_ARTIST = "smp_artist"
    NURSE = "nurse"
    TECHNICIAN = "technician"
    #: A register names a profession that has no place above.
    OTHER = "other"


class Profile(Record, table=True):
    """One public page. Reviews, comments, claims, photos, redirects, flags and search hang on it."""

    __tablename__ = "profiles"
    __table_args__ = (
        one_of("kind", ProfileKind),
        one_of("status", ProfileStatus),
        one_of("hair_evidence", HairEvidence),
        CheckConstraint("review_count >= 0 AND review_count = stars_1 + stars_2 + stars_3 + stars_4 + stars_5", name="counts_add_up"),
        Index(
            "ix_profiles_listing_score",
            "place_id",
            "hair_evidence",
            "score_micro",
            "id",
            **where("status IN ('published_unclaimed', 'claimed', 'verified')"),
        ),
        Index("ix_profiles_updated_at", "updated_at"),
        Index("ix_profiles_merged_into_id", "merged_into_id"),
    )
    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=120, sa_type=byte_ordered(120), unique=True)
    kind: ProfileKind = Field(sa_type=words(ProfileKind))
    name: str = Field(max_length=200)
    #: `core.text.sort_key(name)`.
    sort_key: str = Field(max_length=120, sa_type=byte_ordered(120), index=True)
    place_id: int | None = Field(default=None, foreign_key="places.id", ondelete="RESTRICT", index=True)
    status: ProfileStatus = Field(default=ProfileStatus.PUBLISHED_UNCLAIMED, sa_type=words(ProfileStatus))
    hair_evidence: HairEvidence = Field(default=HairEvidence.UNKNOWN, sa_type=words(HairEvidence))
    is_sample: bool = False
    about: str = Field(default="", max_length=4000)
    #: Whether they take new clients, as they say; none where nobody has said.
    accepting_clients: bool | None = None
    merged_into_id: int | None = Field(default=None, foreign_key="profiles.id", ondelete="RESTRICT")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    #: What the published reviews add up to; `reviews.service.refresh_rating` alone writes these.
    review_count: int = 0
    stars_1: int = 0
    stars_2: int = 0
    stars_3: int = 0
    stars_4: int = 0
    stars_5: int = 0
    #: The plain mean in millionths of a star; none without reviews. Shown from three reviews on.
    mean_micro: int | None = None
    #: The published, weighted score in millionths of a star; 3_500_000 without reviews. Sorts lists, never null.
    score_micro: int = 3_500_000
    policy_version: int = 1
    newest_review_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_listed(self) -> bool:
        """Whether it stands in lists."""
        return self.status in LISTED


class SlugRedirect(Record, table=True):
    """A name a profile once had in its address: answers 301 for good."""

    __tablename__ = "slug_redirects"
    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=120, sa_type=byte_ordered(120), unique=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Practitioner(Record, table=True):
    """A person (FHIR Practitioner)."""

    __tablename__ = "practitioners"
    __table_args__ = (one_of("kind", PractitionerKind),)
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", unique=True)
    kind: PractitionerKind = Field(sa_type=words(PractitionerKind))
    prefix: str = Field(default="", max_length=40)
    given_name: str = Field(default="", max_length=100)
    family_name: str = Field(default="", max_length=100)
    suffix: str = Field(default="", max_length=60)
    #: BCP 47 tags.
    languages: list[str] = Field(default_factory=list, sa_type=JSON)
    year_started: int | None = None
    website: str = Field(default="", max_length=500)


class Organization(Record, table=True):
    """A studio or clinic (FHIR Organization)."""

    __tablename__ = "organizations"
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", unique=True)
    legal_name: str = Field(default="", max_length=200)
    website: str = Field(default="", max_length=500)
    #: schema.org type: HealthAndBeautyBusiness, MedicalClinic.
    schema_type: str = Field(default="LocalBusiness", max_length=60)


class Location(Record, table=True):
    """Where the work is done (FHIR Location)."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("profile_id", "position"),)
    id: int = Field(default=None, primary_key=True)
    #: The page that shows it: the practice's, or the practitioner's own where no practice is known.
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    position: int = 0
    address: str = Field(default="", max_length=300)
    city: str = Field(default="", max_length=120)
    region: str = Field(default="", max_length=120)
    postal_code: str = Field(default="", max_length=20)
    country_code: str = Field(max_length=2)
    place_id: int | None = Field(default=None, foreign_key="places.id", ondelete="RESTRICT", index=True)
    lat: float | None = None
    lon: float | None = None
    #: E.164.
    phone: str = Field(default="", max_length=32)
    #: Opening hours in local time: {"mo": [["09:00", "17:00"]], ...}; empty when not known.
    hours: dict[str, list[list[str]]] = Field(default_factory=dict, sa_type=JSON)
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)


class PractitionerRole(Record, table=True):
    """Who works where (FHIR PractitionerRole)."""

    __tablename__ = "practitioner_roles"
    __table_args__ = (UniqueConstraint("practitioner_id", "organization_id"),)
    id: int = Field(default=None, primary_key=True)
    practitioner_id: int = Field(foreign_key="practitioners.id", ondelete="CASCADE")
    organization_id: int = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    location_id: int | None = Field(default=None, foreign_key="locations.id", ondelete="SET NULL", index=True)
    title: str = Field(default="", max_length=100)
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)


class PriceUnit(StrEnum):
    """What a price is for."""

    PER_GRAFT = "per_graft"
    PER_HAIR = "per_hair"
    PER_SESSION = "per_session"
    PER_HOUR = "per_hour"
    PER_AREA = "per_area"
    PACKAGE_TOTAL = "package_total"


class ServiceOffering(Record, table=True):
    """A treatment they say they offer, with its price if they publish one."""

    __tablename__ = "service_offerings"
    __table_args__ = (
        UniqueConstraint("profile_id", "treatment_id", "technique"),
        one_of("unit", PriceUnit),
        CheckConstraint(
            "min_price IS NULL OR (min_price >= 0 AND currency IS NOT NULL AND unit IS NOT NULL AND price_date IS NOT NULL)",
            name="price_is_whole",
        ),
        CheckConstraint("max_price IS NULL OR (min_price IS NOT NULL AND max_price >= min_price)", name="range_is_a_range"),
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    treatment_id: int = Field(foreign_key="treatments.id", ondelete="RESTRICT", index=True)
    technique: str = Field(default="", max_length=80)
    #: Minor units of the currency (cents).
    min_price: int | None = None
    max_price: int | None = None
    #: ISO 4217.
    currency: str | None = Field(default=None, max_length=3)
    unit: PriceUnit | None = Field(default=None, sa_type=words(PriceUnit))
    price_date: date | None = None
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)


class Identifier(Record, table=True):
    """A number by which a register knows them (FHIR Identifier)."""

    __tablename__ = "identifiers"
    __table_args__ = (UniqueConstraint("system", "value"),)
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    #: npi, toronto-bodysafe, state_licence, sheet ...
    system: str = Field(max_length=40)
    value: str = Field(max_length=80)
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)


class CredentialStatus(StrEnum):
    """What became of a claim to a credential."""

    CLAIMED = "claimed"
    CHECKED_OK = "checked_ok"
    STALE = "stale"
    RENEWED = "renewed"
    LAPSED = "lapsed"
    FALSE_CLAIM = "false_claim"


class Credential(Record, table=True):
    """A licence, permit, register entry or certificate (FHIR Qualification); shown only with its source and date (T-30)."""

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("profile_id", "type", "reference"), one_of("status", CredentialStatus))
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    #: body_art_permit, npi, specialty:207ND0101X, training ...
    type: str = Field(max_length=60)
    title: str = Field(max_length=160)
    issuer: str = Field(max_length=160)
    reference: str = Field(default="", max_length=80)
    status: CredentialStatus = Field(default=CredentialStatus.CLAIMED, sa_type=words(CredentialStatus))
    issued_on: date | None = None
    expires_on: date | None = None
    source_url: str = Field(default="", max_length=500)
    #: The day on which the source was read or looked at.
    checked_on: date | None = None
    #: The moderator who looked; none where a register said it.
    checked_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: Who acts for the profile and says it; none where a register said it.
    stated_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    stated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)


class Inspection(Record, table=True):
    """One visit of a public-health inspector to a practice."""

    __tablename__ = "inspections"
    __table_args__ = (UniqueConstraint("profile_id", "system", "inspected_on"),)
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    #: The register that reports it: toronto-bodysafe.
    system: str = Field(max_length=40)
    inspected_on: date
    #: In the register's own words: Pass, Conditional Pass, Closed.
    outcome: str = Field(max_length=60)
    #: [{"severity": ..., "text": ..., "action": ...}]
    infractions: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="SET NULL", index=True)
