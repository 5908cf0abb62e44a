"""When sign-ins were last used: noted in memory while pages are read, written by a job once a minute. A GET writes nothing."""

import threading
from contextlib import suppress
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from directory import outbox
from directory.accounts import rules
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import AuthSession, User

#: Seconds between two hand-overs to the job. What a process that is killed had not handed over is lost: an hour of grace at most.
FLUSH_SECONDS = 60


class Seen:
    """The sign-ins used since the last hand-over."""

    def __init__(self) -> None:
        self._at: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def note(self, session_id: int, moment: datetime) -> None:
        """Remember that a sign-in was used."""
        with self._lock:
            self._at[session_id] = moment

    def take(self) -> dict[int, datetime]:
        """Return what was noted and begin anew."""
        with self._lock:
            taken, self._at = self._at, {}
        return taken


def note(app: Flask, row: AuthSession, user: User) -> None:
    """Note a use, if the last that was written is long enough ago."""
    moment = clock.now()
    if moment - row.last_seen_at >= rules.life_of(user.role).seen_every:
        of(app).note(row.id, moment)


def of(app: Flask) -> Seen:
    """Return what this process has noted."""
    found: Seen = app.extensions.setdefault("hairline_seen", Seen())
    return found


def flush(app: Flask) -> None:
    """Hand over to the job what was noted; nothing is written where nothing was."""
    taken = of(app).take()
    if taken:
        database: Database = app.extensions["hairline_database"]
        with database.transaction() as session:
            outbox.enqueue(session, "accounts.seen", at={str(key): moment.isoformat() for key, moment in taken.items()})


def keep_flushing(app: Flask, stop: threading.Event) -> None:
    """Hand over every minute until `stop` is set. What a database that is away does not take is lost: the next use notes it again."""
    while not stop.wait(FLUSH_SECONDS):
        with suppress(SQLAlchemyError):
            flush(app)
