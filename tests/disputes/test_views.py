"""The pages of a dispute for its three sides: who files it, who is asked, who decides; and nothing of one's to another (T-20)."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import memberships
from directory.core import clock
from directory.models.accounts import User
from directory.models.memberships import MembershipRole
from directory.models.ops import KeptMail
from directory.models.profiles import Profile
from directory.models.replies import Dispute, DisputeOutcome, DisputeStatus
from directory.models.reviews import Review, ReviewStatus
from directory.models.treatments import Treatment
from directory.privacy import export
from directory.reviews import service as reviews
from tests.clients import Visitor, words_of
from tests.factories import Make

SECRET = "I was there with my mother on the day of the storm."
TEXT = "Nobody of this name was here in the years that it speaks of."


class Two:
    """A review, its author, the manager of its profile, and a moderator, each with a browser."""

    def __init__(self, session: Session, make: Make, app: Flask) -> None:
        self.session, self.app = session, app
        self.profile: Profile = make.profile("Ada Marsh")
        self.author: User = make.user("Owen W.", email="owen@reviewers.example")
        self.owner: User = make.user("Max Desk", email="max@practices.example")
        memberships.grant(session, user_id=self.owner.id, profile_id=self.profile.id, role=MembershipRole.OWNER)
        self.review: Review = make.review(profile=self.profile, author=self.author, overall=1)
        reviews.refresh_rating(session, self.profile)
        self.reviewer, self.practice = Visitor(app).sign_in(self.author), Visitor(app).sign_in(self.owner)
        self.moderator = Visitor(app).sign_in(make.moderator())
        self.other = Visitor(app).sign_in(make.moderator())
        session.commit()
        self.filing = f"/manage/{self.profile.slug}/reviews/{self.review.id}/dispute"
        self.answering = f"/reviews/{self.review.id}/dispute"

    @property
    def dispute(self) -> Dispute:
        self.session.expire_all()
        return self.session.exec(select(Dispute)).one()

    def file(self) -> None:
        page = self.practice.send(self.filing, reason="false_fact", text=TEXT, good_faith=True)
        assert "The reviewer has been asked" in words_of(page)

    def decide(self, visitor: Visitor, outcome: str, reason: str) -> None:
        answers = {"outcome": outcome, "reason_class": reason, "words": "We looked at what both sides say."}
        assert visitor.send(f"/moderation/disputes/{self.dispute.id}", **answers).status_code == 200


@pytest.fixture
def two(session: Session, make: Make, app: Flask) -> Two:
    return Two(session, make, app)


def test_from_the_filing_to_the_end(two: Two) -> None:
    """Filed, answered, removed, appealed by the reviewer, put back by another moderator; each page says how far it is."""
    two.file()
    public = words_of(Visitor(two.app).get(f"/p/{two.profile.slug}"))
    assert "The practice disputes this review; we are looking at it." in public
    assert "no dispute waits" in words_of(two.moderator.get("/moderation/disputes")).lower()
    asked = two.reviewer.get(two.answering)
    assert TEXT in words_of(asked)
    assert "We have your answer" in words_of(two.reviewer.fill(asked, choice="keep", answer=SECRET))
    queue = two.moderator.get("/moderation/disputes")
    page = two.moderator.get(f"/moderation/disputes/{two.dispute.id}")
    assert SECRET in words_of(page)
    for seen in (queue, page):
        assert "of 5 stars" not in seen.text, "rating-blind (T-5)"
    two.decide(two.moderator, "removed", "wrong_profile")
    assert two.dispute.outcome is DisputeOutcome.REMOVED
    assert two.session.get_one(Review, two.review.id).status is ReviewStatus.REMOVED
    assert "The review is taken down" in words_of(two.practice.get(two.filing))
    two.reviewer.send(f"{two.answering}/appeal", text="The year on the page is the right one, look at it.")
    assert "You decided this the first time" in words_of(two.moderator.get(f"/moderation/disputes/{two.dispute.id}"))
    two.decide(two.other, "kept", "no_rule_broken")
    assert two.dispute.status is DisputeStatus.FINAL
    assert "The practice disputes" not in words_of(Visitor(two.app).get(f"/p/{two.profile.slug}"))
    for visitor, path in ((two.reviewer, two.answering), (two.practice, two.filing)):
        assert "Final" in words_of(visitor.get(path))
        assert visitor.get(f"{path}/appeal").status_code == 404
    numbers = words_of(Visitor(two.app).get("/disputes"))
    assert "Appeals by reviewers 1" in numbers
    assert "Review left as it was 1" in numbers


def test_the_reviewer_finds_it_without_the_mail(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among what they wrote: until when to answer, what it waits for, and the appeal while it is open.

    Seen to fail with the open ones alone.
    """

    def said() -> str:
        return words_of(two.reviewer.get("/account/writing"))

    assert "isputed" not in said()
    two.file()
    page = two.reviewer.get("/account/writing")
    assert f'href="{two.answering}"' in page.text
    assert "Shown; disputed: answer by" in words_of(page)
    two.reviewer.send(two.answering, choice="keep")
    assert "disputed: a moderator decides" in said()
    two.decide(two.moderator, "removed", "wrong_profile")
    page = two.reviewer.get("/account/writing")
    assert f'href="{two.answering}/appeal"' in page.text
    assert "the dispute is decided (your review of Ada Marsh) , appeal by" in words_of(page)
    later = clock.now() + timedelta(days=181)
    with monkeypatch.context() as at:
        at.setattr(clock, "now", lambda: later)
        two.reviewer.sign_in(two.author)
        assert "appeal by" not in said()
    two.reviewer.sign_in(two.author)
    two.reviewer.send(f"{two.answering}/appeal", text="The year on the page is the right one, look at it.")
    assert "disputed: a moderator decides" in said()
    two.decide(two.other, "kept", "no_rule_broken")
    assert "the dispute is decided" in said()
    assert "appeal by" not in said()


def test_the_reviewer_reads_why_and_an_appeal_that_restores_says_so(two: Two) -> None:
    """In the words that readers see, on their pages and in the mail; and that it is shown again, for all three sides.

    Seen to fail with the words of a first decision taken for the appeal, and without the reason in each of the three places.
    """
    two.file()
    two.reviewer.send(two.answering, choice="keep")
    two.decide(two.moderator, "removed", "wrong_profile")
    jobs.run_due(two.app)
    assert "Why it is taken down About somebody else" in words_of(two.reviewer.get(two.answering))
    assert "Taken down: about somebody else" in words_of(two.reviewer.get("/account/writing"))
    two.reviewer.send(f"{two.answering}/appeal", text="The year on the page is the right one, look at it.")
    form = words_of(two.other.get(f"/moderation/disputes/{two.dispute.id}"))
    assert "The review is shown again" in form
    assert "The review stays taken down" in form
    two.decide(two.other, "kept", "no_rule_broken")
    jobs.run_due(two.app)
    for page in (two.reviewer.get(two.answering), two.practice.get(two.filing)):
        assert "After the appeal The review is shown again" in words_of(page)
        assert "stays as it is" not in words_of(page)
    assert "Taken down" not in words_of(two.reviewer.get("/account/writing"))
    mails = two.session.exec(select(KeptMail).where(KeptMail.subject.contains("is decided")).order_by(KeptMail.id)).all()  # type: ignore[attr-defined,arg-type]
    mine = [mail for mail in mails if mail.recipient == two.author.email]
    assert ["Why it is taken down: about somebody else." in mail.text for mail in mine] == [True, False]
    assert ["Why it is taken down: about somebody else." in mail.html for mail in mine] == [True, False]
    assert {"is decided: The review is shown again." in mail.text for mail in mails[2:]} == {True}


def test_the_moderator_reads_what_when_and_how_long_the_account_exists(two: Two) -> None:
    """Without the stars. Seen to fail with each of the four left out."""
    two.author.created_at, two.review.created_at = datetime(2024, 3, 5, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC)
    two.review.month = "2025-09"
    treatment = two.session.get_one(Treatment, two.review.treatment_id).label
    two.session.commit()
    two.file()
    page = two.moderator.get(f"/moderation/disputes/{two.dispute.id}")
    wanted = ("exists since 5 Mar 2024", "Written on 2 Nov 2025", f"Treatment {treatment}", "Month of the treatment September 2025")
    for words in wanted:
        assert words in words_of(page)
    assert "of 5 stars" not in page.text


@pytest.mark.parametrize(("outcome", "reason"), [("kept", "no_rule_broken"), ("removed", "wrong_profile")])
def test_the_side_that_won_is_not_offered_an_appeal(two: Two, outcome: str, reason: str) -> None:
    """Neither on its page nor in its mail. Seen to fail with both sides offered one, and with both told of one in the mail."""
    two.file()
    two.reviewer.send(two.answering, choice="keep")
    two.decide(two.moderator, outcome, reason)
    jobs.run_due(two.app)
    mails = {mail.recipient: mail.text for mail in two.session.exec(select(KeptMail).where(KeptMail.subject.contains("is decided")))}  # type: ignore[attr-defined]
    for visitor, path, user, lost in (
        (two.practice, two.filing, two.owner, outcome == "kept"),
        (two.reviewer, two.answering, two.author, outcome == "removed"),
    ):
        assert (f'href="{path}/appeal"' in visitor.get(path).text) is lost
        assert visitor.get(f"{path}/appeal").status_code == (200 if lost else 404)
        assert ("If you think that it is wrong, appeal once" in " ".join(mails[user.email].split())) is lost


def test_nothing_of_the_reviewer_reaches_the_practice(two: Two) -> None:
    """Neither on a page, nor in a mail, nor in the copy of their data (T-20). Seen to fail with the answer on the page of the filer."""
    two.file()
    two.reviewer.send(two.answering, choice="keep", answer=SECRET)
    pages = [two.practice.get(two.filing)]
    two.decide(two.moderator, "kept", "no_rule_broken")
    pages += [two.practice.get(path) for path in (two.filing, f"{two.filing}/appeal", f"/manage/{two.profile.slug}/reviews")]
    jobs.run_due(two.app)
    mails = two.session.exec(select(KeptMail)).all()
    assert {mail.recipient for mail in mails} == {two.author.email, two.owner.email}
    to_practice = [mail.text + mail.html for mail in mails if mail.recipient == two.owner.email]
    copy = str(export.files(two.session, two.owner.id))
    for text in (*(page.text for page in pages), *to_practice, copy):
        assert "mother" not in text
        assert two.author.email not in text
    to_reviewer = [mail.text + mail.html for mail in mails if mail.recipient == two.author.email]
    assert not any(two.owner.email in text for text in to_reviewer)
    mine = export.files(two.session, two.author.id)["disputes.json"]
    assert (mine[0]["answer"], mine[0]["text"]) == (SECRET, TEXT)
    assert "answer" not in export.files(two.session, two.owner.id)["disputes.json"][0]


def test_the_reviewer_changes_it_and_readers_see_that_alone(two: Two) -> None:
    two.file()
    body = "Two sessions, and the second one mended what I did not like in the first."
    two.reviewer.send(two.answering, choice="amend", overall=3, body=body)
    assert body in words_of(Visitor(two.app).get(f"/p/{two.profile.slug}"))
    assert two.dispute.status is DisputeStatus.REVIEWER_AMENDED
    two.decide(two.moderator, "amended", "corrected")
    assert two.dispute.outcome is DisputeOutcome.AMENDED


def test_withdrawn_by_its_author(two: Two) -> None:
    two.file()
    two.reviewer.send(two.answering, choice="withdraw")
    assert two.dispute.status is DisputeStatus.CLOSED
    page = words_of(two.practice.get(two.filing))
    assert "Closed" in page
    assert "Three sessions, calm" not in page


def test_everybody_else_finds_nothing(two: Two, make: Make) -> None:
    """A stranger, the other side's pages, and another owner. Seen to fail with each `requires` made SIGNED_IN."""
    two.file()
    elsewhere = make.user()
    memberships.grant(two.session, user_id=elsewhere.id, profile_id=make.profile().id, role=MembershipRole.OWNER)
    two.session.commit()
    for visitor in (Visitor(two.app).sign_in(make.user()), Visitor(two.app).sign_in(elsewhere)):
        for path in (
            two.filing,
            f"{two.filing}/appeal",
            two.answering,
            f"{two.answering}/appeal",
            f"/moderation/disputes/{two.dispute.id}",
        ):
            assert visitor.get(path).status_code == 404
    assert two.practice.get(two.answering).status_code == 404
    assert two.reviewer.get(two.filing).status_code == 404


def test_the_job_lets_the_time_run_out(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail without its handler."""
    two.file()
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.run_due(two.app)
    assert two.dispute.status is DisputeStatus.NO_ANSWER


def test_the_rules_lead_to_the_numbers(app: Flask) -> None:
    assert 'href="/disputes"' in Visitor(app).get("/guidelines").text
    assert 'href="/disputes"' in Visitor(app).get("/how-ratings-work").text
