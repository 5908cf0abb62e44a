"""What every import needs: the treatments, and a few places."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from directory.core.db import Database
from directory.ingest import pipeline
from directory.ingest.listing import Feed
from directory.ingest.report import Report
from directory.models.base import metadata
from directory.models.places import AreaName, Place
from directory.treatments import service as treatments
from tests.factories import Make

Import = Callable[..., Report]


@pytest.fixture
def toronto(session: Session, make: Make) -> Place:
    """Toronto, with its province by name and letters, a namesake elsewhere and the treatments."""
    treatments.sync(session)
    found = make.place("Toronto", region="Ontario", country="CA", lat=43.70, lon=-79.42)
    make.place("Toronto", region="Ohio", country="US", lat=40.46, lon=-80.60)
    for key in ("ontario", "on"):
        session.add(AreaName(key=key, country_code="CA", region_id=found.region_id, is_code=key == "on"))
    session.commit()
    return found


@pytest.fixture
def run(database: Database, toronto: Place) -> Import:
    """Read a file into a database that has Toronto."""

    def run(feed: Feed, path: Path, **more: Any) -> Report:
        return pipeline.run(database, feed, path, **more)

    return run


def everything(session: Session, *without: str) -> dict[str, list[Any]]:
    """Return every row of every table but some, to tell whether anything changed."""
    session.commit()  # never rollback: what others wrote meanwhile stands in the same savepoint
    tables = [table for table in metadata.sorted_tables if table.name not in without]
    return {table.name: sorted(map(tuple, session.execute(table.select())), key=repr) for table in tables}


def one(session: Session, model: Any, **values: Any) -> Any:
    """Return the one row with these values, freshly read."""
    session.expire_all()
    return session.exec(select(model).filter_by(**values)).one()
