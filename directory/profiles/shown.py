"""What a list and a page show of a profile: plain values, ready for a template."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from directory.credentials import rules as credentials
from directory.credentials.rules import Shown, Standing
from directory.jurisdictions.rules import MEDICAL, Finding, Says
from directory.models.assertions import AssertionRank
from directory.models.disclosures import PerformedBy, TeamDisclosure
from directory.models.places import Place
from directory.models.profiles import (
    Credential,
    CredentialStatus,
    HairEvidence,
    Identifier,
    Inspection,
    Location,
    Organization,
    Practitioner,
    PractitionerKind,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.sources import Source, SourceRecord
from directory.models.treatments import Treatment
from directory.profiles.rules import Price
from directory.provenance import fields

#: Whose word on hair work is more than the owner's own.
VOUCHING = (AssertionRank.REGISTER, AssertionRank.MODERATOR)
#: The steps of an operation that rules of law may keep for some.
STEPS = ("extraction", "sites")


def hands(said: TeamDisclosure | None) -> dict[str, PerformedBy | None]:
    """Return who does the steps that rules of law may keep for some."""
    return {step: getattr(said, step) if said else None for step in STEPS}


@dataclass(frozen=True)
class CredentialLine:
    """The credential that was looked at last."""

    title: str
    issuer: str
    status: CredentialStatus
    checked_on: date
    #: How it stands on the day on which the card was read.
    standing: Standing = Standing.REGISTER


@dataclass(frozen=True)
class InspectionLine:
    """The newest visit of an inspector."""

    outcome: str
    inspected_on: date
    #: Whether it was too long ago to say much about today, on the day on which the card was read.
    is_old: bool = False


@dataclass(frozen=True)
class Card:
    """A profile in a list.

    Args:
        practitioner_kind: The profession of a person; none for a practice.
        schema_type: The schema.org type of a practice; empty for a person.
        place_name: The city; empty when not known.
        place_path: The city's path without the outer slashes; empty when not known.
        lat: Degrees north of the first address, or of the city where the address is not known.
        lon: Degrees east of the same.
        mean: Stars; none without reviews. Not to be shown under three reviews.
        count: Published reviews.
        score: The published, weighted score in stars.
        treatments: Labels, in the order of the taxonomy.
        visits: The lowest price for a whole visit in each currency.
        gone_on: The day of the first file of a register that held it no longer, where none holds it now.
        conflicts: The rules of law that what the profile says of itself contradicts (T-31).
        is_vouched: Whether a moderator or a source says what is known of their hair work.
    """

    id: int
    slug: str
    name: str
    kind: ProfileKind
    practitioner_kind: PractitionerKind | None
    schema_type: str
    status: ProfileStatus
    hair_evidence: HairEvidence
    is_sample: bool
    place_name: str
    place_path: str
    lat: float | None
    lon: float | None
    mean: float | None
    count: int
    score: float
    treatments: tuple[str, ...]
    price: Price | None
    credential: CredentialLine | None
    inspection: InspectionLine | None
    gone_on: date | None
    visits: tuple[Price, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    is_vouched: bool = False


@dataclass(frozen=True)
class RoleFact:
    """The other end of a role: the practice where a person works, or a person who works at a practice."""

    profile: Profile
    #: The profession, where the other end is a person.
    kind: PractitionerKind | None
    title: str
    location: Location | None
    source_record_id: int | None
    #: The schema.org type of the practice of the role.
    schema_type: str = ""


@dataclass(frozen=True)
class OfferingFact:
    """A treatment they say they offer."""

    treatment: Treatment
    offering: ServiceOffering


@dataclass(frozen=True)
class RecordFact:
    """What a source says, and whose word it is; the raw row is not loaded."""

    record: SourceRecord
    source: Source


@dataclass(frozen=True)
class Said:
    """Whose word a fact is that is shown, and of when; the value stands in the profile's own rows."""

    rank: AssertionRank
    source_record_id: int | None
    asserted_on: date
    verified_on: date


@dataclass(frozen=True)
class Origin:
    """Where some facts come from: a register's record, or people who said so between two days.

    Args:
        record: The record; none where people said it.
        rank: Whose word it is.
        facts: The words of the facts.
    """

    record: RecordFact | None
    rank: AssertionRank
    first: date
    last: date
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileFacts:
    """Everything on a profile's page save reviews and comments.

    Args:
        practitioner: The person; none for a practice.
        organization: The practice; none for a person.
        place: The city with its region and country loaded.
        roles: Where this person works, or who works at this practice; only those whose page answers.
        inspections: Newest first.
        records: What each source says, the newest file first.
        said: Whose word each fact is that is shown, by the words of `provenance/fields.py`.
    """

    profile: Profile
    practitioner: Practitioner | None
    organization: Organization | None
    place: Place | None
    locations: tuple[Location, ...]
    roles: tuple[RoleFact, ...]
    offerings: tuple[OfferingFact, ...]
    identifiers: tuple[Identifier, ...]
    credentials: tuple[Credential, ...]
    inspections: tuple[Inspection, ...]
    records: tuple[RecordFact, ...]
    price: Price | None
    #: Who does which part of the work, as the practice says; none where nobody has said anything.
    disclosure: TeamDisclosure | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    #: The day on which somebody had shown that they act for it; none where nobody has, or it was given otherwise.
    claimed_on: date | None = None

    def origins(self, facts: Iterable[tuple[str, int | None]]) -> list[Origin]:
        """Return where some facts come from, each record once, and people's words once for each rank.

        Args:
            facts: The word of each fact, and the record behind its row: that counts where nobody's word holds any more.
        """
        records: dict[int, tuple[RecordFact, list[str]]] = {}
        people: dict[AssertionRank, list[tuple[date, str]]] = {}
        for name, number in facts:
            word = self.said.get(name)
            record = self.source_of(number if word is None else word.source_record_id)
            if record is not None:
                records.setdefault(record.record.id, (record, []))[1].append(name)
            elif word is not None:
                people.setdefault(word.rank, []).append((word.asserted_on, name))
        by_records = [
            Origin(one, AssertionRank.REGISTER, one.record.as_of, one.record.as_of, tuple(names)) for one, names in records.values()
        ]
        by_people = [Origin(None, rank, min(said)[0], max(said)[0], tuple(name for _day, name in said)) for rank, said in people.items()]
        return [*by_records, *by_people]

    @property
    def hair_word(self) -> Said | None:
        """Whose word it is that they work on hair."""
        return self.said.get(fields.HAIR_EVIDENCE)

    @property
    def is_vouched(self) -> bool:
        """Whether a moderator or a source says what is known of their hair work."""
        return self.hair_word is not None and self.hair_word.rank in VOUCHING

    def confirmed(self, facts: Iterable[str]) -> date | None:
        """Return the day on which the last of some facts was confirmed that has waited longest; none where nobody's word holds."""
        return min((self.said[name].verified_on for name in facts if name in self.said), default=None)

    def source_of(self, source_record_id: int | None) -> RecordFact | None:
        """Return the record behind a fact, for its source and "as of" date; none where the owner said it."""
        return next((fact for fact in self.records if fact.record.id == source_record_id), None)

    def standing(self, credential: Credential, today: date) -> Shown:
        """Return how a credential stands on a day."""
        record = self.source_of(credential.source_record_id)
        return credentials.of(credential, as_of=record.record.as_of if record else None, today=today)

    def says(self, today: date) -> Says:
        """Return what the page says of who does the work, for the rules of law."""
        checked = [one.type for one in self.credentials if self.standing(one, today).standing is Standing.CHECKED]
        return Says(
            place=self.place.path if self.place else "",
            families=frozenset(fact.treatment.family for fact in self.offerings),
            kind=self.practitioner.kind if self.practitioner else None,
            at_clinic=self.practitioner is not None and any(role.schema_type in MEDICAL for role in self.roles),
            hands=hands(self.disclosure),
            checked=frozenset(checked),
        )

    @property
    def gone_on(self) -> date | None:
        """The day of the first file that held it no longer, where no source holds it now."""
        days = [fact.record.gone_on for fact in self.records]
        return max((day for day in days if day is not None), default=None) if all(days) else None

    @property
    def gone_note(self) -> tuple[str, ...]:
        """What the sources still say of a profile that is gone: the services still listed."""
        return tuple(dict.fromkeys(note for fact in self.records for note in fact.record.gone_note))
