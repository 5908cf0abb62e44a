"""The files of the shipped texts: guides, and the pages about the site, one folder a language."""

from functools import cache

from directory.core.errors import NotFound
from directory.core.paths import DATA
from directory.guides import documents, rules
from directory.guides.documents import Document
from directory.guides.rules import Shipped

GUIDES = DATA / "guides"
PAGES = DATA / "pages"
#: Every page exists in this language; one that is not translated yet is shown in it.
FIRST_LANGUAGE = "en"


def guides() -> tuple[Shipped, ...]:
    """Return every shipped guide, by the name of its file."""
    return tuple(rules.shipped(path.read_text("utf-8")) for path in sorted(GUIDES.glob("*.md")))


def pages() -> tuple[str, ...]:
    """Return the names of the pages about the site."""
    return tuple(sorted(path.stem for path in (PAGES / FIRST_LANGUAGE).glob("*.md")))


@cache
def page(name: str, language: str = FIRST_LANGUAGE) -> Document:
    """Return a page about the site in a language, or in the first one where it is not translated.

    Raises:
        NotFound: when there is no such page.
    """
    if name not in pages():
        raise NotFound
    translated = PAGES / language / f"{name}.md"
    found = translated if translated.is_file() else PAGES / FIRST_LANGUAGE / f"{name}.md"
    return documents.read(found.read_text("utf-8"))
