"""A world of 378 places, loaded once for each file of tests and each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from directory.core.db import Database
from directory.places import service
from directory.places.gazetteer import Gazetteer

FIXTURE = Gazetteer(Path(__file__).parent / "fixture")


@pytest.fixture(scope="module")
def world(schema: Database) -> Iterator[Database]:
    """The database with the small gazetteer; what a module writes is undone at its end. Not beside `database`."""
    with schema.pinned():
        service.build(schema, gazetteer=FIXTURE)
        yield schema


@pytest.fixture
def reading(world: Database) -> Iterator[Session]:
    """A session that reads the small gazetteer."""
    with world.session() as session:
        yield session
