"""Keeping what engines hold like the database: the only writer, run by the worker, or by the command line where no worker runs."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from directory import outbox, work
from directory.config import Settings
from directory.core.db import Database
from directory.core.progress import Progress, silent
from directory.models.ops import Job, JobStatus
from directory.search import documents, finding
from directory.search.following import Follower
from directory.search.port import IndexBroken, SearchEngine, State, index_folder
from directory.work import Handler, Work

log = structlog.get_logger("search")

#: How often a long rebuild shows that it is alive, and how often it lets changes through. Seconds; the lease of a job is a minute.
ALIVE, LET_THROUGH = 10.0, 0.5
#: Changed profiles that one commit takes.
TOGETHER = 500
#: How often the worker looks whether the index is whole, and how often it reads all of it to be sure. Seconds.
LOOK, LOOK_DEEP = 2.0, 3600.0
#: How long it waits for a rebuild that it asked for before it looks again. Seconds.
PATIENCE = 60.0
#: Writers of the tables of one database stand in line behind this number (PostgreSQL's advisory locks).
ADVISORY = 0x5EA7C4


@dataclass(frozen=True)
class Status:
    """How one engine stands beside the database.

    Args:
        engine: Its name.
        state: What it says of itself.
        listed: Profiles that it should hold.
    """

    engine: str
    state: State
    listed: int

    @property
    def is_whole(self) -> bool:
        """Whether it can be read and holds as many profiles as are listed."""
        return self.state.documents == self.listed and not self.state.faults


def status(database: Database, settings: Settings, *, deep: bool = False) -> list[Status]:
    """Look at every engine that is kept here, the one that answers first.

    Args:
        deep: Read everything and compare checksums.
    """
    with database.session() as session:
        listed = documents.count(session)
    return [Status(engine.name, engine.state(deep=deep), listed) for engine in finding.kept(settings, database)]


def ensure(database: Database, settings: Settings, *, progress: Progress = silent) -> str:
    """Make anew what is not there or does not hold as many profiles as are listed; return a sentence that says so."""
    found = status(database, settings)
    if all(one.is_whole for one in found):
        return f"{found[0].listed} profiles, up to date"
    return f"{rebuild(database, settings, progress=progress)} profiles"


def rebuild(database: Database, settings: Settings, *, progress: Progress = silent, alive: Callable[[], None] = lambda: None) -> int:
    """Make everything anew beside what is live, swap, and return how many profiles there are.

    Args:
        database: What to index.
        settings: Where to.
        progress: Told after each batch.
        alive: Called after each batch; what it raises ends the rebuild, and the live index stays.
    """
    engines = finding.kept(settings, database)
    return _rebuild(database, engines, progress, alive)


def changed(work_: Work) -> None:
    """Handler: bring profiles' entries to what the database says now, those of all waiting jobs in one commit; safe to run twice."""
    engines = finding.kept(work_.settings, work_.database)
    with work.along(work_, limit=TOGETHER) as others:
        jobs = [work_, *others]
        try:
            _apply(work_.database, engines, {int(job.payload["profile_id"]) for job in jobs}, job=max(job.job_id for job in jobs))
            return
        except IndexBroken as error:
            log.warning("search.index_away", reason=str(error))
        # Without an index there is nothing to change: a whole one is made, which holds these changes too.
        with work_.transaction() as session:
            outbox.enqueue(session, "search.rebuild", key="search.rebuild")
            work_.finish(session)


def rebuild_job(work_: Work) -> None:
    """Handler: make everything anew; keep the lease while that takes, and let changes of single profiles through."""
    engines = finding.kept(work_.settings, work_.database)
    through = _Through(work_, engines)
    _rebuild(work_.database, engines, silent, through.alive)
    # What changed meanwhile went into the index that was live then; now into the new one.
    if through.ids:
        _apply(work_.database, engines, through.ids)


def follower(database: Database, settings: Settings) -> Follower:
    """Return what brings the index of this host up to what workers of other hosts have done."""
    engines = finding.kept(settings, database)[:1]
    return Follower(
        database,
        index_folder(settings.data_dir),
        apply=lambda ids, job: _apply(database, engines, ids, job=job),
        rebuild=lambda: _rebuild(database, engines, silent, lambda: None),
    )


def watch(database: Database, settings: Settings, stop: threading.Event) -> None:
    """Look after the engines until `stop` is set: what is missing, damaged or of another make is made anew by itself.

    A database or disk that is away for a moment is waited for.
    """
    deep_at = 0.0
    following = follower(database, settings) if finding.is_per_host(settings, database) else None
    while not stop.is_set():
        now = time.monotonic()
        deep = now >= deep_at
        try:
            if following is not None:
                following.catch_up()
            if _ask_to_mend(database, settings, deep=deep):
                # A rebuild takes its time; looking again meanwhile would only ask for another one.
                stop.wait(PATIENCE)
            deep_at = now + LOOK_DEEP if deep else deep_at
        except (SQLAlchemyError, IndexBroken, OSError):
            log.exception("search.watch_failed")
        stop.wait(LOOK)


def _ask_to_mend(database: Database, settings: Settings, *, deep: bool) -> bool:
    """Ask for a rebuild where an engine has a fault; say whether one has."""
    for engine in finding.kept(settings, database):
        faults = _faults(database, engine, deep=deep)
        if faults:
            log.warning("search.faults", engine=engine.name, faults=list(faults))
            with database.transaction() as session:
                outbox.enqueue(session, "search.rebuild", key="search.rebuild")
            return True
    return False


def _faults(database: Database, engine: SearchEngine, *, deep: bool) -> tuple[str, ...]:
    """Return what is wrong with an engine; `deep`: also whether it holds as many profiles as are listed, where no change waits."""
    state = engine.state(deep=deep)
    if state.faults or not deep:
        return state.faults
    with database.session() as session:
        waiting = session.exec(select(Job.id).where(col(Job.name).in_(HANDLERS), col(Job.status) == JobStatus.WAITING).limit(1)).first()
        listed = documents.count(session)
    is_behind = waiting is None and state.documents != listed
    return (f"it holds {state.documents} profiles of {listed}",) if is_behind else ()


#: Job name -> function.
HANDLERS: dict[str, Handler] = {"search.profile_changed": changed, "search.rebuild": rebuild_job}


class _Through:
    """What a rebuild does now and then, so that nobody waits for it.

    Args:
        work_: The job of the rebuild.
        engines: Those that are kept.
    """

    def __init__(self, work_: Work, engines: Sequence[SearchEngine]) -> None:
        self._work, self._engines = work_, engines
        self._alive_at = self._through_at = time.monotonic()
        #: Profiles that changed meanwhile.
        self.ids: set[int] = set()

    def alive(self) -> None:
        """Keep the lease, and bring changes to what is live."""
        now = time.monotonic()
        if now - self._alive_at > ALIVE:
            with self._work.transaction():
                self._alive_at = now
        if now - self._through_at > LET_THROUGH:
            while found := work.lease(self._work.database, self._work.settings, name="search.profile_changed"):
                self.ids.add(int(found.payload["profile_id"]))
                work.run(found, {"search.profile_changed": self._changed})
            self._through_at = time.monotonic()

    def _changed(self, found: Work) -> None:
        try:
            _apply(found.database, self._engines, {int(found.payload["profile_id"])}, job=found.job_id)
        except IndexBroken:  # nothing live yet: the new one will hold it
            return


def _rebuild(database: Database, engines: Sequence[SearchEngine], progress: Progress, alive: Callable[[], None]) -> int:
    with database.session() as session:
        total = documents.count(session)
    done = 0
    for engine in engines:
        done = engine.rebuild(documents.batches(database), total=total, progress=progress, alive=alive)
    return done


def _apply(database: Database, engines: Sequence[SearchEngine], ids: Collection[int], *, job: int = 0) -> None:
    with _alone(database):
        with database.session() as session:
            # Read behind the lock: whoever writes last has read last.
            found = documents.Reader(session).read(ids)
        for engine in engines:
            engine.apply(found, set(ids) - {document.id for document in found}, job=job)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Keep the workers of other hosts out; on one host there is one worker."""
    if database.is_sqlite:
        yield
        return
    # On a connection of its own: no transaction stays open for reading while others write.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(ADVISORY)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(ADVISORY)))
