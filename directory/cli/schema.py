"""`hairline migrate`: the schema, and the data that ships with the code."""

import click
from flask import Flask

from directory.cli.context import open_app, read_settings, stop
from directory.config import Settings
from directory.core.db import Database
from directory.guides import service as guides
from directory.treatments import service as treatments
from directory.web import schema


@click.command()
def migrate() -> None:
    """Bring the database's schema to the newest revision, and the treatments and guides to what ships with the code."""
    settings = read_settings()
    click.echo(bring_up_to_date(open_app(settings), settings))


def bring_up_to_date(app: Flask, settings: Settings) -> str:
    """Migrate, then load what ships with the code; return one sentence that says what was done."""
    try:
        changed = schema.migrate(app, settings)
    except RuntimeError as error:  # a migration that could not be done says why
        stop(str(error))
    database: Database = app.extensions["hairline_database"]
    with database.transaction() as session:
        treatments.sync(session)
        guides.sync(session)
    return "The schema was brought up to date." if changed else "The schema is up to date."
