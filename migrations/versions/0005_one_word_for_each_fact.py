"""One assertion for each fact that stands on a profile: a register's where a source record is behind it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op

from directory.provenance import fields

revision = "0005"
down_revision = "0004"
branch_labels = ()
depends_on = None

#: So many profiles are read and written at a time.
BATCH = 2000
_OWNED = ("claimed", "verified")
_MOMENT = sa.DateTime(timezone=True)


def _table(name: str, columns: str, **typed: Any) -> sa.TableClause:
    plain = [sa.column(column) for column in columns.split()]
    return sa.table(name, *plain, *(sa.column(column, kind) for column, kind in typed.items()))


PROFILES = _table("profiles", "id name status hair_evidence about", updated_at=_MOMENT)
PEOPLE = _table("practitioners", "id profile_id kind year_started website", languages=sa.JSON)
PRACTICES = _table("organizations", "id profile_id legal_name website")
ADDRESS = "address city region postal_code country_code"
LOCATIONS = _table("locations", f"id profile_id position {ADDRESS} place_id lat lon phone source_record_id", hours=sa.JSON)
PRICE = "min_price max_price currency unit"
OFFERINGS = _table("service_offerings", f"id profile_id treatment_id technique {PRICE} source_record_id", price_date=sa.Date)
TREATMENTS = _table("treatments", "id code")
IDENTIFIERS = _table("identifiers", "id profile_id system value source_record_id")
CREDENTIALS = _table("credentials", "id profile_id type reference title issuer source_record_id", issued_on=sa.Date, expires_on=sa.Date)
INSPECTIONS = _table("inspections", "id profile_id system outcome source_record_id", inspected_on=sa.Date)
ROLES = _table("practitioner_roles", "id practitioner_id organization_id title source_record_id")
RECORDS = _table("source_records", "id profile_id", as_of=sa.Date, gone_on=sa.Date)
SAID = _table(
    "field_assertions",
    "profile_id field rank source_record_id user_id",
    value=sa.JSON,
    asserted_at=_MOMENT,
    verified_at=_MOMENT,
    ended_at=_MOMENT,
)


def upgrade() -> None:
    """Write the assertions, a few thousand profiles at a time.

    A fact of a register is of midnight (UTC) of the day of its record, and ended on the day its record was gone. Behind a name, a website
    and the like stands the profile's newest record. A fact without a record is its owner's where the profile is claimed; elsewhere, as on
    unclaimed sample profiles, nobody is known to have said it, and it is a guess.
    """
    link = op.get_bind()
    newest = link.execute(sa.select(sa.func.max(PROFILES.c.id))).scalar() or 0
    codes = {row.id: row.code for row in link.execute(sa.select(TREATMENTS.c.id, TREATMENTS.c.code))}
    for start in range(0, newest + 1, BATCH):
        rows = list(_said(link, start, start + BATCH, codes))
        if rows:
            link.execute(sa.insert(SAID), rows)


def downgrade() -> None:
    op.execute("DELETE FROM field_assertions")


def _said(link: sa.Connection, first: int, end: int, codes: dict[int, str]) -> Iterator[dict[str, Any]]:
    """Yield the assertions of the profiles from `first` to before `end`."""

    def rows(table: sa.TableClause) -> list[Any]:
        mine = (table.c.profile_id >= first, table.c.profile_id < end)
        return list(link.execute(sa.select(table).where(*mine).order_by(table.c.id)))

    profiles = list(link.execute(sa.select(PROFILES).where(PROFILES.c.id >= first, PROFILES.c.id < end)))
    records = {row.id: row for row in rows(RECORDS)}
    behind: dict[int, Any] = {}
    for row in records.values():
        old = behind.get(row.profile_id)
        if old is None or (row.gone_on is None, row.as_of, -row.id) > (old.gone_on is None, old.as_of, -old.id):
            behind[row.profile_id] = row
    standing = {row.id: row for row in profiles}
    found: dict[tuple[int, int | None, str], Any] = {}

    def say(profile_id: int, record_id: int | None, field: str, value: Any) -> None:
        if value not in (None, "", [], {}):
            found.setdefault((profile_id, record_id, field), value)

    for profile_id, field, value in _whole(profiles, rows(PEOPLE), rows(PRACTICES)):
        record = None if field == fields.ABOUT else behind.get(profile_id)  # no register gives words of one's own
        say(profile_id, record.id if record is not None else None, field, value)
    for profile_id, record_id, field, value in _parts(rows, codes):
        say(profile_id, record_id, field, value)
    for row in _works(link, first, end):
        say(row.profile_id, row.source_record_id, fields.role(row.at), {"title": row.title})
    for (profile_id, record_id, field), value in found.items():
        yield {
            "profile_id": profile_id,
            "field": field,
            "value": value,
            "user_id": None,
            **_by(standing[profile_id], records.get(record_id)),
        }


def _by(profile: Any, record: Any) -> dict[str, Any]:
    """Return whose word it is, and of which day."""
    if record is None:
        rank = "owner" if profile.status in _OWNED else "guess"
        moment = profile.updated_at if profile.updated_at.tzinfo else profile.updated_at.replace(tzinfo=UTC)
        return {"rank": rank, "source_record_id": None, "asserted_at": moment, "verified_at": moment, "ended_at": None}
    moment, ended = _midnight(record.as_of), None if record.gone_on is None else _midnight(record.gone_on)
    return {"rank": "register", "source_record_id": record.id, "asserted_at": moment, "verified_at": moment, "ended_at": ended}


def _whole(profiles: list[Any], people: list[Any], practices: list[Any]) -> Iterator[tuple[int, str, Any]]:
    """Yield what is said of a profile as a whole."""
    for row in profiles:
        yield row.id, fields.NAME, row.name
        yield row.id, fields.ABOUT, row.about
        if row.hair_evidence != "unknown":
            yield row.id, fields.HAIR_EVIDENCE, row.hair_evidence
    for row in people:
        yield row.profile_id, fields.KIND, row.kind
        yield row.profile_id, fields.LANGUAGES, row.languages
        yield row.profile_id, fields.YEAR_STARTED, row.year_started
        yield row.profile_id, fields.WEBSITE, row.website
    for row in practices:
        yield row.profile_id, fields.LEGAL_NAME, row.legal_name
        yield row.profile_id, fields.WEBSITE, row.website


def _parts(rows: Any, codes: dict[int, str]) -> Iterator[tuple[int, int | None, str, Any]]:
    """Yield what is said by rows that name their record."""
    for row in rows(LOCATIONS):
        behind = row.profile_id, row.source_record_id
        address = {name: getattr(row, name) for name in ADDRESS.split()}
        known = {name: getattr(row, name) for name in ("place_id", "lat", "lon") if getattr(row, name) is not None}
        yield *behind, fields.address(row.position), {**address, **known}
        yield *behind, fields.phone(row.position), row.phone
        yield *behind, fields.hours(row.position), row.hours
    for row in rows(OFFERINGS):
        price = {name: getattr(row, name) for name in PRICE.split()} | {"price_date": _day(row.price_date)}
        yield row.profile_id, row.source_record_id, fields.offering(codes[row.treatment_id], row.technique), price
    met: dict[tuple[int, int | None], Counter[str]] = defaultdict(Counter)
    for row in rows(IDENTIFIERS):
        behind = row.profile_id, row.source_record_id
        met[behind][row.system] += 1
        yield *behind, fields.identifier(row.system, met[behind][row.system]), row.value
    for row in rows(CREDENTIALS):
        value = {"title": row.title, "issuer": row.issuer, "issued_on": _day(row.issued_on), "expires_on": _day(row.expires_on)}
        yield row.profile_id, row.source_record_id, fields.credential(row.type, row.reference), value
    for row in rows(INSPECTIONS):
        yield row.profile_id, row.source_record_id, fields.inspection(row.system, row.inspected_on), {"outcome": row.outcome}


def _works(link: sa.Connection, first: int, end: int) -> list[Any]:
    """Return who works where, with the profile of the practice as `at`."""
    person, practice = PEOPLE.c, PRACTICES.c
    return list(
        link.execute(
            sa.select(person.profile_id, practice.profile_id.label("at"), ROLES.c.title, ROLES.c.source_record_id)
            .select_from(ROLES)
            .join(PEOPLE, person.id == ROLES.c.practitioner_id)
            .join(PRACTICES, practice.id == ROLES.c.organization_id)
            .where(person.profile_id >= first, person.profile_id < end)
        )
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
