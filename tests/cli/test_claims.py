"""`hairline claim letters`."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader
from sqlmodel import Session

from directory.claims import codes, queries, service
from directory.claims.codes import Outcome
from directory.cli import main
from directory.core.db import Database
from directory.models.base import metadata
from directory.models.claims import ProofMethod, ProofStatus
from tests.claims import world
from tests.factories import SECRET_KEY, Make

Run = Callable[..., Result]


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """A database of its own, with all tables."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Print letters into a folder."""
    monkeypatch.setenv("HAIRLINE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HAIRLINE_SECRET_KEY", SECRET_KEY)
    return lambda folder: CliRunner().invoke(main, ["claim", "letters", str(folder)])


def asked(session: Session) -> int:
    """Let somebody ask for a letter; return the number of the claim."""
    make = Make(session)
    claim = world.begin(session, world.listed(session, make), make.user())
    service.ask_by_letter(session, claim_id=claim.id, user_id=claim.user_id, address=world.ADDRESS, secret=SECRET_KEY)
    return claim.id


def status(database: Database, claim_id: int) -> ProofStatus:
    with database.session() as session:
        return queries.proofs(session, claim_id)[ProofMethod.LETTER_CODE].status


def test_a_letter_that_waits_is_written_once_with_a_code_that_works(run: Run, database: Database, tmp_path: Path) -> None:
    """Seen to fail with the code of another making printed, and with the file readable for all."""
    with database.transaction() as session:
        claim_id = asked(session)
    folder = tmp_path / "letters"
    said = run(folder)
    assert said.output == f"{folder / f'letter-{claim_id}.pdf'}\n1 letters.\n"
    assert [path.name for path in folder.iterdir()] == [f"letter-{claim_id}.pdf"]
    assert (folder / f"letter-{claim_id}.pdf").stat().st_mode & 0o077 == 0
    text = PdfReader(BytesIO((folder / f"letter-{claim_id}.pdf").read_bytes())).pages[0].extract_text()
    assert {"Ada Marsh", "12 Queen Street", "Toronto, Ontario M5H 2N2", "CANADA"} <= set(text.splitlines()), text
    code = next(line for line in text.splitlines() if len(line) == 9 and line[4] == "-")
    assert set(codes.read(code)) <= set(codes.ALPHABET)
    with database.transaction() as session:
        user_id = queries.by_id(session, claim_id).user_id
        given = {"claim_id": claim_id, "user_id": user_id, "method": ProofMethod.LETTER_CODE, "secret": SECRET_KEY}
        assert service.enter(session, typed=code.lower(), **given) is Outcome.PROVED
    assert run(folder).output == "No letter waits.\n"


def test_a_letter_that_cannot_be_written_waits_on(run: Run, database: Database, tmp_path: Path) -> None:
    """Seen to fail with the file written after the code was kept."""
    with database.transaction() as session:
        claim_id = asked(session)
    (tmp_path / "letters").write_text("a file where the folder should be")
    said = run(tmp_path / "letters" / "today")
    assert said.exit_code == 1
    assert "wait on" in said.output
    assert status(database, claim_id) is ProofStatus.WAITING
    assert run(tmp_path / "folder").output.endswith("1 letters.\n")
    assert status(database, claim_id) is ProofStatus.SENT
