"""The door to every list of profiles: with or without words, of a city or of the world."""

from pathlib import Path
from typing import Protocol

import structlog
from sqlmodel import Session

from directory.search import listing, names
from directory.search.criteria import PAGE_SIZE, Args, Criteria, Evidence, Kind, Results, Sort
from directory.search.schema import IndexBroken
from directory.search.whoosh_engine import WhooshEngine

__all__ = ["PAGE_SIZE", "Args", "Criteria", "Evidence", "Kind", "Results", "Search", "SearchEngine", "Sort"]

log = structlog.get_logger("search")


class SearchEngine(Protocol):
    """What answers a question that holds words."""

    def search(self, criteria: Criteria) -> Results:
        """Return one page of an answer."""
        ...


class Search:
    """All lists of profiles.

    Args:
        folder: Where the index of words lies: `index_folder(settings.data_dir)`.
    """

    def __init__(self, folder: Path) -> None:
        self._words: SearchEngine = WhooshEngine(folder)

    def find(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of the listed profiles that meet the criteria, with the exact total.

        Without words the database answers. With words the index does; while that is away or broken, the names
        alone are looked through and `names_only` says so.
        """
        if not criteria.words:
            return listing.search(session, criteria)
        try:
            return self._words.search(criteria)
        except IndexBroken as error:
            log.warning("search.index_away", reason=str(error))
            return names.search(session, criteria)


def index_folder(data_dir: Path) -> Path:
    """Return where the index lies in a data folder."""
    return data_dir / "search"
