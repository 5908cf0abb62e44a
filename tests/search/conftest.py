"""A small world, and an index of it."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

from directory.config import Settings
from directory.core.db import Database
from directory.search import indexer
from directory.search.port import index_folder
from tests.factories import Make
from tests.world import World


@pytest.fixture
def small(session: Session, make: Make) -> World:
    """Toronto and Hamilton."""
    return World(session, make)


@pytest.fixture
def build(database: Database, settings: Settings) -> Iterator[Callable[[], None]]:
    """Makes the site's index; it is gone after the test."""
    yield lambda: indexer.rebuild(database, settings) and None
    shutil.rmtree(index_folder(settings.data_dir), ignore_errors=True)
