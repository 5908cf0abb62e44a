"""What every table shares: its metadata, column types and the words of an enumeration."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, MetaData, String, text
from sqlalchemy import Enum as EnumType
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

#: Every constraint has a name, so that a migration can drop it on both databases.
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(SQLModel, registry=registry(metadata=MetaData(naming_convention=CONVENTION))):
    """The base of every table."""


metadata = Record.metadata


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones: they are refused where missing and given back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take an aware moment only."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware moment back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(kind: type[StrEnum]) -> Any:
    """Return a column type that stores a member's value ('pending') as plain text.

    A native enum could not be dropped or changed alike on both databases; which words are allowed is
    said by `one_of`, a CHECK.
    """
    return EnumType(kind, native_enum=False, create_constraint=False, length=40, values_callable=lambda members: [m.value for m in members])


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that `column` holds one of the words of `kind`."""
    allowed = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def where(condition: str) -> Mapping[str, Any]:
    """Return the arguments that make an index partial on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def byte_ordered(length: int) -> Any:
    """Return a text type that both databases order by bytes: for keys made by `core.text.sort_key`, slugs and paths."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def postgres_index(name: str, column: str, **more: Any) -> Index:
    """Return an index of a kind that only PostgreSQL has; on SQLite there is none, and migrations there miss none."""
    return Index(name, column, postgresql_using="gin", info={"dialect": "postgresql"}, **more).ddl_if(dialect="postgresql")
