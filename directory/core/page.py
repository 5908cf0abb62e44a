"""Numbered pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import Session, func, select
from sqlmodel.sql.expression import SelectOfScalar

T = TypeVar("T")

#: No list goes deeper: a crawler that counts up must not make the database skip millions of rows.
MAX_PAGE = 1000


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list.

    Args:
        items: The rows of this page.
        number: 1 for the first page.
        size: Rows on a full page.
        total: Rows on all pages.
    """

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first row shown, counted from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return (self.number - 1) * self.size + len(self.items)


def page_number(text: str | None) -> int:
    """Read a page number from a URL; whatever is no sensible number is page 1."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 6:
        return 1
    return min(max(int(text), 1), MAX_PAGE)


def paginate(session: Session, statement: SelectOfScalar[T], *, number: int, size: int, total: int | None = None) -> Page[T]:
    """Return page `number` of the rows of `statement`, which must order them totally.

    Args:
        number: 1 for the first page.
        size: Rows to a page.
        total: The number of all rows where it is known already; otherwise it is counted (one more query).
    """
    if total is None:
        total = session.exec(select(func.count()).select_from(statement.order_by(None).subquery())).one()
    rows = session.exec(statement.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)
