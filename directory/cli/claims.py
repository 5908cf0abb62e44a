"""`hairline claim`: what a claim of a profile asks of whoever runs the site."""

import os
from pathlib import Path

import click

from directory.claims import letters as paper
from directory.claims import queries, sending
from directory.cli.context import open_app, read_settings, stop
from directory.core.db import Database
from directory.web.letters import sheet


@click.group()
def claim() -> None:
    """Do what a claim needs a person for."""


@claim.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def letters(folder: Path) -> None:
    """Write each letter that waits into FOLDER, as a PDF to print and post today: its code begins to run out now.

    Each file holds a code: delete it when it is printed. A letter is on the disk before its code works, so that one that could not
    be written waits on; run the command again then.
    """
    settings = read_settings()
    app = open_app(settings)
    database: Database = app.extensions["hairline_database"]
    with database.session() as session:
        waiting = [(one.claim.id, one.proof.id, one.proof.subject) for one in queries.letters(session)]
    written = 0
    with app.app_context():
        for claim_id, proof_id, address in waiting:
            with database.transaction() as session:
                sent = sending.code_for(session, proof_id=proof_id, secret=settings.secret_key)
                if sent is None:
                    continue  # taken back since it was listed
                _write(folder, f"letter-{claim_id}.pdf", sheet(sent))
            written += 1
            click.echo(str(folder / f"letter-{claim_id}.pdf"))
            if paper.printable(address) != address:
                click.echo(f"  Write this address by hand, some of its letters could not be printed: {address}")
    click.echo(f"{written} letters." if written else "No letter waits.")


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = folder / f".{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(folder / name)
    except OSError as error:
        stop(f"Cannot write {folder / name}: {error.strerror}. The letters that are not named above wait on.", code=1)
