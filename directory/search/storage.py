"""One segment as one file: written at once from memory, read through a map of the file and never copied.

The layout is Whoosh's own for compound segments, so that stock Whoosh reads it too. Whoosh copies every file that it opens
into memory (`BufferFile` wraps `BytesIO(buffer)`): 320 MB a process at a million profiles. `MappedFile` copies what is read.
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import RamStorage, Storage
from whoosh.filedb.structfile import BufferFile, StructFile

#: Files beside Whoosh's own in a segment, read in place as numbers of four bytes. They stand first, where offsets are multiples
#: of four: numpy copies the whole of what lies askew whenever something is looked up in it.
GEO, LEXICON = ".geo", ".lex"


class _View:
    """A file object over a buffer."""

    __slots__ = ("_at", "_buffer")

    def __init__(self, buffer: memoryview) -> None:
        self._buffer, self._at = buffer, 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._buffer) if size is None or size < 0 else min(len(self._buffer), self._at + size)
        found = bytes(self._buffer[self._at : end])
        self._at = end
        return found

    def readline(self) -> bytes:
        found = bytes(self._buffer[self._at : self._at + 256])
        end = found.find(b"\n") + 1
        while not end and len(found) < len(self._buffer) - self._at:
            found = bytes(self._buffer[self._at : self._at + 2 * len(found)])
            end = found.find(b"\n") + 1
        found = found[:end] if end else found
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._buffer)}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._buffer = memoryview(b"")


class MappedFile(BufferFile):  # type: ignore[misc]  # Whoosh has no types
    """A file of a segment, read from the map without a copy of the whole."""

    def __init__(self, buffer: memoryview, name: str = "") -> None:
        # Not super().__init__: copying is what it does.
        self._buf, self._name, self.file = buffer, name, _View(buffer)
        self.onclose, self.is_real, self.is_closed = None, False, False

    def subset(self, position: int, length: int, name: str | None = None) -> "MappedFile":
        """Return a part as a file of its own."""
        return MappedFile(self._buf[position : position + length], name or self._name)

    def get(self, position: int, length: int) -> bytes:
        """Return some bytes."""
        return bytes(self._buf[position : position + length])


class SegmentFiles(Storage):  # type: ignore[misc]
    """The files inside one segment's file.

    Args:
        path: The file.
    """

    readonly = True

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.buffer = memoryview(self._map)
        head = MappedFile(self.buffer)
        start, length = head.read_long(), head.read_int()
        if not 0 < start <= start + length <= len(self.buffer):
            raise OSError(f"{path.name} is cut short")
        head.seek(start)
        self._files: dict[str, dict[str, Any]] = head.read_pickle()

    def part(self, name: str) -> memoryview:
        """Return the bytes of one file."""
        where = self._files[name]
        return self.buffer[where["offset"] : where["offset"] + where["length"]]

    def give_back(self) -> None:
        """Let go of what was read through the map: it stays in the system's own memory, and comes back when it is asked for."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def open_file(self, name: str, **_: Any) -> MappedFile:
        """Open one file."""
        return MappedFile(self.part(name), name)

    def list(self) -> list[str]:
        """Return the names of all files."""
        return [*self._files]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def file_exists(self, name: str) -> bool:
        """Say whether there is such a file."""
        return name in self._files

    def file_length(self, name: str) -> int:
        """Return the bytes of one file."""
        return int(self._files[name]["length"])


def write_segment(folder: Path, segment: Any, made: RamStorage) -> Path:
    """Write the files of a segment, made in memory, as one file; it is on the disk when this returns.

    Args:
        folder: Where to.
        segment: Whoosh's description of it, from now on compound.
        made: The files.
    """
    path: Path = folder / segment.make_filename(segment.COMPOUND_EXT)
    with closing(made), path.open("xb") as file:
        os.chmod(path, 0o600)
        CompoundStorage.assemble(
            _Unclosed(StructFile(file)), made, sorted(made.list(), key=lambda name: (not name.endswith((GEO, LEXICON)), name))
        )
        file.flush()
        os.fsync(file.fileno())
    segment.compound = True
    return path


class _Unclosed:
    """A file that `assemble` may write but not close: it has to be brought to the disk first."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def close(self) -> None:
        self._file.flush()
