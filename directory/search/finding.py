"""Which engine answers, and what happens while it cannot."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import structlog
from sqlmodel import Session

from directory.config import Settings, SettingsError
from directory.core.db import Database
from directory.search import sql_engine
from directory.search.criteria import Criteria
from directory.search.port import IndexBroken, SearchEngine, index_folder
from directory.search.postgres_engine import PostgresEngine
from directory.search.results import Results
from directory.search.sql_engine import SqlEngine
from directory.search.whoosh_engine import WhooshEngine

log = structlog.get_logger("search")

Answer = TypeVar("Answer")

#: Sites whose engines a process keeps open; outside of tests there is one.
OPEN = 4


class Search:
    """All lists of profiles.

    Args:
        engine: What answers.
    """

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine

    def find(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of the listed profiles that meet the criteria, with the exact total.

        While the engine's index is away or broken the database answers, and `is_fallback` says so.
        """
        return self._ask(
            lambda engine: engine.search(session, criteria), lambda: replace(sql_engine.answer(session, criteria), is_fallback=True)
        )

    def suggest(self, session: Session, text: str, *, limit: int) -> Sequence[int]:
        """Return the listed profiles whose names hold every word of a text, the last one perhaps begun."""
        return self._ask(lambda engine: engine.suggest(session, text, limit=limit), lambda: sql_engine.suggest(session, text, limit=limit))

    def prewarm(self) -> None:
        """Read in what any question needs, so that the first visitor does not wait for it; without an index there is nothing to read."""
        with suppress(IndexBroken):
            self.engine.prewarm()

    def _ask(self, ask: Callable[[SearchEngine], Answer], fallback: Callable[[], Answer]) -> Answer:
        try:
            return ask(self.engine)
        except IndexBroken as error:
            log.warning("search.index_away", reason=str(error))
            return fallback()


def search_for(settings: Settings, database: Database) -> Search:
    """Return what answers lists."""
    return Search(kept(settings, database)[0])


@lru_cache(OPEN)
def kept(settings: Settings, database: Database) -> tuple[SearchEngine, ...]:
    """Return the engines that are kept up to date, the one that answers first: the database's own is there for bad days.

    A process has one of each: an engine that is asked, changed or looked at again has its index open already.
    """
    name = engine_name(settings, database)
    if name == "postgres":
        return (PostgresEngine(database),)
    own = SqlEngine(database)
    return (WhooshEngine(index_folder(settings.data_dir)), own) if name == "whoosh" else (own,)


def is_per_host(settings: Settings, database: Database) -> bool:
    """Say whether each host has an index of its own beside a database that they share."""
    return engine_name(settings, database) == "whoosh" and not database.is_sqlite


def engine_name(settings: Settings, database: Database) -> str:
    """Return the engine that answers: `whoosh` beside SQLite, `postgres` beside PostgreSQL, unless the settings say another.

    Raises:
        SettingsError: when `postgres` is asked for and the database is another.
    """
    if settings.search_engine == "postgres" and database.is_sqlite:
        raise SettingsError("HAIRLINE_SEARCH_ENGINE=postgres needs a PostgreSQL database")
    if settings.search_engine != "auto":
        return settings.search_engine
    return "whoosh" if database.is_sqlite else "postgres"
