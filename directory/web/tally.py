"""How often profiles are seen: counted in memory while pages are read, written by a job once a minute. A GET writes nothing.

Nobody is tracked: there is no cookie, no address and no person in it, only a number for a profile and a day. What a process
that is killed had not handed over is lost: a minute at most. A page that a proxy keeps is counted where it is asked for here,
so every number means "at least".
"""

import re
import threading
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date

from flask import Flask, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from directory import outbox
from directory.core import clock
from directory.core.db import Database
from directory.profiles.days import Count
from directory.web.auth import own_profiles

#: Seconds between two hand-overs.
FLUSH_SECONDS = 60
#: Counts of profiles and days that one process keeps until then; what comes on top is not counted.
MOST = 50_000
#: Rows of one job.
BATCH = 500

#: Browsers begin with one of these; programs that do as well name themselves in one of the words below.
_BROWSER = ("Mozilla/", "Opera/")
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|bot[/;_-]|crawl|spider|slurp|externalhit|preview|fetch|monitor|headless|lighthouse|phantom|scan|archiver|feed"
    r"|curl|wget|python|httpclient|okhttp|go-http|libwww|whatsapp|telegram|facebook|pingdom|\+https?://",
    re.I,
)

Counted = dict[tuple[int, date], Count]


class Tally:
    """What was counted since the last hand-over."""

    def __init__(self) -> None:
        self._counted: Counted = {}
        self._lock = threading.Lock()

    def add(self, counted: Mapping[tuple[int, date], Count]) -> None:
        """Count on top."""
        with self._lock:
            for key, more in counted.items():
                if key not in self._counted and len(self._counted) >= MOST:
                    continue
                had = self._counted.get(key, Count())
                self._counted[key] = Count(had.views + more.views, had.appearances + more.appearances)

    def take(self) -> Counted:
        """Return what was counted and begin anew."""
        with self._lock:
            taken, self._counted = self._counted, {}
        return taken


def of(app: Flask) -> Tally:
    """Return what this process has counted."""
    found: Tally = app.extensions.setdefault("hairline_tally", Tally())
    return found


def viewed(profile_id: int, *, own: Collection[int]) -> None:
    """Count that a profile's page was opened.

    Args:
        own: The profiles that whoever asks acts for; these are not counted.
    """
    if is_somebody() and profile_id not in own:
        of(current_app).add({(profile_id, clock.today()): Count(views=1)})


def listed(profile_ids: Iterable[int]) -> None:
    """Count that profiles stood in a list that was opened."""
    if is_somebody():
        own, today = own_profiles(), clock.today()
        of(current_app).add({(number, today): Count(appearances=1) for number in profile_ids if number not in own})


def is_somebody() -> bool:
    """Say whether a person with a browser asks for the page: no program that says so, and no browser that only fetches ahead."""
    headers = request.headers
    agent = headers.get("User-Agent", "")
    ahead = " ".join(headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")).lower()
    if request.method != "GET" or "prefetch" in ahead or "preview" in ahead:
        return False
    return agent.startswith(_BROWSER) and not _PROGRAM.search(agent)


def flush(app: Flask) -> None:
    """Hand over to the job what was counted; nothing is written where nothing was. What the database does not take is kept."""
    taken = of(app).take()
    rows = [[profile_id, day.isoformat(), *count] for (profile_id, day), count in sorted(taken.items())]
    database: Database = app.extensions["hairline_database"]
    if not rows:
        return
    try:
        with database.transaction() as session:
            for begin in range(0, len(rows), BATCH):
                outbox.enqueue(session, "profiles.counted", rows=rows[begin : begin + BATCH])
    except SQLAlchemyError:
        of(app).add(taken)
        raise


def keep_flushing(app: Flask, stop: threading.Event) -> None:
    """Hand over every minute until `stop` is set."""
    while not stop.wait(FLUSH_SECONDS):
        with suppress(SQLAlchemyError):
            flush(app)
