"""Disputes: filed once, answered in seven days, decided by somebody who is no part of them, appealed once to somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.disputes import queries, rules, service
from directory.disputes.service import Choice
from directory.models.accounts import User
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry, Decision, DecisionAction, ReasonClass
from directory.models.ops import Job
from directory.models.profiles import Profile
from directory.models.replies import Dispute, DisputeOutcome, DisputeReason, DisputeStatus
from directory.models.reviews import Review, ReviewStatus
from directory.reviews import service as reviews
from tests.factories import Make

TEXT = "Nobody of this name was here in the years that it speaks of."
WORDS = "We have looked at what both sides say."


class Case:
    """A profile with a manager, and a review of it."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        self.profile: Profile = make.profile("Ada Marsh")
        self.author: User = make.user("Owen W.", created_at=clock.now() - timedelta(days=30))
        self.manager: User = make.user("Max Desk")
        self.moderator: User = make.moderator()
        memberships.grant(session, user_id=self.manager.id, profile_id=self.profile.id, role=MembershipRole.MANAGER)
        self.review: Review = make.review(profile=self.profile, author=self.author, overall=2)
        reviews.refresh_rating(session, self.profile)

    def file(self, **more: Any) -> Dispute:
        given = {"review_id": self.review.id, "user_id": self.manager.id, "reason": DisputeReason.FALSE_FACT, "text": TEXT} | more
        return service.file(self.session, **given)

    def answer(self, choice: Choice = Choice.KEEP, **more: Any) -> Dispute:
        given = {"text": "I was there.", "overall": 2, "title": "", "body": self.review.body, "author_id": self.author.id} | more
        return service.answer(self.session, review_id=self.review.id, choice=choice, **given)

    def decide(self, outcome: DisputeOutcome = DisputeOutcome.KEPT, moderator: User | None = None, **more: Any) -> Dispute:
        reason = ReasonClass.WRONG_PROFILE if outcome is DisputeOutcome.REMOVED else ReasonClass.NO_RULE_BROKEN
        given = {"dispute_id": self.dispute.id, "outcome": outcome, "reason_class": reason, "words": WORDS} | more
        return service.decide(self.session, moderator_id=(moderator or self.moderator).id, **given)

    def appeal(self, user: User) -> Dispute:
        return service.appeal(self.session, review_id=self.review.id, user_id=user.id, text="You have overlooked the date of the photo.")

    @property
    def dispute(self) -> Dispute:
        found = queries.latest(self.session, self.review.id)
        assert found is not None
        return found

    @property
    def mails(self) -> list[str]:
        return [job.name for job in self.session.exec(select(Job).order_by(Job.id)) if job.name.startswith("mail.")]  # type: ignore[arg-type]


@pytest.fixture
def case(session: Session, make: Make) -> Case:
    return Case(session, make)


class TestFile:
    def test_the_review_stays_and_counts_and_its_author_has_seven_days(self, case: Case, session: Session) -> None:
        """Seen to fail with the review hidden meanwhile."""
        dispute = case.file()
        assert dispute.status is DisputeStatus.REVIEWER_NOTIFIED
        assert dispute.answer_due_at - dispute.created_at == timedelta(days=7)
        assert (case.review.status, case.profile.review_count) == (ReviewStatus.DISPUTED, 1)
        reviews.refresh_rating(session, case.profile)
        assert case.profile.review_count == 1
        assert case.mails == ["mail.dispute_filed"]
        job = session.exec(select(Job).where(Job.name == service.DUE)).one()
        assert job.run_at - clock.now() > timedelta(days=6, hours=23)

    def test_managers_file_and_nobody_else(self, case: Case, session: Session, make: Make) -> None:
        """Seen to fail without the look at the role: it may have ended since the page."""
        responder = make.user()
        memberships.grant(session, user_id=responder.id, profile_id=case.profile.id, role=MembershipRole.RESPONDER)
        for who in (responder, make.user(), case.author):
            with pytest.raises(NotAllowed):
                case.file(user_id=who.id)

    def test_one_at_a_time(self, case: Case, session: Session) -> None:
        """Seen to fail without the index."""
        case.file()
        with pytest.raises(Refused, match="disputed already"):
            case.file()
        assert len(session.exec(select(Dispute)).all()) == 1

    def test_once_decided_no_other_is_filed(self, case: Case) -> None:
        """Otherwise a reviewer would be asked again and again. Seen to fail without the rule."""
        case.file()
        case.answer()
        case.decide()
        with pytest.raises(Refused, match="appeal"):
            case.file()

    def test_nobody_disputes_a_whole_page_in_a_day(self, case: Case, make: Make) -> None:
        for _number in range(rules.MAX_A_DAY):
            case.file(review_id=make.review(profile=case.profile).id)
        with pytest.raises(Refused, match="tomorrow"):
            case.file()

    def test_what_readers_do_not_see_is_not_disputed(self, case: Case, session: Session) -> None:
        case.review.status = ReviewStatus.AUTO_HOLD
        session.flush()
        with pytest.raises(NotFound):
            case.file()

    def test_without_an_author_it_goes_to_a_moderator_at_once(self, case: Case, session: Session) -> None:
        case.review.author_id, case.review.status = None, ReviewStatus.ANONYMISED
        session.flush()
        assert case.file().status is DisputeStatus.NO_ANSWER
        assert (case.review.status, case.mails) == (ReviewStatus.ANONYMISED, [])
        case.decide()
        assert case.review.status is ReviewStatus.ANONYMISED


class TestAnswer:
    def test_kept(self, case: Case) -> None:
        case.file()
        dispute = case.answer()
        assert (dispute.status, dispute.answer) == (DisputeStatus.ANSWERED, "I was there.")
        assert case.review.status is ReviewStatus.DISPUTED

    def test_amended_with_other_stars_the_rating_is_counted_anew(self, case: Case) -> None:
        """Seen to fail without the recount."""
        case.file()
        dispute = case.answer(Choice.AMEND, overall=4, body="Two sessions, and the second one mended what I did not like.")
        assert dispute.status is DisputeStatus.REVIEWER_AMENDED
        assert (case.review.overall, case.profile.stars_4, case.profile.stars_2) == (4, 1, 0)
        assert case.review.status is ReviewStatus.DISPUTED

    def test_what_is_new_in_it_is_held_like_a_new_review(self, case: Case, session: Session) -> None:
        """And comes back disputed. Seen to fail with the hold left out."""
        case.author.created_at = clock.now()
        session.flush()
        case.file()
        case.answer(Choice.AMEND, body="Two sessions, see the pictures at www.pictures.example for yourself.")
        assert (case.review.status, case.profile.review_count) == (ReviewStatus.AUTO_HOLD, 0)
        reviews.release(session, review_id=case.review.id)
        assert case.review.status is ReviewStatus.DISPUTED
        assert case.profile.review_count == 1

    def test_withdrawn_it_closes_the_dispute(self, case: Case, session: Session) -> None:
        case.file()
        case.answer(Choice.WITHDRAW)
        session.refresh(case.dispute)
        assert (case.review.status, case.dispute.status) == (ReviewStatus.WITHDRAWN_BY_AUTHOR, DisputeStatus.CLOSED)

    def test_by_its_author_alone_and_once(self, case: Case, make: Make) -> None:
        case.file()
        for who in (make.user(), case.manager):
            with pytest.raises(NotFound):
                case.answer(author_id=who.id)
        case.answer()
        with pytest.raises(Refused, match="already"):
            case.answer()

    def test_a_review_is_changed_only_while_it_is_disputed(self, case: Case, session: Session) -> None:
        """Seen to fail without the rule."""
        with pytest.raises(Refused, match="Nobody disputes"):
            reviews.amend(session, review_id=case.review.id, author_id=case.author.id, overall=5, title="", body="x" * 40)


class TestDue:
    def test_when_the_time_is_over_a_moderator_decides(self, case: Case, session: Session) -> None:
        """Too early, and twice, it does nothing. Seen to fail without the look at the clock."""
        dispute = case.file()
        assert not service.due(session, dispute_id=dispute.id)
        dispute.answer_due_at = clock.now() - timedelta(seconds=1)
        session.flush()
        assert service.due(session, dispute_id=dispute.id)
        assert not service.due(session, dispute_id=dispute.id)
        assert dispute.status is DisputeStatus.NO_ANSWER
        assert [one.dispute.id for one in queries.queue(session).items] == [dispute.id]
        assert case.answer().status is DisputeStatus.ANSWERED  # late is better than never

    def test_no_answer_takes_no_review_down(self, case: Case, session: Session) -> None:
        """Removal needs a rule that was broken. Seen to fail without `rules.check`."""
        dispute = case.file()
        dispute.answer_due_at = clock.now()
        session.flush()
        service.due(session, dispute_id=dispute.id)
        with pytest.raises(Refused, match="nobody answered is none"):
            case.decide(DisputeOutcome.REMOVED, reason_class=ReasonClass.NO_RULE_BROKEN)
        assert case.review.status is ReviewStatus.DISPUTED


class TestDecide:
    def test_kept_both_sides_are_told(self, case: Case, session: Session) -> None:
        case.file()
        case.answer()
        dispute = case.decide()
        assert (dispute.status, dispute.outcome) == (DisputeStatus.DECIDED, DisputeOutcome.KEPT)
        assert (case.review.status, case.profile.review_count) == (ReviewStatus.PUBLISHED, 1)
        assert case.mails[1:] == ["mail.dispute_decided_reviewer", "mail.dispute_decided_filer"]
        assert {entry.action for entry in session.exec(select(AuditEntry))} >= {
            "dispute.file",
            "dispute.answer",
            "dispute.decide",
            "review.keep",
        }

    def test_removed_the_rating_is_counted_anew_and_the_decision_stands_in_the_log(self, case: Case, session: Session) -> None:
        """Seen to fail with the status set by hand. One mail, not two, tells the author."""
        case.file()
        case.answer()
        dispute = case.decide(DisputeOutcome.REMOVED)
        assert (case.review.status, case.review.removed_for) == (ReviewStatus.REMOVED, ReasonClass.WRONG_PROFILE)
        assert case.profile.review_count == 0
        assert dispute.status is DisputeStatus.DECIDED
        assert session.exec(select(Decision)).one().action is DecisionAction.HIDE
        assert "mail.review_hidden" not in case.mails

    def test_not_before_the_reviewer_has_had_their_time(self, case: Case) -> None:
        """Seen to fail with every open state decidable."""
        case.file()
        with pytest.raises(Refused, match="does not wait"):
            case.decide()

    def test_not_by_whoever_is_part_of_it(self, case: Case, session: Session, make: Make) -> None:
        """Filer, reviewer, or somebody who acts for the profile. Seen to fail without the look at memberships."""
        case.file()
        case.answer()
        member = make.moderator()
        memberships.grant(session, user_id=member.id, profile_id=case.profile.id, role=MembershipRole.RESPONDER)
        for who in (case.manager, case.author, member):
            with pytest.raises(NotAllowed):
                case.decide(moderator=who)

    def test_as_changed_only_where_something_was_changed(self, case: Case) -> None:
        case.file()
        case.answer()
        with pytest.raises(Refused) as refusal:
            case.decide(DisputeOutcome.AMENDED)
        assert refusal.value.field == "outcome"

    def test_amended(self, case: Case) -> None:
        case.file()
        case.answer(Choice.AMEND, overall=3)
        case.decide(DisputeOutcome.AMENDED)
        assert (case.dispute.outcome, case.review.status) == (DisputeOutcome.AMENDED, ReviewStatus.PUBLISHED)


class TestAppeal:
    def test_another_moderator_decides_and_that_is_final(self, case: Case, make: Make) -> None:
        """Seen to fail with the same moderator let through, and with a second appeal."""
        case.file()
        case.answer()
        case.decide(DisputeOutcome.REMOVED)
        assert case.appeal(case.author).status is DisputeStatus.APPEALED
        assert case.mails[-1] == "mail.dispute_appealed"
        with pytest.raises(NotAllowed, match="first time"):
            case.decide()
        dispute = case.decide(moderator=make.moderator())
        assert (dispute.status, dispute.outcome, dispute.appeal_outcome) == (
            DisputeStatus.FINAL,
            DisputeOutcome.REMOVED,
            DisputeOutcome.KEPT,
        )
        assert (case.review.status, case.profile.review_count) == (ReviewStatus.PUBLISHED, 1)
        for who in (case.author, case.manager):
            with pytest.raises(Refused, match="appealed already"):
                case.appeal(who)

    @pytest.mark.parametrize("outcome", [DisputeOutcome.KEPT, DisputeOutcome.REMOVED])
    def test_not_by_the_side_that_it_did_not_go_against(self, case: Case, outcome: DisputeOutcome) -> None:
        """Seen to fail with each side let through."""
        case.file()
        case.answer()
        case.decide(outcome)
        with pytest.raises(Refused, match="as you wanted"):
            case.appeal(case.manager if outcome is DisputeOutcome.REMOVED else case.author)
        assert case.dispute.status is DisputeStatus.DECIDED

    def test_by_the_practice_it_is_disputed_again(self, case: Case, make: Make) -> None:
        case.file()
        case.answer()
        case.decide()
        case.appeal(case.manager)
        assert case.review.status is ReviewStatus.DISPUTED
        case.decide(DisputeOutcome.REMOVED, moderator=make.moderator())
        assert case.review.status is ReviewStatus.REMOVED
        assert case.dispute.status is DisputeStatus.FINAL

    def test_removed_again_it_stays_removed(self, case: Case, make: Make) -> None:
        case.file()
        case.answer()
        case.decide(DisputeOutcome.REMOVED)
        case.appeal(case.author)
        assert case.decide(DisputeOutcome.REMOVED, moderator=make.moderator()).status is DisputeStatus.FINAL
        assert case.review.status is ReviewStatus.REMOVED

    def test_in_time_and_by_the_two_sides_alone(self, case: Case, session: Session, make: Make) -> None:
        """Seen to fail with the time left out."""
        case.file()
        with pytest.raises(Refused):
            case.appeal(case.author)
        case.answer()
        case.decide()
        with pytest.raises(NotAllowed):
            case.appeal(make.user())
        case.dispute.decided_at = clock.now() - timedelta(days=181)
        session.flush()
        with pytest.raises(Refused, match="180"):
            case.appeal(case.manager)


class TestMeanwhile:
    def test_a_review_that_is_taken_down_by_itself_closes_it(self, case: Case, session: Session) -> None:
        """Seen to fail without `disputed.close`."""
        case.file()
        reviews.hide(session, review_id=case.review.id, reason=ReasonClass.SPAM)
        session.refresh(case.dispute)
        assert case.dispute.status is DisputeStatus.CLOSED
        assert not service.due(session, dispute_id=case.dispute.id)

    def test_put_back_it_can_be_disputed_again(self, case: Case, session: Session) -> None:
        case.file()
        reviews.hide(session, review_id=case.review.id, reason=ReasonClass.SPAM)
        reviews.restore(session, review_id=case.review.id)
        assert case.file().status is DisputeStatus.REVIEWER_NOTIFIED

    def test_put_back_by_itself_it_closes_an_appeal(self, case: Case, session: Session) -> None:
        case.file()
        case.answer()
        case.decide(DisputeOutcome.REMOVED)
        case.appeal(case.author)
        reviews.restore(session, review_id=case.review.id)
        session.refresh(case.dispute)
        assert case.dispute.status is DisputeStatus.CLOSED


class TestStatistics:
    def test_every_end_is_counted_and_sample_data_is_not(self, case: Case, session: Session, make: Make) -> None:
        """Seen to fail with sample reviews counted."""
        assert queries.statistics(session).median_days is None
        case.file()
        case.answer()
        case.decide(DisputeOutcome.REMOVED)
        case.dispute.created_at = clock.now() - timedelta(days=4)
        session.flush()
        case.appeal(case.author)
        case.decide(moderator=make.moderator())
        case.file(review_id=make.review(profile=case.profile).id)
        case.file(review_id=make.review(profile=case.profile, is_sample=True).id)
        found = queries.statistics(session)
        assert (found.filed, found.open, found.kept, found.removed) == (2, 1, 1, 0)
        assert (found.by_reviewers, found.by_practices, found.overturned, found.median_days) == (1, 0, 1, 4.0)
