"""An erasure and a moderator at the same time: neither waits for the other in a circle, and both come to an end."""

import threading
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from directory.core import clock
from directory.core.db import Database
from directory.models.base import metadata
from directory.models.moderation import DecisionAction, ReasonClass, Report, ReportKind, ReportStatus
from directory.moderation import service as moderation
from directory.privacy import erasure
from tests.factories import Make


@pytest.fixture
def own(empty_url: str) -> Iterator[Database]:
    """A database of its own, where transactions are real."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def reported(own: Database, what: str) -> tuple[int, int, int]:
    """Make somebody whose review or comment is reported; return the author, the report and a moderator."""
    with own.transaction() as session:
        make = Make(session)
        author, judge = make.user(), make.moderator()
        thing = make.review(author=author) if what == "review" else make.comment(author=author)
        sent = {"kind": ReportKind.ABUSE, "text": "Rude words.", "reporter_email": "r@readers.example", "created_at": clock.now()}
        report = Report(**{f"{what}_id": thing.id}, **sent)
        session.add(report)
        session.flush()
        erasure.ask(session, user_id=author.id, keeps_reviews=False, at_once=True)
        return author.id, report.id, judge.id


@pytest.mark.parametrize("what", ["review", "comment"])
def test_a_decision_on_a_report_and_an_erasure_of_its_author(own: Database, what: str) -> None:
    """The moderator holds the report when the erasure comes. Seen to fail on PostgreSQL without `lock_reports`: "deadlock detected"."""
    author, report, judge = reported(own, what)
    holds, failed = threading.Event(), []

    def decide() -> None:
        try:
            with own.transaction() as session:
                session.exec(select(Report).where(Report.id == report).with_for_update()).one()
                holds.set()
                threading.Event().wait(0.5)  # the erasure has begun by now, and waits
                given = {"action": DecisionAction.HIDE, "reason_class": ReasonClass.ABUSE, "reason": "It insults the staff."}
                moderation.answer(session, moderator_id=judge, report_id=report, **given)
        except Exception as error:  # noqa: BLE001  (told below)
            failed.append(error)

    deciding = threading.Thread(target=decide)
    deciding.start()
    assert holds.wait(5)
    with own.transaction() as session:
        assert erasure.step(session, user_id=author)
    deciding.join(10)
    assert failed == []
    with own.transaction() as session:
        assert not erasure.step(session, user_id=author)
        assert erasure.finish(session, user_id=author)
        assert everything_closed(session)


def everything_closed(session: Session) -> bool:
    """Whether no report is open any more: its thing is gone, and it with it."""
    return not session.exec(select(Report).where(Report.status == ReportStatus.OPEN)).all()
