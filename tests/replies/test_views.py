"""The pages of those who answer: the list, the editor that warns, taking back; and what readers see."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core.db import Database
from directory.models.accounts import User
from directory.models.memberships import MembershipRole
from directory.models.profiles import Profile
from directory.models.replies import Reply, ReplyStatus
from directory.models.reviews import Review
from directory.replies import rules
from directory.reviews import service as reviews
from tests.clients import Visitor, words_of
from tests.counting import statements
from tests.factories import Make

NEUTRAL = "Thank you for the feedback. We have shared it with our team."


class Desk:
    """A profile with a review by Owen W., and somebody who answers for it."""

    def __init__(self, session: Session, make: Make, visitor: Visitor) -> None:
        self.session, self.visitor = session, visitor
        self.profile: Profile = make.profile("Ada Marsh")
        self.review: Review = make.review(profile=self.profile, author=make.user("Owen W."))
        self.member: User = make.user("Rhea Desk")
        memberships.grant(session, user_id=self.member.id, profile_id=self.profile.id, role=MembershipRole.RESPONDER)
        reviews.refresh_rating(session, self.profile)
        session.commit()
        self.page = f"/manage/{self.profile.slug}/reviews"
        self.editor = f"{self.page}/{self.review.id}/reply"
        visitor.sign_in(self.member)

    @property
    def reply(self) -> Reply | None:
        self.session.expire_all()
        return self.session.exec(select(Reply)).first()


@pytest.fixture
def desk(session: Session, make: Make, visitor: Visitor) -> Desk:
    return Desk(session, make, visitor)


class TestEditor:
    def test_the_rule_stands_first_and_templates_fill_the_field(self, desk: Desk) -> None:
        """Seen to fail with the template ignored. Our own words pass the guard, so they can be sent as they are."""
        page = desk.visitor.get(desk.editor)
        assert words_of(page).index("Even saying that somebody was your patient") < words_of(page).index("Your reply")
        for word, template in rules.TEMPLATES.items():
            assert str(template.text).split(".")[0] in words_of(desk.visitor.get(f"{desk.editor}?template={word}"))
        assert desk.visitor.get(f"{desk.editor}?template=nonsense").status_code == 200
        assert desk.visitor.send(f"{desk.editor}?template=thanks", follow=False).status_code == 303

    def test_a_draft_that_gives_somebody_away_comes_back_until_it_is_confirmed(self, desk: Desk) -> None:
        """Seen to fail with the box ticked by what was sent before, and with the findings left out of the page."""
        page = desk.visitor.send(desk.editor, body="Hello Owen, thank you for choosing us in September.")
        assert page.status_code == 422
        assert {"Owen", "thank you for choosing", "September"} <= set(re.findall(r"<li><strong>([^<]*)</strong>", page.text))
        assert "Hello Owen, thank you for choosing us in September." in words_of(page)
        assert desk.visitor.fill(page).status_code == 422
        more = desk.visitor.fill(page, body="Hello Owen, thank you for choosing us in September. Your scalp looks fine.", confirmed=True)
        assert more.status_code == 422
        assert "checked" not in more.text.split('name="confirmed"')[1].split(">")[0]
        assert desk.reply is None
        assert desk.visitor.fill(more, confirmed=True, follow=False).status_code == 303
        assert desk.reply is not None

    def test_shown_under_the_review_under_the_profiles_name(self, desk: Desk, app: Flask) -> None:
        desk.visitor.send(desk.editor, body=NEUTRAL)
        for path in (f"/p/{desk.profile.slug}", f"/p/{desk.profile.slug}/reviews"):
            seen = words_of(Visitor(app).get(path))
            assert "Ada Marsh Reply from the practice" in seen
            assert NEUTRAL in seen
            assert "Rhea" not in seen

    def test_changed_readers_see_it_and_what_it_said(self, desk: Desk, app: Flask) -> None:
        desk.visitor.send(desk.editor, body=NEUTRAL)
        desk.visitor.send(desk.editor, body="Thank you. Our desk is glad to listen.")
        stranger = Visitor(app)
        history = f"/reviews/{desk.review.id}/reply/history"
        assert history in stranger.get(f"/p/{desk.profile.slug}").text
        assert NEUTRAL in words_of(stranger.get(history))

    def test_words_that_gave_somebody_away_are_read_no_more(self, desk: Desk, app: Flask) -> None:
        """Nobody has to think of the box. Seen to fail with the box left unticked, and with the words left in the history."""
        first = desk.visitor.send(desk.editor, body="Hello Owen, we are sorry to read this.")
        desk.visitor.fill(first, confirmed=True)
        page = desk.visitor.get(desk.editor)
        assert "checked" in page.text.split('name="takes_out"')[1].split(">")[0]
        assert f'href="{desk.editor}/withdraw"' in page.text
        desk.visitor.fill(page, body=NEUTRAL)
        history = Visitor(app).get(f"/reviews/{desk.review.id}/reply/history")
        assert "Hello Owen" not in history.text
        assert "were taken out for privacy" in words_of(history)
        assert NEUTRAL in words_of(history)
        again = desk.visitor.get(desk.editor)
        assert "checked" not in again.text.split('name="takes_out"')[1].split(">")[0]

    def test_where_all_of_it_stays_the_box_is_unticked(self, desk: Desk) -> None:
        """A changed comma does not delete what was confirmed. Seen to fail with the tick left."""
        desk.visitor.fill(desk.visitor.send(desk.editor, body="Hello Owen, we are sorry to read this."), confirmed=True)
        page = desk.visitor.send(desk.editor, body="Hello Owen, we are very sorry to read this.")
        assert page.status_code == 422
        assert "checked" not in page.text.split('name="takes_out"')[1].split(">")[0]

    def test_the_box_stands_only_where_something_stood_before(self, desk: Desk) -> None:
        """Unticked where nothing is found. Seen to fail with the box on the first reply."""
        assert 'name="takes_out"' not in desk.visitor.get(desk.editor).text
        desk.visitor.send(desk.editor, body=NEUTRAL)
        assert "checked" not in desk.visitor.get(desk.editor).text.split('name="takes_out"')[1].split(">")[0]

    def test_taken_back(self, desk: Desk, app: Flask) -> None:
        desk.visitor.send(desk.editor, body=NEUTRAL)
        desk.visitor.send(f"{desk.editor}/withdraw")
        assert desk.reply is not None
        assert desk.reply.status is ReplyStatus.WITHDRAWN
        assert NEUTRAL not in Visitor(app).get(f"/p/{desk.profile.slug}").text
        assert Visitor(app).get(f"/reviews/{desk.review.id}/reply/history").status_code == 404
        assert "No answer yet" in words_of(desk.visitor.get(desk.page))

    def test_a_reply_to_a_foreign_review_is_not_found(self, desk: Desk, make: Make) -> None:
        """Not even under the address of another profile that one acts for too. Seen to fail without the look at the review's profile."""
        bo = make.profile("Bo Reed")
        memberships.grant(desk.session, user_id=desk.member.id, profile_id=bo.id, role=MembershipRole.OWNER)
        other = make.review(profile=bo)
        desk.session.commit()
        assert desk.visitor.get(f"/manage/{bo.slug}/reviews/{other.id}/reply").status_code == 200
        for path in (f"{desk.page}/{other.id}/reply", f"{desk.page}/{other.id}/reply/withdraw", f"{desk.page}/{other.id}/dispute"):
            assert desk.visitor.get(path).status_code == 404
        assert Visitor(desk.visitor.app).sign_in(make.user()).get(desk.editor).status_code == 404

    def test_what_was_typed_is_text(self, desk: Desk, app: Flask) -> None:
        desk.visitor.send(desk.editor, body="Thank you <script>alert(1)</script> for the feedback.")
        page = Visitor(app).get(f"/p/{desk.profile.slug}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestReaders:
    def test_a_removed_reply_leaves_a_stone_without_its_words(self, make: Make, desk: Desk, app: Flask) -> None:
        make.reply(review=desk.review, status=ReplyStatus.REMOVED, body="He owes us money.")
        desk.session.commit()
        page = Visitor(app).get(f"/p/{desk.profile.slug}")
        assert "A reply by the practice stood here. It was removed: insults or threats." in words_of(page)
        assert "owes us" not in page.text

    def test_it_can_be_reported_without_an_account(self, make: Make, desk: Desk, app: Flask) -> None:
        reply = make.reply(review=desk.review)
        desk.session.commit()
        answers = {"kind": "privacy", "text": "It says that I was there.", "email": "o@readers.example", "good_faith": True}
        page = Visitor(app).send(f"/report/reply/{reply.id}", **answers)
        assert page.request.path == "/report/thanks"
        moderator = Visitor(app).sign_in(make.moderator())
        assert "Reply of Ada Marsh" in words_of(moderator.get("/moderation"))
        done = {"action": "hide", "reason_class": "private_information", "reason": "It names a patient of theirs."}
        assert moderator.send(f"/moderation/replies/{reply.id}", **done).status_code == 200
        assert desk.reply is not None
        assert desk.reply.status is ReplyStatus.REMOVED
        assert Visitor(app).get(f"/report/reply/{reply.id}").status_code == 404
        assert "Reply" in words_of(moderator.get("/moderation/decisions"))

    def test_replies_cost_no_further_select(self, make: Make, desk: Desk, database: Database, app: Flask) -> None:
        """Seen to fail with a query for each reply."""
        stranger, found = Visitor(app), []
        for many in (1, 5):
            for _number in range(many):
                make.reply(review=make.review(profile=desk.profile))
            reviews.refresh_rating(desk.session, desk.profile)
            desk.session.commit()
            with statements(database) as sent:
                stranger.get(f"/p/{desk.profile.slug}/reviews")
            found.append(len(sent))
        assert found == [3, 3]


def test_no_handler_knows_of_a_plan() -> None:
    """T-33: answering and disputing never depend on who pays. Seen to fail with "premium" in a template of theirs."""
    house = Path(rules.__file__).parent.parent
    templates = house.parent / "templates"
    files = [*(house / "replies").glob("*.py"), *(house / "disputes").glob("*.py")]
    files += [house / kind / f"{name}.py" for kind in ("views", "forms") for name in ("replies", "disputes")]
    files += [house / "views" / "disputed.py", house / "web" / "answers.py", house / "models" / "replies.py"]
    files += [*(templates / "replies").glob("*"), *(templates / "disputes").glob("*")]
    files = [path for path in files if path.name != "guard.py"]  # the words of other people, not ours
    plan = re.compile(
        r"\b(?:premium|subscri\w+|tier|billing|is_paid|paying|upgrade|sponsor\w*|featured|paid_\w+|plan_\w+|has_plan|entitle\w*)\b", re.I
    )
    assert len(files) > 15
    assert {path.name: found.group() for path in files if (found := plan.search(path.read_text("utf-8")))} == {}
