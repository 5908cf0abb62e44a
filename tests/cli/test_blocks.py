"""`hairline block`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from directory.cli import main
from directory.core.db import Database
from directory.models.base import metadata

Run = Callable[..., Result]


@pytest.fixture
def run(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command on a database of its own."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    monkeypatch.setenv("HAIRLINE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    yield lambda *words: CliRunner().invoke(main, ["block", *words])
    database.dispose()


def test_what_is_blocked_is_listed_and_can_be_taken_back(run: Run) -> None:
    """Seen to fail with the address printed by `list`."""
    assert run("list").output == "Nothing is blocked.\n"
    assert run("add", "network", "192.0.2.7", "--reason", "Adverts", "--days", "3").output.startswith("192.0.2.0/24 is blocked until 20")
    assert "until you take it back" in run("add", "email", "Spam@adverts.example", "--reason", "Adverts").output
    assert run("add", "email-domain", "adverts.example", "--reason", "Adverts").exit_code == 0
    listed = run("list").output
    assert "192.0.2.0/24" in listed
    assert "adverts.example" in listed
    assert "spam" not in listed.lower()
    assert run("remove", "email", "spam+2@adverts.example").exit_code == 0
    assert "digest" not in run("list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "network", "0.0.0.0/0", "--reason", "x"), "That is too much of the network"),
        (("add", "email", "nobody", "--reason", "x"), "Write a whole e-mail address"),
        (("add", "email-domain", "no domain", "--reason", "x"), "Write a domain"),
        (("remove", "network", "192.0.2.0/24"), "This is not blocked."),
        (("add", "network", "192.0.2.0/24"), "Missing option '--reason'"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    """Seen to fail with the error let through."""
    answer = run(*words)
    assert answer.exit_code == 2
    assert said in answer.output
