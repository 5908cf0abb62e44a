"""From a file to the tables: in batches, once or many times, also after a kill in the middle."""

import gzip
import hashlib
import lzma
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, cast

from sqlmodel import col, select

from directory.core.db import Database
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.progress import Progress, silent
from directory.ingest import check
from directory.ingest.batches import Batch, Pace
from directory.ingest.listing import Feed, Item, Refusal, Skipped
from directory.ingest.places import PlaceFinder
from directory.ingest.report import Report
from directory.ingest.writer import DryWriter, Writer
from directory.models.places import Place
from directory.profiles.listing import Listing, placed
from directory.profiles.recording import Mention

#: So many items that need no writing are passed over before the position is noted.
LONGEST_STEP = 5000


def run(
    database: Database,
    feed: Feed,
    path: Path,
    *,
    dry_run: bool = False,
    as_of: date | None = None,
    part: bool = False,
    progress: Progress = silent,
    pace: Pace | None = None,
) -> Report:
    """Read a file of a source into the tables.

    A run that was cut short goes on where it stood when the same file is read again; a file read again
    changes nothing. Only a run that comes to the end of its file lets go of what the file no longer holds;
    where the file is a part of what the source holds, only of what it says itself is gone.

    Args:
        path: The file; it may be compressed by gzip or xz.
        dry_run: Say what would be done, and write nothing at all.
        as_of: The day that the file speaks of, where its name does not tell.
        part: Whether the file is only a part of what the source holds; files of which that is known need not be told of.
        progress: Told the bytes read and the bytes of the file after each batch.
        pace: Given by those who want to know how long batches held the write lock.

    Returns:
        What became of the rows.

    Raises:
        Refused: when this is no file of the source, its day is not known, a newer one was read already, or
            another process reads the source.
    """
    day = as_of or feed.day_of(path)
    if day is None:
        raise Refused(_("The name of the file does not tell its day. Give it with --as-of YYYY-MM-DD."))
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
        size = raw.seek(0, os.SEEK_END)
        raw.seek(0)
        stream = _unpacked(raw, stack)
        part = part or feed.is_part(path, stream.read(64))
        stream.seek(0)
        items = feed.read(stream)
        first = next(items, None)
        if first is None:
            raise Refused(_("The file has no rows. Nothing was read."))
        _need_places(database)
        report = Report(file_name=path.name, as_of=day, dry_run=dry_run, part=part)
        writer = (DryWriter if dry_run else Writer)(database, feed, digest, report)
        finder, pace = PlaceFinder(), pace or Pace()
        rest = islice(chain([first], items), writer.position, None)
        while batch := _gather(database, rest, pace.size, finder):
            writer.write(batch, pace)
            progress(feed.name, raw.tell(), size)
        writer.finish()
    return report


def _gather(database: Database, items: Iterator[Item], size: int, finder: PlaceFinder) -> Batch | None:
    """Take the next items and make them ready, outside of any transaction."""
    batch = Batch()
    ordered: list[Listing | Mention] = []
    listings = 0
    for item in items:
        batch.items += 1
        if isinstance(item, Skipped):
            batch.skip(item)
        elif isinstance(item, Listing) and (problem := check.problem(item)) is None:
            ordered.append(item)
            listings += 1
        else:
            refusal = Refusal(item.line, *problem, item.key) if isinstance(item, Listing) and problem else cast(Refusal, item)
            batch.refused.append(refusal)
            if 0 < len(refusal.key) <= check.MAX_KEY:
                ordered.append(Mention(refusal.key, refusal.line))
        if listings >= size or batch.items >= LONGEST_STEP:
            break
    if listings:
        rows = [location for entry in ordered if isinstance(entry, Listing) for location in entry.locations]
        with database.session() as session:
            places = iter(finder.find(session, rows))
        batch.entries = [
            placed(entry, [next(places) for _row in entry.locations]) if isinstance(entry, Listing) else entry for entry in ordered
        ]
    else:
        batch.entries = [entry for entry in ordered if isinstance(entry, Mention)]
    return batch if batch.items else None


def _unpacked(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    """Return the bytes of a file, of what it holds where it is compressed."""
    head = raw.read(6)
    raw.seek(0)
    if head == b"\xfd7zXZ\0":
        return cast(BinaryIO, stack.enter_context(lzma.open(raw)))
    if head[:2] == b"\x1f\x8b":
        return cast(BinaryIO, stack.enter_context(gzip.open(raw)))
    if head[:4] == b"PK\x03\x04":
        raise Refused(_("This is a zip archive. Unpack it first and give the file in it."))
    return raw


def _need_places(database: Database) -> None:
    with database.session() as session:
        if session.exec(select(col(Place.id)).limit(1)).first() is None:
            raise Refused(_("There are no places yet. Load them with: hairline places build"))
