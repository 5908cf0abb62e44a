"""Counted tries: atomic, over all processes, with a window that ends."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from directory.accounts import throttle
from directory.accounts.throttle import LOG_IN
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import TooMany
from directory.models.accounts import LoginFailure
from directory.models.base import metadata


def counts(session: Session) -> dict[str, int]:
    session.expire_all()
    return {row.key: row.count for row in session.exec(select(LoginFailure))}


def test_the_sixth_try_is_refused_and_told_how_long_to_wait(session: Session) -> None:
    """Seen to fail with `>` moved to `most + 1`."""
    for _turn in range(5):
        throttle.count(session, LOG_IN, keys=["a"])
    with pytest.raises(TooMany) as refusal:
        throttle.count(session, LOG_IN, keys=["a"])
    assert 890 <= refusal.value.retry_after <= 900
    assert "15 minutes" in str(refusal.value)


def test_each_key_has_its_own_count(session: Session) -> None:
    """Seen to fail with one row for all."""
    for number in range(5):
        throttle.count(session, LOG_IN, keys=["net", f"account {number}"])
    assert counts(session)["net"] == 5
    with pytest.raises(TooMany):
        throttle.count(session, LOG_IN, keys=["net", "account 9"])


def test_after_the_window_the_count_begins_again(session: Session) -> None:
    """Seen to fail with the window left out of the statement."""
    with time_machine.travel(clock.now(), tick=False) as time:
        for _turn in range(5):
            throttle.count(session, LOG_IN, keys=["a"])
        time.shift(LOG_IN.window - timedelta(seconds=1))
        with pytest.raises(TooMany), session.begin_nested():
            throttle.count(session, LOG_IN, keys=["a"])
        time.shift(timedelta(seconds=1))
        throttle.count(session, LOG_IN, keys=["a"])
    assert counts(session) == {"a": 1}


def test_looking_writes_nothing_and_says_the_same(session: Session) -> None:
    """Seen to fail with `>` in `check`: the sixth try was written before it was refused."""
    for _turn in range(4):
        throttle.count(session, LOG_IN, keys=["a"])
    throttle.check(session, LOG_IN, keys=["a", "b"])
    throttle.count(session, LOG_IN, keys=["a"])
    with pytest.raises(TooMany):
        throttle.check(session, LOG_IN, keys=["a", "b"])
    assert counts(session) == {"a": 5}


def test_a_right_try_takes_one_back_from_the_network_and_ends_the_accounts_count(session: Session) -> None:
    """Seen to fail with both forgotten: one right log-in would free a whole network's failures."""
    for _turn in range(3):
        throttle.count(session, LOG_IN, keys=["net", "account"])
    throttle.settle(session, take_back="net", forget="account")
    assert counts(session) == {"net": 2}
    throttle.settle(session, take_back="nobody", forget="account")
    assert counts(session) == {"net": 2}


def test_a_refused_try_leaves_the_other_count_alone(database: Database) -> None:
    """Whoever is locked out of one account does not lock their neighbours out. Seen to fail with a commit before the refusal."""
    for _turn in range(5):
        with database.transaction() as session:
            throttle.count(session, LOG_IN, keys=["z account"])
    with pytest.raises(TooMany), database.transaction() as session:
        throttle.count(session, LOG_IN, keys=["a net", "z account"])
    with database.session() as session:
        assert counts(session) == {"z account": 5}


def test_neither_addresses_nor_networks_can_be_read_from_the_keys() -> None:
    """Seen to fail with a plain hash: there are only 2**24 networks to try."""
    one = throttle.key(LOG_IN, "192.0.2.0/24", secret="s" * 32)
    assert "192" not in one
    assert len(one) == 64
    assert one != throttle.key(LOG_IN, "192.0.2.0/24", secret="t" * 32)
    assert one != throttle.key(throttle.REGISTER, "192.0.2.0/24", secret="s" * 32)


@pytest.fixture
def own(empty_url: str) -> Iterator[Database]:
    """A database of its own, where several connections meet."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def test_many_at_once_are_counted_like_many_in_a_row(own: Database) -> None:
    """Twenty connections, five get through. Seen to fail with the count read first and written after."""
    through: list[int] = []
    together = threading.Barrier(20)

    def attempt(number: int) -> None:
        together.wait()
        try:
            with own.transaction() as session:
                throttle.count(session, LOG_IN, keys=["z net", "a account"] if number % 2 else ["a account", "z net"])
        except TooMany:
            return
        through.append(number)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(through) == 5
    with own.session() as session:
        assert counts(session) == {"a account": 5, "z net": 5}


def test_right_and_wrong_tries_at_once_do_not_wait_for_each_other_in_a_circle(own: Database) -> None:
    """Seen to fail on PostgreSQL with the network settled first: a deadlock."""
    broken: list[DBAPIError] = []
    together = threading.Barrier(4)
    boundless = throttle.Limit("log-in", 10**6, LOG_IN.window)

    def knock(number: int) -> None:
        together.wait()
        for _turn in range(60):
            try:
                with own.transaction() as session:
                    if number % 2:
                        throttle.count(session, boundless, keys=["z net", "a account"])
                    else:
                        throttle.settle(session, take_back="z net", forget="a account")
            except DBAPIError as error:
                broken.append(error)

    threads = [threading.Thread(target=knock, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert broken == []
