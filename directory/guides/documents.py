"""The form of a shipped text: facts about it on top, then Markdown with a few blocks that components draw.

A document begins with TOML between two lines of `+++`. Its body is Markdown; `##` headings become anchors. A block
stands between `::: kind arguments`, divided by `|`, and a line of `:::`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from directory.core.text import slugify

FENCE = "+++"
BLOCK = ":::"
#: People read about this many words of plain prose in a minute (Brysbaert 2019 found 238 for English).
WORDS_A_MINUTE = 220


class DocumentError(ValueError):
    """A shipped text does not have the form; the message names the line."""


class Kind(StrEnum):
    """What a part of a document is."""

    #: Running Markdown.
    TEXT = "text"
    #: A heading of the second level; starts what the list of contents shows.
    HEADING = "heading"
    #: `::: short In short`: a tinted box with a heading of its own.
    SHORT = "short"
    #: `::: notice warn | Title`: tone (plain, good, warn, bad) and title, then Markdown.
    NOTICE = "notice"
    #: `::: timeline`: one `when | what` a line.
    TIMELINE = "timeline"
    #: `::: table Caption`: rows divided by `|`, the first one is the head.
    TABLE = "table"
    #: `::: video name | poster | title`: which of the configured videos; then its caption.
    VIDEO = "video"
    #: `::: slot name`: filled in by the page's own template.
    SLOT = "slot"


#: How many arguments a block asks for.
_ARGUMENTS = {Kind.SHORT: 1, Kind.NOTICE: 2, Kind.TIMELINE: 0, Kind.TABLE: 1, Kind.VIDEO: 3, Kind.SLOT: 1}
TONES = frozenset({"plain", "good", "warn", "bad"})


@dataclass(frozen=True)
class Part:
    """One piece of a document.

    Args:
        kind: What it is.
        text: Markdown, or the words of a heading.
        arguments: What stands behind the kind of a block.
        rows: The cells of a table or timeline, row by row.
        anchor: What a link to it names; "" where nothing links to it.
    """

    kind: Kind
    text: str = ""
    arguments: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Document:
    """A text as it ships: the facts about it, and its body."""

    meta: Mapping[str, Any]
    body: str


def read(text: str) -> Document:
    """Take a document apart.

    Raises:
        DocumentError: when the facts on top are missing or are not TOML.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != FENCE or FENCE not in lines[1:]:
        raise DocumentError(f"line 1: a document begins with its facts between two lines of {FENCE}")
    end = lines.index(FENCE, 1)
    try:
        meta = tomllib.loads("\n".join(lines[1:end]))
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"the facts on top: {error}") from error
    return Document(meta, "\n".join(lines[end + 1 :]).strip())


def parts(body: str) -> tuple[Part, ...]:
    """Return the pieces of a body in their order.

    Raises:
        DocumentError: for an unknown or unfinished block, a wrong number of arguments, or two headings with one anchor.
    """
    found = tuple(_parts(body.split("\n")))
    anchors = [part.anchor for part in found if part.anchor]
    twice = sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
    if twice:
        raise DocumentError(f"two headings with the anchor {twice[0]!r}")
    return found


def contents(found: tuple[Part, ...]) -> list[tuple[str, str]]:
    """Return the list of contents: (anchor, words) of every heading and box."""
    return [(part.anchor, part.arguments[0] if part.kind is Kind.SHORT else part.text) for part in found if part.anchor]


def words(body: str) -> int:
    """Return how many words a reader meets, without the marks of blocks."""
    return sum(_words(part) for part in parts(body))


def minutes(body: str) -> int:
    """Return how long reading takes, in whole minutes, at least one (see `WORDS_A_MINUTE`)."""
    return max(1, round(words(body) / WORDS_A_MINUTE))


def poster(body: str, default: str) -> str:
    """Return the picture of a document's first video, as a path below `static/`; `default` where it has none."""
    return next((part.arguments[1] for part in parts(body) if part.kind is Kind.VIDEO), default)


def _parts(lines: list[str]) -> Iterator[Part]:
    running: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.startswith((BLOCK, "## ")):
            running.append(line)
            continue
        yield from _text(running)
        running = []
        if line.startswith("## "):
            title = line[3:].strip()
            yield Part(Kind.HEADING, title, anchor=slugify(title))
            continue
        if BLOCK not in lines[number:]:
            raise DocumentError(f"line {number}: this block has no end")
        end = lines.index(BLOCK, number)
        yield _block(number, line[len(BLOCK) :].strip(), lines[number:end])
        number = end + 1
    yield from _text(running)


def _text(lines: list[str]) -> Iterator[Part]:
    text = "\n".join(lines).strip()
    if text:
        yield Part(Kind.TEXT, text)


def _block(number: int, head: str, lines: list[str]) -> Part:
    name, _, rest = head.partition(" ")
    if name not in _ARGUMENTS:
        raise DocumentError(f"line {number}: no block is called {name!r}")
    kind = Kind(name)
    arguments = tuple(argument.strip() for argument in rest.split("|")) if rest.strip() else ()
    if len(arguments) != _ARGUMENTS[kind]:
        raise DocumentError(f"line {number}: {name} asks for {_ARGUMENTS[kind]} arguments and has {len(arguments)}")
    if kind is Kind.NOTICE and arguments[0] not in TONES:
        raise DocumentError(f"line {number}: no notice has the tone {arguments[0]!r}")
    text = "\n".join(lines).strip()
    anchor = slugify(arguments[0]) if kind is Kind.SHORT else ""
    if kind in {Kind.TIMELINE, Kind.TABLE}:
        return Part(kind, "", arguments, _rows(number, lines, 2 if kind is Kind.TIMELINE else None), anchor)
    return Part(kind, text, arguments, (), anchor)


def _rows(number: int, lines: list[str], columns: int | None) -> tuple[tuple[str, ...], ...]:
    rows = tuple(tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines if line.strip())
    rows = tuple(row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row))
    wide = columns or (len(rows[0]) if rows else 0)
    if not rows or any(len(row) != wide for row in rows):
        raise DocumentError(f"line {number}: every row of this block has {wide or 'some'} cells")
    return rows


def _words(part: Part) -> int:
    shown = part.arguments[-1:] if part.kind in {Kind.SHORT, Kind.NOTICE, Kind.TABLE} else ()
    return len(" ".join((part.text, *shown, *(" ".join(row) for row in part.rows))).split())
