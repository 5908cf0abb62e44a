"""`hairline doctor`: what an operator should know before visitors do."""

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from directory import __version__
from directory.accounts import queries as accounts
from directory.cli.context import console, open_app, read_settings
from directory.config import Settings
from directory.core.db import Database
from directory.models.ops import Job, JobStatus
from directory.web import schema

#: SQLite before this can corrupt a write-ahead log that two processes reset at once.
SAFE_SQLITE = (3, 51, 3)
DISK_FLOOR = 64 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's. `state` is ok, note or bad."""

    state: str
    topic: str
    text: str


@click.command()
def doctor() -> None:
    """Look at versions, database, disk, jobs and accounts; end with 1 where something needs mending."""
    settings = read_settings()
    app = open_app(settings)
    worst = 0
    for finding in examine(app, settings):
        console.print(f"{finding.state:4}  {finding.topic}: {finding.text}", markup=False)
        worst = max(worst, int(finding.state == "bad"))
    sys.exit(worst)


def examine(app: Flask, settings: Settings) -> Iterator[Finding]:
    """Yield what was found."""
    yield Finding("ok", "Hairline", f"{__version__} on Python {platform.python_version()}, {settings.environment}")
    yield from _disk(settings)
    database: Database = app.extensions["hairline_database"]
    try:
        yield from _database(app, database)
        yield from _jobs(database)
        yield from _accounts(database, settings)
    except SQLAlchemyError as error:
        yield Finding("bad", "database", f"does not answer: {type(error).__name__}")
    if settings.smtp_host:
        yield Finding("ok", "mail", f"goes to {settings.smtp_host}:{settings.smtp_port} ({settings.smtp_tls})")
    else:
        kept = "mails are kept for /dev/outbox" if settings.keeps_mail else "no mail server is set; mails cannot be sent"
        yield Finding("note" if settings.keeps_mail else "bad", "mail", kept)


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data_dir).free
    writable = os.access(settings.data_dir, os.W_OK)
    yield Finding("ok" if free > DISK_FLOOR else "bad", "disk", f"{free // 1024**2:,} MB free in {settings.data_dir}")
    if not writable:
        yield Finding("bad", "disk", f"{settings.data_dir} cannot be written to")


def _database(app: Flask, database: Database) -> Iterator[Finding]:
    if database.is_sqlite:
        safe = sqlite3.sqlite_version_info >= SAFE_SQLITE
        advice = "" if safe else "; from 3.51.3 on a rare fault with several processes is mended: upgrade when you can"
        yield Finding("ok" if safe else "note", "SQLite", sqlite3.sqlite_version + advice)
        with database.engine.connect() as connection:
            verdict = connection.execute(text("PRAGMA quick_check")).scalar()
        yield Finding("ok" if verdict == "ok" else "bad", "database", f"quick check: {verdict}")
    else:
        with database.engine.connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar()
        yield Finding("ok", "PostgreSQL", str(version))
    current = schema.is_current(app)
    yield Finding("ok" if current else "bad", "schema", "newest revision" if current else "not the newest; run `hairline migrate`")


def _jobs(database: Database) -> Iterator[Finding]:
    with database.session() as session:
        counted = dict(session.exec(select(Job.status, func.count()).group_by(col(Job.status))).all())
    dead = counted.get(JobStatus.DEAD, 0)
    yield Finding("ok" if not dead else "bad", "jobs", f"{counted.get(JobStatus.WAITING, 0)} waiting, {dead} given up")


def _accounts(database: Database, settings: Settings) -> Iterator[Finding]:
    with database.session() as session:
        open_samples = accounts.sample_account_can_sign_in(session)
    if open_samples:
        state = "bad" if settings.production else "note"
        yield Finding(state, "accounts", "a sample account can sign in; production refuses to start like this")
