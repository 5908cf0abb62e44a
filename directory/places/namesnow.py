"""The newest file of all names in a data folder, whoever made it and when."""

from pathlib import Path

from directory.places.namefile import NameFile


class Names:
    """The file of a data folder, opened when it is first asked for and again when another takes its place.

    Args:
        path: Where it lies, or will.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: tuple[tuple[int, int], NameFile] | None = None

    def now(self) -> NameFile | None:
        """Return the file as it is now, or None where there is none that can be read."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        mark = (stat.st_ino, stat.st_mtime_ns)
        if self._open is None or self._open[0] != mark:
            try:
                self._open = (mark, NameFile(self._path))
            except ValueError:
                return None
        return self._open[1]
