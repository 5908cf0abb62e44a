"""The request's sessions: one to read with, `transaction()` to write in."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlmodel import Session

from directory.core.db import Database


def database() -> Database:
    """Return the app's database."""
    found: Database = current_app.extensions["hairline_database"]
    return found


def session() -> Session:
    """Return the request's session for reading; it lives as long as the request."""
    if "read_session" not in g:
        g.read_session = database().session()
    found: Session = g.read_session
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Write in a session of its own; the read part of the request is ended first. Put the redirect behind the block."""
    with database().transaction(g.get("read_session")) as writing:
        yield writing


def init_app(app: Flask, database: Database) -> None:
    """Give the app its database and close each request's session."""
    app.extensions["hairline_database"] = database

    @app.teardown_appcontext
    def close(error: BaseException | None) -> None:
        reading = g.pop("read_session", None)
        if reading is not None:
            reading.close()
