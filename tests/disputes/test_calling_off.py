"""A dispute that is called off: the review is as before, its author is told, and it stays among the numbers."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.disputes import queries, service
from directory.disputes.service import Choice
from directory.models.memberships import MembershipRole
from directory.models.ops import KeptMail
from directory.models.replies import DisputeOutcome, DisputeStatus
from directory.models.reviews import Review, ReviewStatus
from directory.reviews import service as reviews
from directory.team import overview
from tests.clients import Visitor, words_of
from tests.disputes.test_service import TEXT, Case
from tests.disputes.test_views import Two
from tests.factories import Make


@pytest.fixture
def two(session: Session, make: Make, app: Flask) -> Two:
    return Two(session, make, app)


@pytest.fixture
def case(session: Session, make: Make) -> Case:
    return Case(session, make)


def call_off(case: Case, user_id: int = 0) -> None:
    service.call_off(case.session, review_id=case.review.id, user_id=user_id or case.manager.id)


def test_from_the_button_to_the_mail(two: Two) -> None:
    """Asked first, done by a form. Seen to fail with the mark left on the review, without the mail, and with its line taken out."""
    two.file()
    page = two.practice.get(two.filing)
    assert f'href="{two.filing}/call-off"' in page.text
    asked = two.practice.get(f"{two.filing}/call-off")
    assert "its author gets a mail" in words_of(asked)
    assert two.dispute.status is DisputeStatus.REVIEWER_NOTIFIED, "asking writes nothing"
    after = two.practice.fill(asked)
    assert "The dispute is called off." in words_of(after)
    assert (two.dispute.status, two.dispute.outcome) == (DisputeStatus.CALLED_OFF, None)
    assert two.session.get_one(Review, two.review.id).status is ReviewStatus.PUBLISHED
    assert "disputes this review" not in words_of(Visitor(two.app).get(f"/p/{two.profile.slug}"))
    jobs.run_due(two.app)
    told = [mail.subject for mail in two.session.exec(select(KeptMail)).all() if mail.recipient == two.author.email]
    assert told[-1] == "Your review is disputed no longer"
    assert "Called off by the practice" in words_of(two.reviewer.get(two.answering))
    numbers = words_of(Visitor(two.app).get("/disputes"))
    assert "Filed 1" in numbers
    assert "Not decided yet 0" in numbers
    assert "Called off by the practice 1" in numbers
    assert "Closed because the review was gone by itself 0" in numbers
    assert two.practice.get(f"{two.filing}/call-off").status_code == 404
    assert two.practice.post(f"{two.filing}/call-off").status_code == 400


def test_nobody_else_can(two: Two, make: Make) -> None:
    """The reviewer, a stranger, another owner, a moderator: nothing here; a responder: not theirs. Seen to fail with REPLY_WRITE."""
    two.file()
    elsewhere, responder = make.user(), make.user()
    memberships.grant(two.session, user_id=elsewhere.id, profile_id=make.profile().id, role=MembershipRole.OWNER)
    memberships.grant(two.session, user_id=responder.id, profile_id=two.profile.id, role=MembershipRole.RESPONDER)
    two.session.commit()
    people = [two.reviewer, two.moderator, *(Visitor(two.app).sign_in(user) for user in (make.user(), elsewhere))]
    for visitor in people:
        assert visitor.get(f"{two.filing}/call-off").status_code == 404
    assert Visitor(two.app).sign_in(responder).get(f"{two.filing}/call-off").status_code == 403
    assert two.dispute.status is DisputeStatus.REVIEWER_NOTIFIED


class TestRules:
    def test_managers_alone(self, case: Case, make: Make) -> None:
        """Seen to fail without the role asked."""
        case.file()
        responder = make.user()
        memberships.grant(case.session, user_id=responder.id, profile_id=case.profile.id, role=MembershipRole.RESPONDER)
        for user in (responder, case.author):
            with pytest.raises(NotAllowed):
                call_off(case, user.id)

    def test_what_was_decided_stays_decided(self, case: Case) -> None:
        """Neither before nor in an appeal. Seen to fail with `OPEN` alone asked."""
        with pytest.raises(NotFound):
            call_off(case)
        case.file()
        case.answer()
        case.decide(DisputeOutcome.REMOVED)
        with pytest.raises(Refused, match="cannot be called off"):
            call_off(case)
        case.appeal(case.author)
        with pytest.raises(Refused, match="cannot be called off"):
            call_off(case)

    @pytest.mark.parametrize("choice", [None, Choice.KEEP, Choice.AMEND])
    def test_in_each_state_before(self, case: Case, choice: Choice | None) -> None:
        """The stars count as before, and the job that waits for the reviewer's time finds nothing to do."""
        case.file()
        if choice is not None:
            case.answer(choice)
        call_off(case)
        reviews.refresh_rating(case.session, case.profile)
        assert (case.review.status, case.profile.review_count) == (ReviewStatus.PUBLISHED, 1)
        assert not service.due(case.session, dispute_id=case.dispute.id)
        assert overview.read(case.session, case.profile).disputes == 0
        assert queries.queue(case.session).total == 0

    def test_what_the_reviewer_changed_and_is_held_goes_on_waiting(self, case: Case) -> None:
        """Calling off shows nothing that a moderator has yet to look at. Seen to fail with the review published."""
        case.file()
        case.answer(Choice.AMEND, body="See http://one.example and http://two.example and http://three.example for all of it.")
        assert case.review.status is ReviewStatus.AUTO_HOLD
        call_off(case)
        assert case.review.status is ReviewStatus.AUTO_HOLD
        assert reviews.release(case.session, review_id=case.review.id).status is ReviewStatus.PUBLISHED

    def test_it_can_be_filed_anew_once(self, case: Case) -> None:
        """Filed and called off again and again it would press the author. Seen to fail without `left_to_file`."""
        for _ in range(2):
            case.file()
            call_off(case)
        with pytest.raises(Refused, match="called off twice"):
            case.file()

    def test_a_moderator_who_comes_later_decides_nothing(self, case: Case) -> None:
        case.file()
        case.answer()
        call_off(case)
        with pytest.raises(Refused, match="does not wait"):
            case.decide()

    def test_one_without_an_author_is_called_off_without_a_mail(self, case: Case) -> None:
        case.review.author_id, case.review.status = None, ReviewStatus.ANONYMISED
        case.session.flush()
        case.file()
        call_off(case)
        assert "mail.dispute_called_off" not in case.mails
        assert case.review.status is ReviewStatus.ANONYMISED


def test_a_second_one_that_was_called_off_says_so(two: Two) -> None:
    """Seen to fail with the form shown that would be refused."""
    for words in ("can be disputed once more", "cannot be disputed again"):
        filed = two.practice.send(two.filing, reason="false_fact", text=TEXT, good_faith=True)
        assert "The reviewer has been asked" in words_of(filed)
        asked = two.practice.get(f"{two.filing}/call-off")
        assert words in words_of(asked)
        two.practice.fill(asked)
    page = words_of(two.practice.get(two.filing))
    assert "Called off by the practice" in page
    assert "File the dispute" not in page


def test_statistics_leave_nobody_out(case: Case, make: Make) -> None:
    """Whatever was filed stands in one line. Seen to fail with the word missing."""
    case.file()
    call_off(case)
    case.file(review_id=make.review(profile=case.profile).id)
    found = queries.statistics(case.session)
    assert (found.filed, found.open, found.called_off, found.closed) == (2, 1, 1, 0)
    assert found.filed == found.open + found.called_off + found.closed + found.kept + found.amended + found.removed
    assert clock.now() - case.dispute.created_at < timedelta(hours=1)
