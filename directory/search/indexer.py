"""Keeping the index like the database: the only writer, run by the worker, or by the command line where no worker runs."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import structlog
from whoosh.index import create_in, open_dir

from directory import outbox
from directory.config import Settings
from directory.core.db import Database
from directory.core.locks import FileLock
from directory.core.progress import Progress, silent
from directory.search import documents, generations
from directory.search.port import index_folder
from directory.search.schema import DAMAGE, SCHEMA, IndexBroken, row
from directory.search.whoosh_engine import WhooshEngine
from directory.work import Handler, Work

log = structlog.get_logger("search")

#: How often a long rebuild shows that it is alive. Seconds; the lease of a job is a minute.
ALIVE = 10.0
#: Memory for postings before they go to the disk. Megabytes.
MEMORY = 128


@dataclass(frozen=True)
class Status:
    """How the index stands.

    Args:
        path: The live folder; None where there is none.
        indexed: Profiles in it; None where it cannot be read.
        listed: Profiles that should be in it.
        size: Bytes on the disk.
    """

    path: Path | None
    indexed: int | None
    listed: int
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether it can be read and holds as many profiles as are listed."""
        return self.indexed == self.listed


def status(database: Database, settings: Settings) -> Status:
    """Look at the index."""
    folder = index_folder(settings.data_dir)
    with database.session() as session:
        listed = documents.count(session)
    try:
        indexed = WhooshEngine(folder).count()
    except IndexBroken:
        indexed = None
    path = generations.live(folder)
    size = sum(file.stat().st_size for file in path.iterdir()) if path is not None and path.is_dir() else 0
    return Status(path, indexed, listed, size)


def ensure(database: Database, settings: Settings, *, progress: Progress = silent) -> str:
    """Make the index where there is none or it does not hold as many profiles as are listed; return a sentence that says so."""
    now = status(database, settings)
    if now.is_whole:
        return f"{now.listed} profiles, up to date"
    return f"{rebuild(database, settings, progress=progress)} profiles"


def rebuild(database: Database, settings: Settings, *, progress: Progress = silent, alive: Callable[[], None] = lambda: None) -> int:
    """Make a whole new index beside the live one, swap them, and return how many profiles it holds.

    Args:
        database: What to index.
        settings: Where to.
        progress: Told after each batch.
        alive: Called every ALIVE seconds; what it raises ends the rebuild, and the live index stays.
    """
    folder = index_folder(settings.data_dir)
    made = generations.fresh(folder)
    try:
        with _writing(folder):
            done = _fill(database, made, progress, alive)
            alive()
            generations.swap(folder, made)
    except BaseException:
        generations.drop(made)
        raise
    return done


def changed(work: Work) -> None:
    """Handler: bring one profile's entry to what the database says now; safe to run twice."""
    profile_id = int(work.payload["profile_id"])
    folder = index_folder(work.settings.data_dir)
    with _writing(folder), work.database.session() as session:
        # Read behind the lock: whoever writes last has read last.
        found = documents.Reader(session).read([profile_id])
        try:
            _replace(folder, profile_id, found)
            return
        except (IndexBroken, *DAMAGE) as error:
            log.warning("search.index_away", error=type(error).__name__, reason=str(error))
    # Without an index there is nothing to change: a whole one is made, which holds this change too.
    with work.transaction() as session:
        outbox.enqueue(session, "search.rebuild", key="search.rebuild")
        work.finish(session)


def rebuild_job(work: Work) -> None:
    """Handler: make a whole new index, and keep the lease while that takes."""

    def alive() -> None:
        with work.transaction():
            pass

    rebuild(work.database, work.settings, alive=alive)


#: Job name -> function.
HANDLERS: dict[str, Handler] = {"search.profile_changed": changed, "search.rebuild": rebuild_job}


def _fill(database: Database, made: Path, progress: Progress, alive: Callable[[], None]) -> int:
    with database.session() as session:
        total = documents.count(session)
    done, shown = 0, time.monotonic()
    with create_in(str(made), SCHEMA).writer(limitmb=MEMORY) as writer:
        for batch in documents.batches(database):
            for document in batch:
                writer.add_document(**row(document))
            done += len(batch)
            progress("search index", done, max(done, total))
            if time.monotonic() - shown > ALIVE:
                alive()
                shown = time.monotonic()
    return done


def _replace(folder: Path, profile_id: int, found: list[documents.Document]) -> None:
    path = generations.live(folder)
    if path is None:
        raise IndexBroken("there is no index")
    with open_dir(str(path)).writer() as writer:
        writer.delete_by_term("id", profile_id)
        for document in found:
            writer.add_document(**row(document))
    generations.settle(path)


def _writing(folder: Path) -> AbstractContextManager[None]:
    """Keep every other writer out, also one on the command line."""
    folder.mkdir(parents=True, exist_ok=True, mode=generations.MODE)
    return FileLock(folder / "writer.lock").hold()
