"""Finding a profile by its address, the cards of a list, and the facts of a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Select, case
from sqlalchemy import select as wide_select
from sqlalchemy.orm import aliased, defer, joinedload
from sqlmodel import Session, col, func, select

from directory.core.errors import Gone, Moved, NotFound
from directory.core.i18n import _
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
from directory.profiles import rules
from directory.profiles.shown import Card, CredentialLine, InspectionLine, OfferingFact, ProfileFacts, RecordFact, RoleFact

#: How many neighbours of an unknown address are compared with it, and how many are offered.
_NEIGHBOURS = 20
_OFFERED = 3
#: Addresses less alike than this are not what was meant.
_ALIKE = 0.6
_MILLION = 1_000_000


def by_slug(session: Session, slug: str) -> Profile:
    """Return the profile of an address.

    Raises:
        Moved: when the profile has another address now, or was merged into another.
        Gone: when it was taken away on purpose.
        NotFound: when there is none; with the nearest addresses.
    """
    found = session.exec(select(Profile).where(Profile.slug == slug)).first()
    if found is None:
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
    if not ids:
        return []
    credential, inspection = aliased(Credential), aliased(Inspection)
    statement = (
        wide_select(Profile, Practitioner, Organization, Place, Location, credential, inspection, _gone_on())
        .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .outerjoin(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Place, col(Place.id) == col(Profile.place_id))
        .outerjoin(Location, (col(Location.profile_id) == col(Profile.id)) & (col(Location.position) == 0))
        .outerjoin(credential, col(credential.id) == _newest_credential())
        .outerjoin(inspection, col(inspection.id) == _newest_inspection())
        .where(col(Profile.id).in_(ids))
    )
    offered: dict[int, list[tuple[ServiceOffering, Treatment]]] = defaultdict(list)
    for offering, treatment in session.execute(_offered().where(col(ServiceOffering.profile_id).in_(ids))).all():
        offered[offering.profile_id].append((offering, treatment))
    found = {row[0].id: _card(*row, offered=offered[row[0].id]) for row in session.execute(statement).all()}
    return [found[id_] for id_ in ids if id_ in found]


def facts(session: Session, profile: Profile) -> ProfileFacts:
    """Return everything on a profile's page save reviews and comments, in six SELECTs."""
    owner = (
        wide_select(Practitioner, Organization, Place, Location, Identifier)
        .select_from(Profile)
        .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .outerjoin(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Place, col(Place.id) == col(Profile.place_id))
        .outerjoin(Location, col(Location.profile_id) == col(Profile.id))
        .outerjoin(Identifier, col(Identifier.profile_id) == col(Profile.id))
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
        .order_by(col(Credential.checked_on).desc(), col(Credential.id))
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
    )


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


def _gone_on() -> Any:
    """Return the day on which the last source let a profile go; null while one still holds it."""
    held_by_none = func.count(SourceRecord.gone_on) == func.count(SourceRecord.id)
    day = case((held_by_none, func.max(SourceRecord.gone_on)))
    return wide_select(day).where(SourceRecord.profile_id == Profile.id).correlate(Profile).scalar_subquery()


def _newest_credential() -> Any:
    shown = (Credential.status != CredentialStatus.FALSE_CLAIM, col(Credential.checked_on).is_not(None), Credential.source_url != "")
    rows = wide_select(col(Credential.id)).where(Credential.profile_id == Profile.id, *shown)
    return rows.order_by(col(Credential.checked_on).desc(), col(Credential.id).desc()).limit(1).correlate(Profile).scalar_subquery()


def _newest_inspection() -> Any:
    rows = wide_select(col(Inspection.id)).where(Inspection.profile_id == Profile.id)
    return rows.order_by(col(Inspection.inspected_on).desc(), col(Inspection.id).desc()).limit(1).correlate(Profile).scalar_subquery()


def _card(
    profile: Profile,
    practitioner: Practitioner | None,
    organization: Organization | None,
    place: Place | None,
    location: Location | None,
    credential: Credential | None,
    inspection: Inspection | None,
    gone: date | None,
    *,
    offered: list[tuple[ServiceOffering, Treatment]],
) -> Card:
    point = location if location is not None and location.lat is not None else place
    return Card(
        id=profile.id,
        slug=profile.slug,
        name=profile.name,
        kind=profile.kind,
        practitioner_kind=practitioner.kind if practitioner else None,
        schema_type=organization.schema_type if organization else "",
        status=profile.status,
        hair_evidence=profile.hair_evidence,
        is_sample=profile.is_sample,
        place_name=place.name if place else "",
        place_path=place.path if place else "",
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        mean=None if profile.mean_micro is None else profile.mean_micro / _MILLION,
        count=profile.review_count,
        score=profile.score_micro / _MILLION,
        treatments=tuple(dict.fromkeys(treatment.label for _offering, treatment in offered)),
        price=rules.headline_price((offering, treatment.label) for offering, treatment in offered),
        credential=credential
        and credential.checked_on
        and CredentialLine(credential.title, credential.issuer, credential.status, credential.checked_on),
        inspection=inspection and InspectionLine(inspection.outcome, inspection.inspected_on),
        gone_on=gone,
    )


def _roles(session: Session, practitioner: Practitioner | None, organization: Organization | None) -> tuple[RoleFact, ...]:
    """Return the other ends of a person's or a practice's roles, by name."""
    if practitioner is None and organization is None:
        return ()
    statement = (
        wide_select(PractitionerRole, Profile, Practitioner, Location)
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
        RoleFact(profile, None if practitioner is not None else person.kind, role.title, location, role.source_record_id)
        for role, profile, person, location in rows
    )


def _distinct(rows: Iterable[Any]) -> tuple[Any, ...]:
    """Return the rows of an outer join without repeats and gaps, in their order."""
    return tuple({row.id: row for row in rows if row is not None}.values())
