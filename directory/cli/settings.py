"""`hairline settings`: what can be set, what it is now, and what it means."""

import click
from rich.table import Table

from directory.cli.context import console, read_settings
from directory.config import PREFIX, Settings

#: Settings whose value is never printed.
SECRET = frozenset({"secret_key", "smtp_password", "database_url", "redis_url"})


@click.command()
def settings() -> None:
    """Check the settings and print them all; secrets are not shown."""
    now = read_settings()
    table = Table("Setting", "Now", "What it is", box=None, pad_edge=False)
    for name, field in Settings.model_fields.items():
        value = getattr(now, name)
        shown = ("(set)" if value else "") if name in SECRET else str(value)
        table.add_row(PREFIX + name.upper(), shown, field.description or "")
    console.print(table)
