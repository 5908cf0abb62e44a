"""What either side shows in a dispute: moderators alone see it, never the other side, and each end of the dispute lets it go."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import memberships
from directory.core import clock
from directory.disputes import queries, service
from directory.evidence import rules
from directory.evidence import service as evidence
from directory.models.evidence import Evidence, EvidenceKind
from directory.models.memberships import MembershipRole
from directory.models.moderation import ReasonClass
from directory.models.ops import KeptMail
from directory.models.replies import DisputeOutcome, DisputeStatus
from directory.privacy import export, retention
from directory.reviews import service as reviews
from tests.clients import Visitor, words_of
from tests.disputes.test_service import TEXT, Case
from tests.disputes.test_views import Two
from tests.evidence.papers import pdf, ring, upload
from tests.factories import Make

FILING = {"reason": "false_fact", "text": TEXT, "good_faith": True}
NAME = "our-letter.pdf"


@pytest.fixture
def two(session: Session, make: Make, app: Flask) -> Two:
    return Two(session, make, app)


def papers(session: Session) -> list[Evidence]:
    session.expire_all()
    return list(session.exec(select(Evidence).order_by(Evidence.id)).all())  # type: ignore[arg-type]


def test_it_is_filed_with_the_dispute_and_moderators_find_it(two: Two) -> None:
    """Seen to fail with the document stored for nobody."""
    form = two.practice.get(two.filing)
    assert "Nothing about the health of a patient may be in it" in words_of(form)
    page = two.practice.fill(form, **FILING, document=upload(name=NAME), paper="other")
    assert NAME in words_of(page)
    assert "/moderation/evidence" not in page.text
    (paper,) = papers(two.session)
    assert (paper.dispute_id, paper.kind, paper.purge_at) == (two.dispute.id, EvidenceKind.OTHER, None)
    two.reviewer.send(two.answering, choice="keep")
    decide = two.moderator.get(f"/moderation/disputes/{two.dispute.id}")
    assert f'href="/moderation/evidence/{paper.id}"' in decide.text
    assert two.moderator.send(f"/moderation/evidence/{paper.id}").data == pdf()


def test_the_reviewer_never_learns_that_there_is_one(two: Two) -> None:
    """On no page, in no mail, not in the copy of their data; nor readers. Seen to fail with the documents on the page of the answer."""
    two.practice.send(two.filing, **FILING, document=upload(name=NAME))
    (paper,) = papers(two.session)
    seen = [two.reviewer.get(two.answering)]
    two.reviewer.send(two.answering, choice="keep")
    two.decide(two.moderator, "removed", "wrong_profile")
    seen += [two.reviewer.get(two.answering), two.reviewer.get(f"{two.answering}/appeal"), two.reviewer.get("/account")]
    seen += [Visitor(two.app).get(f"/p/{two.profile.slug}"), Visitor(two.app).get("/disputes")]
    jobs.run_due(two.app)
    mails = [mail.text + mail.html for mail in two.session.exec(select(KeptMail)).all() if mail.recipient == two.author.email]
    copy = export.files(two.session, two.author.id)
    for text in (*(page.text for page in seen), *mails, str(copy)):
        assert "our-letter" not in text
        assert "in confidence" not in text
    assert "documents.json" not in copy
    assert [row["file_name"] for row in export.files(two.session, two.owner.id)["documents.json"]] == [NAME]
    for path in (f"/moderation/evidence/{paper.id}", two.filing):
        assert two.reviewer.get(path).status_code == 404


def test_the_reviewer_may_show_one_too_and_the_practice_never_learns_of_it(two: Two) -> None:
    """With the answer and with the appeal; the moderators' page says whose each is (T-20).

    Seen to fail with all documents of the dispute on the page of the practice, and with the reviewer's among the practice's for moderators.
    """
    two.practice.send(two.filing, **FILING, document=upload(name=NAME))
    page = two.reviewer.send(two.answering, choice="keep", document=upload(name="my-receipt.pdf"))
    assert "my-receipt.pdf" in words_of(page)
    assert NAME not in page.text
    seen = [two.practice.get(two.filing)]
    two.decide(two.moderator, "removed", "wrong_profile")
    assert [paper.purge_at is not None for paper in papers(two.session)] == [True, True]
    appeal = "The year on the page is the right one, look at it."
    two.reviewer.send(f"{two.answering}/appeal", text=appeal, document=upload(name="my-letter.pdf"))
    seen += [two.practice.get(path) for path in (two.filing, f"/manage/{two.profile.slug}/reviews")]
    seen += [Visitor(two.app).get(f"/p/{two.profile.slug}")]
    form = words_of(two.other.get(f"/moderation/disputes/{two.dispute.id}"))
    theirs, mine = form.split("Shown by the practice, in confidence")[1].split("Shown by the reviewer, in confidence")
    assert NAME in theirs
    assert "my-receipt.pdf" not in theirs
    assert {"my-receipt.pdf", "my-letter.pdf"} <= set(mine.split())
    two.decide(two.other, "removed", "wrong_profile")
    jobs.run_due(two.app)
    mails = [mail.text + mail.html for mail in two.session.exec(select(KeptMail)).all() if mail.recipient == two.owner.email]
    copy = export.files(two.session, two.owner.id)
    for text in (*(page.text for page in seen), *mails, str(copy)):
        assert "my-receipt" not in text
        assert "my-letter" not in text
    assert [(paper.kind, paper.user_id, paper.purge_at is None) for paper in papers(two.session)[1:]] == [
        (EvidenceKind.CORRESPONDENCE, two.author.id, False)
    ] * 2
    names = [row["file_name"] for row in export.files(two.session, two.author.id)["documents.json"]]
    assert names == ["my-receipt.pdf", "my-letter.pdf"]


def test_whoever_has_left_meanwhile_shows_the_practice_nothing(two: Two) -> None:
    """Between two batches of an erasure the review has no author any more.

    Seen to fail with all that is not the author's taken for its own.
    """
    two.practice.send(two.filing, **FILING, document=upload(name=NAME))
    two.reviewer.send(two.answering, choice="keep", document=upload(name="my-receipt.pdf"))
    dispute = two.dispute
    assert [one.file_name for one in queries.papers(two.session, dispute, author_id=None).practice] == [NAME]


def test_what_a_manager_showed_who_has_left_stays_with_the_moderators(two: Two, make: Make) -> None:
    """Seen to fail with the two sides alone on the moderators' page."""
    manager = make.user()
    memberships.grant(two.session, user_id=manager.id, profile_id=two.profile.id, role=MembershipRole.MANAGER)
    two.session.commit()
    two.file()
    two.reviewer.send(two.answering, choice="keep")
    two.decide(two.moderator, "kept", "no_rule_broken")
    appeal = "You have overlooked what this letter says."
    Visitor(two.app).sign_in(manager).send(f"{two.filing}/appeal", text=appeal, document=upload(name=NAME))
    memberships.revoke(two.session, user_id=manager.id, profile_id=two.profile.id)
    two.session.commit()
    assert NAME in words_of(two.other.get(f"/moderation/disputes/{two.dispute.id}"))


def test_a_review_that_is_withdrawn_leaves_no_document_of_the_answer(two: Two) -> None:
    """Nobody looks at it. Seen to fail with it stored behind the end."""
    two.file()
    two.reviewer.send(two.answering, choice="withdraw", document=upload(name="my-receipt.pdf"))
    assert papers(two.session) == []


def test_an_appeal_of_the_practice_may_bring_one(two: Two) -> None:
    """Seen to fail with the field of the appeal forgotten."""
    two.file()
    two.reviewer.send(two.answering, choice="keep")
    two.decide(two.moderator, "kept", "no_rule_broken")
    page = two.practice.send(f"{two.filing}/appeal", text="You have overlooked what this letter says.", document=upload(name=NAME))
    assert NAME in words_of(page)
    assert NAME in words_of(two.other.get(f"/moderation/disputes/{two.dispute.id}"))
    assert papers(two.session)[0].purge_at is None
    two.decide(two.other, "kept", "no_rule_broken")
    assert papers(two.session)[0].purge_at is not None


def test_a_dispute_that_is_refused_leaves_none_and_loses_no_word(two: Two) -> None:
    """Seen to fail with the words of the form lost."""
    answer = two.practice.send(two.filing, reason="false_fact", text=TEXT, document=upload(name=NAME))
    assert answer.status_code == 422
    assert TEXT in answer.text
    assert "Choose this file once more" in words_of(answer)
    assert papers(two.session) == []


class Shown(Case):
    """A case with a dispute for which something was shown."""

    def __init__(self, session: Session, make: Make) -> None:
        super().__init__(session, make)
        given = {"kind": EvidenceKind.OTHER, "user_id": self.manager.id, "dispute_id": self.file().id}
        evidence.store(session, keys=ring(), document=rules.clean(pdf(), file_name=NAME), **given)

    @property
    def day(self) -> Any:
        return papers(self.session)[0].purge_at


@pytest.fixture
def shown(session: Session, make: Make) -> Shown:
    return Shown(session, make)


class TestEnds:
    @pytest.mark.parametrize("outcome", [DisputeOutcome.KEPT, DisputeOutcome.REMOVED])
    def test_a_decision(self, shown: Shown, outcome: DisputeOutcome) -> None:
        """Not the answer before it. Seen to fail without `release` in `decide`."""
        shown.answer()
        assert shown.day is None
        shown.decide(outcome)
        assert abs(shown.day - clock.now() - timedelta(days=30)) < timedelta(minutes=1)

    def test_called_off(self, shown: Shown) -> None:
        """Seen to fail without `release` in `call_off`."""
        service.call_off(shown.session, review_id=shown.review.id, user_id=shown.manager.id)
        assert shown.day is not None

    def test_a_review_that_its_author_takes_back(self, shown: Shown) -> None:
        """Seen to fail without `release` where disputes are closed."""
        reviews.withdraw(shown.session, review_id=shown.review.id, author_id=shown.author.id)
        assert shown.day is not None

    def test_a_review_that_is_taken_down_meanwhile(self, shown: Shown) -> None:
        reviews.hide(shown.session, review_id=shown.review.id, reason=ReasonClass.ABUSE)
        assert shown.day is not None

    def test_the_reviewers_time_is_no_end(self, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
        """A moderator decides then, and has to see it."""
        later = clock.now() + timedelta(days=8)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert service.due(shown.session, dispute_id=shown.dispute.id)
        assert shown.day is None

    def test_one_that_nobody_let_go_is_found_by_the_clock(self, shown: Shown) -> None:
        """Seen to fail with called off left out of the rule of retention."""
        dispute, long_ago = shown.dispute, clock.now() - timedelta(days=40)
        dispute.status, dispute.created_at = DisputeStatus.CALLED_OFF, long_ago
        shown.session.flush()
        rule = next(rule for rule in retention.RULES if rule.name == "documents")
        assert rule.run(shown.session) == 1
        assert papers(shown.session) == []
