"""Locks between processes of one host, freed by the kernel when their holder dies."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """A blocking lock over threads and processes.

    It waits in the kernel and is never polled: with a polled lock a long import, which takes it again and again,
    starved the web for more than ten seconds. Threads of one process queue on a lock of their own first, and every
    holder opens its own descriptor, because a flock belongs to the open file and not to the thread.

    Args:
        path: The lock file; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.Lock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the lock and keep it for the block."""
        with self._threads:
            descriptor = self._open()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        """Take the lock if it is free; yield whether it was."""
        descriptor = self._open()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
