"""How long work tells how far it is, without knowing who listens."""

from collections.abc import Callable

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
