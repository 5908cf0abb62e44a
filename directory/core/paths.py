"""Where the files that ship with the code lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
DATA = PACKAGE / "data"
STATIC = PACKAGE / "static"


def shipped(name: str) -> Path:
    """Return the folder `templates` or `migrations`."""
    inside = PACKAGE / f"_{name}"
    return inside if inside.is_dir() else PACKAGE.parent / name
