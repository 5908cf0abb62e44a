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
    """Say whether the index is there and holds as many profiles as are listed; ends with 1 where it does not."""
    settings = read_settings()
    now = indexer.status(open_database(settings), settings)
    if now.indexed is None:
        stop("There is no index that can be read: words are looked for in names alone. Run `hairline search rebuild`.", code=1)
    click.echo(f"{now.indexed} of {now.listed} listed profiles, {now.size / 1e6:.1f} MB in {now.path}")
    if not now.is_whole:
        stop("Changes wait for the worker, or the index needs `hairline search rebuild`.", code=1)
