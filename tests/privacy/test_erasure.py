"""After an erasure nothing of the person is left, save what the table of columns says and why; nobody else loses anything."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import Session, func, select

from directory import jobs, outbox
from directory.app import create_app
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import NotFound, Refused
from directory.models.accounts import AccountEvent, ErasureRequest, EventKind, Role, User, UserStatus
from directory.models.comments import Comment
from directory.models.moderation import AuditEntry, Decision, Report, ReportKind
from directory.models.ops import Job, JobStatus, KeptMail
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from directory.notifications import mail
from directory.privacy import erasure, export, rules
from directory.privacy.columns import TABLES, Ends
from directory.reviews import queries as reviews
from directory.reviews import service as review_service
from directory.web import farewell
from tests.factories import Make
from tests.privacy.marked import found, marked


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Clock:
    """Lets time pass for everybody."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta(0)
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + self.ahead)

    def wait(self, time: timedelta) -> None:
        self.ahead += time


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def erased(app: Flask, session: Session, user_id: int, *, keeps_reviews: bool = False) -> None:
    """Ask for it without days of grace and let the worker do it."""
    erasure.ask(session, user_id=user_id, keeps_reviews=keeps_reviews, at_once=True)
    session.commit()
    jobs.run_due(app)
    session.expire_all()


class TestNothingIsLeft:
    @pytest.mark.parametrize("keeps", [False, True], ids=["everything goes", "reviews are left"])
    def test_but_what_the_table_says(self, app: Flask, session: Session, make: Make, keeps: bool) -> None:
        """Every table of the database is looked through for every mark of the person.

        Seen to fail without each step of `erasure.step` and `erasure.finish`, and with a column that stays called one that goes.
        """
        user, by = marked(session, make)
        before = {(table, name) for table, name, _mark in found(session, by)}
        elsewhere = {("kept_mails", "recipient"), ("reports", "reporter_email"), ("audit_entries", "details"), ("invitations", "email")}
        assert before == set(by.marks.values()) | elsewhere
        user_id = user.id
        erased(app, session, user_id, keeps_reviews=keeps)
        assert session.get(User, user_id) is None
        allowed = {Ends.STAYS} | ({Ends.GOES_OR_IS_LEFT} if keeps else set())
        left = {(table, name) for table, name, _mark in found(session, by)}
        public = {("profiles", "newest_review_at")} if keeps else set()  # the number of a page, of the review that is left
        assert {place for place in left - public if TABLES[place[0]][place[1]].ends not in allowed} == set()
        assert ("reviews", "body") in left if keeps else ("reviews", "body") not in left

    def test_the_farewell_is_all_that_is_kept_of_mail(self, app: Flask, session: Session, make: Make) -> None:
        """In development, where mails are kept. Seen to fail with every mail to the address left there."""
        user, by = marked(session, make)
        email = user.email
        erased(app, session, user.id)
        assert [kept.subject for kept in session.exec(select(KeptMail)).all()] == ["Your account is deleted"]
        assert {mark for table, _name, mark in found(session, by) if table == "kept_mails"} == {email}

    def test_another_person_keeps_everything(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with each WHERE of the steps left out."""
        user, _by = marked(session, make)
        _other, theirs = marked(session, make, letter="Z", day=datetime(2033, 1, 1, tzinfo=UTC))
        before = found(session, theirs)
        erased(app, session, user.id)
        assert found(session, theirs) == before

    def test_the_log_says_that_it_was_done_and_names_nobody(self, app: Flask, session: Session, make: Make) -> None:
        user, _by = marked(session, make)
        user_id = user.id
        erased(app, session, user_id)
        entries = session.exec(select(AuditEntry).where(AuditEntry.subject == f"user:{user_id}").order_by(AuditEntry.id)).all()
        assert entries[-1].action == "user.erase"
        assert entries[0].details == {"to": "", "name": "", "list": [""]}


def test_the_number_is_given_to_nobody_else(app: Flask, session: Session, make: Make) -> None:
    """Nor does the next person's copy hold what the log says of the former. Seen to fail on SQLite without AUTOINCREMENT."""
    last = make.user().id
    erased(app, session, last)
    nobody = make.user()
    assert nobody.id != last
    assert "log.json" not in export.files(session, nobody.id)


class TestReviews:
    def test_deleted_ones_are_counted_no_more_and_left_ones_are(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail without refresh_rating after the delete."""
        gone, stays = make.user(), make.user()
        ada = make.profile("Ada Marsh")
        for author, stars in ((gone, 1), (stays, 5), (make.user(), 5), (make.user(), 4)):
            make.review(profile=ada, author=author, overall=stars)
        review_service.refresh_rating(session, ada)
        erased(app, session, stays.id, keeps_reviews=True)
        ada = session.get_one(Profile, ada.id)
        assert (ada.review_count, ada.stars_5) == (4, 2)
        erased(app, session, gone.id)
        ada = session.get_one(Profile, ada.id)
        assert (ada.review_count, ada.stars_1) == (3, 0)
        assert reviews.drifted(session) == []
        assert session.exec(select(Review.status).where(Review.author_id.is_(None))).all() == [ReviewStatus.ANONYMISED]

    def test_what_is_not_shown_is_not_left(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with every review taken for one that is shown: the database refuses it."""
        bo = make.user()
        hidden = (ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN_BY_AUTHOR, ReviewStatus.AUTO_HOLD, ReviewStatus.DRAFT)
        for status in hidden:
            make.review(author=bo, status=status)
        shown = make.review(author=bo)
        erased(app, session, bo.id, keeps_reviews=True)
        assert session.exec(select(Review.id)).all() == [shown.id]

    def test_the_search_entries_are_made_anew(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail without refresh_rating."""
        review = make.review()
        profile_id = review.profile_id
        erased(app, session, review.author_id)
        assert {"profile_id": profile_id} in session.exec(select(Job.payload).where(Job.name == "search.profile_changed")).all()


class TestSteps:
    def test_many_rows_take_many_transactions(self, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stopped anywhere it goes on from there. Seen to fail with one step for all, and with a step that says it was the last."""
        monkeypatch.setattr(rules, "BATCH", 4)
        bo = make.user()
        for _number in range(5):
            make.review(author=bo)
            make.comment(author=bo)
        erasure.ask(session, user_id=bo.id, keeps_reviews=False, at_once=True)
        left = []
        while erasure.step(session, user_id=bo.id):
            left.append(tuple(session.exec(select(func.count()).select_from(table)).one() for table in (Review, Comment)))
        assert left == [(3, 5), (1, 5), (0, 5), (0, 1), (0, 0)]
        assert erasure.finish(session, user_id=bo.id)

    def test_what_was_added_meanwhile_goes_too(self, session: Session, make: Make) -> None:
        """Seen to fail without the look in `finish`: the database refuses a review without an author."""
        bo = make.user()
        erasure.ask(session, user_id=bo.id, keeps_reviews=False, at_once=True)
        assert not erasure.step(session, user_id=bo.id)
        make.review(author=bo)
        assert not erasure.finish(session, user_id=bo.id)
        assert erasure.step(session, user_id=bo.id)
        assert erasure.finish(session, user_id=bo.id)

    def test_run_twice_it_does_nothing_the_second_time(self, app: Flask, session: Session, make: Make) -> None:
        """The second time it finds nobody, says so to nobody, and is done."""
        bo = make.user()
        erasure.ask(session, user_id=bo.id, keeps_reviews=False, at_once=True)
        session.commit()
        job = session.exec(select(Job).where(Job.name == erasure.JOB)).one()
        jobs.run_due(app)
        job.status, job.finished_at = JobStatus.WAITING, None
        session.add(job)
        session.commit()
        jobs.run_due(app)
        session.expire_all()
        assert session.get_one(Job, job.id).status is JobStatus.DONE
        assert session.exec(select(func.count()).where(AuditEntry.action == "user.erase")).one() == 1


class TestGrace:
    def test_nothing_happens_for_14_days_and_then_it_does(self, app: Flask, session: Session, make: Make, time: Clock) -> None:
        """With what the person wrote still shown. Seen to fail with the job written without a delay and the date not asked."""
        review = make.review(author=make.user(email="bo@patients.example"))
        bo, review_id = review.author_id, review.id
        erasure.ask(session, user_id=bo, keeps_reviews=False)
        session.commit()
        time.wait(rules.GRACE - timedelta(hours=1))
        jobs.run_due(app)
        session.expire_all()
        assert session.get_one(User, bo).status is UserStatus.ACTIVE
        assert session.get_one(Review, review_id).status is ReviewStatus.PUBLISHED
        time.wait(timedelta(hours=2))
        jobs.run_due(app)
        session.expire_all()
        assert session.get(User, bo) is None
        assert session.get(Review, review_id) is None

    def test_the_mail_says_until_when(self, app: Flask, session: Session, make: Make) -> None:
        bo = make.user()
        request = erasure.ask(session, user_id=bo.id, keeps_reviews=True)
        session.commit()
        jobs.run_due(app)
        kept = session.exec(select(KeptMail)).one()
        assert f"{request.due_at.day} {request.due_at:%b %Y}" in kept.text
        assert "without your name" in kept.text
        assert "http://localhost:8000/account" in kept.text

    def test_taken_back_it_does_not_happen(self, app: Flask, session: Session, make: Make, time: Clock) -> None:
        """Seen to fail with the job that waits taken for the wish."""
        bo = make.user()
        erasure.ask(session, user_id=bo.id, keeps_reviews=False)
        erasure.cancel(session, user_id=bo.id)
        session.commit()
        time.wait(rules.GRACE * 2)
        jobs.run_due(app)
        session.expire_all()
        assert session.get(User, bo.id) is not None
        kinds = session.exec(select(AccountEvent.kind).order_by(AccountEvent.id)).all()
        assert kinds == [EventKind.ERASURE_ASKED, EventKind.ERASURE_CANCELLED]
        with pytest.raises(NotFound):
            erasure.cancel(session, user_id=bo.id)

    def test_asked_for_again_the_days_begin_anew(self, app: Flask, session: Session, make: Make, time: Clock) -> None:
        """The first job finds a later date and puts itself off. Seen to fail without the second job: nothing ever happened."""
        bo = make.user().id
        erasure.ask(session, user_id=bo, keeps_reviews=False)
        erasure.cancel(session, user_id=bo)
        session.commit()
        time.wait(timedelta(days=10))
        erasure.ask(session, user_id=bo, keeps_reviews=False)
        session.commit()
        time.wait(timedelta(days=5))
        jobs.run_due(app)
        session.expire_all()
        assert session.get(User, bo) is not None
        time.wait(timedelta(days=10))
        jobs.run_due(app)
        session.expire_all()
        assert session.get(User, bo) is None

    def test_asked_twice_it_is_refused(self, session: Session, make: Make) -> None:
        bo = make.user()
        erasure.ask(session, user_id=bo.id, keeps_reviews=False)
        with pytest.raises(Refused, match="already"):
            erasure.ask(session, user_id=bo.id, keeps_reviews=True)
        assert session.exec(select(ErasureRequest.keeps_reviews)).one() is False

    def test_the_daily_sweep_begins_anew_what_was_given_up(self, app: Flask, session: Session, make: Make, time: Clock) -> None:
        """Seen to fail with `schedule_due` taken out of the sweep."""
        bo = make.user().id
        erasure.ask(session, user_id=bo, keeps_reviews=False)
        job = session.exec(select(Job).where(Job.name == erasure.JOB)).one()
        job.status = JobStatus.DEAD
        session.add(job)
        session.commit()
        time.wait(rules.GRACE + timedelta(days=1))
        jobs.run_due(app)
        assert session.get(User, bo) is not None
        outbox.enqueue(session, "ops.sweep", key="ops.sweep")
        session.commit()
        jobs.run_due(app)
        session.expire_all()
        assert session.get(User, bo) is None


class TestAdministrators:
    def test_the_last_one_stays(self, session: Session, make: Make) -> None:
        """Suspended ones and those who leave too do not count. Seen to fail with each of the three conditions taken out."""
        ada = make.user(role=Role.ADMIN)
        make.user(role=Role.ADMIN, status=UserStatus.SUSPENDED)
        with pytest.raises(Refused, match="last administrator"):
            erasure.ask(session, user_id=ada.id, keeps_reviews=False)
        bo = make.user(role=Role.ADMIN)
        erasure.ask(session, user_id=ada.id, keeps_reviews=False)
        with pytest.raises(Refused, match="last administrator"):
            erasure.ask(session, user_id=bo.id, keeps_reviews=False)

    def test_who_has_become_the_last_one_stays_too(self, app: Flask, session: Session, make: Make, time: Clock) -> None:
        """Seen to fail with the question asked only when the wish is written down."""
        ada, bo = make.user(role=Role.ADMIN), make.user(role=Role.ADMIN)
        erasure.ask(session, user_id=ada.id, keeps_reviews=False)
        bo.role = Role.PATIENT
        session.add(bo)
        session.commit()
        time.wait(rules.GRACE + timedelta(hours=1))
        jobs.run_due(app)
        session.expire_all()
        assert session.get_one(User, ada.id).status is UserStatus.ACTIVE


class TestReports:
    def test_a_report_stays_without_its_sender_and_nobody_is_written_to(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the mail sent to an empty address."""
        bo = make.user(email="bo@patients.example")
        sent = {
            "kind": ReportKind.PRIVACY,
            "text": "A street.",
            "reporter_id": bo.id,
            "reporter_email": bo.email,
            "created_at": clock.now(),
        }
        report = Report(profile_id=make.profile().id, **sent)
        session.add(report)
        session.flush()
        erased(app, session, bo.id)
        report = session.get_one(Report, report.id)
        assert (report.text, report.reporter_id, report.reporter_name, report.reporter_email) == ("A street.", None, "", "")
        decision = Decision(
            profile_id=report.profile_id,
            report_id=report.id,
            action="keep",
            reason_class="no_rule_broken",
            reason="",
            created_at=clock.now(),
        )
        session.add(decision)
        session.flush()
        mail.report_decided(session, decision_id=decision.id)
        mail.report_received(session, report_id=report.id)
        session.commit()
        jobs.run_due(app)
        assert set(session.exec(select(KeptMail.recipient)).all()) == {"bo@patients.example"}
        assert session.exec(select(func.count()).select_from(KeptMail)).one() == 1


class TestFarewell:
    @pytest.fixture
    def lonely(self, settings: Settings, database: Database) -> Flask:
        """The site with a mail server that is away."""
        away = {"smtp_host": "127.0.0.1", "smtp_port": free_port(), "smtp_tls": "none", "mail_from": "post@hairline.example"}
        return create_app(settings.model_copy(update=away), database=database)

    def test_a_mail_server_that_is_away_holds_nobody_up_for_long(self, lonely: Flask, session: Session, make: Make) -> None:
        """Tried for half an hour, while nobody can log in any more; then the account goes without a farewell.

        Seen to fail with the error let through each time, and with no second try.
        """
        bo = make.user().id
        erased(lonely, session, bo)
        job = session.exec(select(Job).where(Job.name == erasure.JOB)).one()
        assert (job.status, job.fence) == (JobStatus.WAITING, 1)
        assert session.get_one(User, bo).status is UserStatus.SUSPENDED
        job.fence, job.run_at = farewell.TRIES - 1, clock.now()
        session.add(job)
        session.commit()
        jobs.run_due(lonely)
        session.expire_all()
        assert session.get(User, bo) is None
        assert session.get_one(Job, job.id).status is JobStatus.DONE

    def test_its_address_stands_in_no_job(self, lonely: Flask, session: Session, make: Make) -> None:
        """Neither in the payload nor in what went wrong. Seen to fail with the address in the payload."""
        erased(lonely, session, make.user(email="quilla@patients.example").id)
        held = repr([(job.payload, job.key, job.last_error) for job in session.exec(select(Job)).all()])
        assert "quilla" not in held
