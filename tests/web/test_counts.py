"""Counts of requests: exact in their window, begun again after it, over two kinds of store."""

import threading
from typing import Any, cast

import pytest
import time_machine
from limits import parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlmodel import select

from directory.core import clock
from directory.core.db import Database
from directory.models.limits import RateCount
from directory.web.counts import MemoryCounts, SqlCounts

SECRET = "s" * 40


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, database: Database) -> Storage:
    """Each store, found by the scheme of its address as the library does."""
    if request.param == "memory":
        return cast(Storage, storage_from_string("hairline-memory://"))
    more: Any = {"database": database, "secret": SECRET}
    return cast(Storage, storage_from_string("hairline-sql://", **more))


def test_as_many_as_allowed_and_not_one_more(store: Storage) -> None:
    """Seen to fail with the count returned as it was before."""
    limiter, limit = FixedWindowRateLimiter(store), parse("3/minute")
    assert [limiter.hit(limit, "ada") for _turn in range(5)] == [True, True, True, False, False]
    assert limiter.hit(limit, "bo"), "each has a count of their own"
    assert limiter.get_window_stats(limit, "ada").remaining == 0


def test_after_the_window_it_begins_again(store: Storage) -> None:
    """Seen to fail with the end of the window moved by every hit, and with a window that never ends."""
    limiter, limit = FixedWindowRateLimiter(store), parse("2/minute")
    with time_machine.travel(clock.now(), tick=False) as time:
        begun = clock.now().timestamp()
        assert limiter.hit(limit, "ada")
        time.shift(59)
        assert limiter.hit(limit, "ada")
        assert not limiter.hit(limit, "ada")
        assert limiter.get_window_stats(limit, "ada").reset_time == pytest.approx(begun + 60, abs=0.001)
        time.shift(1)
        assert store.get("LIMITER/ada/2/1/minute") == 0
        assert [limiter.hit(limit, "ada") for _turn in range(3)] == [True, True, False]


def test_it_can_be_forgotten(store: Storage) -> None:
    """Seen to fail with clear and reset that do nothing."""
    for _turn in range(3):
        store.incr("ada", 60)
        store.incr("bo", 60)
    store.clear("ada")
    assert (store.get("ada"), store.get("bo")) == (0, 3)
    assert store.reset() == 1
    assert store.get("bo") == 0
    assert store.check()


def test_nobody_can_read_the_table(database: Database) -> None:
    """Seen to fail with the key stored as the library makes it."""
    SqlCounts("hairline-sql://", database=database, secret=SECRET).incr("LIMITER/192.0.2.0/24/pages/300/1/minute", 60)
    with database.session() as session:
        key = session.exec(select(RateCount.key)).one()
    assert "192" not in key
    assert len(key) == 64
    SqlCounts("hairline-sql://", database=database, secret="t" * 40).incr("LIMITER/192.0.2.0/24/pages/300/1/minute", 60)
    with database.session() as session:
        assert len(session.exec(select(RateCount.key)).all()) == 2, "keyed: without the secret nobody can try them out"


def test_a_crowd_fills_no_memory_and_hides_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """From endless networks: the counts stay bounded, and whoever asked often is still known. Seen to fail without _make_room,
    and with the oldest kept instead of the greatest."""
    monkeypatch.setattr(MemoryCounts, "MOST", 1000)
    store = MemoryCounts()
    for number in range(600):
        store.incr(f"early {number}", 60)
    for _turn in range(50):
        store.incr("flood", 60)
    for number in range(5000):
        store.incr(f"network {number}", 60)
        assert len(store._counts) <= 1000
    assert store.get("flood") == 50


def test_what_is_over_makes_room_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail with counts that are over kept like others."""
    monkeypatch.setattr(MemoryCounts, "MOST", 100)
    store = MemoryCounts()
    with time_machine.travel(clock.now(), tick=False) as time:
        for number in range(90):
            store.incr(f"old {number}", 10, amount=5)
        time.shift(11)
        for number in range(60):
            store.incr(f"new {number}", 10)
        assert [store.get(f"new {number}") for number in range(60)] == [1] * 60


def test_threads_lose_no_count() -> None:
    """Seen to fail without the lock, with a pause between reading and writing."""
    store, together = MemoryCounts(), threading.Barrier(8)

    def knock() -> None:
        together.wait()
        for _turn in range(500):
            store.incr("ada", 60)

    threads = [threading.Thread(target=knock) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("ada") == 4000
