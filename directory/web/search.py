"""The app's one door to lists of profiles."""

from flask import current_app

from directory.config import Settings
from directory.search.finding import Search
from directory.search.port import Criteria, Results, index_folder
from directory.web import db


def find(criteria: Criteria) -> Results:
    """Return one page of the profiles that meet the criteria."""
    settings: Settings = current_app.extensions["hairline_settings"]
    # Opened by the first question of the process and kept: reading an index in costs more than asking it.
    engine: Search = current_app.extensions.setdefault("hairline_search", Search(index_folder(settings.data_dir)))
    return engine.find(db.session(), criteria)
