"""Replies: one to a review, by whoever acts for its profile, after the guard; changed in sight, taken back, taken down."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.models.accounts import User, UserStatus
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry, DecisionAction, ReasonClass
from directory.models.ops import Job
from directory.models.profiles import Practitioner, Profile
from directory.models.replies import Reply, ReplyRevision, ReplyStatus
from directory.models.reviews import Review, ReviewStatus
from directory.moderation import service as moderation
from directory.moderation.rules import Target, TargetKind
from directory.replies import queries, service
from directory.reviews import queries as reviews
from tests.factories import Make

NEUTRAL = "Thank you for the feedback. We have shared it with our team."
REVEALING = "Thank you for choosing us, your treatment went well."


@pytest.fixture
def review(make: Make) -> Review:
    """A review by Owen W."""
    return make.review(profile=make.profile("Ada Marsh"), author=make.user("Owen W."))


@pytest.fixture
def member(session: Session, make: Make, review: Review) -> User:
    """Somebody who only answers for the profile."""
    user = make.user("Rhea Desk")
    memberships.grant(session, user_id=user.id, profile_id=review.profile_id, role=MembershipRole.RESPONDER)
    return user


def write(session: Session, review: Review, member: User, body: str = NEUTRAL, **more: Any) -> Reply:
    """Answer as a member."""
    return service.write(session, review_id=review.id, user_id=member.id, body=body, **more)


def mails(session: Session) -> list[str]:
    """The mails that wait."""
    return [job.name for job in session.exec(select(Job).order_by(Job.id)) if job.name.startswith("mail.")]


def last_entry(session: Session) -> AuditEntry:
    """The newest line of the log."""
    return session.exec(select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[attr-defined,return-value]


class TestWrite:
    def test_it_is_public_and_the_reviewer_is_told(self, session: Session, review: Review, member: User) -> None:
        reply = write(session, review, member)
        assert (reply.status, reply.body, reply.edited_at) == (ReplyStatus.VISIBLE, NEUTRAL, None)
        assert mails(session) == ["mail.reply_published"]

    def test_nobody_else_answers(self, session: Session, make: Make, review: Review) -> None:
        """A stranger, the reviewer, and who acts for another profile get what is not there. Seen to fail without the look at the role."""
        other = make.user()
        memberships.grant(session, user_id=other.id, profile_id=make.profile().id, role=MembershipRole.OWNER)
        for who in (make.user(), other, session.get_one(User, review.author_id)):
            with pytest.raises(NotFound):
                write(session, review, who)

    def test_a_membership_that_ended_meanwhile_answers_no_more(self, session: Session, review: Review, member: User) -> None:
        """Between the page and the transaction."""
        memberships.revoke(session, user_id=member.id, profile_id=review.profile_id)
        with pytest.raises(NotFound):
            write(session, review, member)

    def test_nor_does_an_account_that_was_suspended(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail without the lock on the account."""
        member.status = UserStatus.SUSPENDED
        session.flush()
        with pytest.raises(NotAllowed):
            write(session, review, member)

    @pytest.mark.parametrize("status", [ReviewStatus.AUTO_HOLD, ReviewStatus.WITHDRAWN_BY_AUTHOR, ReviewStatus.REMOVED])
    def test_what_readers_do_not_see_has_no_answer(
        self, session: Session, make: Make, member: User, review: Review, status: ReviewStatus
    ) -> None:
        review.status, review.removed_for = status, ReasonClass.SPAM if status is ReviewStatus.REMOVED else None
        session.flush()
        with pytest.raises(NotFound):
            write(session, review, member)

    def test_a_review_without_an_author_is_answered_and_nobody_is_told(self, session: Session, review: Review, member: User) -> None:
        review.author_id, review.status = None, ReviewStatus.ANONYMISED
        session.flush()
        session.expire_all()
        write(session, review, member)
        assert mails(session) == []

    def test_a_disputed_one_too(self, session: Session, review: Review, member: User) -> None:
        review.status = ReviewStatus.DISPUTED
        session.flush()
        assert write(session, review, member).status is ReplyStatus.VISIBLE

    def test_links_lead_to_the_profiles_own_site_alone(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail with the check left out, and with `in` in place of the host's own end."""
        person = session.exec(select(Practitioner).where(Practitioner.profile_id == review.profile_id)).one()
        person.website = "https://www.calm.example/start"
        session.flush()
        for text in ("See evil.example/calm.example", "See https://notcalm.example", "See calm.example.evil.example", "See evil dot com"):
            with pytest.raises(Refused, match="Please leave out") as refusal:
                write(session, review, member, f"Thank you. {text}")
            assert refusal.value.field == "body"
        assert write(session, review, member, "Thank you. Our rules stand at https://calm.example/rules and book.calm.example").id


class TestGuard:
    def test_a_draft_that_gives_somebody_away_waits_for_a_word(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail without the raise."""
        with pytest.raises(service.Unconfirmed):
            write(session, review, member, REVEALING)
        assert session.exec(select(Reply)).all() == []

    def test_confirmed_it_is_shown_and_the_log_keeps_kinds_and_no_words(self, session: Session, review: Review, member: User) -> None:
        marks = frozenset(one.mark for one in service.found_in(session, reviews.by_id(session, review.id), REVEALING))
        write(session, review, member, REVEALING, confirmed=marks)
        entry = last_entry(session)
        assert (entry.action, entry.details) == ("reply.publish", {"confirmed": ["care", "relation"], "review": review.id})

    def test_what_came_in_later_is_not_confirmed_by_it(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail with one tick for all."""
        marks = frozenset(one.mark for one in service.found_in(session, reviews.by_id(session, review.id), REVEALING))
        with pytest.raises(service.Unconfirmed):
            write(session, review, member, f"{REVEALING} Sorry, Owen.", confirmed=marks)

    def test_the_practice_is_free_to_name_itself(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail without the names of `own`."""
        assert write(session, review, member, "Dr. Marsh and the whole team say thank you.").id


class TestChange:
    def test_what_it_said_before_stays_readable(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail without the revision."""
        first = write(session, review, member)
        first.created_at = clock.now() - timedelta(days=2)
        write(session, review, member, "Thank you. Please ring our desk.")
        write(session, review, member, "Thank you. Please ring our desk.")  # the same again is no change
        reply, versions = queries.history(session, review.id)
        assert [one.body for one in versions] == ["Thank you. Please ring our desk.", NEUTRAL]
        assert (versions[0].until, versions[1].until) == (None, reply.edited_at)
        assert mails(session) == ["mail.reply_published"]
        assert last_entry(session).action == "reply.edit"

    def test_words_that_gave_somebody_away_are_deleted_and_their_days_stay(self, session: Session, review: Review, member: User) -> None:
        """Those of all versions before; the log says that it was done. Seen to fail with the newest of them alone emptied."""
        marks = frozenset(one.mark for one in service.found_in(session, reviews.by_id(session, review.id), REVEALING))
        write(session, review, member, REVEALING, confirmed=marks)
        assert service.given_away(session, reviews.by_id(session, review.id))
        write(session, review, member, "Thank you. Please ring our desk.")
        assert service.given_away(session, reviews.by_id(session, review.id))  # what it said before is still read
        write(session, review, member, takes_out=True)
        _reply, versions = queries.history(session, review.id)
        assert [one.body for one in versions] == [NEUTRAL, "", ""]
        assert {row.body for row in session.exec(select(ReplyRevision))} == {""}
        assert last_entry(session).action == "reply.take_out"
        assert not service.given_away(session, reviews.by_id(session, review.id))

    def test_they_can_be_taken_out_later_without_another_change(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail with the same words again being nothing at all."""
        write(session, review, member)
        write(session, review, member, "Thank you. Please ring our desk.")
        write(session, review, member, "Thank you. Please ring our desk.", takes_out=True)
        assert [row.body for row in session.exec(select(ReplyRevision))] == [""]

    def test_taken_back_nothing_is_left_and_another_begins_anew(self, session: Session, review: Review, member: User) -> None:
        """Seen to fail with the revisions left."""
        write(session, review, member)
        write(session, review, member, "Thank you. Please ring our desk.")
        service.withdraw(session, review_id=review.id, user_id=member.id)
        assert session.exec(select(ReplyRevision)).all() == []
        with pytest.raises(NotFound):
            queries.history(session, review.id)
        assert queries.waiting(session, review.profile_id) == 1
        again = write(session, review, member)
        assert (again.body, again.edited_at, again.status) == (NEUTRAL, None, ReplyStatus.VISIBLE)

    def test_a_stranger_cannot_take_it_back(self, session: Session, make: Make, review: Review, member: User) -> None:
        write(session, review, member)
        with pytest.raises(NotFound):
            service.withdraw(session, review_id=review.id, user_id=make.user().id)


class TestModeration:
    def test_taken_down_it_leaves_a_stone_is_counted_and_its_writer_told(
        self, session: Session, make: Make, review: Review, member: User
    ) -> None:
        """Seen to fail with the mail, and with the count, left out."""
        reply = write(session, review, member)
        target, moderator = Target(TargetKind.REPLY, reply.id), make.moderator()
        given = {"moderator_id": moderator.id, "target": target, "reason": "It names a patient."}
        moderation.decide(session, action=DecisionAction.HIDE, reason_class=ReasonClass.PRIVATE_INFORMATION, **given)  # type: ignore[arg-type]
        assert (reply.status, reply.removed_for) == (ReplyStatus.REMOVED, ReasonClass.PRIVATE_INFORMATION)
        assert [(one.reason, one.count) for one in queries.removed(session)] == [("private information about a person", 1)]
        assert "mail.reply_hidden" in mails(session)
        assert last_entry(session).action == "reply.hide"
        with pytest.raises(Refused, match="was taken down"):
            write(session, review, member)
        with pytest.raises(NotFound):
            queries.by_id(session, reply.id)
        moderation.decide(session, action=DecisionAction.RESTORE, reason_class=ReasonClass.MISTAKE, **given)  # type: ignore[arg-type]
        assert reply.status is ReplyStatus.VISIBLE
        assert "mail.reply_restored" in mails(session)

    def test_not_by_whoever_wrote_it(self, session: Session, make: Make, review: Review) -> None:
        moderator = make.moderator()
        memberships.grant(session, user_id=moderator.id, profile_id=review.profile_id, role=MembershipRole.OWNER)
        reply = write(session, review, moderator)
        with pytest.raises(NotAllowed):
            moderation.decide(
                session,
                moderator_id=moderator.id,
                target=Target(TargetKind.REPLY, reply.id),
                action=DecisionAction.HIDE,
                reason_class=ReasonClass.SPAM,
                reason="Never mind it.",
            )


class TestToAnswer:
    def test_those_without_an_answer_stand_first(self, session: Session, make: Make, review: Review, member: User) -> None:
        """Seen to fail ordered by day alone."""
        ada = session.get_one(Profile, review.profile_id)
        newer = make.review(profile=ada, published_at=clock.now())
        write(session, newer, member)
        rows = queries.to_answer(session, ada).items
        assert [(row.review.id, row.is_answered) for row in rows] == [(review.id, False), (newer.id, True)]
        assert queries.waiting(session, ada.id) == 1
