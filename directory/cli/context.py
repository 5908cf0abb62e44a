"""What commands share: settings, the database, the app, and one console."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from flask import Flask
from rich.console import Console
from sqlmodel import Session

from directory.app import create_app
from directory.config import Settings, SettingsError
from directory.core.db import Database

console = Console(highlight=False, soft_wrap=True)


def stop(message: str, *, code: int = 2) -> NoReturn:
    """End the command with one plain sentence on standard error."""
    click.echo(message, err=True)
    sys.exit(code)


def read_settings() -> Settings:
    """Read the settings; where they are wrong, say so and end."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        stop(str(error))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings


def open_database(settings: Settings | None = None) -> Database:
    """Open the database of the settings."""
    settings = settings or read_settings()
    return _until_the_end(Database(settings.database))


@contextmanager
def writing() -> Iterator[Session]:
    """Write in one transaction of the settings' database, which is closed after it."""
    database = open_database()
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.dispose()


def open_app(settings: Settings | None = None) -> Flask:
    """Build the app of the settings."""
    settings = settings or read_settings()
    app = create_app(settings)
    _until_the_end(app.extensions["hairline_database"])
    return app


def _until_the_end(database: Database) -> Database:
    """Close the database's connections when the command ends."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(database.dispose)
    return database
