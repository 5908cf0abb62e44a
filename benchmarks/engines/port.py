"""What every engine that is measured can do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from directory.search.criteria import Criteria
from directory.search.documents import Document


class Op(StrEnum):
    """The kinds of questions that are measured, with the letters of the design paper."""

    CITY = "a"
    TEXT_COUNTRY = "b"
    BROAD = "c"
    BROAD_BY_SCORE = "cs"
    TYPOS = "d"
    SUGGEST = "e"
    #: The same, where tantivy too was given the beginnings of names as tokens.
    SUGGEST_TOKENS = "et"
    RADIUS = "f"
    FACETS = "g"
    SPELL = "h"


@dataclass(frozen=True)
class Question:
    """One question.

    Args:
        op: What kind it is.
        criteria: The question itself; of suggestions and spelling only its text counts.
    """

    op: Op
    criteria: Criteria


class Answer(NamedTuple):
    """What an engine found.

    Args:
        total: How many there are in all; of suggestions, how many came.
        ids: The first page.
        facets: Value -> how many, of all groups that every engine counts.
    """

    total: int
    ids: Sequence[int]
    facets: Mapping[str, int] = {}


@dataclass(frozen=True)
class Words:
    """A document as engines take it that know fields of words: the same tokens for all, joined by spaces.

    Args:
        name: Where suggestions are looked for.
        all: Every token of every field; where words are looked for.
        facets: Treatments, kind and languages.
    """

    name: str
    all: str
    facets: tuple[str, ...]


class Engine(Protocol):
    """An engine with its index in one folder."""

    name: str

    def __init__(self, folder: Path) -> None: ...

    def build(self, batches: Iterable[Sequence[Document]], *, total: int) -> None:
        """Make the index from nothing."""
        ...

    def open(self) -> None:
        """Make ready to answer."""
        ...

    def ask(self, question: Question) -> Answer:
        """Answer."""
        ...

    def change(self, documents: Sequence[Document]) -> None:
        """Bring these documents, new or changed, to the disk and before those who ask; returns when both is done."""
        ...

    def size(self) -> int:
        """Return the bytes of the index."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def words(document: Document) -> Words:
    """Return a document as fields of words."""
    everywhere = (document.name, document.company, document.places, document.treatments, document.about)
    facets = (*document.offers, f"kind:{document.kind.value}", *(f"lang:{tag}" for tag in document.languages))
    return Words(" ".join(document.name), " ".join(word for one in everywhere for word in one), facets)


def bytes_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
