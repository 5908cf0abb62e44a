"""A page's budget of SELECTs: how many, and which one is asked again and again."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from directory.core.db import Database
from tests.counting import statements


class Queries:
    """What a block asked of the database.

    Args:
        sent: The statements, in order.
    """

    def __init__(self, sent: list[str]) -> None:
        self._sent = sent

    @property
    def selects(self) -> list[str]:
        """The SELECTs."""
        return [statement for statement in self._sent if statement.lstrip().upper().startswith(("SELECT", "WITH"))]

    @property
    def writes(self) -> list[str]:
        """Everything else: nothing, on a page that is only read."""
        return [statement for statement in self._sent if statement not in self.selects]

    @property
    def repeated(self) -> list[str]:
        """The SELECTs that were sent more than once: a query in a loop."""
        return [statement for statement, times in Counter(self.selects).items() if times > 1]


@contextmanager
def count_queries(database: Database) -> Iterator[Queries]:
    """Yield what the block asks; look at it after the block."""
    with statements(database) as sent:
        yield Queries(sent)
