"""Side effects as rows: written in the transaction that causes them, brought about later by the worker."""

from datetime import timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from directory.core import clock
from directory.models.ops import Job


def enqueue(session: Session, name: str, *, key: str | None = None, delay: timedelta = timedelta(0), **payload: Any) -> None:
    """Write down a job; it exists if and only if the caller's transaction commits.

    Args:
        name: One of the handlers in `directory/jobs.py`.
        key: Where a job of this key waits already and nobody has begun it, no second one is written.
        delay: How long to wait before it may run.
        payload: What the handler needs: numbers, words and lists of them; no secrets.
    """
    moment = clock.now()
    values = {"name": name, "payload": payload, "key": key, "run_at": moment + delay, "created_at": moment}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Job).values(**values).on_conflict_do_nothing())
