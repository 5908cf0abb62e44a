"""What a database says, without row numbers, times and runs: two that were filled in different ways can be compared."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from directory.core.db import Database
from directory.models.base import metadata

#: What tells the rows of a table apart for people; other tables are told apart by all they say.
KEYS = {
    "profiles": ("slug",),
    "treatments": ("code",),
    "sources": ("code",),
    "source_records": ("source_id", "key"),
    "practitioners": ("profile_id",),
    "organizations": ("profile_id",),
    "locations": ("profile_id", "position"),
}
#: Runs differ by nature, jobs are left for the worker, places are the same and many.
LEFT_OUT = ("import_runs", "jobs", "places", "place_aliases", "area_names", "regions", "countries", "gazetteer_files")
LEFT_OUT += ("us_zips", "ca_fsas", "uk_outcodes")


def said(database: Database) -> dict[str, list[str]]:
    """Return every table's rows by their natural keys, in order."""
    names: dict[str, dict[Any, str]] = {}
    tables: dict[str, list[str]] = {}
    with database.session() as session:
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            rows = [dict(row) for row in session.execute(table.select()).mappings()]
            told = [_told(table, row, names) for row in rows]
            if table.name == "treatments":  # the one table that points to itself
                codes = {row["id"]: row["code"] for row in rows}
                for one in told:
                    one["parent_id"] = codes.get(one["parent_id"])
            if key := KEYS.get(table.name):
                names[table.name] = {
                    row["id"]: f"{table.name}:{[one[column] for column in key]}" for row, one in zip(rows, told, strict=True)
                }
            tables[table.name] = sorted(json.dumps(one, sort_keys=True, default=str) for one in told)
    return tables


def digest(database: Database) -> dict[str, str]:
    """Return a hash of every table."""
    return {name: hashlib.sha256("\n".join(rows).encode()).hexdigest() for name, rows in said(database).items()}


def _told(table: Table, row: dict[str, Any], names: dict[str, dict[Any, str]]) -> dict[str, Any]:
    told = {}
    for column in table.columns:
        value = row[column.name]
        home = next(iter(column.foreign_keys)).column.table.name if column.foreign_keys else ""
        if (column.name == "id" and table.name in KEYS) or (column.primary_key and column.name == "id") or isinstance(value, datetime):
            continue
        if home == "import_runs":
            continue
        told[column.name] = names[home].get(value) if home in names else value
        if table.name == "field_assertions" and column.name == "field" and value.startswith("role:"):
            told["field"] = f"role:{names['profiles'].get(int(value.partition(':')[2]))}"
    return told
