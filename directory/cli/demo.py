"""`hairline demo`: everything from nothing to a running site, the same each time."""

import os
import socket
import time
from collections.abc import Callable

import click
from flask import Flask

from directory.cli.bar import bar
from directory.cli.context import console, open_app, read_settings, stop
from directory.cli.schema import bring_up_to_date
from directory.cli.serve import serve
from directory.config import PREFIX, Settings
from directory.core.db import Database
from directory.core.paths import DATA
from directory.core.progress import Progress
from directory.ingest import bodysafe, pipeline
from directory.places import blob
from directory.places import service as places
from directory.sample import desk, factors
from directory.sample import service as sample
from directory.search import indexer

#: The register that ships with the code: Toronto's, as of 31 July 2024.
BODYSAFE_FILE = DATA / "bodysafe" / "toronto_bodysafe_2024-07-31.csv.xz"


@click.group(invoke_without_command=True)
@click.option("--no-serve", is_flag=True, help="Fill the database and end.")
@click.pass_context
def demo(context: click.Context, no_serve: bool) -> None:
    """Fill an empty site with real places, Toronto's real studios and labelled sample data; then serve it."""
    if context.invoked_subcommand:
        return
    settings = read_settings()
    if settings.production:
        stop("This is production: sample people and reviews do not belong here.")
    if not settings.is_loopback:
        stop("The demo has log-ins that everybody knows: it listens on 127.0.0.1 only. Take HAIRLINE_HOST away.")
    if PREFIX + "PORT" not in os.environ:
        os.environ[PREFIX + "PORT"] = str(free_port(settings.port))
    os.environ.setdefault(PREFIX + "LOG_FORMAT", "console")
    os.environ.setdefault(PREFIX + "PHONE_SENDER", "console")
    settings = read_settings()
    fill(open_app(settings), settings)
    _say_where(settings)
    if not no_serve:
        context.invoke(serve, no_worker=False, migrating=False)


@demo.command()
@click.argument("role", type=click.Choice([login.role.value for login in factors.STAFF]))
def code(role: str) -> None:
    """Print the code that the sample ROLE types after the password. It changes every 30 seconds and works once."""
    settings = read_settings()
    if settings.production:
        stop("This is production: there are no sample accounts.")
    login = next(login for login in factors.STAFF if login.role == role)
    click.echo(factors.code(login, key=settings.secret_key))


def fill(app: Flask, settings: Settings) -> None:
    """Bring the database to the demo's state; what is there already is left as it is."""
    database: Database = app.extensions["hairline_database"]
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Schema, treatments and guides", lambda: bring_up_to_date(app, settings)),
        ("Places", lambda: _with_bar(lambda progress: places.build(database, progress=progress))),
        ("Names of places", lambda: _names(database, settings)),
        ("Toronto's register", lambda: _with_bar(lambda progress: _register(database, progress))),
        ("Sample data", lambda: _with_bar(lambda progress: sample.load(database, progress=progress))),
        ("Authenticators of sample staff", lambda: f"{factors.ensure(database, key=settings.secret_key)} new"),
        ("Desk of the sample practitioner", lambda: _desk(database)),
        ("Search index", lambda: _with_bar(lambda progress: indexer.ensure(database, settings, progress=progress))),
    )
    for name, step in steps:
        started = time.monotonic()
        said = step()
        console.print(f"{name}: {said or 'done'} ({time.monotonic() - started:.1f} s)", markup=False)


def free_port(first: int) -> int:
    """Return the first free port of this machine from `first` on; a demo must not fail because another is running."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return stop(f"No free port between {first} and {first + 49}; set HAIRLINE_PORT.", code=1)


def _with_bar(act: Callable[[Progress], object]) -> str:
    with bar() as progress:
        return str(act(progress))


def _names(database: Database, settings: Settings) -> str:
    with database.session() as session:
        return "made" if blob.ensure(session, blob.path_in(settings.data_dir)) else "up to date"


def _desk(database: Database) -> str:
    slug = desk.ensure(database)
    return f"/manage/{slug}" if slug else "none"


def _register(database: Database, progress: Progress) -> object:
    done = pipeline.run(database, bodysafe.FEED, BODYSAFE_FILE, progress=progress)
    return f"{done.new} new, {done.changed} changed, {done.same} same"


def _say_where(settings: Settings) -> None:
    console.print()
    console.print(f"  {settings.public_url}")
    console.print()
    console.print("  Sample log-ins, for this machine only:")
    for login in sample.LOGINS:
        console.print(f"    {login.role:<13} {login.email:<34} {login.password}", markup=False)
    for login in factors.STAFF:
        secret = factors.secret(login.email, key=settings.secret_key)
        console.print(
            f"    The {login.role} also types a code: hairline demo code {login.role}, or an app with the key {secret}", markup=False
        )
    console.print()
    console.print(f"  Mails are not sent; read them at {settings.public_url}/dev/outbox")
    console.print()
