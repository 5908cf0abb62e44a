"""The cards of a list, read as plain columns: a list of thirty needs no two hundred objects that remember their rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from directory.core import clock
from directory.credentials import rules as credentials
from directory.jurisdictions import shelf
from directory.jurisdictions.rules import MEDICAL, Says
from directory.models.assertions import FieldAssertion
from directory.models.disclosures import TeamDisclosure
from directory.models.places import Place
from directory.models.profiles import (
    SHOWN,
    Credential,
    CredentialStatus,
    Inspection,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Profile,
    ServiceOffering,
)
from directory.models.sources import SourceRecord
from directory.models.treatments import Treatment
from directory.profiles import rules
from directory.profiles.shown import STEPS, VOUCHING, Card, CredentialLine, InspectionLine
from directory.provenance import fields
from directory.treatments.queries import WORK

_MILLION = 1_000_000


def read(session: Session, ids: Sequence[int]) -> list[Card]:
    """Return the cards of some profiles in the order of `ids`, in two SELECTs; ids that are no more are left out."""
    if not ids:
        return []
    wanted = {"ids": list(ids)}
    offered: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_offers(), wanted):
        offered[row.profile_id].append(row)
    found = {row.id: _card(row, offered[row.id]) for row in session.execute(_rows(), wanted)}
    return [found[id_] for id_ in ids if id_ in found]


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    """Return the SELECT of everything but the offers; made once, for making it costs more than asking."""
    paper, visit, said = aliased(Credential), aliased(Inspection), aliased(SourceRecord)
    return (
        select(
            *(col(column) for column in (Profile.id, Profile.slug, Profile.name, Profile.kind, Profile.status, Profile.hair_evidence)),
            *(col(column) for column in (Profile.is_sample, Profile.mean_micro, Profile.review_count, Profile.score_micro)),
            col(Practitioner.kind).label("profession"),
            col(Organization.schema_type),
            col(Place.name).label("city"),
            col(Place.path),
            col(Place.lat).label("city_lat"),
            col(Place.lon).label("city_lon"),
            col(Location.lat),
            col(Location.lon),
            col(paper.title),
            col(paper.issuer),
            col(paper.status).label("paper_status"),
            col(paper.type).label("paper_type"),
            col(paper.checked_on).label("paper_checked_on"),
            col(paper.expires_on),
            col(paper.source_url),
            col(paper.stated_at),
            col(said.as_of),
            func.coalesce(col(paper.checked_on), col(said.as_of)).label("looked_on"),
            col(visit.outcome),
            col(visit.inspected_on),
            _gone_on().label("gone_on"),
            *(col(getattr(TeamDisclosure, step)) for step in STEPS),
            _at_clinic().label("at_clinic"),
            _is_vouched().label("is_vouched"),
        )
        .select_from(Profile)
        .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .outerjoin(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Place, col(Place.id) == col(Profile.place_id))
        .outerjoin(Location, (col(Location.profile_id) == col(Profile.id)) & (col(Location.position) == 0))
        .outerjoin(paper, col(paper.id) == _newest_credential())
        .outerjoin(said, col(said.id) == col(paper.source_record_id))
        .outerjoin(visit, col(visit.id) == _newest_inspection())
        .outerjoin(TeamDisclosure, col(TeamDisclosure.profile_id) == col(Profile.id))
        .where(col(Profile.id).in_(bindparam("ids", expanding=True)))
    )


@cache
def _offers() -> Select[*tuple[Any, ...]]:
    offering = ServiceOffering
    columns = (offering.profile_id, offering.min_price, offering.max_price, offering.currency, offering.unit, offering.price_date)
    return (
        select(*(col(column) for column in columns), col(Treatment.label), col(Treatment.family))
        .join(Treatment, col(Treatment.id) == col(offering.treatment_id))
        .where(col(offering.profile_id).in_(bindparam("ids", expanding=True)))
        .order_by(col(Treatment.position), col(offering.technique), col(offering.id))
    )


def _gone_on() -> Any:
    """Return the day on which the last source let a profile go; null while one still holds it."""
    held_by_none = func.count(col(SourceRecord.gone_on)) == func.count(col(SourceRecord.id))
    day = case((held_by_none, func.max(col(SourceRecord.gone_on))))
    return select(day).where(col(SourceRecord.profile_id) == col(Profile.id)).correlate(Profile).scalar_subquery()


def _newest_credential() -> Any:
    """Return the credential that was looked at last: by somebody, or in the newest file of its source."""
    looked = func.coalesce(col(Credential.checked_on), col(SourceRecord.as_of))
    ours = col(Credential.source_record_id).is_(None) & col(Credential.stated_at).is_not(None)
    in_document = ours & col(Credential.status).in_(credentials.FOUND)
    has_source = or_(col(Credential.source_url) != "", in_document)
    shown = (Credential.status != CredentialStatus.FALSE_CLAIM, looked.is_not(None), has_source)
    rows = (
        select(col(Credential.id))
        .outerjoin(SourceRecord, col(SourceRecord.id) == col(Credential.source_record_id))
        .where(col(Credential.profile_id) == col(Profile.id), *shown)
    )
    return rows.order_by(looked.desc(), col(Credential.id).desc()).limit(1).correlate(Profile).scalar_subquery()


def _newest_inspection() -> Any:
    rows = select(col(Inspection.id)).where(col(Inspection.profile_id) == col(Profile.id))
    return rows.order_by(col(Inspection.inspected_on).desc(), col(Inspection.id).desc()).limit(1).correlate(Profile).scalar_subquery()


def _is_vouched() -> Any:
    """Return whether a moderator or a source says what is known of a profile's hair work."""
    word = FieldAssertion
    said = (word.profile_id == Profile.id, word.field == fields.HAIR_EVIDENCE, col(word.rank).in_(VOUCHING), col(word.ended_at).is_(None))
    return select(col(word.id)).where(*said).correlate(Profile).exists()


def _at_clinic() -> Any:
    """Return whether a person works at a medical practice whose page is shown."""
    practice = aliased(Profile)
    roles = (
        select(col(PractitionerRole.id))
        .join(Organization, col(Organization.id) == col(PractitionerRole.organization_id))
        .join(practice, col(practice.id) == col(Organization.profile_id))
        .where(
            col(PractitionerRole.practitioner_id) == col(Practitioner.id),
            col(Organization.schema_type).in_(sorted(MEDICAL)),
            col(practice.status).in_(SHOWN),
        )
    )
    return roles.correlate(Practitioner).exists()


def _paper(row: Any) -> CredentialLine | None:
    """Return the credential that was looked at last, as it stands today: a card is never ahead of the page."""
    if row.looked_on is None:
        return None
    shown = credentials.today_of(
        code=row.paper_type,
        status=row.paper_status,
        checked_on=row.paper_checked_on,
        expires_on=row.expires_on,
        source_url=row.source_url,
        as_of=row.as_of,
        today=clock.today(),
        stated=row.as_of is None and row.stated_at is not None,
    )
    return CredentialLine(credentials.wording(row.paper_type, row.title), row.issuer, row.paper_status, row.looked_on, shown.standing)


def _visit(row: Any) -> InspectionLine | None:
    if row.inspected_on is None:
        return None
    return InspectionLine(row.outcome, row.inspected_on, rules.is_old_visit(row.inspected_on, today=clock.today()))


def _says(row: Any, offers: Sequence[Any]) -> Says:
    return Says(
        place=row.path or "",
        families=frozenset(offer.family for offer in offers),
        kind=row.profession,
        at_clinic=bool(row.at_clinic),
        hands={step: getattr(row, step) for step in STEPS},
    )


def _card(row: Any, offers: Sequence[Any]) -> Card:
    """Return a card from its row; an address without a point takes that of its city."""
    lat, lon = (row.city_lat, row.city_lon) if row.lat is None else (row.lat, row.lon)
    gone: date | None = row.gone_on
    return Card(
        id=row.id,
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        practitioner_kind=row.profession,
        schema_type=row.schema_type or "",
        status=row.status,
        hair_evidence=row.hair_evidence,
        is_sample=row.is_sample,
        place_name=row.city or "",
        place_path=row.path or "",
        lat=lat,
        lon=lon,
        mean=None if row.mean_micro is None else row.mean_micro / _MILLION,
        count=row.review_count,
        score=row.score_micro / _MILLION,
        treatments=tuple(dict.fromkeys(offer.label for offer in offers)),
        price=rules.headline_price((offer, offer.label) for offer in offers),
        visits=rules.lowest_visits((offer, offer.label) for offer in offers if offer.family in WORK),
        credential=_paper(row),
        inspection=_visit(row),
        gone_on=gone,
        conflicts=tuple(shelf.conflicts(_says(row, offers))),
        is_vouched=bool(row.is_vouched),
    )
