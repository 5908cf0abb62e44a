"""`hairline block`: who may not register or write here."""

import click
from rich.table import Table

from directory.accounts import blocks
from directory.cli.context import console, open_database, read_settings, stop
from directory.core.errors import DomainError
from directory.models.limits import BlockKind

#: On the command line words are joined by a hyphen.
KINDS = {kind.value.replace("_", "-"): kind for kind in BlockKind}
KIND = click.Choice(sorted(KINDS))


@click.group()
def block() -> None:
    """Keep an e-mail address, a domain of addresses or a network from registering; what a blocked network writes is held for a look."""


@block.command()
@click.argument("kind", type=KIND)
@click.argument("value")
@click.option("--reason", required=True, help="Why, for whoever looks at the list later.")
@click.option("--days", type=click.IntRange(min=1), help="How long; without it until it is taken back.")
def add(kind: str, value: str, reason: str, days: int | None) -> None:
    """Block VALUE. Of a network at least a /24 or a /64 is blocked; a domain stands for those below it too."""
    settings = read_settings()
    try:
        with open_database(settings).transaction() as session:
            made = blocks.add(session, KINDS[kind], value, reason=reason[:300], secret=settings.secret_key, days=days)
            shown = value if made.kind is BlockKind.EMAIL else made.value
            ends = f"until {made.expires_at:%Y-%m-%d}" if made.expires_at else "until you take it back"
    except DomainError as error:
        stop(str(error))
    click.echo(f"{shown} is blocked {ends}.")


@block.command()
@click.argument("kind", type=KIND)
@click.argument("value")
def remove(kind: str, value: str) -> None:
    """Take a block back."""
    settings = read_settings()
    try:
        with open_database(settings).transaction() as session:
            blocks.remove(session, KINDS[kind], value, secret=settings.secret_key)
    except DomainError as error:
        stop(str(error))
    click.echo(f"{value} is not blocked any more.")


@block.command("list")
def list_() -> None:
    """Show what is blocked. Addresses are kept as digests and cannot be shown; they can be taken back by name."""
    with open_database().session() as session:
        found = blocks.all_(session)
    table = Table("Since", "Until", "Kind", "What", "Reason", box=None, pad_edge=False)
    for one in found:
        ends = f"{one.expires_at:%Y-%m-%d}" if one.expires_at else ""
        shown = f"(digest {one.value[:12]})" if one.kind is BlockKind.EMAIL else one.value
        table.add_row(f"{one.created_at:%Y-%m-%d}", ends, one.kind.value.replace("_", "-"), shown, one.reason)
    console.print(table if found else "Nothing is blocked.")
