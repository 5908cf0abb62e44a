"""The rows that hang on an imported profile: made from a listing, and brought in line with a newer one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlmodel import Session, SQLModel

from directory.models.base import metadata
from directory.models.profiles import Credential, Identifier, Inspection, Location, PractitionerRole, ServiceOffering
from directory.profiles.listing import Placed
from directory.provenance import fields

Row = dict[str, Any]
#: Rows by the name of their table.
Rows: TypeAlias = dict[str, list[Row]]
#: Profile -> the fields for which somebody speaks whose word is above a register's.
Held: TypeAlias = Mapping[int, Collection[str]]


class Owned(NamedTuple):
    """A listing with the rows it was written to."""

    placed: Placed
    profile_id: int
    record_id: int


#: The tables of facts, and what tells the facts of one profile apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "locations": ("profile_id", "position"),
    "identifiers": ("system", "value"),
    "credentials": ("profile_id", "type", "reference"),
    "inspections": ("profile_id", "system", "inspected_on"),
    "service_offerings": ("profile_id", "treatment_id", "technique"),
}


def table(name: str) -> Table:
    """Return a table by its name, for Core statements."""
    return metadata.tables[name]


def blank(model: type[SQLModel]) -> Row:
    """Return a model's defaults: Core statements do not know them."""
    return {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items() if name != "id"}


#: The columns of an address: they are said, changed and held together.
_ADDRESS = ("address", "city", "region", "postal_code", "country_code", "place_id", "lat", "lon")
_LOCATION = blank(Location)
_CREDENTIAL = blank(Credential)
_OFFERING = blank(ServiceOffering)
_IDENTIFIER = blank(Identifier)
_INSPECTION = blank(Inspection)


def rows_of(owned: Owned, treatment_ids: Mapping[str, int]) -> dict[str, list[Row]]:
    """Return the rows that a listing says, by table."""
    listing = owned.placed.listing
    behind = {"profile_id": owned.profile_id, "source_record_id": owned.record_id}
    places = zip(listing.locations, owned.placed.place_ids, strict=True)
    return {
        "locations": [
            {**_LOCATION, **row._asdict(), **behind, "place_id": place_id, "position": n} for n, (row, place_id) in enumerate(places)
        ],
        "identifiers": [{**_IDENTIFIER, **row._asdict(), **behind} for row in listing.identifiers],
        "credentials": [{**_CREDENTIAL, **row._asdict(), **behind} for row in listing.credentials],
        "inspections": [
            {**_INSPECTION, **row._asdict(), **behind, "infractions": [dict(found) for found in row.infractions]}
            for row in listing.inspections
        ],
        "service_offerings": [_offering(row._asdict(), behind, treatment_ids) for row in listing.offerings],
    }


def add(session: Session, many: Iterable[Owned], treatment_ids: Mapping[str, int]) -> dict[int, Rows]:
    """Write the facts of new profiles; return them by profile."""
    gathered: dict[str, list[Row]] = defaultdict(list)
    written: dict[int, Rows] = {}
    for owned in many:
        written[owned.profile_id] = rows_of(owned, treatment_ids)
        for name, rows in written[owned.profile_id].items():
            gathered[name] += rows
    for name, rows in gathered.items():
        insert_many(session, name, rows)
    return written


def bring_in_line(session: Session, many: Sequence[Owned], treatment_ids: Mapping[str, int], held: Held) -> dict[int, Rows]:
    """Make the facts of listed profiles say what their listings say now; return what the listings say, by profile.

    Facts that somebody else gave (the owner, another source) are neither changed nor doubled.

    Args:
        held: For which fields of which profiles an owner or a moderator speaks: there the listing changes nothing.
    """
    records = {owned.profile_id: owned.record_id for owned in many}
    wanted = [(owned.profile_id, rows_of(owned, treatment_ids)) for owned in many]
    said: dict[int, Rows] = {profile_id: dict(rows) for profile_id, rows in wanted}
    for name, key in KEYS.items():
        found = _stored(session, name, "profile_id", list(records))
        by_profile: dict[int, list[Row]] = defaultdict(list)
        for row in found:
            by_profile[row["profile_id"]].append(row)
        if name == "locations":
            for profile_id, rows in wanted:
                _keep_positions(rows[name], by_profile[profile_id], records[profile_id])
                said[profile_id][name] = [dict(row) for row in rows[name]]
                rows[name] = _left_alone(rows[name], by_profile[profile_id], held.get(profile_id, frozenset()))
            found = _let_go(
                session, found, records, held, {(row["profile_id"], row["position"]) for _id, rows in wanted for row in rows[name]}
            )
        if name == "service_offerings":
            codes = {number: code for code, number in treatment_ids.items()}
            for profile_id, rows in wanted:
                rows[name] = [row for row in rows[name] if _offered(codes, row) not in held.get(profile_id, ())]
        mine = {row["id"] for row in found if row["source_record_id"] == records[row["profile_id"]]}
        replace(session, name, key, found=found, mine=mine, wanted=[row for _profile_id, rows in wanted for row in rows[name]])
    return said


def replace(session: Session, name: str, key: tuple[str, ...], *, found: Sequence[Row], mine: set[int], wanted: Sequence[Row]) -> None:
    """Insert, update and delete so that the rows numbered in `mine` become `wanted`.

    Args:
        name: The table.
        key: The columns that tell its rows apart.
        found: All stored rows that could stand in the way, also those of others.
    """
    stored = {tuple(row[column] for column in key): row for row in found}
    new, changed, kept = [], [], set()
    for row in wanted:
        old = stored.get(tuple(row[column] for column in key))
        if old is None:
            new.append(row)
        elif old["id"] in mine:
            kept.add(old["id"])
            if any(old[column] != value for column, value in row.items()):
                changed.append({**row, "b_id": old["id"]})
    rows = table(name)
    if gone := sorted(mine - kept):
        session.execute(delete(rows).where(rows.c.id.in_(gone)))
    update_many(session, name, changed)
    insert_many(session, name, new)


def replace_roles(session: Session, practitioners: Mapping[int, int], wanted: Sequence[Row]) -> None:
    """Make the roles that sources gave some practitioners say what their listings say now.

    Args:
        practitioners: The number of each practitioner, and the source record that speaks of them.
    """
    found = _stored(session, "practitioner_roles", "practitioner_id", list(practitioners))
    mine = {row["id"] for row in found if row["source_record_id"] == practitioners[row["practitioner_id"]]}
    blank_role = blank(PractitionerRole)
    rows = [{**blank_role, **row} for row in wanted]
    replace(session, "practitioner_roles", ("practitioner_id", "organization_id"), found=found, mine=mine, wanted=rows)


def insert_many(session: Session, name: str, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        session.connection().execute(insert(table(name)), list(rows))


def insert_for_ids(session: Session, name: str, rows: Sequence[Row]) -> list[int]:
    """Insert rows that all have the same columns and return their new numbers in the same order.

    The numbers are taken first: asked to return them in order, SQLAlchemy would insert one row after the other
    on SQLite. There the write lock is ours, so the next free numbers are too.
    """
    if not rows:
        return []
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.coalesce(func.max(table(name).c.id), 0))).scalar_one()
        numbers = list(range(newest + 1, newest + 1 + len(rows)))
    else:
        sequence = func.nextval(func.pg_get_serial_sequence(name, "id"))
        numbers = list(connection.execute(select(sequence).select_from(func.generate_series(1, len(rows)))).scalars())
    insert_many(session, name, [{**row, "id": number} for row, number in zip(rows, numbers, strict=True)])
    return numbers


def update_many(session: Session, name: str, rows: Sequence[Row], *, by: str = "id") -> None:
    """Update rows that all name the same columns; `b_<by>` says which row is meant."""
    if rows:
        rows_table = table(name)
        session.connection().execute(update(rows_table).where(rows_table.c[by] == bindparam(f"b_{by}")), list(rows))


def update_alike(session: Session, name: str, rows: Sequence[Row], *, by: str = "id") -> None:
    """Update rows, those that name the same columns together."""
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    for same in alike.values():
        update_many(session, name, same, by=by)


def _stored(session: Session, name: str, column: str, numbers: list[int]) -> list[Row]:
    rows = table(name)
    return [
        dict(row) for row in session.connection().execute(select(rows).where(rows.c[column].in_(numbers)).order_by(rows.c.id)).mappings()
    ]


def _offering(row: Row, behind: Row, treatment_ids: Mapping[str, int]) -> Row:
    treatment = row.pop("treatment")
    return {**_OFFERING, **row, **behind, "treatment_id": treatment_ids[treatment]}


def _keep_positions(wanted: Sequence[Row], stored: Sequence[Row], record_id: int) -> None:
    """Give a source's addresses the positions they have, and new ones the next that are free."""
    own = sorted(row["position"] for row in stored if row["source_record_id"] == record_id)
    others = {row["position"] for row in stored} - set(own)
    free = (n for n in range(len(stored) + len(wanted)) if n not in others and n not in own)
    for n, row in enumerate(wanted):
        row["position"] = own[n] if n < len(own) else next(free)


def _left_alone(wanted: Sequence[Row], stored: Sequence[Row], held: Collection[str]) -> list[Row]:
    """Return addresses with what is held, and with the hours that no register says, as they stand."""
    there = {row["position"]: row for row in stored}
    kept = []
    for row in wanted:
        n = row["position"]
        old = there.get(n)
        if old is not None:
            columns = [*(_ADDRESS if fields.address(n) in held else ()), *(["phone"] if fields.phone(n) in held else ()), "hours"]
            kept.append({**row, **{name: old[name] for name in columns}})
        elif fields.address(n) not in held:  # else the owner said that there is none
            kept.append(row)
    return kept


def _let_go(
    session: Session, found: Sequence[Row], records: Mapping[int, int], held: Held, listed: Collection[tuple[int, int]]
) -> list[Row]:
    """Leave to its owner an address that is listed no longer and of which the owner speaks; return all as they are now."""
    left = [
        row["id"]
        for row in found
        if row["source_record_id"] == records[row["profile_id"]]
        and (row["profile_id"], row["position"]) not in listed
        and {word(row["position"]) for word in (fields.address, fields.phone, fields.hours)} & set(held.get(row["profile_id"], ()))
    ]
    update_many(session, "locations", [{"source_record_id": None, "b_id": id_} for id_ in left])
    return [{**row, "source_record_id": None} if row["id"] in left else row for row in found]


def _offered(codes: Mapping[int, str], row: Row) -> str:
    return fields.offering(codes[row["treatment_id"]], row["technique"])
