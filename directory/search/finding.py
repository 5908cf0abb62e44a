"""Which engine answers, and what happens while it cannot."""

from pathlib import Path

import structlog
from sqlmodel import Session

from directory.search import sql_engine
from directory.search.criteria import Criteria
from directory.search.results import Results

log = structlog.get_logger("search")


class Search:
    """All lists of profiles.

    Args:
        folder: Where the index of words lies: `index_folder(settings.data_dir)`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of the listed profiles that meet the criteria, with the exact total."""
        return sql_engine.answer(session, criteria)
