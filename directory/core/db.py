"""Engines, sessions and `transaction()`: the only place of the house that commits."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from directory.core.locks import FileLock

#: PostgreSQL: a statement that runs longer has gone wrong; a lock waited for longer is stuck. Milliseconds.
STATEMENT_TIMEOUT = 30_000
LOCK_TIMEOUT = 15_000


class ReadSession(Session):
    """A session for reading. Whoever forgets `transaction()` gets an error, not a silent loss."""


AnySession = TypeVar("AnySession", bound=Session)


class BrokenKeys(RuntimeError):
    """A migration would leave rows that point nowhere."""


class ForgottenTransaction(RuntimeError):
    """Something tried to write outside `transaction()`."""


@event.listens_for(ReadSession, "before_flush")
def _refuse_flush(session: Session, context: object, instances: object) -> None:
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise ForgottenTransaction(f"written outside transaction(): {[*session.new, *session.dirty, *session.deleted]!r}")


@event.listens_for(ReadSession, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise ForgottenTransaction(f"written outside transaction(): {state.statement}")


class Database:
    """One database: sessions to read with, and one way to write.

    Args:
        url: An SQLAlchemy URL; `postgresql://` means psycopg.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        path = self.url.database if self.is_sqlite else None
        self._lock = FileLock(Path(path).with_suffix(".lock")) if path else None
        self._bind: Engine | Connection = self.engine
        self._inside = threading.local()

    def session(self) -> ReadSession:
        """Return a new session that can only read."""
        return self._make(ReadSession)

    @contextmanager
    def transaction(self, reading: Session | None = None) -> Iterator[Session]:
        """Write: everything in the block becomes durable together, or nothing does.

        On SQLite the write lock is waited for in the kernel, then `BEGIN IMMEDIATE` is sent, so that a
        transaction never has to be raised from reading to writing (which SQLite refuses at once).

        Args:
            reading: The session that read before; its transaction is ended first, so that the two never overlap.

        Raises:
            RuntimeError: when `reading` holds changes, or when a transaction is already open in this thread.
        """
        if reading is not None:
            _end_reading(reading)
        if getattr(self._inside, "open", False):
            raise RuntimeError("transaction() inside transaction()")
        lock: AbstractContextManager[None] = self._lock.hold() if self._lock and self._bind is self.engine else nullcontext()
        with lock, self._make(Session) as session:
            self._inside.open = True
            session.connection(execution_options={"write": True} if self._bind is self.engine else {})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                self._inside.open = False

    @contextmanager
    def pinned(self) -> Iterator[Connection]:
        """Put all sessions on one connection whose transaction is undone at the end (for tests)."""
        with self.engine.connect() as connection:
            undo = connection.begin()
            self._bind = connection
            try:
                yield connection
            finally:
                self._bind = self.engine
                undo.rollback()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    def _make(self, kind: type[AnySession]) -> AnySession:
        if isinstance(self._bind, Connection):
            return kind(self._bind, expire_on_commit=False, join_transaction_mode="create_savepoint")
        return kind(self._bind, expire_on_commit=False)


def migration_engine(url: str) -> Engine:
    """Return an engine fit to change the schema.

    On SQLite foreign keys are off while tables are rebuilt: with them on, Alembic's batch mode drops the old
    table and ON DELETE CASCADE silently empties its children. Before the commit every key is checked instead.

    Raises:
        BrokenKeys: at commit, when a row points nowhere; nothing is kept then.
    """
    parsed = _with_driver(make_url(url))
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, poolclass=NullPool, connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT} -c timezone=UTC"})
    engine = create_engine(parsed, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "commit")
    def check(connection: Connection) -> None:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            connection.exec_driver_sql("ROLLBACK")
            raise BrokenKeys(f"{len(broken)} rows point nowhere, the first in table {broken[0][0]!r} to {broken[0][2]!r}")

    return engine


def add_maths(connection: Any) -> None:
    """Give an SQLite connection the square root and the arc sine where it was built without them, as some still are."""
    known = {name for (name,) in connection.execute("SELECT name FROM pragma_function_list")}
    for function in (math.sqrt, math.asin):
        if function.__name__ not in known:
            connection.create_function(
                function.__name__, 1, lambda value, f=function: None if value is None else f(value), deterministic=True
            )


def _of_numbers(function: Callable[[float], float]) -> Callable[[float | None], float | None]:
    return lambda value: None if value is None else function(value)


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _sqlite_engine(url: URL) -> Engine:
    # What goes wrong is logged; the values, which may be an address or a secret's digest, are not.
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver must never begin or end a transaction by itself: left alone it runs SELECT outside of one,
        # and read-then-write lost 83 % of its updates in a measured race.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")
        add_maths(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgres_engine(url: URL) -> Engine:
    # Without just-in-time compiling: it takes longer than any of our statements, and guesses of long ones set it off.
    limits = f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={LOCK_TIMEOUT} -c timezone=UTC -c jit=off"
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=10, connect_args={"options": limits}
    )


def _end_reading(session: Session) -> None:
    """End the read transaction; rows already loaded stay readable (they are not expired)."""
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes are pending in the reading session")
    session.commit()
