"""Where the index lies: `v<make>/g<n>/`, each whole in a folder of its own; the live one is named in a file swapped in one step."""

import contextlib
import json
import os
import re
import shutil
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from directory.search.schema import schema_hash
from directory.search.toc import sync

#: The file that names the live folder.
POINTER = "CURRENT"
#: The file that says what belongs to an index, with sizes and checksums. Written after each commit; readers watch it.
MANIFEST = "MANIFEST"
#: Set by a reader that met damage; the worker makes a new index and takes it away.
DAMAGED = "DAMAGED"
#: Index files hold pickles, which run when they are read: nobody else may write here, or read what was never public.
MODE = 0o700
#: Indexes of another make are kept so long for processes that still run older code. Seconds.
GRACE = 24 * 3600.0
_NAME = re.compile(r"g(\d+)")


@dataclass(frozen=True)
class Manifest:
    """What belongs to an index.

    Args:
        generation: The number of its table of contents.
        documents: Profiles in it that are not gone.
        applied: The last job of the outbox that was applied.
        files: Size and CRC-32 of each file.
    """

    generation: int = -1
    documents: int = 0
    applied: int = 0
    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def root(folder: Path) -> Path:
    """Return the folder of all indexes of the make of today."""
    return folder / f"v{schema_hash()}"


def live(folder: Path) -> Path | None:
    """Return the folder of the live index; None where there is none of the make of today."""
    try:
        name = (root(folder) / POINTER).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return root(folder) / name if _NAME.fullmatch(name) else None


def pointed(folder: Path) -> tuple[int, int] | None:
    """Return what changes when another folder becomes the live one: one look at one file; None where there is none."""
    try:
        found = os.stat(_pointer(folder, schema_hash()))  # every question comes by: no paths are put together
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def fresh(folder: Path) -> Path:
    """Make and return an empty folder beside the live one."""
    home = root(folder)
    for path in (folder, home):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(MODE)
    taken = [int(found[1]) for path in home.iterdir() if (found := _NAME.fullmatch(path.name))]
    made = home / f"g{max(taken, default=0) + 1}"
    made.mkdir(mode=MODE)
    return made


def swap(folder: Path, to: Path) -> None:
    """Make `to` the live index, in one step. Everything older of this make goes; readers keep the files they have open."""
    sync(to)
    _replace(root(folder) / POINTER, to.name.encode())
    for other in root(folder).iterdir():
        if other.is_dir() and other != to:
            drop(other)
    for other in folder.iterdir():
        if other.is_dir() and other.name.startswith("v") and other != root(folder) and time.time() - _touched(other) > GRACE:
            drop(other)


def drop(made: Path) -> None:
    """Take a folder away."""
    shutil.rmtree(made, ignore_errors=True)


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of an index; an empty one where it is missing or damaged."""
    try:
        said = json.loads((path / MANIFEST).read_text("ascii"))
        files = {str(name): (int(size), int(check)) for name, (size, check) in said["files"].items()}
        return Manifest(int(said["generation"]), int(said["documents"]), int(said["applied"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest()


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest in one step."""
    said = {"generation": manifest.generation, "documents": manifest.documents, "applied": manifest.applied, "files": dict(manifest.files)}
    _replace(path / MANIFEST, json.dumps(said, sort_keys=True).encode("ascii"))


def stamp(path: Path) -> tuple[int, int]:
    """Return what changes with every commit: one look at one file."""
    found = os.stat(f"{path}/{MANIFEST}")
    return found.st_ino, found.st_mtime_ns


def measured(path: Path, names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return size and CRC-32 of some files of an index."""
    return {name: ((path / name).stat().st_size, _checksum(path / name)) for name in names}


def faults(path: Path, manifest: Manifest, *, deep: bool) -> list[str]:
    """Return what is wrong with the files of an index.

    Args:
        deep: Read all of them and compare checksums; otherwise only sizes are looked at.
    """
    found = []
    for name, (size, check) in sorted(manifest.files.items()):
        try:
            if (path / name).stat().st_size != size:
                found.append(f"{name} has another size than was written")
            elif deep and _checksum(path / name) != check:
                found.append(f"{name} holds something else than was written")
        except OSError:
            found.append(f"{name} is missing")
    return found


def mark_damaged(folder: Path) -> None:
    """Tell the worker that a reader met damage."""
    with contextlib.suppress(OSError):
        (folder / DAMAGED).touch(mode=0o600)


def is_marked(folder: Path) -> bool:
    """Say whether a reader met damage."""
    return (folder / DAMAGED).exists()


def unmark(folder: Path) -> None:
    """Forget it: a new index is there."""
    (folder / DAMAGED).unlink(missing_ok=True)


@lru_cache(64)
def _pointer(folder: Path, make: str) -> str:
    return str(folder / f"v{make}" / POINTER)


def _checksum(path: Path) -> int:
    check = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            check = zlib.crc32(part, check)
    return check


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)


def _touched(folder: Path) -> float:
    try:
        return (folder / POINTER).stat().st_mtime
    except OSError:
        return 0.0
