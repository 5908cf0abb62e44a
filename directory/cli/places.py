"""`hairline places`: the gazetteer."""

import click

from directory.cli.bar import bar
from directory.cli.context import open_database, stop
from directory.places import gazetteer, service


@click.group()
def places() -> None:
    """Look after the places of the world."""


@places.command()
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Only this country (ISO code); may be given again.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the places with most people: a small gazetteer for trying things out.")
@click.option("--check", is_flag=True, help="Compare every row, even where the same files were loaded before.")
def build(countries: tuple[str, ...], limit: int | None, check: bool) -> None:
    """Load the places and postcodes that came with Hairline. Safe to run again, beside a running site, and after a stop half way."""
    codes = {code.upper() for code in countries}
    if codes and (unknown := codes - gazetteer.Gazetteer().countries()):
        stop(f"No places in {', '.join(sorted(unknown))}. Use two-letter country codes such as CA.")
    database = open_database()
    with bar() as progress:
        report = service.build(database, countries=codes, limit=limit, check=check, progress=progress)
    click.echo(f"{report} ({report.seconds:.1f} s)")
