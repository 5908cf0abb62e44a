"""What a simple rule holds: its author knows, nobody else sees it, a moderator decides, and the numbers hold."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.comments import service as comments
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.models.accounts import User
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import AuditEntry, Decision, DecisionAction, HoldReason, ReasonClass
from directory.models.ops import Job, KeptMail
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from directory.moderation import queries as moderation
from directory.moderation import service
from directory.moderation.rules import Target, TargetKind
from directory.reviews import queries as reviews
from tests.clients import Visitor, forms_of, words_of
from tests.counting import statements
from tests.factories import Make

ADVERT = "Three calm sessions. More pictures stand at www.smith-hair.example for you all."
REASON = "The link leads to pictures of the treatment, as it says."


def answers(**more: Any) -> dict[str, Any]:
    """Answers to the form of a review that is held, save what is given."""
    return {"overall": 5, "treatment": "smp", "month": "09/2025", "body": ADVERT, "own_experience": True} | more


def review(visitor: Visitor, slug: str, **more: Any) -> Any:
    """Send a review that is held save for what is given."""
    return visitor.send(f"/p/{slug}/review", **answers(**more))


def decide(session: Session, moderator: User, target: Target, action: DecisionAction, **more: Any) -> Decision:
    """Decide with a reason that fits."""
    fits = ReasonClass.SPAM if action is DecisionAction.HIDE else ReasonClass.NO_RULE_BROKEN
    given: dict[str, Any] = {"reason_class": fits, "reason": REASON} | more
    return service.decide(session, moderator_id=moderator.id, target=target, action=action, **given)


def held(session: Session, make: Make, kind: TargetKind, **more: Any) -> tuple[Target, Any]:
    """Make something that waits for a look."""
    status: Any = ReviewStatus.AUTO_HOLD if kind is TargetKind.REVIEW else CommentStatus.HELD
    made = make.review if kind is TargetKind.REVIEW else make.comment
    values = {"status": status, "held_for": HoldReason.LINK, "body": ADVERT} | more
    if kind is TargetKind.REVIEW:
        values["published_at"] = None
    row = made(**values)
    return Target(kind, row.id), row


BOTH = pytest.mark.parametrize("kind", [TargetKind.REVIEW, TargetKind.COMMENT])


class TestAuthor:
    def test_a_held_review_is_said_to_wait_and_counts_nowhere(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with the state left PUBLISHED, and with AUTO_HOLD in VISIBLE."""
        make.treatment("smp")
        ada, bo = make.profile(), make.user("Bo")
        page = review(visitor.sign_in(bo), ada.slug)
        words = words_of(page)
        assert "Thank you, your review waits for a look" in words
        assert "waiting for a look by a person" in words
        assert "Your account is new, and the text holds a link" in words
        session.expire_all()
        found = session.exec(select(Review)).one()
        assert (found.status, found.held_for, found.published_at) == (ReviewStatus.AUTO_HOLD, HoldReason.LINK, None)
        assert session.get_one(Profile, ada.id).review_count == 0
        for reader in (visitor, Visitor(visitor.app), Visitor(visitor.app).sign_in(make.moderator())):
            for path in (f"/p/{ada.slug}", f"/p/{ada.slug}/reviews"):
                assert "smith-hair" not in reader.get(path).text, path

    def test_it_stands_in_the_way_of_another(self, session: Session, make: Make, visitor: Visitor) -> None:
        """One live review each. Seen to fail with AUTO_HOLD taken out of LIVE."""
        make.treatment("smp")
        ada = make.profile()
        visitor.sign_in(make.user("Bo"))
        form = visitor.get(f"/p/{ada.slug}/review")
        review(visitor, ada.slug)
        page = visitor.fill(form, **answers(body="Quite another text, without any link in it."))
        assert "You have already reviewed this profile" in words_of(page)

    def test_it_can_be_taken_back(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with withdrawing for shown ones alone."""
        make.treatment("smp")
        ada = make.profile()
        page = review(visitor.sign_in(make.user("Bo")), ada.slug)
        row = session.exec(select(Review)).one()
        assert f"/reviews/{row.id}/withdraw" in page.text
        assert visitor.send(f"/reviews/{row.id}/withdraw").status_code == 200
        session.expire_all()
        assert (row.status, row.body) == (ReviewStatus.WITHDRAWN_BY_AUTHOR, "")
        assert Visitor(visitor.app).sign_in(make.user()).get(f"/reviews/{row.id}/withdraw").status_code == 404

    def test_a_held_comment_has_a_page_for_its_author_alone(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with `by_id` in place of `own`."""
        ada, bo = make.profile(), make.user("Bo")
        page = visitor.sign_in(bo).send(f"/p/{ada.slug}/comment", body=ADVERT)
        assert "Thank you, your comment waits for a look" in words_of(page)
        assert page.headers["Cache-Control"] == "private, no-store"
        path = page.request.path
        assert Visitor(visitor.app).sign_in(make.moderator()).get(path).status_code == 404
        assert "smith-hair" not in visitor.get(f"/p/{ada.slug}/comments").text
        comment = session.exec(select(Comment)).one()
        comments.release(session, comment_id=comment.id)
        session.commit()
        assert visitor.get(path, follow=False).headers["Location"].endswith(f"#comment-{comment.id}")

    def test_a_comment_is_looked_at_again_when_it_becomes_an_advert(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Harmless first, changed afterwards. Seen to fail with a change let through as it is."""
        bo = make.user("Bo")
        comment = make.comment(author=bo)
        visitor.sign_in(bo)
        assert "waits for a look" in words_of(visitor.send(f"/comments/{comment.id}/edit", body=ADVERT))
        session.expire_all()
        assert (comment.status, comment.held_for) == (CommentStatus.HELD, HoldReason.LINK)
        visitor.send(f"/comments/{comment.id}/edit", body="Harmless again.")
        session.expire_all()
        assert comment.status is CommentStatus.HELD, "a change does not let it out"
        visitor.send(f"/comments/{comment.id}/delete")
        session.expire_all()
        assert (comment.status, comment.body) == (CommentStatus.DELETED_BY_AUTHOR, "")


class TestTraps:
    @pytest.mark.parametrize(
        ("hurried", "filled", "reason"),
        [
            (False, "", None),
            (True, "", HoldReason.TOO_QUICK),
            (False, "https://x.example", HoldReason.HONEYPOT),
            (True, "x", HoldReason.HONEYPOT),
        ],
    )
    def test_programs_are_held_and_never_refused(
        self, app: Flask, session: Session, make: Make, hurried: bool, filled: str, reason: HoldReason | None
    ) -> None:
        """Seen to fail with each trap taken out."""
        make.treatment("smp")
        ada = make.profile()
        visitor = Visitor(app, hurried=hurried).sign_in(make.user("Bo"))
        body = "Three calm sessions. It looks like my own stubble."
        assert review(visitor, ada.slug, body=body, homepage=filled).status_code == 200
        assert visitor.send(f"/p/{ada.slug}/comment", body="Hello.", homepage=filled).status_code == 200
        session.expire_all()
        assert (session.exec(select(Review)).one().held_for, session.exec(select(Comment)).one().held_for) == (reason, reason)

    @pytest.mark.parametrize("forged", ["", "1", "1.0", "9999999999.abc", "-1.x", "١.x", "x" * 500])
    def test_the_time_cannot_be_made_up_or_left_out(self, app: Flask, session: Session, make: Make, forged: str) -> None:
        """Seen to fail with the signature not compared."""
        ada = make.profile()
        visitor = Visitor(app, hurried=True).sign_in(make.user("Bo"))
        visitor.send(f"/p/{ada.slug}/comment", body="Hello.", opened=forged)
        assert session.exec(select(Comment)).one().held_for is HoldReason.TOO_QUICK

    def test_whoever_corrects_a_mistake_is_not_quick(self, app: Flask, session: Session, make: Make) -> None:
        """The form comes back with the moment in which it was first shown. Seen to fail with a new moment each time."""
        ada = make.profile()
        visitor = Visitor(app, hurried=True).sign_in(make.user("Bo"))
        with time_machine.travel(clock.now(), tick=False) as time:
            page = visitor.get(f"/p/{ada.slug}/comment")
            time.shift(4)
            again = visitor.fill(page, body="")
            assert again.status_code == 422
            visitor.fill(again, body="Hello.")
        assert session.exec(select(Comment)).one().held_for is None

    def test_the_field_is_for_programs_alone(self, app: Flask, session: Session, make: Make) -> None:
        """Neither seen nor heard nor reached. Seen to fail with tabindex or aria-hidden left out."""
        visitor = Visitor(app).sign_in(make.user("Bo"))
        for path in (f"/p/{make.profile().slug}/comment", f"/p/{make.profile().slug}/review"):
            page = visitor.get(path)
            form = next(form for form in forms_of(page) if form.method == "post")
            assert {"homepage", "opened"} <= form.names
            field = page.text.split('name="homepage"')[1].split(">")[0]
            assert 'tabindex="-1"' in field
            assert 'autocomplete="off"' in field
            assert '<div class="trap" aria-hidden="true">' in page.text
        for path in ("/register", "/login", f"/report/profile/{make.profile().slug}"):
            assert "homepage" not in Visitor(app).get(path).text


class TestQueue:
    def test_moderators_find_both_with_the_reason_and_without_stars(self, session: Session, make: Make, visitor: Visitor) -> None:
        """T-5. Seen to fail without the section, and with the stars in it."""
        held(session, make, TargetKind.REVIEW, overall=1)
        held(session, make, TargetKind.COMMENT, held_for=HoldReason.TOO_QUICK, created_at=clock.now() - timedelta(days=3))
        page = visitor.sign_in(make.moderator()).get("/moderation")
        words = words_of(page)
        assert "Held for a look" in words
        assert "A new account; the text holds a link" in words
        assert words.index("Sent quicker than anybody types") < words.index("A new account"), "the oldest first"
        assert "Waits over 48 hours" in words
        assert "star" not in page.text.split('id="held"')[1].split("</section>")[0]

    def test_the_number_of_selects_does_not_grow(self, database: Database, session: Session, make: Make) -> None:
        """Seen to fail with each loaded by itself."""
        found = []
        for _turn in range(2):
            for _number in range(5):
                held(session, make, TargetKind.REVIEW)
                held(session, make, TargetKind.COMMENT)
            session.commit()
            with database.session() as reading, statements(database) as sent:
                assert moderation.held(reading).total == 10 * (_turn + 1)
            found.append(len(sent))
        assert found == [2, 2]

    @BOTH
    def test_nobody_can_report_what_they_cannot_see(self, session: Session, make: Make, visitor: Visitor, kind: TargetKind) -> None:
        """The form would show it. Seen to fail with HIDE alone asked for in `seen`."""
        target, _row = held(session, make, kind)
        assert visitor.get(f"/report/{kind.value}/{target.id}").status_code == 404


class TestDecide:
    def test_a_released_review_is_public_and_counts(self, session: Session, make: Make) -> None:
        """Seen to fail without the recount, without published_at, and without the job for the index."""
        target, row = held(session, make, TargetKind.REVIEW, overall=2)
        decide(session, make.moderator(), target, DecisionAction.RELEASE)
        session.flush()
        profile = session.get_one(Profile, row.profile_id, populate_existing=True)
        counted, newest = reviews.recount(session, profile)
        assert (row.status, row.held_for, profile.review_count, profile.stars_2) == (ReviewStatus.PUBLISHED, HoldReason.LINK, 1, 1)
        assert (reviews.summary(profile), profile.newest_review_at) == (counted, newest)
        assert row.published_at is not None
        assert reviews.drifted(session) == []
        waiting = {job.name for job in session.exec(select(Job))}
        assert {"search.profile_changed", "mail.review_released"} <= waiting
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.action, entry.subject, entry.details["was"]) == ("review.release", target.subject, "auto_hold")

    @BOTH
    def test_hidden_it_was_never_seen_and_its_author_is_told(self, app: Flask, session: Session, make: Make, kind: TargetKind) -> None:
        """T-15: also that a rule asked for the look. Seen to fail with hiding for shown ones alone."""
        target, row = held(session, make, kind)
        decide(session, make.moderator(), target, DecisionAction.HIDE)
        session.commit()
        assert (row.status.value, row.removed_for) == ("removed", ReasonClass.SPAM)
        assert session.get_one(Profile, row.profile_id).review_count == 0
        jobs.run_due(app)
        mail = session.exec(select(KeptMail)).one()
        assert "A simple rule had asked for a look at it; a person decided" in mail.text
        assert "no machine did" not in mail.text
        assert "smith-hair" in mail.text, "what they wrote is not lost"

    @BOTH
    def test_released_its_author_is_told(self, app: Flask, session: Session, make: Make, kind: TargetKind) -> None:
        """Seen to fail without the mail."""
        target, row = held(session, make, kind)
        decide(session, make.moderator(), target, DecisionAction.RELEASE)
        session.commit()
        jobs.run_due(app)
        mail = session.exec(select(KeptMail)).one()
        assert "is shown now" in mail.text
        assert REASON in mail.text
        assert row.status.value in {"published", "visible"}

    @BOTH
    def test_hidden_by_mistake_it_can_be_put_back(self, session: Session, make: Make, kind: TargetKind) -> None:
        """Seen to fail with published_at left empty."""
        target, row = held(session, make, kind)
        moderator = make.moderator()
        decide(session, moderator, target, DecisionAction.HIDE)
        decide(session, moderator, target, DecisionAction.RESTORE)
        assert row.status.value in {"published", "visible"}
        assert kind is TargetKind.COMMENT or row.published_at is not None
        assert reviews.drifted(session) == []

    @BOTH
    def test_nobody_releases_their_own(self, session: Session, make: Make, kind: TargetKind) -> None:
        """Four eyes. Seen to fail with the author not asked."""
        moderator = make.moderator()
        target, _row = held(session, make, kind, author=moderator)
        for action in (DecisionAction.RELEASE, DecisionAction.HIDE):
            with pytest.raises(NotAllowed):
                decide(session, moderator, target, action)

    @BOTH
    def test_what_does_not_wait_is_not_released(self, session: Session, make: Make, kind: TargetKind) -> None:
        """Twice, shown, taken back. Seen to fail with any state let through."""
        target, _row = held(session, make, kind)
        moderator = make.moderator()
        decide(session, moderator, target, DecisionAction.RELEASE)
        with pytest.raises(Refused):
            decide(session, moderator, target, DecisionAction.RELEASE)
        decide(session, moderator, target, DecisionAction.HIDE)
        with pytest.raises(Refused):
            decide(session, moderator, target, DecisionAction.RELEASE)
        with pytest.raises(NotFound):
            decide(session, moderator, Target(kind, 4711), DecisionAction.RELEASE)

    def test_a_rule_that_was_broken_is_no_reason_to_show(self, session: Session, make: Make) -> None:
        """Seen to fail with RELEASE among the actions against somebody."""
        target, _row = held(session, make, TargetKind.REVIEW)
        with pytest.raises(Refused, match="no rule was broken"):
            decide(session, make.moderator(), target, DecisionAction.RELEASE, reason_class=ReasonClass.SPAM)

    def test_on_the_page_both_ways_are_offered(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with RELEASE left out of `_state`."""
        target, row = held(session, make, TargetKind.REVIEW)
        visitor.sign_in(make.moderator())
        page = visitor.get(f"/moderation/reviews/{target.id}")
        assert "Held for a look" in words_of(page)
        visitor.fill(page, action="release", reason_class="no_rule_broken", reason=REASON)
        session.expire_all()
        assert row.status is ReviewStatus.PUBLISHED
