"""Finding a profile by its address, the cards of a list, and the facts of a page."""

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as wide_select
from sqlalchemy.orm import defer, joinedload
from sqlmodel import Session, col, func, select

from directory.core.errors import Gone, Moved, NotFound
from directory.core.i18n import _
from directory.models.assertions import FieldAssertion
from directory.models.claims import HOLDING, Claim
from directory.models.disclosures import TeamDisclosure
from directory.models.places import Place
from directory.models.profiles import (
    SHOWN,
    Credential,
    CredentialStatus,
    Identifier,
    Inspection,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Profile,
    ProfileStatus,
    ServiceOffering,
    SlugRedirect,
)
from directory.models.sources import Source, SourceRecord
from directory.models.treatments import Treatment
from directory.profiles import cards as cards_
from directory.profiles import pins as pins_
from directory.profiles import rules
from directory.profiles.pins import Pin
from directory.profiles.ranks import winner
from directory.profiles.shown import Card, OfferingFact, ProfileFacts, RecordFact, RoleFact, Said

#: How many neighbours of an unknown address are compared with it, and how many are offered.
_NEIGHBOURS = 20
_OFFERED = 3
#: Addresses less alike than this are not what was meant.
_ALIKE = 0.6


def by_slug(session: Session, slug: str) -> Profile:
    """Return the profile of an address.

    Raises:
        Moved: when the profile has another address now, or was merged into another.
        Gone: when it was taken away on purpose.
        NotFound: when there is none; with the nearest addresses.
    """
    found = session.exec(select(Profile).where(Profile.slug == slug)).first()
    if found is None or found.status is ProfileStatus.IMPORTED_DRAFT:  # a draft is not there yet: nothing of it is gone
        old = select(Profile).join(SlugRedirect, col(SlugRedirect.profile_id) == col(Profile.id)).where(SlugRedirect.slug == slug)
        moved = session.exec(old).first()
        if moved is None:
            raise NotFound(_("Nobody here has this address."), nearest=_nearest(session, slug))
        raise Moved(to=rules.page_path(moved.slug))
    if found.status is ProfileStatus.MERGED and found.merged_into_id is not None:
        winner = select(Profile.slug).where(Profile.id == found.merged_into_id)
        raise Moved(to=rules.page_path(session.exec(winner).one()))
    if found.status not in SHOWN:
        raise Gone(_("This profile was taken down."))
    return found


def cards(session: Session, ids: Sequence[int]) -> list[Card]:
    """Return the cards of some profiles in the order of `ids`, in two SELECTs; ids that are no more are left out."""
    return cards_.read(session, ids)


def pins(session: Session, ids: Sequence[int]) -> list[Pin]:
    """Return the pins of some profiles in the order of `ids`, in one SELECT; those without any point are left out."""
    return pins_.read(session, ids)


def facts(session: Session, profile: Profile) -> ProfileFacts:
    """Return everything on a profile's page save reviews and comments, in seven SELECTs."""
    owner = (
        wide_select(Practitioner, Organization, Place, Location, Identifier, TeamDisclosure, col(Claim.decided_at))
        .select_from(Profile)
        .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .outerjoin(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Place, col(Place.id) == col(Profile.place_id))
        .outerjoin(Location, col(Location.profile_id) == col(Profile.id))
        .outerjoin(Identifier, col(Identifier.profile_id) == col(Profile.id))
        .outerjoin(TeamDisclosure, col(TeamDisclosure.profile_id) == col(Profile.id))
        .outerjoin(Claim, (col(Claim.profile_id) == col(Profile.id)) & col(Claim.status).in_(HOLDING))
        .options(joinedload(Place.region), joinedload(Place.country))
        .where(col(Profile.id) == profile.id)
        .order_by(col(Location.position), col(Identifier.id))
    )
    rows = session.execute(owner).all()
    practitioner, organization, place = rows[0][:3] if rows else (None, None, None)
    offerings = tuple(
        OfferingFact(treatment, offering)
        for offering, treatment in session.execute(_offered().where(ServiceOffering.profile_id == profile.id)).all()
    )
    shown_credentials = (
        select(Credential)
        .where(Credential.profile_id == profile.id, Credential.status != CredentialStatus.FALSE_CLAIM)
        .order_by(func.coalesce(Credential.checked_on, date.min).desc(), col(Credential.id))
    )
    visits = (
        select(Inspection)
        .where(Inspection.profile_id == profile.id)
        .order_by(col(Inspection.inspected_on).desc(), col(Inspection.id).desc())
    )
    records = (
        select(SourceRecord, Source)
        .join(Source, col(Source.id) == col(SourceRecord.source_id))
        .where(SourceRecord.profile_id == profile.id)
        .order_by(col(SourceRecord.as_of).desc(), col(SourceRecord.id))
        .options(defer(SourceRecord.raw, raiseload=True))
    )
    return ProfileFacts(
        profile=profile,
        practitioner=practitioner,
        organization=organization,
        place=place,
        locations=_distinct(row[3] for row in rows),
        roles=_roles(session, practitioner, organization),
        offerings=offerings,
        identifiers=_distinct(row[4] for row in rows),
        credentials=tuple(session.exec(shown_credentials).all()),
        inspections=tuple(session.exec(visits).all()),
        records=tuple(RecordFact(record, source) for record, source in session.exec(records).all()),
        price=rules.headline_price((fact.offering, fact.treatment.label) for fact in offerings),
        disclosure=rows[0][5] if rows else None,
        claimed_on=rows[0][6].date() if rows and rows[0][6] else None,
        said=_said(session, profile.id),
    )


def _said(session: Session, profile_id: int) -> dict[str, Said]:
    """Return whose word each fact of a profile is, without the values."""
    names: list[Any] = [getattr(FieldAssertion, name) for name in ("field", "rank", "source_record_id", "asserted_at", "verified_at", "id")]
    rows = wide_select(*names).where(col(FieldAssertion.profile_id) == profile_id, col(FieldAssertion.ended_at).is_(None))
    found: dict[str, Any] = {}
    for row in session.execute(rows):
        found[row.field] = winner([row, *([found[row.field]] if row.field in found else [])])
    return {name: Said(row.rank, row.source_record_id, row.asserted_at.date(), row.verified_at.date()) for name, row in found.items()}


def _nearest(session: Session, slug: str) -> tuple[tuple[str, str], ...]:
    """Return (name, path) of the shown profiles whose address is most like `slug`."""
    slug = slug[:120].lower()
    rows = select(Profile.slug, Profile.name).where(col(Profile.status).in_(SHOWN))
    near = [
        *session.exec(rows.where(Profile.slug > slug).order_by(col(Profile.slug)).limit(_NEIGHBOURS)).all(),
        *session.exec(rows.where(Profile.slug < slug).order_by(col(Profile.slug).desc()).limit(_NEIGHBOURS)).all(),
    ]
    longest = max(slug.split("-"), key=len)
    if len(longest) > 2:  # a slip in the first letters leads far away in the order: look for the longest word anywhere
        near += session.exec(rows.where(col(Profile.slug).contains(longest, autoescape=True)).limit(_NEIGHBOURS)).all()
    alike = sorted(((-SequenceMatcher(None, slug, other).ratio(), other, name) for other, name in dict(near).items()))
    return tuple((name, rules.page_path(other)) for ratio, other, name in alike[:_OFFERED] if -ratio >= _ALIKE)


def _offered() -> Select[ServiceOffering, Treatment]:
    return (
        wide_select(ServiceOffering, Treatment)
        .join(Treatment, col(Treatment.id) == col(ServiceOffering.treatment_id))
        .order_by(col(Treatment.position), col(ServiceOffering.technique), col(ServiceOffering.id))
    )


def _roles(session: Session, practitioner: Practitioner | None, organization: Organization | None) -> tuple[RoleFact, ...]:
    """Return the other ends of a person's or a practice's roles, by name."""
    if practitioner is None and organization is None:
        return ()
    statement = (
        wide_select(PractitionerRole, Profile, Practitioner, Location, col(Organization.schema_type))
        .join(Practitioner, col(Practitioner.id) == col(PractitionerRole.practitioner_id))
        .join(Organization, col(Organization.id) == col(PractitionerRole.organization_id))
        .outerjoin(Location, col(Location.id) == col(PractitionerRole.location_id))
    )
    if practitioner is not None:
        statement = statement.join(Profile, col(Profile.id) == col(Organization.profile_id)).where(Practitioner.id == practitioner.id)
    elif organization is not None:
        statement = statement.join(Profile, col(Profile.id) == col(Practitioner.profile_id)).where(Organization.id == organization.id)
    rows = session.execute(statement.where(col(Profile.status).in_(SHOWN)).order_by(col(Profile.sort_key), col(Profile.id))).all()
    return tuple(
        RoleFact(profile, None if practitioner is not None else person.kind, role.title, location, role.source_record_id, schema_type)
        for role, profile, person, location, schema_type in rows
    )


def _distinct(rows: Iterable[Any]) -> tuple[Any, ...]:
    """Return the rows of an outer join without repeats and gaps, in their order."""
    return tuple({row.id: row for row in rows if row is not None}.values())
