"""The app's one door to lists of profiles."""

from flask import Flask, current_app

from directory.config import Settings
from directory.core.db import Database
from directory.search.finding import Search, search_for
from directory.search.port import Criteria, Results
from directory.web import db


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Open the engine: one for all threads of the process."""
    app.extensions["hairline_search"] = search_for(settings, database)


def engine() -> Search:
    """Return what answers lists in this app."""
    found: Search = current_app.extensions["hairline_search"]
    return found


def find(criteria: Criteria) -> Results:
    """Return one page of the profiles that meet the criteria."""
    return engine().find(db.session(), criteria)


def is_named(text: str) -> bool:
    """Say whether anybody listed has all these words in their name, the last one perhaps begun."""
    return bool(engine().suggest(db.session(), text, limit=1))
