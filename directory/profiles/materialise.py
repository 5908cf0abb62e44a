"""Making the columns of a profile say what the strongest word says."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from directory.models.assertions import FieldAssertion
from directory.models.places import Place
from directory.models.profiles import HairEvidence, Location, Organization, Practitioner, PriceUnit, Profile, ServiceOffering
from directory.models.treatments import Treatment
from directory.profiles import service
from directory.provenance import fields

_ADDRESS = ("address", "city", "region", "postal_code", "country_code")


def completed(field: str, value: Any, words: Sequence[FieldAssertion]) -> Any:
    """Return an address with its place and point, where another word that holds has the same address and knows them."""
    if fields.stem(field) != "address" or not isinstance(value, Mapping):
        return value
    for word in words:
        if isinstance(word.value, Mapping) and all(word.value.get(part) == value.get(part) for part in _ADDRESS):
            return {**word.value, **value}
    return value


def apply(session: Session, profile: Profile, field: str, word: FieldAssertion | None) -> None:
    """Make the columns behind a field say what a word says; without a word nothing is known of it.

    Args:
        profile: Locked.
        field: One that owners and moderators speak of, or the evidence of hair work.
        word: The strongest that holds.
    """
    value = None if word is None else word.value
    kind, where = fields.stem(field), fields.position(field)
    if kind == fields.NAME:
        if value and value != profile.name:
            service.rename(session, profile_id=profile.id, name=value, city=_city(session, profile))
    elif kind == fields.ABOUT:
        profile.about = value or ""
    elif kind == fields.ACCEPTING_CLIENTS:
        profile.accepting_clients = value
    elif kind == fields.HAIR_EVIDENCE:
        profile.hair_evidence = HairEvidence(value or HairEvidence.UNKNOWN)
    elif kind in {fields.WEBSITE, fields.LANGUAGES, fields.YEAR_STARTED}:
        _person_or_practice(session, profile, kind, value)
    elif kind == "offering":
        _offering(session, profile, field, word)
    elif where is not None:
        _location(session, profile, where, kind, value, word)
    session.add(profile)
    session.flush()
    if kind in {fields.HAIR_EVIDENCE, "address"} and profile.place_id is not None:
        service.recount_places(session, [profile.place_id])


def _city(session: Session, profile: Profile) -> str:
    first = select(col(Location.city)).where(Location.profile_id == profile.id).order_by(col(Location.position)).limit(1)
    return session.exec(first).first() or ""


def _person_or_practice(session: Session, profile: Profile, kind: str, value: Any) -> None:
    models: list[Any] = [Practitioner, Organization]
    for model in models:
        row = session.exec(select(model).where(model.profile_id == profile.id)).first()
        if row is not None and hasattr(row, kind):
            setattr(row, kind, list(value or []) if kind == fields.LANGUAGES else value if kind == fields.YEAR_STARTED else value or "")
            session.add(row)


def _offering(session: Session, profile: Profile, field: str, word: FieldAssertion | None) -> None:
    """Insert, change or take away the row of a treatment; one that its owner speaks of has no record behind it."""
    code, _slash, technique = field.partition(":")[2].partition("/")
    treatment_id = session.exec(select(col(Treatment.id)).where(Treatment.code == code)).first()
    if treatment_id is None:
        return
    mine = (ServiceOffering.profile_id == profile.id, ServiceOffering.treatment_id == treatment_id, ServiceOffering.technique == technique)
    row = session.exec(select(ServiceOffering).where(*mine)).first()
    if word is None or word.value is None:
        if row is not None:
            session.delete(row)
        return
    row = row or ServiceOffering(profile_id=profile.id, treatment_id=treatment_id, technique=technique)
    said = word.value
    row.min_price, row.max_price, row.currency = said.get("min_price"), said.get("max_price"), said.get("currency")
    row.unit = PriceUnit(said["unit"]) if said.get("unit") else None
    row.price_date = date.fromisoformat(said["price_date"]) if said.get("price_date") else None
    row.source_record_id = word.source_record_id
    session.add(row)


def _location(session: Session, profile: Profile, position: int, kind: str, value: Any, word: FieldAssertion | None) -> None:
    row = session.exec(select(Location).where(Location.profile_id == profile.id, Location.position == position)).first()
    if kind == "address":
        _address(session, profile, row, position, value, word)
    elif row is not None:
        if kind == "phone":
            row.phone = value or ""
        else:
            row.hours = dict(value or {})
            flag_modified(row, "hours")
        session.add(row)


def _address(session: Session, profile: Profile, row: Location | None, position: int, value: Any, word: FieldAssertion | None) -> None:
    before = profile.place_id
    if value is None:
        if row is not None:
            session.delete(row)
    else:
        record = word.source_record_id if word is not None else None
        row = row or Location(profile_id=profile.id, position=position, country_code=value["country_code"], source_record_id=record)
        for part in _ADDRESS:
            setattr(row, part, value.get(part) or "")
        place_id = value.get("place_id")
        row.place_id = place_id if place_id is not None and session.get(Place, place_id) is not None else None
        row.lat, row.lon = value.get("lat"), value.get("lon")
        session.add(row)
        if position == 0:
            profile.place_id = row.place_id
    session.add(profile)
    session.flush()
    if before not in {None, profile.place_id}:
        service.recount_places(session, [before])
