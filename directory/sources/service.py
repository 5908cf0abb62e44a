"""Writing down sources and how far a reading of them came."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.models.sources import ImportRun, RunStatus, Source
from directory.sources import queries


def ensure(session: Session, *, code: str, **terms: str) -> Source:
    """Return the source of a code with these terms (name, url, licence, licence_url, attribution); it is written where it differs."""
    source = queries.by_code(session, code) or Source(code=code, name="")
    for name, value in terms.items():
        if getattr(source, name) != value:
            setattr(source, name, value)
    session.add(source)
    session.flush()
    return source


def asked(*, file_hash: str, options: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """Return what tells one reading from another: the file, what else decides which facts it gives, and its day."""
    return {"file_hash": file_hash, "options": dict(options), "as_of": as_of}


def refuse_older(session: Session, source_id: int, as_of: date) -> None:
    """Raise Refused when a file of a later day was read to its end already: facts must not grow older."""
    finished = queries.newest_run(session, source_id, status=RunStatus.FINISHED)
    if finished is not None and finished.as_of > as_of:
        raise Refused(
            _("This file is of %(day)s, and one of %(newer)s was read already.", day=as_of.isoformat(), newer=finished.as_of.isoformat())
        )


def read_last(session: Session, source_id: int, asked: Mapping[str, Any]) -> bool:
    """Say whether this very reading was the last one, and came to its end: then it has nothing to mark and nothing gone."""
    newest = queries.newest_run(session, source_id)
    return newest is not None and newest.status is RunStatus.FINISHED and _same(newest, asked)


def start_run(session: Session, *, source: Source, file_name: str, asked: Mapping[str, Any]) -> tuple[ImportRun, bool]:
    """Begin to read a file, or go on with a reading of the same file that was cut short.

    Returns:
        The run, and whether it was taken up again.

    Raises:
        Refused: when a newer file of this source was read already.
    """
    refuse_older(session, source.id, asked["as_of"])
    newest = queries.newest_run(session, source.id)
    if newest is not None and newest.status is RunStatus.RUNNING:
        if _same(newest, asked):
            return newest, True
        newest.status = RunStatus.FAILED
        newest.finished_at = clock.now()
        session.flush()
    marks = not read_last(session, source.id, asked)
    run = ImportRun(source_id=source.id, file_name=file_name[-260:], **asked, marks=marks, started_at=clock.now())
    session.add(run)
    session.flush()
    return run, False


def _same(run: ImportRun, asked: Mapping[str, Any]) -> bool:
    return all(getattr(run, name) == value for name, value in asked.items())
