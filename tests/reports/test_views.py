"""Anybody reports or corrects, with or without an account."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from directory.core import clock
from directory.models.comments import CommentStatus
from directory.models.moderation import Report, ReportKind
from directory.models.ops import Job
from directory.models.profiles import ProfileStatus
from directory.models.reviews import ReviewStatus
from directory.moderation import rules
from directory.web.limits import CHANGES, Group
from tests.clients import Visitor, forms_of, words_of
from tests.factories import Make

TEXT = "It names my mother, who never was a patient."


def answers(**more: Any) -> dict[str, Any]:
    """Right answers to the form, save what is given."""
    return {"kind": "privacy", "text": TEXT, "name": "", "email": "reader@readers.example", "good_faith": True} | more


def reports(session: Session) -> list[Report]:
    """All reports, as the database has them."""
    session.expire_all()
    return list(session.exec(select(Report).order_by(Report.id)).all())


class TestReport:
    @pytest.mark.parametrize("kind", ["profile", "review", "comment"])
    def test_no_account_is_needed_and_a_receipt_goes_out(self, session: Session, make: Make, visitor: Visitor, kind: str) -> None:
        """T-14. Seen to fail with SIGNED_IN asked for."""
        made = {"profile": make.profile, "review": make.review, "comment": make.comment}[kind]()
        page = visitor.send(f"/report/{kind}/{made.slug if kind == 'profile' else made.id}", **answers(name="Cy"))
        assert page.history[0].status_code == 303
        assert "Thank you, we have your report" in words_of(page)
        report = reports(session)[0]
        assert (report.kind, report.text, report.reporter_name, report.reporter_id) == (ReportKind.PRIVACY, TEXT, "Cy", None)
        assert getattr(report, f"{kind}_id") == made.id
        job = session.exec(select(Job).where(Job.name == "mail.report_received")).one()
        assert job.payload == {"report_id": report.id}, "no address and no words of the sender in a job"

    def test_signed_in_the_address_stands_there_already(self, session: Session, make: Make, visitor: Visitor) -> None:
        bo = make.user(email="bo@patients.example")
        visitor.sign_in(bo)
        given = answers()
        del given["email"]
        visitor.send(f"/report/review/{make.review().id}", **given)
        assert (reports(session)[0].reporter_email, reports(session)[0].reporter_id) == ("bo@patients.example", bo.id)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"kind": None}, "Choose what it is about."),
            ({"kind": "closed_or_moved"}, "Choose what it is about."),
            ({"kind": "nonsense"}, "Choose what it is about."),
            ({"text": "Bad."}, "Write at least 10 and at most 3,000 characters."),
            ({"email": "nowhere"}, "Write an e-mail address, for example name@mail.example."),
            ({"email": ""}, "Write an e-mail address, for example name@mail.example."),
            ({"email": "a@b.example\nBcc: x@y.example"}, "Write an e-mail address, for example name@mail.example."),
            ({"name": "x" * 101}, "Keep the name to 100 characters."),
            ({"good_faith": False}, "Please confirm that what you write is true as far as you know."),
        ],
    )
    def test_a_wrong_answer_is_said_at_its_field(
        self, session: Session, make: Make, visitor: Visitor, wrong: dict[str, Any], said: str
    ) -> None:
        """Seen to fail with each validator taken out."""
        page = visitor.send(f"/report/review/{make.review().id}", **answers(**wrong))
        assert page.status_code == 422
        assert words_of(page).count(said) == 2, "in the summary and at the field"
        assert reports(session) == []

    def test_what_readers_do_not_see_is_not_there(self, make: Make, visitor: Visitor) -> None:
        """Seen to fail with `thing` in place of `seen`."""
        for path in (
            f"/report/review/{make.review(status=ReviewStatus.REMOVED).id}",
            f"/report/comment/{make.comment(status=CommentStatus.REMOVED).id}",
            "/report/review/4711",
            "/report/comment/4711",
            "/report/profile/nobody-at-all",
        ):
            assert visitor.get(path).status_code == 404, path
        assert visitor.get(f"/report/profile/{make.profile(status=ProfileStatus.SUPPRESSED_LEGAL).slug}").status_code == 410

    def test_sent_many_times_it_is_one_report(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail without the idempotency key."""
        page = visitor.get(f"/report/review/{make.review().id}")
        assert {visitor.fill(page, follow=False, **answers()).status_code for _turn in range(25)} == {303}
        assert len(reports(session)) == 1

    def test_one_network_sends_only_so_many_an_hour(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Counted by the network, not by the address, and what was typed stays. Seen to fail without the group of reports."""
        path = f"/report/review/{make.review().id}"
        most = int(CHANGES[Group.REPORT].network.partition("/")[0])
        for number in range(most):
            Visitor(visitor.app, address=f"192.0.2.{number + 1}").send(path, **answers(email=f"r{number}@readers.example"))
        assert len(reports(session)) == most
        neighbour = Visitor(visitor.app, address="192.0.2.200")
        page = neighbour.send(path, **answers(email="last@readers.example"))
        assert page.status_code == 429
        assert "Not sent yet, and not lost" in words_of(page)
        kept = next(form for form in forms_of(page) if form.method == "post").values
        assert (kept["text"], kept["email"]) == ([TEXT], ["last@readers.example"])
        assert len(reports(session)) == most
        assert Visitor(visitor.app, address="198.51.100.1").send(path, **answers(email="last@readers.example")).status_code == 200
        with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
            assert "Thank you" in words_of(neighbour.fill(page, form="Send it again"))

    def test_nobody_is_flooded_with_receipts(self, session: Session, make: Make, visitor: Visitor) -> None:
        path = f"/report/review/{make.review().id}"
        for number in range(rules.MAX_REPORTS_A_DAY + 1):
            page = Visitor(visitor.app, address=f"203.0.{number}.1").send(path, **answers())
        assert page.status_code == 422
        assert len(reports(session)) == rules.MAX_REPORTS_A_DAY

    def test_the_page_is_kept_by_nobody(self, make: Make, visitor: Visitor) -> None:
        assert visitor.get(f"/report/review/{make.review().id}").headers["Cache-Control"] == "private, no-store"
