"""Where the documents stand, for tests that hold them against the code."""

from pathlib import Path

ROOT = Path(__file__).parent.parent


def text(name: str) -> str:
    """Return a document of the repository."""
    return (ROOT / name).read_text("utf-8")
