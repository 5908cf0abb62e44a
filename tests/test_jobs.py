"""The daily sweep: it forgets what is over, and comes back tomorrow, once."""

from datetime import timedelta

from flask import Flask
from sqlmodel import Session, select

from directory import jobs, outbox
from directory.core import clock
from directory.models.accounts import LoginFailure
from directory.models.ops import IdempotencyKey, Job, JobStatus

OLD = timedelta(days=15)


def test_what_is_over_is_forgotten(app: Flask, session: Session) -> None:
    """Seen to fail with each delete taken out."""
    moment = clock.now()
    for age, key in ((OLD, "old"), (timedelta(hours=1), "new")):
        session.add(IdempotencyKey(actor="form", key=key, url="/", created_at=moment - age))
        session.add(LoginFailure(key=key, count=1, window_start=moment - age))
        session.add(Job(name=key, status=JobStatus.DONE, run_at=moment - age, created_at=moment - age, finished_at=moment - age))
    session.flush()
    outbox.enqueue(session, "ops.sweep", key="ops.sweep")
    assert jobs.run_due(app) == 1
    session.expire_all()
    assert session.exec(select(IdempotencyKey.key)).all() == ["new"]
    assert session.exec(select(LoginFailure.key)).all() == ["new"]
    assert session.exec(select(Job.name).where(Job.status == JobStatus.DONE).order_by(Job.name)).all() == ["new", "ops.sweep"]


def test_however_often_the_worker_starts_there_is_one_sweep_a_day(app: Flask, session: Session) -> None:
    """Seen to fail with the next one written without a key: each start began a row of its own."""
    for _start in range(3):
        outbox.enqueue(session, "ops.sweep", key="ops.sweep")
        jobs.run_due(app)
    waiting = session.exec(select(Job).where(Job.status == JobStatus.WAITING)).all()
    assert len(waiting) == 1
    assert timedelta(hours=23) < waiting[0].run_at - clock.now() < timedelta(hours=25)


def test_every_job_that_is_asked_for_has_a_handler() -> None:
    """Seen to fail with a handler's name misspelt."""
    assert {"ops.sweep", "mail.confirm_email", "search.profile_changed", "search.rebuild"} <= set(jobs.HANDLERS)
