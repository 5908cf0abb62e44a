"""Work on the jobs of the outbox: lease one, hand it to its handler, let nobody write who has lost it."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.ops import Job, JobStatus

log = structlog.get_logger("jobs")

#: How long a handler may take before another worker may take the job.
LEASE = timedelta(seconds=60)
#: A job that was begun this often is given up; with the waits of `_wait` that is a little over a day.
MAX_TRIES = 20
#: How often an idle worker looks. It only reads while nothing waits.
POLL_SECONDS = 0.25


class LeaseLost(Exception):
    """Another worker has taken the job: nothing that this one did since may stand."""


class Hopeless(Exception):
    """A handler says that trying again cannot help (a mail server says that there is no such address): the job is given up."""


@dataclass(frozen=True)
class Work:
    """A leased job in the hands of its handler.

    Args:
        database: Where to read and write.
        settings: The house's settings.
        job_id: The job's row.
        fence: The number of this lease.
        name: The handler's name.
        payload: What `outbox.enqueue` was given.
    """

    database: Database
    settings: Settings
    job_id: int
    fence: int
    name: str
    payload: Mapping[str, Any]

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Write while the lease holds.

        Raises:
            LeaseLost: when the job has been leased again since; the block is not entered.
        """
        with self.database.transaction() as session:
            self._hold(session)
            yield session

    def finish(self, session: Session) -> None:
        """Call the job done in the transaction of its effect: then the effect happens exactly once."""
        self._set(session, status=JobStatus.DONE, finished_at=clock.now(), leased_until=None)

    def _hold(self, session: Session) -> None:
        self._set(session, leased_until=clock.now() + LEASE)

    def _set(self, session: Session, **values: Any) -> None:
        mine = (col(Job.id) == self.job_id, col(Job.fence) == self.fence, col(Job.status) == JobStatus.WAITING)
        if session.execute(update(Job).where(*mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLost(f"job {self.job_id} ({self.name})")


Handler = Callable[[Work], None]


@contextmanager
def along(work: Work, *, limit: int) -> Iterator[list[Work]]:
    """Take further jobs of the same name that are due, to be done in one go with `work`.

    They are done when the block ends well; otherwise they wait again at once. `work` itself is not touched.

    Args:
        work: A leased job.
        limit: How many at most.
    """
    with work.database.transaction() as session:
        more = session.exec(_due(None, work.name).limit(limit).with_for_update(skip_locked=True)).all()
        for job in more:
            job.fence += 1
            job.leased_until = clock.now() + LEASE
        taken = [Work(work.database, work.settings, job.id, job.fence, job.name, dict(job.payload)) for job in more]
    try:
        yield taken
    except BaseException:
        with work.database.transaction() as session:
            for one in taken:
                with suppress(LeaseLost):
                    one._set(session, leased_until=None)
        raise
    with work.database.transaction() as session:
        for one in taken:
            with suppress(LeaseLost):
                one.finish(session)


def lease(database: Database, settings: Settings, *, only: int | None = None, name: str | None = None) -> Work | None:
    """Take the job that is due longest, or return None. The write lock is taken only when a job waits.

    Args:
        database: Where the jobs are.
        settings: Handed on to the handler.
        only: The id of the one job that is wanted.
        name: Only jobs for this handler.
    """
    while _any(database, only, name):
        with database.transaction() as session:
            # SKIP LOCKED is for PostgreSQL, where several workers may ask at once; SQLite leaves it out. What makes a job
            # due stands in the statement that locks: from a subquery it would not be asked again once the lock is had,
            # and a job that another worker took a moment ago would be taken twice.
            job = session.exec(_due(only, name).with_for_update(skip_locked=True)).first()
            if job is None:
                return None
            if job.fence >= MAX_TRIES:
                # Its handler never came back to say why: it took the worker down with it each time.
                job.status, job.finished_at = JobStatus.DEAD, clock.now()
                job.last_error = job.last_error or "no worker that began it came to an end"
                log.error("job.dead", job=job.id, name=job.name)
                continue
            job.fence += 1
            job.leased_until = clock.now() + LEASE
            return Work(database, settings, job.id, job.fence, job.name, dict(job.payload))
    return None


def run(work: Work, handlers: Mapping[str, Handler]) -> bool:
    """Hand the job to its handler; say whether it ended well. A failure is written down and tried again later."""
    started = time.monotonic()
    try:
        handlers[work.name](work)
        _finish(work)
    except LeaseLost:
        log.warning("job.lease_lost", job=work.job_id, name=work.name)
        return False
    except Exception as error:  # noqa: BLE001  (the worker must outlive every handler)
        log.exception("job.failed", job=work.job_id, name=work.name, attempt=work.fence)
        _put_off(work, error)
        return False
    log.info("job.done", job=work.job_id, name=work.name, ms=round((time.monotonic() - started) * 1000))
    return True


def run_due(database: Database, settings: Settings, handlers: Mapping[str, Handler]) -> int:
    """Run everything that is due now and return how many jobs that was (for tests and `hairline worker --once`)."""
    done = 0
    while work := lease(database, settings):
        run(work, handlers)
        done += 1
    return done


def loop(database: Database, settings: Settings, handlers: Mapping[str, Handler], stop: threading.Event) -> None:
    """Work until `stop` is set. A database that is away for a moment is waited for."""
    while not stop.is_set():
        try:
            work = lease(database, settings)
            if work is None:
                stop.wait(POLL_SECONDS)
            else:
                run(work, handlers)
        except SQLAlchemyError:
            log.exception("worker.database_away")
            stop.wait(2)


def _any(database: Database, only: int | None, name: str | None) -> bool:
    with database.session() as session:
        return session.exec(_due(only, name)).first() is not None


def _due(only: int | None, name: str | None = None) -> SelectOfScalar[Job]:
    moment = clock.now()
    free = (col(Job.leased_until).is_(None)) | (col(Job.leased_until) < moment)
    due = select(Job).where(col(Job.status) == JobStatus.WAITING, free, col(Job.run_at) <= moment)
    if only is not None:
        due = due.where(col(Job.id) == only)
    if name is not None:
        due = due.where(col(Job.name) == name)
    return due.order_by(col(Job.run_at), col(Job.id)).limit(1)


def _finish(work: Work) -> None:
    """Call the job done, unless its handler has done so with its effect."""
    with work.database.session() as session:
        done = session.exec(select(Job.status).where(col(Job.id) == work.job_id, col(Job.fence) == work.fence)).first()
    if done is not JobStatus.DONE:
        with work.database.transaction() as session:
            work.finish(session)


def _wait(tries: int) -> timedelta:
    """Return how long to wait after that many tries: 2 s, 4 s ... at most 4 h, with a little chance against herds."""
    return timedelta(seconds=min(2**tries, 4 * 3600) * random.uniform(0.8, 1.2))  # noqa: S311  (no secret)


def _put_off(work: Work, error: Exception) -> None:
    """Write the failure down, and when to try again, if at all."""
    said = str(error).replace("\0", "")
    values: dict[str, Any] = {"last_error": f"{type(error).__name__}: {said}"[:500], "leased_until": None}
    values["run_at"] = clock.now() + _wait(work.fence)
    if work.fence >= MAX_TRIES or isinstance(error, Hopeless):
        values |= {"status": JobStatus.DEAD, "finished_at": clock.now()}
    try:
        with work.database.transaction() as session:
            work._set(session, **values)
    except LeaseLost:
        log.warning("job.lease_lost", job=work.job_id, name=work.name)
