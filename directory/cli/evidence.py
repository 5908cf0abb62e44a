"""`hairline evidence`: the keys that seal documents shown in confidence."""

import click
from rich.table import Table

from directory.cli.bar import bar
from directory.cli.context import console, open_database, read_settings, stop
from directory.config import PREFIX, Settings
from directory.evidence import keys, queries, service
from directory.evidence.keys import BadKeys, KeyRing

#: Documents sealed anew in one transaction: at most some 40 MB, and others write between two.
BATCH = 5


@click.group()
def evidence() -> None:
    """Look after the documents that were shown in confidence. Nobody sees one from here."""


@evidence.command()
@click.argument("key_id")
def key(key_id: str) -> None:
    """Make a new key called KEY_ID and show its line. Put it first into HAIRLINE_EVIDENCE_KEYS, then run `hairline evidence rotate`."""
    line = keys.made(key_id)
    try:
        keys.read(line)
    except BadKeys:
        stop("An id has 1 to 40 letters, digits, dots, hyphens and underscores.")
    click.echo(line)


@evidence.command()
def status() -> None:
    """Show how many documents each key seals, and which keys are not needed any more."""
    settings = read_settings()
    ring = _ring(settings)
    with open_database(settings).session() as session:
        sealed = queries.by_key(session)
        lost = queries.without_bytes(session)
    table = Table("Key", "Documents", "", box=None, pad_edge=False)
    for key_id in dict.fromkeys([*ring.keys, *sealed]):
        table.add_row(key_id, str(sealed.get(key_id, 0)), _said(ring, key_id, sealed.get(key_id, 0)))
    console.print(table)
    if lost:
        click.echo(f"{lost} documents have no bytes here: the database came from a backup, and backups leave them out.")


@evidence.command()
def rotate() -> None:
    """Seal every document with the current key, the first of the setting. Safe to stop and to run again, beside a running site."""
    settings = read_settings()
    ring = _ring(settings)
    database = open_database(settings)
    with database.session() as session:
        total = queries.under_other_keys(session, ring.current)
    done = unopened = after = 0
    with bar() as progress:
        while True:
            with database.transaction() as session:
                batch = service.reseal(session, keys=ring, after=after, limit=BATCH)
            if batch is None:
                break
            after, done, unopened = batch.last, done + batch.done, unopened + batch.unopened
            progress("Documents", done + unopened, total)
    click.echo(f"{done} documents are sealed with {ring.current} now.")
    if unopened:
        stop(f"{unopened} documents could not be opened: their key is not in the setting, or they were changed.", code=1)
    old = [key_id for key_id in ring.keys if key_id != ring.current]
    if old:
        click.echo(f"Nothing needs {', '.join(old)} any more: take it out of the setting and start the site again.")


def _ring(settings: Settings) -> KeyRing:
    try:
        found = keys.of(settings.evidence_keys, data_dir=settings.data_dir, production=settings.production)
    except BadKeys as error:
        stop(f"{PREFIX}EVIDENCE_KEYS: {error}")
    if found is None:
        stop(f"{PREFIX}EVIDENCE_KEYS is not set: this site takes no documents. `hairline evidence key ID` makes one.")
    return found


def _said(ring: KeyRing, key_id: str, documents: int) -> str:
    if key_id == ring.current:
        return "seals now"
    if key_id not in ring.keys:
        return "not in the setting: these documents cannot be opened"
    return "opens; `hairline evidence rotate` frees it" if documents else "not needed any more"
