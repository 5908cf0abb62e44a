"""The page where people find again what they wrote."""

from flask import Flask
from sqlmodel import Session

from directory.models.comments import CommentStatus
from directory.models.moderation import HoldReason
from directory.models.reviews import ReviewStatus
from tests.clients import Visitor, words_of
from tests.factories import Make


class TestWriting:
    def test_everything_of_mine_and_nothing_of_others(self, app: Flask, session: Session, make: Make) -> None:
        """In every state, with what can be done. Seen to fail without the author, and with the shown ones alone."""
        ada, bo = make.user(), make.user()
        shown, held, gone = make.profile("Mina Park"), make.profile("Olu Reed"), make.profile("Siv Lund")
        first = make.review(profile=shown, author=ada, overall=4)
        second = make.review(profile=held, author=ada, status=ReviewStatus.AUTO_HOLD, held_for=HoldReason.LINK)
        make.review(profile=gone, author=ada, status=ReviewStatus.REMOVED)
        make.review(profile=make.profile("Not Mine"), author=bo)
        comment = make.comment(profile=shown, author=ada, body="How long did the redness last?")
        make.comment(guide=make.guide(title="A calm guide"), author=ada, status=CommentStatus.DELETED_BY_AUTHOR, body="")
        session.commit()
        page = Visitor(app).sign_in(ada).get("/account/writing")
        said = words_of(page)
        states = ("Shown", "Waits until a person has looked", "Taken down", "You deleted it")
        for words in ("Mina Park", "4 stars", "Olu Reed", "Siv Lund", "redness", *states):
            assert words in said
        assert "Not Mine" not in said
        for path in (f"/reviews/{first.id}/withdraw", f"/reviews/{second.id}/withdraw", f"/comments/{comment.id}/edit"):
            assert f'href="{path}"' in page.text

    def test_whoever_wrote_nothing_is_told_so(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with an empty table."""
        assert "Nothing yet" in words_of(visitor.sign_in(make.user()).get("/account/writing"))
