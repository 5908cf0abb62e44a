"""Side effects as rows: written in the transaction that causes them, brought about later by the worker."""

from datetime import timedelta
from typing import Any

from sqlalchemy import case, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from directory.core import clock
from directory.models.ops import ONE_WAITING, Job


def enqueue(session: Session, name: str, *, key: str | None = None, delay: timedelta = timedelta(0), **payload: Any) -> int:
    """Write down a job; it exists if and only if the caller's transaction commits.

    Where a job of this key waits already and nobody has begun it, no second one is written: that one keeps its
    payload (so let the key say everything that the payload says) and runs at the earlier of the two times.
    It is locked until the caller commits. Otherwise, on PostgreSQL, a worker could begin and end it before the
    caller's change can be seen, and the change would be left without its job.

    Args:
        name: One of the handlers in `directory/jobs.py`.
        key: What the job is about, at most 160 characters; None: every call is a job of its own.
        delay: How long to wait before it may run.
        payload: What the handler needs: numbers, words and lists of them; no secrets.

    Returns:
        The id of the job's row.
    """
    moment = clock.now()
    values = {"name": name, "payload": payload, "key": key, "run_at": moment + delay, "created_at": moment}
    insert = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(Job).values(**values)
    earlier = case((insert.excluded.run_at < col(Job.run_at), insert.excluded.run_at), else_=col(Job.run_at))
    merged = insert.on_conflict_do_update(index_elements=["key"], index_where=text(ONE_WAITING), set_={"run_at": earlier})
    found: int = session.execute(merged.returning(col(Job.id))).scalar_one()
    return found
