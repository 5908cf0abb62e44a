"""Where counts of requests are kept: in the memory of one process, or in the database for all of them.

Both are storages of the library `limits`, known to it by the schemes of their addresses. A count is a fixed window: it
begins with the first hit and is over when its time is up.
"""

import heapq
import threading
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from flask import has_app_context
from limits.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from directory.core import clock, tokens
from directory.core.db import Database
from directory.models.limits import RateCount
from directory.web import db


class MemoryCounts(Storage):
    """Counts of one process; `hairline-memory://`.

    The library's own starts a thread to clear up at most every hundredth of a second, which then walks all keys: with 50,000
    of them a hit cost 2.6 ms of CPU, and whoever comes from many networks makes them. Here (0.05 ms) nothing is cleared up
    before there are MOST counts; then those that are over go, and if need be the smaller half of the others.
    """

    STORAGE_SCHEME = ["hairline-memory"]
    #: Counts held at a time, about 30 MB.
    MOST = 100_000

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._lock = threading.Lock()
        #: Key -> how many, and the second in which the window ends.
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong: nothing that is worth a name."""
        return KeyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many that makes in the window."""
        now = clock.now().timestamp()
        with self._lock:
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
                self._make_room(now)
            self._counts[key] = count + amount, ends
        return count + amount

    def get(self, key: str) -> int:
        """Return how many there are in the window."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > clock.now().timestamp() else 0

    def get_expiry(self, key: str) -> float:
        """Return the second in which the window ends."""
        return self._counts.get(key, (0, clock.now().timestamp()))[1]

    def check(self) -> bool:
        """Say that memory is there."""
        return True

    def reset(self) -> int:
        """Forget everything, and return how many counts that were."""
        with self._lock:
            forgotten = len(self._counts)
            self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._counts.pop(key, None)

    def _make_room(self, now: float) -> None:
        if len(self._counts) < self.MOST:
            return
        live = [(key, kept) for key, kept in self._counts.items() if kept[1] > now]
        # Whoever asked most is remembered longest: a crowd of new networks does not wash a heavy one out.
        self._counts = dict(heapq.nlargest(self.MOST // 2, live, key=lambda item: item[1][0]))


class SqlCounts(Storage):
    """Counts of all processes, in the table `rate_counts`; `hairline-sql://`.

    Each hit is one statement in a short transaction of its own, which is over before the request goes on.

    Args:
        database: Where.
        secret: Keys the digests that stand in for the library's keys.
    """

    STORAGE_SCHEME = ["hairline-sql"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, *, database: Database, secret: str, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._database = database
        self._secret = secret

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong in the database."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many that makes in the window: many at once are counted like many in a row."""
        moment = clock.now()
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(RateCount)
        insert = insert.values(key=self._digest(key), count=amount, expires_at=moment + timedelta(seconds=expiry))
        is_over = col(RateCount.expires_at) <= moment
        again = {
            "count": case((is_over, insert.excluded.count), else_=col(RateCount.count) + insert.excluded.count),
            "expires_at": case((is_over, insert.excluded.expires_at), else_=col(RateCount.expires_at)),
        }
        counted = insert.on_conflict_do_update(index_elements=["key"], set_=again).returning(col(RateCount.count))
        with self._transaction() as session:
            found: int = session.execute(counted).scalar_one()
        return found

    def get(self, key: str) -> int:
        """Return how many there are in the window."""
        row = self._row(key)
        return row.count if row is not None and row.expires_at > clock.now() else 0

    def get_expiry(self, key: str) -> float:
        """Return the second in which the window ends."""
        row = self._row(key)
        return (row.expires_at if row is not None else clock.now()).timestamp()

    def check(self) -> bool:
        """Say whether the database answers."""
        try:
            with self._database.session() as session:
                session.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int:
        """Forget everything, and return how many counts that were."""
        with self._transaction() as session:
            return len(session.execute(delete(RateCount).returning(col(RateCount.key))).all())

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._transaction() as session:
            session.execute(delete(RateCount).where(col(RateCount.key) == self._digest(key)))

    def _transaction(self) -> AbstractContextManager[Session]:
        """Return a transaction; in a request the part that read before is ended first, as for any other."""
        return db.transaction() if has_app_context() else self._database.transaction()

    def _row(self, key: str) -> RateCount | None:
        with self._database.session() as session:
            return session.get(RateCount, self._digest(key))

    def _digest(self, key: str) -> str:
        return tokens.keyed_digest(key, key=self._secret)
