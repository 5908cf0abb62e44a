"""Reading sources and their runs."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from directory.models.sources import ImportRun, RunStatus, Source


def all_(session: Session) -> Sequence[Source]:
    """Return every source by name: what the page of credits shows."""
    return session.exec(select(Source).order_by(col(Source.name), col(Source.id))).all()


def by_code(session: Session, code: str) -> Source | None:
    """Return a source, if it was read before."""
    return session.exec(select(Source).where(Source.code == code)).first()


def newest_run(session: Session, source_id: int, *, status: RunStatus | None = None) -> ImportRun | None:
    """Return the newest run of a source, or the newest that came to a given end."""
    statement = select(ImportRun).where(ImportRun.source_id == source_id)
    if status is not None:
        statement = statement.where(ImportRun.status == status)
    return session.exec(statement.order_by(col(ImportRun.id).desc()).limit(1)).first()
