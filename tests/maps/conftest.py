"""A small world."""

import pytest
from sqlmodel import Session

from tests.factories import Make
from tests.world import World


@pytest.fixture
def world(session: Session, make: Make) -> World:
    """Toronto and Hamilton."""
    return World(session, make)
