"""Engines to compare, each behind the same few calls."""

from importlib import import_module
from pathlib import Path

from benchmarks.engines.port import Answer, Engine, Op, Question, words

__all__ = ["NAMES", "Answer", "Engine", "Op", "Question", "make", "words"]

#: Module here -> class. Ours comes first: all others are compared with it.
_CLASSES = {"ours": "Ours", "tantivy": "Tantivy", "fts5": "Fts5"}
NAMES = tuple(_CLASSES)


def make(name: str, folder: Path) -> Engine:
    """Return an engine whose index lies, or will lie, in a folder of its own.

    Args:
        name: One of NAMES; its library is imported only now.
        folder: Where the folders of all engines are.
    """
    made: Engine = getattr(import_module(f"benchmarks.engines.{name}"), _CLASSES[name])(folder / name)
    return made
