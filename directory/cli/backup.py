"""`hairline backup` and `hairline restore`: a consistent copy while the site runs, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import click
from sqlalchemy import inspect

from directory.cli.context import open_app, open_database, read_settings, stop
from directory.config import Settings
from directory.core.db import Database
from directory.core.locks import FileLock
from directory.web import schema

SQLITE_HEADER = b"SQLite format 3\x00"
POSTGRES_HEADER = b"PGDMP"
#: Pages copied at a time; between two steps writers get their turn.
STEP_PAGES = 2000
#: The sealed documents: they go 30 days after a decision, and a copy would keep them for longer.
LEFT_OUT = "evidence_blobs"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, consistent and complete, while the site goes on. The documents shown in confidence are left out."""
    settings = read_settings()
    database = open_database(settings)
    if file.exists():
        stop(f"{file} exists already; choose another name.")
    partial = file.with_name(file.name + ".partial")
    try:
        if database.is_sqlite:
            _copy_sqlite(Path(database.url.database or ""), partial)
        else:
            _postgres("pg_dump", "--format=custom", f"--exclude-table-data=*.{LEFT_OUT}", "--file", str(partial), database=database)
        _flush(partial)
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size / 1024**2:,.1f} MB")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put the copy in the place of the present database, which is lost.")
def restore(file: Path, replace: bool) -> None:
    """Put a copy made by `hairline backup` back. End the site first."""
    settings = read_settings()
    with FileLock(settings.data_dir / "worker.lock").try_hold() as alone:
        if not alone:
            stop("The site is running here; end it first.")
        _restore(settings, file, replace=replace)


def _restore(settings: Settings, file: Path, *, replace: bool) -> None:
    database = open_database(settings)
    with file.open("rb") as copy:
        header = copy.read(16)
    if database.is_sqlite != header.startswith(SQLITE_HEADER) or (not database.is_sqlite and not header.startswith(POSTGRES_HEADER)):
        stop(f"{file} is not a copy of a {'SQLite' if database.is_sqlite else 'PostgreSQL'} database made by `hairline backup`.")
    if inspect(database.engine).get_table_names() and not replace:
        stop("The database is not empty. Add --replace to lose what it holds now.")
    database.dispose()
    if database.is_sqlite:
        _restore_sqlite(file, Path(database.url.database or ""))
    else:
        _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file), database=database)
    _after(settings)


def _after(settings: Settings) -> None:
    """Say how the copy stands to this version of the code."""
    app = open_app(settings)
    current = schema.is_current(app)
    click.echo("Restored." if current else "Restored. The copy is of another version: run `hairline migrate`.")
    click.echo("Run `hairline search rebuild` next: the search index is not part of a copy.")


def _copy_sqlite(source: Path, target: Path) -> None:
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as reading, sqlite3.connect(target) as writing:
        reading.backup(writing, pages=STEP_PAGES, sleep=0.002)
        _leave_out(writing)
        # One file, without a log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
    reading.close()
    writing.close()
    if (verdict := _verdict(target)) != "ok":
        stop(f"The copy is damaged ({verdict}); nothing was kept.", code=1)


def _leave_out(copy: sqlite3.Connection) -> None:
    """Take the documents out of a copy, also what is left of deleted ones in pages that nothing uses any more."""
    copy.isolation_level = None
    if copy.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'evidence_blobs'").fetchone():
        copy.execute("PRAGMA secure_delete=ON")
        copy.execute("DELETE FROM evidence_blobs")
    copy.execute("VACUUM")


def _verdict(path: Path) -> str:
    """Return "ok", or what is wrong with an SQLite file."""
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        connection.close()


def _restore_sqlite(file: Path, target: Path) -> None:
    incoming = target.with_name(target.name + ".incoming")
    shutil.copyfile(file, incoming)
    if (verdict := _verdict(incoming)) != "ok":
        incoming.unlink()
        stop(f"{file} is damaged ({verdict}); nothing was changed.", code=1)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    _flush(incoming)
    incoming.replace(target)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _postgres(program: str, *arguments: str, database: Database) -> None:
    found = shutil.which(program)
    if found is None:
        stop(f"{program} is not installed here; it comes with PostgreSQL's client programs.", code=1)
    url = database.url.set(drivername="postgresql")
    # The password goes by the environment: arguments can be read by everybody on the machine.
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    target = url.set(password=None).render_as_string(hide_password=False)
    # No shell: the program was looked up above, and the arguments are ours.
    done = subprocess.run([found, "--dbname", target, *arguments], env=environment, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        stop(f"{program} failed: {done.stderr.strip()[-500:]}", code=1)
