"""The door to every list of profiles: of a city or of the world, with or without words, on a page or on a map."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from directory.core.progress import Progress, silent
from directory.search.criteria import (
    KM_PER,
    PAGE_SIZE,
    RADII,
    RATED_FROM,
    RATINGS,
    Args,
    Bounds,
    Centre,
    Criteria,
    Evidence,
    Group,
    Kind,
    Sort,
    Unit,
    fitting_radius,
    rating_value,
)
from directory.search.documents import Document
from directory.search.results import Results, Spelling, WhyEmpty

__all__ = [
    "KM_PER",
    "PAGE_SIZE",
    "RADII",
    "RATED_FROM",
    "RATINGS",
    "Ability",
    "Args",
    "Bounds",
    "Centre",
    "Criteria",
    "Document",
    "Evidence",
    "Group",
    "IndexBroken",
    "Kind",
    "Results",
    "SearchEngine",
    "Sort",
    "Spelling",
    "State",
    "Unit",
    "WhyEmpty",
    "fitting_radius",
    "index_folder",
    "rating_value",
]


class IndexBroken(Exception):
    """There is no index, or it cannot be read; the database answers instead, and the worker makes a new one."""


class Ability(StrEnum):
    """What an engine can do beyond filters, facets, exact words and orders, which all can."""

    #: Finds words that are one or two slips away, and says how they are written.
    TYPOS = "typos"
    #: Orders by how well the words fit, not only by whether they stand in the name.
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class State:
    """How an engine's index stands.

    Args:
        where: The folder or table, fit to be printed.
        documents: Profiles in it; None where it cannot be read.
        size: Bytes.
        applied: The number of the last job of the outbox that was applied; 0 for none.
        faults: What is wrong with it, in sentences; empty when all is well.
    """

    where: str
    documents: int | None
    size: int = 0
    applied: int = 0
    faults: tuple[str, ...] = ()


class SearchEngine(Protocol):
    """What answers questions, and keeps what it needs for that."""

    #: As the setting `HAIRLINE_SEARCH_ENGINE` says it.
    name: str
    supports: frozenset[Ability]

    def search(self, session: Session, criteria: Criteria) -> Results:
        """Return one page of an answer.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        ...

    def suggest(self, session: Session, text: str, *, limit: int) -> Sequence[int]:
        """Return the numbers of listed profiles whose names hold every word of `text`, the last one perhaps begun; the best score first.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        ...

    def prewarm(self) -> None:
        """Read in what any question needs, so that the first one is quick; nothing where there is nothing to read in.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        ...

    def apply(self, changed: Sequence[Document], gone: Collection[int], *, job: int = 0) -> None:
        """Bring entries to what the database says now; safe to run twice. On the disk when it returns.

        Args:
            changed: Whole documents, new or changed.
            gone: Profiles that are listed no more.
            job: The number of the last job of the outbox that this answers.

        Raises:
            IndexBroken: when there is no index to change.
        """
        ...

    def rebuild(
        self, batches: Iterable[Sequence[Document]], *, total: int, progress: Progress = silent, alive: Callable[[], None] = lambda: None
    ) -> int:
        """Make the whole index anew beside the live one and swap them; return how many profiles it holds.

        Args:
            batches: All documents.
            total: About how many there will be.
            progress: Told after each batch.
            alive: Called every few seconds; what it raises ends the rebuild, and the live index stays.
        """
        ...

    def state(self, *, deep: bool = False) -> State:
        """Say how the index stands; `deep` reads all of it and compares checksums."""
        ...


def index_folder(data_dir: Path) -> Path:
    """Return where the index lies in a data folder."""
    return data_dir / "search"
