"""Keeping the table of documents like the database: single changes, and the whole of it anew while it is being read."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from directory.core.db import Database
from directory.core.progress import Progress, silent
from directory.models.ops import Job, JobStatus
from directory.models.profiles import LISTED, Profile
from directory.models.search import SearchDocument, SearchState
from directory.places import sphere
from directory.search import concepts, sql_words
from directory.search.documents import Document
from directory.search.port import IndexBroken, State

#: Goes up with every change of `analysis`, `sql_words` or what a row holds: rows of another version answer no words.
VERSION = 1
#: A breath for other writers between two batches. Seconds.
PAUSE = 0.002


def version() -> str:
    """Return of which analysis the rows are that this code writes."""
    return hashlib.sha256(f"{VERSION} {concepts.table().digest}".encode()).hexdigest()


def is_whole(session: Session) -> bool:
    """Say whether a rebuild by this code came to its end, so that words find whom they should (one SELECT a session)."""
    if not session.info.get("search_is_whole"):
        session.info["search_is_whole"] = session.execute(select(col(SearchState.version))).scalar() == version()
    return bool(session.info["search_is_whole"])


def put(session: Session, documents: Sequence[Document], *, gone: Collection[int] = ()) -> None:
    """Write rows anew and take others away; profiles that were deleted meanwhile are left out."""
    ids = {document.id for document in documents}
    taken: Any = session.execute(delete(SearchDocument).where(col(SearchDocument.profile_id).in_(ids | set(gone))))
    there = set(session.execute(select(col(Profile.id)).where(col(Profile.id).in_(ids))).scalars())
    build = session.execute(select(col(SearchState.build))).scalar() or 0
    rows = [row(session, document, build=build) for document in documents if document.id in there]
    if rows:
        session.execute(insert(SearchDocument), rows)
    session.execute(update(SearchState).values(documents=SearchState.documents + len(rows) - taken.rowcount))


def row(session: Session, document: Document, *, build: int) -> dict[str, Any]:
    """Return a document as its table takes it."""
    values: dict[str, Any] = {"lat": document.lat, "lon": document.lon, "x": None, "y": None, "z": None}
    if document.lat is not None and document.lon is not None:
        values |= sphere.vector(document.lat, document.lon)._asdict()
    return {
        "profile_id": document.id,
        "words": sql_words.words_of(session).stored(document),
        **values,
        "currency": document.currency,
        "price": document.price,
        "languages": list(document.languages),
        "build": build,
    }


def applied(session: Session, job: int) -> None:
    """Note which job was applied.

    Raises:
        IndexBroken: when there are no rows of this version to change.
    """
    state = session.get(SearchState, 1)
    if state is None or state.version != version():
        raise IndexBroken("the table of documents was never filled by this version")
    state.applied = max(state.applied, job)


def rebuild(
    database: Database,
    batches: Iterable[Sequence[Document]],
    *,
    total: int,
    progress: Progress = silent,
    alive: Callable[[], None] = lambda: None,
    finish: Callable[[Session], None] = lambda _session: None,
) -> int:
    """Write every row anew in its place, then take away those of profiles that were not among them; return how many were written.

    Each row is right by itself, so readers need not be kept from a half-done table: until the end old rows stand beside new
    ones, and the table counts as whole only when all are new.

    Args:
        database: Where to.
        batches: All documents.
        total: About how many there will be.
        progress: Told after each batch.
        alive: Called after each batch; what it raises ends the rebuild.
        finish: Called in the last transaction.
    """
    build = _begin(database)
    done = 0
    for batch in batches:
        with database.transaction() as session:
            put(session, batch)
        done += len(batch)
        progress("search table", done, max(done, total))
        alive()
        time.sleep(PAUSE)
    with database.transaction() as session:
        session.execute(delete(SearchDocument).where(col(SearchDocument.build) < build))
        rows = select(func.count()).select_from(SearchDocument).scalar_subquery()
        session.execute(update(SearchState).values(version=version(), documents=rows))
        finish(session)
    return done


def state(database: Database, *, deep: bool = False) -> State:
    """Say how the table stands; `deep` also looks for profiles without a row, and rows without a listed profile."""
    table = SearchDocument.__tablename__
    with database.session() as session:
        now = session.get(SearchState, 1)
        if now is None or not now.version:
            return State(table, None, faults=("It was never filled.",))
        faults = [] if now.version == version() else ["It was filled by another version."]
        # What waits for the worker is no fault.
        faults += _differences(session) if deep and not _waits(session) else []
        return State(table, now.documents, _size(session, now.documents), now.applied, tuple(faults))


def _begin(database: Database) -> int:
    """Give the rebuild its number; rows that are changed while it runs carry it too."""
    with database.transaction() as session:
        now = session.get(SearchState, 1) or SearchState()
        now.build += 1
        session.add(now)
        session.flush()
        return now.build


def _size(session: Session, rows: int) -> int:
    """Return the bytes of the table: on SQLite about as many, by the words of its first thousand rows."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(select(func.pg_total_relation_size(SearchDocument.__tablename__))).scalar_one())
    some = select(func.length(SearchDocument.words).label("letters")).limit(1000).subquery()
    return int((session.execute(select(func.avg(some.c.letters))).scalar_one() or 0) * rows)


def _waits(session: Session) -> bool:
    jobs = select(col(Job.id)).where(col(Job.status) == JobStatus.WAITING, col(Job.name).startswith("search."))
    return session.execute(jobs.limit(1)).first() is not None


def _differences(session: Session) -> list[str]:
    """Compare the rows with the listed profiles, both ways."""
    rows = select(col(SearchDocument.profile_id)).where(col(SearchDocument.profile_id) == col(Profile.id))
    missing = select(func.count()).select_from(Profile).where(col(Profile.status).in_(LISTED), ~rows.exists())
    listed = select(col(Profile.id)).where(col(Profile.status).in_(LISTED))
    extra = select(func.count()).select_from(SearchDocument).where(col(SearchDocument.profile_id).not_in(listed))
    said = ((missing, "{} listed profiles have no row."), (extra, "{} rows are of profiles that are not listed."))
    return [sentence.format(number) for statement, sentence in said if (number := session.execute(statement).scalar_one())]
