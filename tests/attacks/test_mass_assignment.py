"""Every column's name sent with every form: what the form does not ask for is not taken."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlmodel import Session, select

from directory.core import clock
from directory.models.accounts import EmailChange, NotificationChoice, User
from directory.models.base import metadata
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import Decision, HoldReason, Report, ReportStatus
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from tests.clients import Visitor, forms_of, unhurried
from tests.factories import Make

#: What an attacker would like each column to be.
WISHES: dict[str, Any] = {
    "status": "removed",
    "removed_for": "spam",
    "held_for": "link",
    "is_sample": "1",
    "role": "admin",
    "created_at": "2001-01-01",
    "published_at": "2001-01-01",
    "edited_at": "2001-01-01",
    "closed_at": "2001-01-01",
    "review_count": "999",
    "score_micro": "5000000",
    "moderator_id": "1",
    "reporter_id": "1",
}


def wishes(other: int) -> dict[str, Any]:
    """Return a value for every column that there is; ids point to somebody or something else."""
    ours = ("place", "region", "countr", "search_", "source", "import")  # no form has to do with these, and a form has 200 fields at most
    names = {column.name for table in metadata.sorted_tables if not table.name.startswith(ours) for column in table.columns}
    return {name: WISHES.get(name, str(other)) for name in names}


def send(visitor: Visitor, path: str, other: int, **answers: Any) -> int:
    """Fill the form in as a browser would and add every wish to it."""
    form = next(form for form in forms_of(visitor.get(path)) if form.method == "post")
    return visitor.post(path, wishes(other) | unhurried(visitor.app, form.values) | answers, follow=False).status_code


def test_a_review_takes_what_its_form_asks_for(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with is_sample set by the request."""
    ada, other, bo = make.profile(), make.profile(), make.user("Bo")
    make.treatment("smp")
    body = "Three sessions, calm and clean. It looks like my own stubble."
    given = {"overall": 3, "treatment": "smp", "month": "09/2025", "title": "", "body": body, "own_experience": "y"}
    assert send(Visitor(app).sign_in(bo), f"/p/{ada.slug}/review", other.id, **given) == 303
    session.expire_all()
    review = session.exec(select(Review)).one()
    assert (review.profile_id, review.author_id, review.overall, review.month) == (ada.id, bo.id, 3, "2025-09")
    assert (review.status, review.removed_for, review.held_for, review.is_sample) == (ReviewStatus.PUBLISHED, None, None, False)
    assert clock.now() - review.created_at < timedelta(minutes=1)
    assert session.get_one(Profile, ada.id).review_count == 1
    assert session.get_one(Profile, other.id).review_count == 0


def test_a_comment_takes_what_its_form_asks_for(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with the author taken from the request; and changing it changes its words alone."""
    ada, other, bo = make.profile(), make.profile(), make.user("Bo")
    visitor = Visitor(app).sign_in(bo)
    assert send(visitor, f"/p/{ada.slug}/comment", other.id, body="Hello.") == 303
    session.expire_all()
    comment = session.exec(select(Comment)).one()
    assert (comment.profile_id, comment.guide_id, comment.author_id, comment.status) == (ada.id, None, bo.id, CommentStatus.VISIBLE)
    assert (comment.edited_at, comment.held_for) == (None, None)
    assert send(visitor, f"/comments/{comment.id}/edit", other.id, body="Hello again.") == 303
    session.expire_all()
    assert (comment.profile_id, comment.author_id, comment.body, comment.status) == (ada.id, bo.id, "Hello again.", CommentStatus.VISIBLE)


def test_a_report_takes_what_its_form_asks_for(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with the reporter taken from the request."""
    ada, other = make.profile(), make.profile()
    given = {"kind": "privacy", "text": "It names my mother.", "name": "Cy", "email": "cy@readers.example", "good_faith": "y"}
    assert send(Visitor(app), f"/report/profile/{ada.slug}", other.id, **given) == 303
    session.expire_all()
    report = session.exec(select(Report)).one()
    assert (report.profile_id, report.review_id, report.comment_id, report.reporter_id) == (ada.id, None, None, None)
    assert (report.status, report.closed_at) == (ReportStatus.OPEN, None)


def test_a_decision_takes_what_its_form_asks_for(session: Session, make: Make, app: Flask) -> None:
    """The moderator is who is signed in, the thing is the one in the address. Seen to fail with the moderator taken from the request."""
    review, other, moderator = make.review(), make.review(), make.moderator()
    given = {"action": "hide", "reason_class": "abuse", "reason": "It insults the staff by name."}
    assert send(Visitor(app).sign_in(moderator), f"/moderation/reviews/{review.id}", other.id, **given) == 303
    session.expire_all()
    decision = session.exec(select(Decision)).one()
    assert (decision.review_id, decision.user_id, decision.moderator_id, decision.report_id) == (review.id, None, moderator.id, None)
    assert session.get_one(Review, other.id).status is ReviewStatus.PUBLISHED


def test_a_person_s_own_forms_take_what_they_ask_for(session: Session, make: Make, app: Flask) -> None:
    """The name, the address and the mails. Seen to fail with the role taken from the request."""
    bo, other = make.user("Bo 1", email="bo@patients.example"), make.user("Other 1")
    before = bo.model_dump()
    visitor = Visitor(app).sign_in(bo)
    assert send(visitor, "/account/name", other.id, display_name="Bo 2") == 303
    assert send(visitor, "/account/email", other.id, email="new@post.example") == 303
    assert send(visitor, "/account/notifications", other.id, kinds=["new_sign_in"]) == 303
    session.expire_all()
    changed = {name for name, value in session.get_one(User, bo.id).model_dump().items() if value != before[name]}
    assert changed == {"display_name", "display_name_key"}
    assert session.get_one(User, other.id).display_name == "Other 1"
    change = session.exec(select(EmailChange)).one()
    assert (change.user_id, change.email, change.released_at, change.taken_at) == (bo.id, "new@post.example", None, None)
    assert {row.user_id for row in session.exec(select(NotificationChoice))} == {bo.id}


def test_what_is_held_stays_held_whatever_is_wished(session: Session, make: Make, app: Flask) -> None:
    """Its state and its reason are ours. Seen to fail with held_for taken from the request where it has one."""
    ada, other, bo = make.profile(), make.profile(), make.user("Bo")
    visitor = Visitor(app).sign_in(bo)
    for wish in ("", "network"):
        form = next(form for form in forms_of(visitor.get(f"/p/{ada.slug}/comment")) if form.method == "post")
        given = {"body": f"Write to calm.hair@mail.example {wish}", "held_for": wish, "status": "visible"}
        visitor.post(f"/p/{ada.slug}/comment", wishes(other.id) | unhurried(app, form.values) | given)
    session.expire_all()
    found = session.exec(select(Comment)).all()
    assert [(comment.status, comment.held_for) for comment in found] == [(CommentStatus.HELD, HoldReason.LINK)] * 2
