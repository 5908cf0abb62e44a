"""What the machine needs to remember: jobs to do, requests already answered, mails kept for reading."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, where, words


class JobStatus(StrEnum):
    """A job waits (also while one is at it: see `leased_until`), is done, or was given up."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


#: Which jobs are merged by their key: those that nobody has begun.
ONE_WAITING = "status = 'waiting' AND fence = 0 AND key IS NOT NULL"


class Job(Record, table=True):
    """A side effect to bring about, written in the transaction that causes it."""

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("status", JobStatus),
        Index("ix_jobs_due", "run_at", "id", **where("status = 'waiting'")),
        # Many changes to one thing before its job runs are one job.
        Index("one_waiting_job", "key", unique=True, **where(ONE_WAITING)),
        Index("ix_jobs_finished_at", "finished_at"),
    )
    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=60)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    key: str | None = Field(default=None, max_length=160)
    status: JobStatus = Field(default=JobStatus.WAITING, sa_type=words(JobStatus))
    run_at: datetime = Field(sa_type=UtcDateTime)
    #: Who holds the job holds it until then.
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Counts the leases: a holder whose number is no longer the newest has lost the job, and its writes fail.
    fence: int = 0
    last_error: str = Field(default="", max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdempotencyKey(Record, table=True):
    """A form that was taken, and where its sender was led: sent again, it leads there again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("actor", "key"),)
    id: int = Field(default=None, primary_key=True)
    #: "user:7", or "form" for people without an account (the key is random then).
    actor: str = Field(max_length=40)
    key: str = Field(max_length=64)
    url: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class KeptMail(Record, table=True):
    """A mail kept for reading at /dev/outbox: in development alone."""

    __tablename__ = "kept_mails"
    id: int = Field(default=None, primary_key=True)
    #: Fixed by the job, so that a job run twice keeps one mail.
    message_id: str = Field(max_length=120, unique=True)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=250)
    text: str
    html: str
    created_at: datetime = Field(sa_type=UtcDateTime)
