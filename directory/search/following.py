"""An index of this host's own beside a database that many hosts share: what workers elsewhere have done is done here too.

A job of the outbox is run by one worker. Where each host has an index (`HAIRLINE_SEARCH_ENGINE=whoosh` beside PostgreSQL), the worker
of every host also reads which jobs the others have ended, and brings its own index the same profiles, as they are now.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from directory.core.db import Database
from directory.models.ops import Job, JobStatus
from directory.search import generations

log = structlog.get_logger("search")

CHANGED, REBUILD = "search.profile_changed", "search.rebuild"
#: Jobs that are read at once.
AT_ONCE = 5000


class Ended(NamedTuple):
    """A job of search, as far as it has come."""

    id: int
    name: str
    status: JobStatus
    created_at: datetime
    payload: dict[str, int]


class Follower:
    """Follows the workers of other hosts.

    Args:
        database: Where the jobs are.
        folder: Where the indexes of this host lie.
        apply: Brings profiles to the index of this host; the number of the last job goes with them.
        rebuild: Makes it anew.
    """

    def __init__(
        self, database: Database, folder: Path, *, apply: Callable[[Collection[int], int], None], rebuild: Callable[[], object]
    ) -> None:
        self._database, self._folder = database, folder
        self._apply, self._rebuild = apply, rebuild
        #: All jobs up to this one are done here; of the later ones, those.
        self._low: int | None = None
        self._done: set[int] = set()

    def catch_up(self) -> int:
        """Do what others have done since the last time; return how many profiles that was."""
        path = generations.live(self._folder)
        if path is None:
            self._anew()
            return 0
        if self._low is None:
            self._low = generations.read_manifest(path).applied
        with self._database.session() as session:
            jobs = _jobs(session, self._low)
        fresh = [job for job in jobs if job.status is JobStatus.DONE and job.id not in self._done]
        if any(job.name == REBUILD and job.created_at.timestamp() > _made_at(self._folder) for job in fresh):
            self._anew()
            return 0
        ids = {int(job.payload["profile_id"]) for job in fresh if job.name == CHANGED}
        if ids:
            self._apply(ids, max(job.id for job in fresh))
            log.info("search.followed", profiles=len(ids))
        self._done |= {job.id for job in fresh}
        waiting = next((job.id for job in jobs if job.status is JobStatus.WAITING), None)
        self._low = max([self._low, *(job.id for job in jobs)]) if waiting is None else waiting - 1
        self._done = {job for job in self._done if job > self._low}
        return len(ids)

    def _anew(self) -> None:
        """Make the index anew: it then holds everything that was ended before it was begun."""
        with self._database.session() as session:
            ended = select(Job.id).where(col(Job.name).in_((CHANGED, REBUILD))).order_by(col(Job.id).desc()).limit(1)
            last = session.exec(ended).first() or 0
            waiting = select(Job.id).where(col(Job.name).in_((CHANGED, REBUILD)), col(Job.status) == JobStatus.WAITING)
            first = session.exec(waiting.order_by(col(Job.id)).limit(1)).first()
        self._rebuild()
        self._low = last if first is None else first - 1


def _jobs(session: Session, low: int) -> list[Ended]:
    columns = (col(Job.id), col(Job.name), col(Job.status), col(Job.created_at), col(Job.payload))
    wanted = columns_of(*columns).where(col(Job.name).in_((CHANGED, REBUILD)), col(Job.id) > low)
    return [Ended(*row) for row in session.execute(wanted.order_by(col(Job.id)).limit(AT_ONCE)).all()]


def _made_at(folder: Path) -> float:
    """Return when the live index was named, in seconds since 1970."""
    pointer = generations.root(folder) / generations.POINTER
    return pointer.stat().st_mtime if pointer.exists() else 0.0
