"""What registers say, as assertions: written beside the rows that an import writes, many profiles at a time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session, col

from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.profiles import HairEvidence
from directory.profiles import facts
from directory.profiles.facts import Owned, Row
from directory.provenance import fields, stating

#: Whose word an import leaves alone.
HOLDING = (AssertionRank.OWNER, AssertionRank.MODERATOR)

_ADDRESS = ("address", "city", "region", "postal_code", "country_code")
_PRICE = ("min_price", "max_price", "currency", "unit", "price_date")


class Word(NamedTuple):
    """An assertion that holds."""

    id: int
    profile_id: int
    field: str
    value: Any
    rank: AssertionRank
    source_record_id: int | None


def midnight(day: date) -> datetime:
    """Return the moment of a day for which a register's file speaks."""
    return datetime.combine(day, time(), UTC)


def open_words(session: Session, profile_ids: Collection[int]) -> list[Word]:
    """Return all that holds of some profiles, in one SELECT."""
    columns: list[Any] = [getattr(FieldAssertion, name) for name in Word._fields]
    rows = select(*columns).where(col(FieldAssertion.profile_id).in_(profile_ids), col(FieldAssertion.ended_at).is_(None))
    return [Word(*row) for row in session.execute(rows)]


def held_by(words: Iterable[Word]) -> dict[int, set[str]]:
    """Return for which fields of which profiles an owner or a moderator speaks."""
    held: dict[int, set[str]] = {}
    for word in words:
        if word.rank in HOLDING:
            held.setdefault(word.profile_id, set()).add(word.field)
    return held


def words_of(owned: Owned, rows: Mapping[str, Sequence[Row]], codes: Mapping[int, str]) -> dict[str, Any]:
    """Return what a listing says, field by field; of what it leaves empty it says nothing.

    Args:
        rows: What `facts.rows_of` made of it, with the positions that its addresses have.
        codes: The code of each treatment by its number.
    """
    listing = owned.placed.listing
    said: dict[str, Any] = {fields.NAME: listing.name}
    if listing.evidence not in {None, HairEvidence.UNKNOWN}:
        said[fields.HAIR_EVIDENCE] = str(listing.evidence)
    if listing.person is not None:
        said[fields.KIND] = str(listing.person.kind)
        said[fields.LANGUAGES] = list(listing.person.languages)
        said[fields.YEAR_STARTED] = listing.person.year_started
        said[fields.WEBSITE] = listing.person.website
    if listing.practice is not None:
        said[fields.LEGAL_NAME] = listing.practice.legal_name
        said[fields.WEBSITE] = listing.practice.website
    for row in rows["locations"]:
        said[fields.address(row["position"])] = address_value(row)
        said[fields.phone(row["position"])] = row["phone"]
    met: Counter[str] = Counter()
    for row in rows["identifiers"]:
        met[row["system"]] += 1
        said[fields.identifier(row["system"], met[row["system"]])] = row["value"]
    for row in rows["credentials"]:
        said[fields.credential(row["type"], row["reference"])] = stating.credential_value(row)
    for row in rows["inspections"]:
        said[fields.inspection(row["system"], row["inspected_on"])] = {"outcome": row["outcome"]}
    for row in rows["service_offerings"]:
        said[fields.offering(codes[row["treatment_id"]], row["technique"])] = offering_value(row)
    return {field: value for field, value in said.items() if value not in (None, "", [])}


def address_value(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address as an assertion holds it, with its place and its point where those are known."""
    return {name: row[name] for name in (*_ADDRESS, *(name for name in ("place_id", "lat", "lon") if row.get(name) is not None))}


def offering_value(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a treatment's price as an assertion holds it."""
    return {name: stating.plain(row[name]) for name in _PRICE}


def add(session: Session, as_of: date, new: Mapping[int, tuple[Owned, Mapping[str, Any]]]) -> None:
    """Write what registers say of profiles that are new.

    Args:
        new: By the number of the profile: the listing and what it says.
    """
    moment = midnight(as_of)
    facts.insert_many(
        session, "field_assertions", [_row(owned, field, value, moment) for owned, said in new.values() for field, value in said.items()]
    )


def bring_in_line(session: Session, as_of: date, changed: Mapping[int, tuple[Owned, Mapping[str, Any]]], words: Iterable[Word]) -> None:
    """Make registers' words what their listings say now: new ones are added, others ended, the rest was confirmed.

    Args:
        words: All that holds of the profiles.
    """
    moment = midnight(as_of)
    ended, same, new = [], [], []
    there: set[tuple[int, str]] = set()
    for word in words:
        owned, said = changed[word.profile_id]
        if word.rank is not AssertionRank.REGISTER or word.source_record_id != owned.record_id:
            continue
        if said.get(word.field) == word.value:
            there.add((word.profile_id, word.field))
            same.append(word.id)
        else:
            ended.append(word.id)
    for profile_id, (owned, said) in changed.items():
        new += [_row(owned, field, value, moment) for field, value in said.items() if (profile_id, field) not in there]
    facts.update_many(session, "field_assertions", [{"ended_at": moment, "b_id": id_} for id_ in ended])
    facts.update_many(session, "field_assertions", [{"verified_at": moment, "b_id": id_} for id_ in same])
    facts.insert_many(session, "field_assertions", new)


def confirm(session: Session, as_of: date, record_ids: Collection[int]) -> None:
    """Note that some records still say what they said."""
    if record_ids:
        moment = midnight(as_of)
        session.execute(
            update(FieldAssertion)
            .where(*_held_by_records(record_ids), col(FieldAssertion.verified_at) < moment)
            .values(verified_at=moment)
            .execution_options(synchronize_session=False)
        )


def end(session: Session, as_of: date, record_ids: Collection[int]) -> None:
    """End what records said that their source holds no longer."""
    if record_ids:
        session.execute(
            update(FieldAssertion)
            .where(*_held_by_records(record_ids))
            .values(ended_at=midnight(as_of))
            .execution_options(synchronize_session=False)
        )


def _held_by_records(record_ids: Collection[int]) -> list[Any]:
    mine = col(FieldAssertion.source_record_id).in_(record_ids)
    return [mine, col(FieldAssertion.rank) == AssertionRank.REGISTER, col(FieldAssertion.ended_at).is_(None)]


def _row(owned: Owned, field: str, value: Any, moment: datetime) -> Row:
    return {
        **{"profile_id": owned.profile_id, "field": field, "value": value, "rank": AssertionRank.REGISTER},
        **{"source_record_id": owned.record_id, "user_id": None, "asserted_at": moment, "verified_at": moment, "ended_at": None},
    }
