"""Keeping the table of documents like the database: single changes, and the whole of it anew while it is being read."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from directory.core.db import Database
from directory.core.progress import Progress, silent
from directory.models.profiles import LISTED, Profile
from directory.models.search import SearchDocument, SearchState
from directory.places import sphere
from directory.search import concepts, sql_words
from directory.search.documents import Document
from directory.search.port import IndexBroken, State

#: Goes up with every change of `analysis`, `sql_words` or what a row holds: rows of another version answer no words.
VERSION = 1
#: How often a long rebuild shows that it is alive. Seconds; the lease of a job is a minute.
ALIVE = 10.0
#: A breath for other writers between two batches. Seconds.
PAUSE = 0.002


def version() -> str:
    """Return of which analysis the rows are that this code writes."""
    return hashlib.sha256(f"{VERSION} {concepts.table().digest}".encode()).hexdigest()


def is_whole(session: Session) -> bool:
    """Say whether a rebuild by this code came to its end, so that words find whom they should (one SELECT a session)."""
    if "search_is_whole" not in session.info:
        session.info["search_is_whole"] = session.execute(select(col(SearchState.version))).scalar() == version()
    return bool(session.info["search_is_whole"])


def put(session: Session, documents: Sequence[Document], *, gone: Collection[int] = ()) -> None:
    """Write rows anew and take others away; profiles that were deleted meanwhile are left out."""
    ids = {document.id for document in documents}
    session.execute(delete(SearchDocument).where(col(SearchDocument.profile_id).in_(ids | set(gone))))
    there = set(session.execute(select(col(Profile.id)).where(col(Profile.id).in_(ids))).scalars())
    build = session.execute(select(col(SearchState.build))).scalar() or 0
    rows = [row(session, document, build=build) for document in documents if document.id in there]
    if rows:
        session.execute(insert(SearchDocument), rows)


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
        alive: Called every ALIVE seconds and before the end; what it raises ends the rebuild.
        finish: Called in the last transaction.
    """
    build = _begin(database)
    done, shown = 0, time.monotonic()
    for batch in batches:
        with database.transaction() as session:
            put(session, batch)
        done += len(batch)
        progress("search table", done, max(done, total))
        if time.monotonic() - shown > ALIVE:
            alive()
            shown = time.monotonic()
        time.sleep(PAUSE)
    alive()
    with database.transaction() as session:
        session.execute(delete(SearchDocument).where(col(SearchDocument.build) < build))
        session.execute(update(SearchState).values(version=version()))
        finish(session)
    return done


def state(database: Database, *, deep: bool = False) -> State:
    """Say how the table stands; `deep` also looks for profiles without a row, and rows without a listed profile."""
    table, faults = SearchDocument.__tablename__, []
    with database.session() as session:
        now = session.get(SearchState, 1)
        rows = session.execute(select(func.count()).select_from(SearchDocument)).scalar_one()
        size = session.execute(select(_size(database))).scalar_one() or 0
        if now is None or not now.version:
            return State(table, None, size, 0, ("It was never filled.",))
        if now.version != version():
            faults.append("It was filled by another version.")
        if deep:
            faults += _differences(session)
    return State(table, rows, size, now.applied, tuple(faults))


def _begin(database: Database) -> int:
    """Give the rebuild its number; rows that are changed while it runs carry it too."""
    with database.transaction() as session:
        now = session.get(SearchState, 1) or SearchState()
        now.build += 1
        session.add(now)
        session.flush()
        return now.build


def _size(database: Database) -> Any:
    if database.is_sqlite:
        return select(func.sum(func.length(SearchDocument.words))).scalar_subquery()
    return func.pg_total_relation_size(SearchDocument.__tablename__)


def _differences(session: Session) -> list[str]:
    rows = select(col(SearchDocument.profile_id)).where(col(SearchDocument.profile_id) == col(Profile.id))
    missing = select(func.count()).select_from(Profile).where(col(Profile.status).in_(LISTED), ~rows.exists())
    listed = select(col(Profile.id)).where(col(Profile.status).in_(LISTED))
    extra = select(func.count()).select_from(SearchDocument).where(col(SearchDocument.profile_id).not_in(listed))
    said = ((missing, "{} listed profiles have no row."), (extra, "{} rows are of profiles that are not listed."))
    return [sentence.format(number) for statement, sentence in said if (number := session.execute(statement).scalar_one())]
