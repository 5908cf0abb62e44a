"""Delimited text taken apart row by row, whatever stands in it."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from directory.core.i18n import _
from directory.ingest.listing import Refusal

#: No field of a register is longer; without a limit one quote too many would take the rest of the file into memory.
LONGEST_FIELD = 131_072


class Row(NamedTuple):
    """A row of a file.

    Args:
        line: The line on which it begins.
        values: The fields by the names of their columns.
    """

    line: int
    values: Mapping[str, str]


def read(file: BinaryIO, accept: Callable[[Sequence[str]], Sequence[str]], *, delimiter: str = ",") -> Iterator[Row | Refusal]:
    """Read the header at once, and return the rows one by one.

    Bytes that are no UTF-8, fields that are too long and rows with too many or too few fields are refused
    with their line; the next row is read again.

    Args:
        accept: Given the header, returns the names to use for its columns, or raises Refused.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        header = next(reader, [])
    except csv.Error:
        header = []
    names = [sys.intern(name) for name in accept([column.strip() for column in header])]
    return _rows(text, reader, names)


def _rows(text: io.TextIOWrapper, reader: "csv.Reader", names: Sequence[str]) -> Iterator[Row | Refusal]:  # type: ignore[name-defined]
    width = len(names)
    try:
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Refusal(line, "", _("This row cannot be taken apart: %(why)s.", why=error))
                continue
            if len(fields) == width:
                bad = next((name for name, field in zip(names, fields, strict=True) if not field.isascii() and _broken(field)), None)
                if bad is None:
                    yield Row(line, dict(zip(names, fields, strict=True)))
                else:
                    yield Refusal(line, bad, _("This field is not UTF-8 text."))
            elif fields:
                why = _("This row has %(found)s fields where the header has %(wanted)s.", found=len(fields), wanted=width)
                yield Refusal(line, "", why)
    finally:
        text.detach()  # the file belongs to whoever opened it


def _broken(field: str) -> bool:
    """Say whether a field has bytes that were no UTF-8: they were read as halves of surrogate pairs."""
    return any("\ud800" <= character <= "\udfff" for character in field)
