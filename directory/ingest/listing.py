"""What a reader gives: listings, rows that are not for us, and rows that cannot be taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.profiles.listing import Listing


class Refusal(NamedTuple):
    """A row that cannot be taken.

    Args:
        line: Where it stands in the file, from 1; a record's number in files without lines.
        column: The column to blame, in the source's own words; empty where it is the whole row.
        reason: A sentence.
        key: The source's key where the row gives one: what it speaks of is not gone.
    """

    line: int
    column: str
    reason: str
    key: str = ""


class Skipped(NamedTuple):
    """A row that is right and not for us.

    Args:
        reason: A few words by which such rows are counted: "other specialty".
        key: The source's key, where an earlier file may have given it to us.
        note: What the source says of that key now: the services still listed.
    """

    line: int
    reason: str
    key: str = ""
    note: tuple[str, ...] = ()


Item: TypeAlias = Listing | Skipped | Refusal


@dataclass(frozen=True)
class Feed:
    """A source: its terms, and how its files are read.

    Args:
        read: Turns an open file into items. What is no file of this source it refuses before the first item.
        day_of: The day that a file speaks of, by its name; none where the name does not tell.
        options: What else decides which facts a file gives.
        is_part: Whether a file, by its name and first bytes, is only a part of what the source holds: an answer to
            one question, or the changes of a week. A part lets go only of what it says itself is gone.
    """

    code: str
    name: str
    url: str
    licence: str
    licence_url: str
    attribution: str
    read: Callable[[BinaryIO], Iterator[Item]]
    day_of: Callable[[Path], date | None]
    options: Mapping[str, Any] = field(default_factory=dict)
    is_part: Callable[[Path, bytes], bool] = lambda path, head: False


class Bad(ValueError):
    """A field that cannot be taken.

    Args:
        column: In the source's own words.
        reason: A sentence.
    """

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def storable(value: Any) -> Any:
    """Return a raw value as both databases can keep it: no NUL and no half of a surrogate pair."""
    if isinstance(value, str):
        return value if _plain(value) else value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


def storable_row(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a row that are filled in, as both databases can keep them."""
    filled = {name: text for name, text in values.items() if text}
    if _plain("".join(filled)) and _plain("".join(filled.values())):
        return filled
    return {str(storable(name)): str(storable(text)) for name, text in filled.items()}


def _plain(text: str) -> bool:
    return text.isascii() and "\0" not in text


def wrong_kind(name: str) -> Refused:
    """Return the refusal of a file that is not what it should be; `name` says what it should be."""
    return Refused(_("This is not %(name)s. Nothing was read.", name=name))
