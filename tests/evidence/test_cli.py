"""`hairline evidence`: keys come and go without a document lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from directory.cli import main
from directory.core.db import Database
from directory.evidence import keys, service
from directory.models.base import metadata
from tests.evidence.papers import NEW, OLD, claim, pdf, ring, shown
from tests.factories import Make

Run = Callable[..., Result]


@pytest.fixture
def own(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    database = Database(empty_url)
    metadata.create_all(database.engine)
    monkeypatch.setenv("HAIRLINE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    yield database
    database.dispose()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def go(command: str, *lines: str) -> Result:
        (tmp_path / "keys").write_text("\n".join(lines))
        monkeypatch.setenv("HAIRLINE_EVIDENCE_KEYS_FILE", str(tmp_path / "keys"))
        return CliRunner().invoke(main, ["evidence", command])

    return go


def test_a_key_is_changed(own: Database, run: Run) -> None:
    """Seen to fail with the bytes sealed anew and the key's id left."""
    with own.transaction() as session:
        mine = claim(session, Make(session))
        ids = [shown(session, mine).id for _ in range(3)]
        moderator = Make(session).moderator().id
    assert "seals now" in run("status", OLD).output
    assert "frees it" in run("status", NEW, OLD).output
    assert "not in the setting" in run("status", NEW).output
    lost = run("rotate", NEW)
    assert lost.exit_code == 1
    assert "3 documents could not be opened" in lost.output
    done = run("rotate", NEW, OLD)
    assert (done.exit_code, done.output.count("3 documents are sealed with new now")) == (0, 1)
    assert "Nothing needs old any more" in done.output
    assert "not needed any more" in run("status", NEW, OLD).output
    assert "0 documents are sealed" in run("rotate", NEW).output
    with own.transaction() as session:
        assert [service.read(session, keys=ring(NEW), evidence_id=id_, actor_id=moderator) for id_ in ids] == [pdf()] * 3


def test_what_is_wrong_is_said_and_no_key_shown(own: Database, run: Run) -> None:
    """Seen to fail with the line repeated."""
    broken = run("status", OLD, "second-secret")
    assert broken.exit_code == 2
    assert "line 2" in broken.output
    assert "second-secret" not in broken.output


def test_a_new_key_is_made() -> None:
    """Seen to fail with an id that the setting refuses."""
    first, second = (CliRunner().invoke(main, ["evidence", "key", "2027-01"]).output for _ in range(2))
    assert keys.read(first).current == "2027-01"
    assert first != second
    assert CliRunner().invoke(main, ["evidence", "key", "a:b"]).exit_code == 2
