"""When a sign-in was last used: noted while pages are read, written by a job, and never by a GET."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import service
from directory.app import create_app
from directory.cli.schema import bring_up_to_date
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import AuthSession, Role, User
from directory.models.ops import Job
from directory.web import seen
from tests.attacks.rows import all_rows
from tests.clients import Visitor
from tests.factories import Make

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_noted(app: Flask) -> None:
    """The site is one for all tests of a run."""
    seen.of(app).take()


def row_of(session: Session, user: User) -> AuthSession:
    session.expire_all()
    return session.exec(select(AuthSession).where(AuthSession.user_id == user.id)).one()


def waiting(session: Session) -> list[Job]:
    session.expire_all()
    return list(session.exec(select(Job).where(Job.name == "accounts.seen")))


@pytest.mark.parametrize(("role", "every"), [(Role.PATIENT, HOUR), (Role.MODERATOR, 5 * MINUTE), (Role.ADMIN, 5 * MINUTE)])
def test_a_use_is_written_by_the_job_once_it_is_news(app: Flask, session: Session, make: Make, role: Role, every: timedelta) -> None:
    """Every hour, for staff every five minutes. Seen to fail with each use noted, and with one span for all."""
    user = make.user(role=role)
    with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as moment:
        start = clock.now()
        visitor = Visitor(app).sign_in(user)
        moment.shift(every - timedelta(seconds=1))
        visitor.get("/account")
        seen.flush(app)
        assert waiting(session) == [], "not news yet"
        moment.shift(timedelta(seconds=1))
        before = all_rows(session)
        visitor.get("/account")
        visitor.get("/account/sessions")
        assert all_rows(session) == before, "a GET writes nothing"
        seen.flush(app)
        seen.flush(app)
        assert len(waiting(session)) == 1, "one job for all that was noted"
        assert row_of(session, user).last_seen_at == start
        jobs.run_due(app)
        assert row_of(session, user).last_seen_at == start + every
        assert session.get_one(User, user.id).last_seen_at == start + every


def test_the_clock_only_goes_forward(session: Session, make: Make) -> None:
    """An old job that runs late changes nothing. Seen to fail with the moment written whatever stands there."""
    user = make.user()
    token_moment = clock.now()
    service.open_session(session, user=user)
    row = row_of(session, user)

    def said(at: datetime) -> tuple[datetime, datetime | None]:
        service.seen(session, at={row.id: at})
        return row_of(session, user).last_seen_at, session.get_one(User, user.id).last_seen_at

    later = token_moment + 2 * HOUR
    assert said(later) == (later, later)
    assert said(token_moment + HOUR) == (later, later)
    service.seen(session, at={4711: later})


def test_a_person_is_seen_where_they_were_seen_last(session: Session, make: Make) -> None:
    """Two browsers, the older use written last. Seen to fail with the person's moment overwritten."""
    user = make.user()
    for _browser in range(2):
        service.open_session(session, user=user)
    session.flush()
    first, second = session.exec(select(AuthSession.id).order_by(AuthSession.id)).all()  # type: ignore[arg-type]
    late, early = clock.now() + 3 * HOUR, clock.now() + HOUR
    service.seen(session, at={first: late})
    service.seen(session, at={second: early})
    session.expire_all()
    assert session.get_one(User, user.id).last_seen_at == late


def test_what_nobody_signs_in_with_is_not_noted(app: Flask, session: Session, make: Make) -> None:
    """A token that is over. Seen to fail with the note made before the look at the table."""
    user = make.user()
    with time_machine.travel(clock.now(), tick=False) as moment:
        visitor = Visitor(app).sign_in(user)
        moment.shift(timedelta(days=15))
        assert visitor.get("/account", follow=False).status_code == 303
        assert seen.of(app).take() == {}


def test_the_bytes_of_the_database_stay(tmp_path: Path) -> None:
    """A signed-in person reads for an hour and the file is the same; after the hand-over it is not.

    Seen to fail with `last_seen_at` written by the request.
    """
    settings = Settings(data_dir=tmp_path, secret_key="tests-only-0123456789-abcdefghijklmnop")
    app = create_app(settings)
    bring_up_to_date(app, settings)
    database: Database = app.extensions["hairline_database"]
    with database.transaction() as session:
        user = Make(session).user("Ada 7")
    visitor = Visitor(app).sign_in(user)

    def contents() -> list[bytes]:
        path = Path(str(database.url.database))
        return [one.read_bytes() for one in (path, path.with_name(path.name + "-wal")) if one.exists()]

    before = contents()
    with time_machine.travel(clock.now() + HOUR + MINUTE, tick=True):
        for path in ("/", "/account", "/account/sessions", "/account/history", "/account/notifications", "/account/name"):
            assert visitor.get(path).status_code == 200
        assert contents() == before
        seen.flush(app)
        assert contents() != before
        with database.session() as reading:
            assert [job.name for job in reading.exec(select(Job)) if job.name == "accounts.seen"] == ["accounts.seen"]
    database.dispose()
    app.extensions["alembic"].engines["default"].dispose()
