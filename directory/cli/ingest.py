"""`hairline ingest`: real registers and files in."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from directory.cli.bar import bar
from directory.cli.context import open_database, stop
from directory.core.errors import Refused
from directory.ingest import bodysafe, pipeline, report
from directory.ingest.listing import Feed

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def ingest() -> None:
    """Read a register or a file into the directory. A file read again changes nothing; one that was cut short goes on."""


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every source to a command."""
    command = click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")(command)
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="The day that the file speaks of, if its name does not tell.",
    )(command)


@ingest.command("bodysafe")
@FILE
@shared
def bodysafe_command(file: Path, dry_run: bool, as_of: datetime | None) -> None:
    """Read Toronto's BodySafe register (CSV): micropigmentation studios and their inspections."""
    _run(bodysafe.FEED, file, dry_run=dry_run, as_of=as_of)


def _run(feed: Feed, file: Path, *, dry_run: bool, as_of: datetime | None) -> None:
    """Read a file and print what became of its rows; end with 2 where it cannot be taken."""
    database = open_database()
    day: date | None = as_of.date() if as_of else None
    try:
        with bar() as progress:
            done = pipeline.run(database, feed, file, dry_run=dry_run, as_of=day, progress=progress)
    except Refused as refused:
        stop(str(refused))
    except KeyboardInterrupt:
        stop("Stopped. Give the same command again to go on.", code=130)
    finally:
        database.dispose()
    for text in report.lines(done):
        click.echo(text)
