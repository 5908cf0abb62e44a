"""`hairline ingest` at a terminal."""

import pytest
from click.testing import CliRunner

from directory.cli.ingest import ingest
from directory.core.db import Database
from directory.ingest import bodysafe, sheet
from directory.models.base import metadata
from directory.treatments import service as treatments
from tests.factories import Make

JULY = str(bodysafe.SHIPPED / "toronto_bodysafe_2024-07-31.csv.xz")


@pytest.fixture
def hairline(tmp_path, monkeypatch):
    """The command on a database of its own that has Toronto."""
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'hairline.sqlite3'}")
    metadata.create_all(database.engine)
    with database.transaction() as session:
        treatments.sync(session)
        Make(session).place("Toronto", region="Ontario", country="CA")
    database.dispose()
    return lambda *words: CliRunner().invoke(ingest, words)


def test_a_register_is_read_and_told(hairline):
    done = hairline("bodysafe", JULY)
    assert done.exit_code == 0
    assert "as of 2024-07-31" in done.output
    assert [line.split() for line in done.output.splitlines() if "new" in line] == [["111", "new"]]
    assert "skipped: other service" in done.output
    assert [line.split() for line in hairline("bodysafe", JULY).output.splitlines() if "same" in line] == [["111", "same"]]


def test_a_dry_run_says_so(hairline):
    assert "nothing was written" in hairline("bodysafe", JULY, "--dry-run").output
    assert "111  new" in hairline("bodysafe", JULY, "--dry-run").output


def test_a_file_of_another_kind_ends_with_2_and_a_sentence(hairline):
    """Seen to fail: letting Refused through as a traceback (exit code 1)."""
    done = hairline("nppes", JULY, "--as-of", "2026-01-01")
    assert done.exit_code == 2
    assert done.stderr.startswith("This is not a native file of NPPES")


def test_a_sheet_from_its_template(hairline, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(hairline("sheet", "--template").output)
    assert path.read_text() == sheet.template()
    done = hairline("sheet", str(path), "--source-name", "My list", "--licence", "CC0", "--map", "anything=name")
    assert (done.exit_code, "1  new" in done.output) == (0, True)


@pytest.mark.parametrize("words", [(), ("--source-name", "x"), (JULY,), (JULY, "--source-name", "x", "--map", "name")])
def test_a_sheet_needs_a_file_a_name_and_whole_maps(hairline, words):
    assert hairline("sheet", *words).exit_code == 2


def test_refused_rows_are_shown(hairline, tmp_path):
    path = tmp_path / "list-2026-01-01.csv"
    path.write_text("key,kind,name,city,country\n1,robot,X,Toronto,CA\n")
    done = hairline("sheet", str(path), "--source-name", "My list")
    assert "line 2, kind: Write person or practice." in done.output
