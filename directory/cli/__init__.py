"""The command line: `hairline`."""

import click

from directory import __version__
from directory.cli.backup import backup, restore
from directory.cli.demo import demo
from directory.cli.doctor import doctor
from directory.cli.ingest import ingest
from directory.cli.places import places
from directory.cli.schema import migrate
from directory.cli.search import search
from directory.cli.serve import serve, worker
from directory.cli.settings import settings
from directory.cli.users import mail, user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hairline")
def main() -> None:
    """Run Hairline: a directory of scalp-micropigmentation practitioners and hair-transplant surgeons, with reviews."""


for command in (backup, demo, doctor, ingest, mail, migrate, places, restore, search, serve, settings, user, worker):
    main.add_command(command)
