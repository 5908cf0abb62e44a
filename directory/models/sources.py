"""Where facts come from: sources, runs that read them, and the raw record behind every fact."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, byte_ordered, one_of, words


class Source(Record, table=True):
    """A register or file that facts come from, with the terms under which they may be shown."""

    __tablename__ = "sources"
    id: int = Field(default=None, primary_key=True)
    #: toronto-bodysafe, nppes, sheet:<name>
    code: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=160)
    url: str = Field(default="", max_length=500)
    licence: str = Field(default="", max_length=160)
    licence_url: str = Field(default="", max_length=500)
    attribution: str = Field(default="", max_length=500)


class RunStatus(StrEnum):
    """How far a run came. Only a finished one has read its file to the end."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class ImportRun(Record, table=True):
    """One reading of one file."""

    __tablename__ = "import_runs"
    __table_args__ = (one_of("status", RunStatus),)
    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="sources.id", ondelete="CASCADE", index=True)
    status: RunStatus = Field(default=RunStatus.RUNNING, sa_type=words(RunStatus))
    file_name: str = Field(max_length=260)
    #: SHA-256 of the file: a resumed run must read the same one.
    file_hash: str = Field(max_length=64)
    #: What else decides which facts the file gives: {"all_taxonomies": true}. A resumed run must be asked the same.
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    #: The day that the file speaks of.
    as_of: date
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Whether each row notes that this run saw it: not when the same file was read to its end just before.
    marks: bool = True
    #: What the reader gave so far, right or wrong: where a killed run goes on.
    position: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    refused: int = 0
    #: Rows that are right and not for us, by reason: {"other specialty": 99}.
    skipped: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    #: The first refused rows: [{"line": 7, "column": "...", "reason": "..."}]
    refusals: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class SourceRecord(Record, table=True):
    """What a source said of one thing, as it said it."""

    __tablename__ = "source_records"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_source_records_profile_id", "profile_id"),
        Index("ix_source_records_last_run_id", "last_run_id"),
    )
    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="sources.id", ondelete="CASCADE")
    #: The source's own key: establishment id, NPI.
    key: str = Field(max_length=120, sa_type=byte_ordered(120))
    profile_id: int | None = Field(default=None, foreign_key="profiles.id", ondelete="SET NULL")
    raw: dict[str, Any] = Field(sa_type=JSON)
    #: SHA-256 over the parsed listing.
    hash: str = Field(max_length=64)
    #: The day of the newest file that still held it.
    as_of: date
    #: The day of the first file that no longer held it.
    gone_on: date | None = None
    #: What the source still says of a thing that is gone for us: ["Tattooing"].
    gone_note: list[str] = Field(default_factory=list, sa_type=JSON)
    #: The run whose file said so: what a later file does not say any more is taken back.
    note_run_id: int | None = Field(default=None, foreign_key="import_runs.id", ondelete="SET NULL", index=True)
    #: Its line in the newest file that held it.
    line: int = 0
    #: The newest run that saw it and marked what it saw.
    last_run_id: int | None = Field(default=None, foreign_key="import_runs.id", ondelete="SET NULL")
