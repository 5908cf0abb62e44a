"""`hairline search` on a database of its own."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from directory.cli.search import search
from directory.core.db import Database
from directory.core.locks import FileLock
from directory.models.base import metadata
from directory.models.ops import Job
from tests.factories import Make


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a database and one profile."""
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'hairline.sqlite3'}")
    metadata.create_all(database.engine)
    with database.transaction() as session:
        Make(session).profile("Ada Marsh")
    database.dispose()
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(search, arguments)


def test_an_index_is_made_and_looked_at(folder: Path) -> None:
    """Seen to fail with exit code 0 where there is no index."""
    before = run("status")
    assert before.exit_code == 1
    assert "the database answers" in before.output
    assert "1 profiles indexed." in run("rebuild").output
    after = run("status")
    assert after.exit_code == 0
    assert "1 of 1 listed profiles" in after.output


def test_beside_a_worker_the_worker_does_it(folder: Path) -> None:
    """Seen to fail without the lock."""
    with FileLock(folder / "worker.lock").hold():
        assert "The worker makes a new index" in run("rebuild").output
    database = Database(f"sqlite:///{folder / 'hairline.sqlite3'}")
    with database.session() as session:
        assert [job.name for job in session.exec(select(Job)).all()] == ["search.rebuild"]
    database.dispose()
    assert run("status").exit_code == 1
