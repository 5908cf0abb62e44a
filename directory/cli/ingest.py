"""`hairline ingest`: real registers and files in."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from directory.cli.bar import bar
from directory.cli.context import open_database, stop
from directory.core.errors import Refused
from directory.ingest import bodysafe, nppes, pipeline, report, sheet
from directory.ingest.listing import Feed

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def ingest() -> None:
    """Read a register or a file into the directory. A file read again changes nothing; one that was cut short goes on."""


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every source to a command."""
    command = click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")(command)
    command = click.option("--part", is_flag=True, help="The file is a part of what the source holds: what it leaves out is not gone.")(
        command
    )
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="The day that the file speaks of, if its name does not tell.",
    )(command)


@ingest.command("bodysafe")
@FILE
@shared
def bodysafe_command(file: Path, dry_run: bool, part: bool, as_of: datetime | None) -> None:
    """Read Toronto's BodySafe register (CSV): micropigmentation studios and their inspections."""
    _run(bodysafe.FEED, file, dry_run=dry_run, part=part, as_of=as_of)


@ingest.command("nppes")
@FILE
@click.option("--all-taxonomies", is_flag=True, help="Take every person, whatever their specialty.")
@shared
def nppes_command(file: Path, all_taxonomies: bool, dry_run: bool, part: bool, as_of: datetime | None) -> None:
    """Read NPPES, the United States register of provider numbers: its native CSV, or an answer of its API (JSON)."""
    _run(nppes.feed(all_taxonomies=all_taxonomies), file, dry_run=dry_run, part=part, as_of=as_of)


@ingest.command("sheet")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--template", is_flag=True, help="Print an empty sheet with an example row, and end.")
@click.option("--source-name", default="", help="Whose sheet it is: shown with every fact, and the same each time the sheet is read.")
@click.option("--licence", default="", help="The terms under which its facts may be shown.")
@click.option("--source-url", default="", help="Where the sheet or its publisher is found.")
@click.option("--map", "maps", multiple=True, metavar="THEIRS=OURS", help="Their name of a column, and ours. May be given many times.")
@shared
def sheet_command(
    file: Path | None,
    template: bool,
    source_name: str,
    licence: str,
    source_url: str,
    maps: tuple[str, ...],
    dry_run: bool,
    part: bool,
    as_of: datetime | None,
) -> None:
    """Read a sheet (CSV) that you filled in: one row a person or practice. docs/sheet.md tells of its columns."""
    if template:
        click.echo(sheet.template(), nl=False)
        return
    if file is None or not source_name:
        stop("Give a FILE and --source-name, or --template.")
    pairs = [pair.rpartition("=") for pair in maps]
    if any(not theirs for theirs, _sign, _ours in pairs):
        stop("Write --map as THEIRS=OURS, such as --map 'Studio name=name'.")
    columns = {theirs.strip(): ours.strip() for theirs, _sign, ours in pairs}
    try:
        feed = sheet.feed(name=source_name, licence=licence, url=source_url, columns=columns)
    except Refused as refused:
        stop(str(refused))
    _run(feed, file, dry_run=dry_run, part=part, as_of=as_of)


def _run(feed: Feed, file: Path, *, dry_run: bool, part: bool, as_of: datetime | None) -> None:
    """Read a file and print what became of its rows; end with 2 where it cannot be taken."""
    database = open_database()
    day: date | None = as_of.date() if as_of else None
    try:
        with bar() as progress:
            done = pipeline.run(database, feed, file, dry_run=dry_run, part=part, as_of=day, progress=progress)
    except Refused as refused:
        stop(str(refused))
    except KeyboardInterrupt:
        stop("Stopped. Give the same command again to go on.", code=130)
    finally:
        database.dispose()
    for text in report.lines(done):
        click.echo(text)
