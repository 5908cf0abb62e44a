"""Where the index lies: each one whole in a folder of its own, the live one named in a file that is swapped in one step."""

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from directory.search.schema import VERSION

#: The file that names the live folder.
POINTER = "CURRENT"
#: Every folder made with the fields of today.
PREFIX = f"v{VERSION}-"
#: Index files hold pickles, which run when they are read: nobody else may write here, or read what was never public.
MODE = 0o700


def live(folder: Path) -> Path | None:
    """Return the folder of the live index; None where there is none of this version."""
    try:
        name = (folder / POINTER).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return folder / name if name.startswith(PREFIX) and Path(name).name == name else None


def fresh(folder: Path) -> Path:
    """Make and return an empty folder beside the live one."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(MODE)
    made = folder / (PREFIX + secrets.token_hex(6))
    made.mkdir(mode=MODE)
    return made


def swap(folder: Path, to: Path) -> None:
    """Make `to` the live index: whole on the disk before it is named, and named in one step. All others go."""
    settle(to)
    pointer = folder / f"{POINTER}.new"
    with pointer.open("w", encoding="ascii") as file:
        file.write(to.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / POINTER)
    _sync(folder)
    for other in folder.iterdir():
        if other.is_dir() and other != to:
            drop(other)


def drop(made: Path) -> None:
    """Take a folder away; a reader that still has its files open keeps them."""
    shutil.rmtree(made, ignore_errors=True)


def settle(made: Path) -> None:
    """Bring a folder's files to the disk: Whoosh never does."""
    for path in made.iterdir():
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):
                _sync(path)
    _sync(made)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
