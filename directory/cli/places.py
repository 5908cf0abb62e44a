"""`hairline places`: the gazetteer."""

import click

from directory.cli.bar import bar
from directory.cli.context import open_database, read_settings, stop
from directory.places import blob, gazetteer, service


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
    settings = read_settings()
    database = open_database(settings)
    with bar() as progress:
        report = service.build(database, countries=codes, limit=limit, check=check, progress=progress)
    click.echo(f"{report} ({report.seconds:.1f} s)")
    with database.session() as session:
        path = blob.path_in(settings.data_dir)
        if blob.build(session, path) if report.writes else blob.ensure(session, path):
            click.echo(f"All names for suggestions and misspelled places: {path.stat().st_size / 1e6:.1f} MB in {path}")
