"""The table of contents of an index: which segments there are and who of them is gone; Whoosh's own file, written so that it lasts."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC

from directory.search import builder, schema


def read(folder: Path) -> Any:
    """Return the newest table of contents of a folder.

    Raises:
        Anything at all, where it is missing or damaged: see `schema.DAMAGE`.
    """
    return TOC.read(_storage(folder), builder.INDEX, schema=schema.SCHEMA)


def write(folder: Path, segments: list[Any], generation: int) -> None:
    """Write a new table of contents; from then on it is the index.

    Its name is on the disk with the next thing that is brought there from this folder: the manifest, which follows at once.

    Args:
        segments: Whoosh's descriptions of all segments.
        generation: One more than that of the table before.
    """
    TOC(schema.SCHEMA.copy(), segments, generation).write(_storage(folder), builder.INDEX)
    path = folder / TOC._filename(builder.INDEX, generation)
    path.chmod(0o600)
    sync(path)


def sweep(folder: Path, current: Any) -> None:
    """Take away what no table of contents names: older tables, merged segments, halves left by a kill.

    Args:
        current: The table of contents.
    """
    kept = {described.make_filename(described.COMPOUND_EXT) for described in current.segments}
    kept |= {TOC._filename(builder.INDEX, current.generation)}
    for path in folder.iterdir():
        if path.name not in kept and path.name.lstrip("_").startswith(builder.INDEX):
            path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Bring a file or folder to the disk: Whoosh never does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Storage(FileStorage):  # type: ignore[misc]
    """Reads whole files: Whoosh leaves a table of contents open when it cannot be read."""

    def open_file(self, name: str, **_: Any) -> StructFile:
        return StructFile(BytesIO(Path(self.folder, name).read_bytes()), name=name)


def _storage(folder: Path) -> FileStorage:
    return _Storage(str(folder), supports_mmap=False)


def name_of(generation: int) -> str:
    """Return the name of the file of a table of contents."""
    return str(TOC._filename(builder.INDEX, generation))
