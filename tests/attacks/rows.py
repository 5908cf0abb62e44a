"""Everything that the database holds, for tests that nothing was changed."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from directory.models.base import metadata


def all_rows(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table that has some; how often somebody asked is counted whatever comes of it."""
    session.expire_all()
    found = {
        table.name: [tuple(row) for row in session.execute(select(table)).all()]
        for table in metadata.sorted_tables
        if table.name != "rate_counts"
    }
    return {name: sorted(rows, key=repr) for name, rows in found.items() if rows}
