"""The command line: `hairline`."""

import importlib
from typing import Any

import click

from directory import __version__

#: Command -> the module that holds it. Each is imported when it is asked for: `hairline worker` needs no importer.
COMMANDS = {
    "backup": "backup",
    "block": "blocks",
    "claim": "claims",
    "demo": "demo",
    "doctor": "doctor",
    "evidence": "evidence",
    "ingest": "ingest",
    "mail": "users",
    "member": "members",
    "migrate": "schema",
    "places": "places",
    "restore": "backup",
    "search": "search",
    "serve": "serve",
    "settings": "settings",
    "user": "users",
    "worker": "serve",
}


class LateGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module: Any = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name)
        return found


@click.command(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hairline")
def main() -> None:
    """Run Hairline: a directory of scalp-micropigmentation practitioners and hair-transplant surgeons, with reviews."""
