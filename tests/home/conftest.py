"""A small world."""

import pytest
from flask import Flask
from sqlmodel import Session

from tests.factories import Make
from tests.world import World


@pytest.fixture
def world(session: Session, make: Make) -> World:
    """Toronto and Hamilton."""
    return World(session, make)


@pytest.fixture(autouse=True)
def counted_anew(app: Flask) -> None:
    """Forget what another test has counted: on a busy machine it would be kept for a while."""
    app.extensions.pop("hairline_figures", None)
