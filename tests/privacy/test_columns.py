"""Every column is classed; a personal one leaves with its person or has a reason, and a reason where it stays."""

import re

import pytest

from directory.models.base import metadata
from directory.privacy import columns
from directory.privacy.columns import TABLES, Ends, Kind


def unclassed() -> list[str]:
    """Name the columns that are not in the table."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in TABLES.get(table.name, {})
    ]


def vanished() -> list[str]:
    """Name what is in the table and in no database."""
    real = {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}
    return [f"{table}.{name}" for table, found in TABLES.items() for name in found if name not in real.get(table, set())]


def test_every_column_is_classed() -> None:
    """Seen to fail with one column, and with one table, taken out of the list."""
    assert unclassed() == []


def test_nothing_is_classed_that_is_not_there_any_more() -> None:
    """Seen to fail with a column's name misspelt."""
    assert vanished() == []


@pytest.mark.parametrize(("table", "name", "column"), [*columns.personal()], ids=lambda value: value if isinstance(value, str) else "")
def test_a_personal_column_leaves_or_says_why_not(table: str, name: str, column: columns.Column) -> None:
    """Seen to fail with `withheld` and with `why` left empty."""
    assert bool(column.file) is not bool(column.withheld)
    if column.ends is not Ends.GOES:
        assert column.why


def test_what_is_joined_to_a_person_has_a_personal_column() -> None:
    """A table that points to a person says something of them. Seen to fail with the memberships classed as technical."""
    pointing = {table.name for table in metadata.sorted_tables for key in table.foreign_keys if key.column.table.name == "users"}
    assert {name for name in pointing if not any(column.kind is Kind.PERSONAL for column in TABLES[name].values())} == set()


def test_what_could_open_an_account_never_leaves() -> None:
    """Whatever somebody classes it as. Seen to fail with the hash of the password, and with the sealed secret, classed as leaving."""
    secret = re.compile(r"hash|secret|digest|token|credential_id|public_key|handle")
    named = {(table, name): column for table, name, column in columns.personal() if secret.search(name)}
    assert len(named) >= 8
    assert [place for place, column in named.items() if column.file] == []
