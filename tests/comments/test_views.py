"""Saying, changing and deleting something under profiles and guides."""

from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.core.db import Database
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import ReasonClass
from tests.clients import Visitor, forms_of, words_of
from tests.counting import statements
from tests.factories import Make


def comments(session: Session) -> list[Comment]:
    """All comments, as the database has them."""
    session.expire_all()
    return list(session.exec(select(Comment).order_by(Comment.id)).all())


def target(make: Make, kind: str) -> tuple[str, str]:
    """Return the path of a page that can be commented, and the word for its kind."""
    return (f"/p/{make.profile('Ada Marsh').slug}", "Ada Marsh") if kind == "profile" else (f"/guides/{make.guide().slug}", "A guide")


@pytest.mark.parametrize("kind", ["profile", "guide"])
class TestWrite:
    def test_it_is_public_at_once(self, session: Session, make: Make, visitor: Visitor, kind: str) -> None:
        """Seen to fail with the guide's comments listed by profile."""
        path, name = target(make, kind)
        answer = visitor.sign_in(make.user("Bo")).send(f"{path}/comment", body="Does it *hurt*?", follow=False)
        comment = comments(session)[0]
        assert answer.status_code == 303
        assert answer.headers["Location"].rstrip("/").split("#")[0].rstrip("/") == path
        assert answer.headers["Location"].endswith(f"#comment-{comment.id}")
        page = Visitor(visitor.app).get(f"{path}/comments")
        assert "<em>hurt</em>" in page.text
        assert "Bo" in words_of(page)
        assert name in words_of(page)

    def test_signed_out_leads_to_the_log_in_and_back(self, make: Make, visitor: Visitor, kind: str) -> None:
        """Seen to fail with another next."""
        path, _name = target(make, kind)
        page = visitor.get(f"{path}/comments")
        assert "Log in to leave a comment" in words_of(page)
        assert f"/login?next={path}/comment" in page.text.replace("%2F", "/")
        answer = visitor.get(f"{path}/comment", follow=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={path}/comment")

    def test_nobody_yet(self, make: Make, visitor: Visitor, kind: str) -> None:
        path, _name = target(make, kind)
        assert "No comments yet" in words_of(visitor.get(f"{path}/comments"))

    def test_sent_fifty_times_it_is_one_comment(self, session: Session, make: Make, visitor: Visitor, kind: str) -> None:
        """Seen to fail without the idempotency key."""
        path, _name = target(make, kind)
        page = visitor.sign_in(make.user()).get(f"{path}/comment")
        found = {visitor.fill(page, follow=False, body="Once.").headers["Location"] for _turn in range(50)}
        assert len(found) == 1
        assert len(comments(session)) == 1

    @pytest.mark.parametrize("body", ["", " ", "x", "\u200b\u200b\u200b", "x" * 3001])
    def test_too_short_and_too_long(self, session: Session, make: Make, visitor: Visitor, kind: str, body: str) -> None:
        path, _name = target(make, kind)
        page = visitor.sign_in(make.user()).send(f"{path}/comment", body=body)
        assert page.status_code == 422
        assert "Write at least 2 and at most 3,000 characters." in words_of(page)
        assert comments(session) == []


class TestOwn:
    def test_changed_with_a_mark_and_its_day(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with the mark left out of the row."""
        ada, bo = make.profile(), make.user()
        comment = make.comment(profile=ada, author=bo)
        visitor.sign_in(bo)
        assert f"/comments/{comment.id}/edit" in visitor.get(f"/p/{ada.slug}/comments").text
        answer = visitor.send(f"/comments/{comment.id}/edit", body="Better said.", follow=False)
        assert answer.status_code == 303
        seen = words_of(visitor.get(f"/p/{ada.slug}/comments"))
        assert "Better said." in seen
        assert "edited" in seen

    def test_deleted_a_stone_stands_in_its_place(self, session: Session, make: Make, visitor: Visitor) -> None:
        ada, bo = make.profile(), make.user()
        comment = make.comment(profile=ada, author=bo, body="Never mind.")
        page = visitor.sign_in(bo).get(f"/comments/{comment.id}/delete")
        found = {(answer.status_code, answer.headers["Location"]) for answer in (visitor.fill(page, follow=False) for _turn in range(3))}
        assert len(found) == 1
        seen = words_of(visitor.get(f"/p/{ada.slug}/comments"))
        assert "Its author deleted it." in seen
        assert "Never mind." not in seen
        assert comments(session)[0].status is CommentStatus.DELETED_BY_AUTHOR

    def test_others_see_a_way_to_report_and_none_to_change(self, make: Make, visitor: Visitor) -> None:
        ada = make.profile()
        comment = make.comment(profile=ada)
        page = visitor.sign_in(make.user()).get(f"/p/{ada.slug}/comments")
        assert f"/report/comment/{comment.id}" in page.text
        assert f"/comments/{comment.id}/" not in page.text


class TestIndex:
    def test_a_removed_one_names_the_reason_without_its_words(self, make: Make, visitor: Visitor) -> None:
        """Seen to fail with the body shown."""
        ada = make.profile()
        make.comment(profile=ada, status=CommentStatus.REMOVED, removed_for=ReasonClass.ABUSE, body="You fool.")
        page = visitor.get(f"/p/{ada.slug}/comments")
        assert "It was removed: insults or threats." in words_of(page)
        assert "fool" not in page.text

    def test_pages(self, make: Make, visitor: Visitor) -> None:
        ada = make.profile()
        for _number in range(31):
            make.comment(profile=ada)
        path = f"/p/{ada.slug}/comments"
        assert visitor.get(path).text.count('<li class="comment"') == 30
        assert visitor.get(f"{path}?page=2").text.count('<li class="comment"') == 1
        assert visitor.get(f"{path}?page=3").status_code == 404

    def test_the_same_bytes_for_every_signed_out_visitor(self, make: Make, app: Flask) -> None:
        ada = make.profile()
        make.comment(profile=ada)
        one, other = (Visitor(app, address=address).get(f"/p/{ada.slug}/comments") for address in ("192.0.2.1", "198.51.100.7"))
        assert one.data == other.data
        assert "Set-Cookie" not in one.headers
        assert not [form for form in forms_of(one) if form.method == "post"]

    def test_the_number_of_selects_does_not_grow(self, database: Database, make: Make, visitor: Visitor) -> None:
        """Profile, count, comments. Seen to fail without the join."""
        found: list[Any] = []
        for many in (1, 12):
            ada = make.profile()
            for _number in range(many):
                make.comment(profile=ada)
            with statements(database) as sent:
                visitor.get(f"/p/{ada.slug}/comments")
            found.append(len(sent))
        assert found == [3, 3]
