"""`hairline user` and `hairline mail`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import col, select

from directory.accounts import passwords, queries, recovery, service, totp
from directory.cli import main
from directory.core.db import Database
from directory.models.accounts import ErasureRequest, Role, User, UserStatus
from directory.models.base import metadata
from directory.models.moderation import AuditEntry
from directory.models.ops import Job, KeptMail
from directory.models.places import Country
from directory.sample import factors
from tests.factories import SECRET_KEY, Make

Run = Callable[..., Result]
GREEN = "three calm green mornings"


@pytest.fixture
def own(empty_url: str) -> Iterator[Database]:
    """A database of its own, as a command meets it."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def run(own: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on that database."""
    monkeypatch.setenv("HAIRLINE_DATABASE_URL", own.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    return lambda *words, typed=None: CliRunner().invoke(main, list(words), input=typed)


def make_ada(run: Run, *more: str) -> Result:
    return run("user", "create", "Ada@Patients.example", "--name", "Ada 7", "--birth-year", "1985", *more, typed=f"{GREEN}\n{GREEN}\n")


def ada(own: Database) -> User:
    with own.session() as session:
        return queries.existing_by_email(session, "ada@patients.example")


def test_an_account_is_made_confirmed_and_can_be_used(run: Run, own: Database) -> None:
    """Seen to fail with the password kept as typed."""
    result = make_ada(run, "--role", "moderator")
    assert result.exit_code == 0, result.output
    assert GREEN not in result.output
    made = ada(own)
    assert made.is_confirmed
    assert made.role is Role.MODERATOR
    assert passwords.verify(GREEN, made.password_hash)[0]


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("--name", "Ada 7", "--birth-year", "2020"), GREEN, "18 or over"),
        (("--name", "Admin", "--birth-year", "1985"), GREEN, "staff"),
        (("--name", "Ada 7", "--birth-year", "1985"), "password", "tried first"),
    ],
)
def test_the_rules_hold_here_too(run: Run, own: Database, words: tuple[str, ...], typed: str, said: str) -> None:
    """One sentence, no traceback. Seen to fail with the rules left to the form."""
    result = run("user", "create", "ada@patients.example", *words, typed=f"{typed}\n{typed}\n")
    assert result.exit_code == 2
    assert said in result.output
    with own.session() as session:
        assert session.exec(select(User)).all() == []


def test_roles_and_suspension_are_written_into_the_log(run: Run, own: Database) -> None:
    """Seen to fail with each step left out."""
    make_ada(run)
    assert run("user", "role", "ADA@patients.example", "admin").exit_code == 0
    assert ada(own).role is Role.ADMIN
    refused = run("user", "suspend", "ada@patients.example")
    assert refused.exit_code == 2
    assert "last administrator" in refused.output
    bo = ("bo@patients.example", "--name", "Bo 8", "--birth-year", "1980", "--role", "admin")
    assert run("user", "create", *bo, typed=f"{GREEN}\n{GREEN}\n").exit_code == 0
    assert run("user", "suspend", "ada@patients.example").exit_code == 0
    assert ada(own).status is UserStatus.SUSPENDED
    assert run("user", "unsuspend", "ada@patients.example").exit_code == 0
    assert ada(own).status is UserStatus.ACTIVE
    with own.session() as session:
        assert session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
            "user.create",
            "user.role",
            "user.create",
            "user.suspend",
            "user.unsuspend",
        ]


@pytest.mark.parametrize("command", [("user", "role", "nobody@patients.example", "admin"), ("user", "suspend", "nobody@patients.example")])
def test_an_unknown_address_is_said(run: Run, command: tuple[str, ...]) -> None:
    """Seen to fail with a traceback."""
    result = run(*command)
    assert result.exit_code == 2
    assert "no account" in result.output


def test_mail_test_goes_the_way_of_all_mails(run: Run, own: Database) -> None:
    """Seen to fail with the job left to a worker that does not run."""
    result = run("mail", "test", "op@hairline.example")
    assert result.exit_code == 0, result.output
    assert "/dev/outbox" in result.output
    with own.session() as session:
        assert session.exec(select(KeptMail.recipient)).all() == ["op@hairline.example"]


def test_mail_test_says_what_went_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail with success told for a job that failed."""
    monkeypatch.setenv("HAIRLINE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("HAIRLINE_SMTP_PORT", "9")
    result = run("mail", "test", "op@hairline.example")
    assert result.exit_code == 1
    assert "Not sent" in result.output
    assert run("mail", "test", "not an address").exit_code == 2


def test_who_acts_for_a_profile(run: Run, own: Database) -> None:
    """Granted, changed, listed, ended; each in the log. Seen to fail with each step left out."""
    make_ada(run)
    with own.transaction() as session:
        session.add(Country(code="CA", name="Canada", sort_key="canada"))
        session.flush()
        slug = Make(session).profile("Mina Park").slug
    assert run("member", "grant", "ada@patients.example", slug, "responder").exit_code == 0
    assert run("member", "grant", "ada@patients.example", slug, "owner").exit_code == 0
    assert run("member", "list", "ada@patients.example").output == f"owner      {slug}\n"
    assert run("member", "revoke", "ada@patients.example", slug).exit_code == 0
    assert run("member", "list", "ada@patients.example").output == ""
    for wrong in (("grant", "nobody@patients.example", slug, "owner"), ("grant", "ada@patients.example", "nowhere", "owner")):
        assert run("member", *wrong).exit_code == 2
    assert run("member", "revoke", "ada@patients.example", slug).exit_code == 2
    with own.session() as session:
        entries = session.exec(select(AuditEntry).where(col(AuditEntry.action).startswith("member.")).order_by(col(AuditEntry.id))).all()
    assert [(entry.action, entry.details.get("before"), entry.details.get("after")) for entry in entries] == [
        ("member.grant", "", "responder"),
        ("member.grant", "responder", "owner"),
        ("member.revoke", "owner", None),
    ]


def test_an_account_is_erased_by_the_word_of_the_operator(run: Run, own: Database) -> None:
    """Also a suspended one, whose person cannot log in to ask. Asked first; the worker does it. Seen to fail with the days of grace."""
    make_ada(run)
    run("user", "suspend", "ada@patients.example")
    assert run("user", "erase", "ada@patients.example", typed="n\n").exit_code == 1
    ada(own)
    result = run("user", "erase", "ada@patients.example", "--keep-reviews", typed="y\n")
    assert result.exit_code == 0, result.output
    with own.session() as session:
        request = session.exec(select(ErasureRequest)).one()
    assert request.keeps_reviews
    assert request.due_at == request.requested_at
    assert run("worker", "--once").exit_code == 0
    with own.session() as session:
        assert session.exec(select(User)).all() == []
        assert session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == "user.erase"


def test_the_last_administrator_is_not_erased(run: Run, own: Database) -> None:
    make_ada(run, "--role", "admin")
    result = run("user", "erase", "ada@patients.example", "--yes")
    assert result.exit_code == 2
    assert "Name another one first" in result.output


def test_lost_factors_are_taken_away_and_the_person_is_told(run: Run, own: Database) -> None:
    """Asked first, written into the log, signed out. Seen to fail with the recovery codes left, and without the audit."""
    make_ada(run)
    with own.transaction() as session:
        user_id, make = queries.existing_by_email(session, "ada@patients.example").id, Make(session)
        make.app(service.load(session, user_id))
        make.passkey(service.load(session, user_id))
        recovery.replace(session, user_id=user_id, hashes=["x"])
    assert run("user", "reset-factors", "ada@patients.example", typed="n\n").exit_code == 1
    assert "password alone" in run("user", "reset-factors", "ada@patients.example", typed="y\n").output
    assert "no second factor" in run("user", "reset-factors", "ada@patients.example", "--yes").output
    with own.session() as session:
        assert not queries.has_second_factor(session, user_id)
        assert recovery.left(session, user_id) == 0
        assert "user.reset_factors" in set(session.exec(select(AuditEntry.action)))
        assert {"mail.totp_removed", "mail.passkey_removed"} <= set(session.exec(select(Job.name)))


def test_the_demonstration_tells_the_code_of_its_moderator(run: Run, own: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the site takes it. Seen to fail with a secret of its own for each run."""
    monkeypatch.setenv("HAIRLINE_SECRET_KEY", SECRET_KEY)
    login = factors.STAFF[0]
    with own.transaction() as session:
        user_id = Make(session).moderator(email=login.email, is_sample=True).id
    assert factors.ensure(own, key=SECRET_KEY) == 1
    assert factors.ensure(own, key=SECRET_KEY) == 0
    shown = run("demo", "code", login.role.value)
    assert shown.exit_code == 0, shown.output
    with own.transaction() as session:
        assert totp.use(session, user_id=user_id, code=shown.output.strip(), key=SECRET_KEY)


def test_no_real_account_gets_a_secret_that_can_be_told(own: Database) -> None:
    """Seen to fail with `is_sample` left out."""
    with own.transaction() as session:
        Make(session).moderator(email=factors.STAFF[0].email)
    assert factors.ensure(own, key=SECRET_KEY) == 0
