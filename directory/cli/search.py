"""`hairline search`: the index of words."""

import click

from directory import outbox
from directory.cli.bar import bar
from directory.cli.context import open_database, read_settings, stop
from directory.core.locks import FileLock
from directory.search import indexer


@click.group()
def search() -> None:
    """Look after the search index."""


@search.command()
def rebuild() -> None:
    """Make a whole new index beside the live one, then swap them. A running worker does it; without one it is done here."""
    settings = read_settings()
    database = open_database(settings)
    with FileLock(settings.data_dir / "worker.lock").try_hold() as alone:
        if not alone:
            with database.transaction() as session:
                outbox.enqueue(session, "search.rebuild", key="search.rebuild")
            click.echo("The worker makes a new index. `hairline search status` tells when it is there.")
            return
        with bar() as progress:
            done = indexer.rebuild(database, settings, progress=progress)
    click.echo(f"{done} profiles indexed.")


@search.command()
def status() -> None:
    """Say how each engine stands; ends with 1 where the one that answers is away or does not hold all listed profiles."""
    settings = read_settings()
    _tell(indexer.status(open_database(settings), settings))


@search.command()
def check() -> None:
    """Read all of the index and compare checksums; ends with 1 where something is wrong."""
    settings = read_settings()
    _tell(indexer.status(open_database(settings), settings, deep=True))


def _tell(found: list[indexer.Status]) -> None:
    for one in found:
        state = one.state
        held = "cannot be read" if state.documents is None else f"{state.documents} of {one.listed} listed profiles"
        click.echo(f"{one.engine}: {held}, {state.size / 1e6:.1f} MB in {state.where}, applied up to job {state.applied}")
        for fault in state.faults:
            click.echo(f"  {fault}")
    if not found[0].is_whole:
        stop("Changes wait for the worker, or the index needs `hairline search rebuild`; meanwhile the database answers.", code=1)
