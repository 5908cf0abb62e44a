"""A form sent twice is taken once, and both senders are led to the same page."""

import threading

from sqlmodel import func, select

from directory import idempotency
from directory.core.db import Database
from directory.models.base import metadata
from directory.models.ops import IdempotencyKey
from directory.models.treatments import Treatment, TreatmentFamily


def _take(database: Database, key: str, seen: list[str], *, fail: bool = False) -> None:
    with database.transaction() as session:

        def act() -> str:
            row = Treatment(code=f"t{len(seen)}-{threading.get_ident()}", label="x", family=TreatmentFamily.SMP)
            session.add(row)
            session.flush()
            if fail:
                raise ZeroDivisionError
            return f"/rows/{row.id}"

        seen.append(idempotency.once(session, actor="user:1", key=key, act=act))


def _rows(database: Database) -> int:
    with database.session() as session:
        return session.exec(select(func.count()).select_from(Treatment)).one()


def test_the_second_time_leads_to_the_first_ones_page(database: Database) -> None:
    """Seen to fail with `act` called every time."""
    seen: list[str] = []
    _take(database, "k", seen)
    _take(database, "k", seen)
    assert seen[0] == seen[1]
    assert _rows(database) == 1


def test_another_key_is_another_form(database: Database) -> None:
    """Seen to fail with the key left out of the condition."""
    seen: list[str] = []
    _take(database, "a", seen)
    _take(database, "b", seen)
    assert len(set(seen)) == 2


def test_what_failed_may_be_sent_again(database: Database) -> None:
    """The key goes with the transaction. Seen to fail with the key written in one of its own."""
    seen: list[str] = []
    try:
        _take(database, "k", seen, fail=True)
    except ZeroDivisionError:
        _take(database, "k", seen)
    assert _rows(database) == 1


def test_fifty_at_once_are_one(empty_url: str) -> None:
    """Real connections, eight threads. Seen to fail with select-then-insert in place of the unique key (PostgreSQL)."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    seen: list[str] = []
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait()
        for _ in range(6):
            _take(database, "same", seen)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 48
    assert len(set(seen)) == 1
    assert _rows(database) == 1
    with database.session() as session:
        assert session.exec(select(func.count()).select_from(IdempotencyKey)).one() == 1
    database.dispose()
