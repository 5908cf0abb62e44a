"""What was typed into a form is given back when the form cannot be taken now: logged out meanwhile, something missing, a stale token."""

import pytest
from sqlmodel import Session, select

from directory.models.accounts import SignInMethod
from directory.models.comments import Comment
from directory.models.reviews import Review
from tests.clients import Visitor, forms_of, words_of
from tests.factories import Make

WORDS = "Three visits, little pain.\nThe line looks <b>soft</b> & natural after six months."
REVIEW = {"overall": "4", "month": "09/2025", "body": WORDS * 3, "own_experience": True}
SITE = {"Origin": "http://localhost"}


@pytest.fixture
def path(make: Make) -> str:
    return f"/p/{make.profile().slug}/comment"


class TestLoggedOutMeanwhile:
    def test_a_comment_is_given_back_and_sent_from_there(self, session: Session, make: Make, visitor: Visitor, path: str) -> None:
        """Seen to fail with the redirect to the log-in."""
        visitor.sign_in(make.user("Bo"))
        page = visitor.get(path)
        visitor.sign_out()
        answer = visitor.fill(page, body=WORDS, follow=False)
        assert answer.status_code == 409
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert 'href="/login?next=' in answer.text
        assert 'target="_blank"' in answer.text
        assert forms_of(answer)[-1].values["body"] == [WORDS]
        visitor.sign_in(make.user("Bo again"))
        assert visitor.fill(answer, follow=False).status_code == 303
        assert [row.body for row in session.exec(select(Comment))] == [WORDS]

    def test_the_words_are_words_and_no_markup(self, make: Make, visitor: Visitor, path: str) -> None:
        """Seen to fail with `|safe` behind the value."""
        visitor.sign_in(make.user("Bo"))
        page = visitor.get(path)
        visitor.sign_out()
        answer = visitor.fill(page, body="</textarea><script>alert(1)</script>" + WORDS, follow=False)
        assert "<script>alert" not in answer.text

    def test_a_review_keeps_every_answer(self, session: Session, make: Make, visitor: Visitor) -> None:
        """Seen to fail with the words alone given back."""
        make.treatment("smp")
        visitor.sign_in(make.user("Bo"))
        page = visitor.get(f"/p/{make.profile().slug}/review")
        visitor.sign_out()
        answer = visitor.fill(page, treatment="smp", follow=False, **REVIEW)
        visitor.sign_in(make.user("Bo again"))
        assert visitor.fill(answer, follow=False).status_code == 303
        (row,) = session.exec(select(Review)).all()
        assert (row.overall, row.body) == (4, REVIEW["body"])

    def test_where_nobody_wrote_anything_the_log_in_comes_at_once(self, make: Make, visitor: Visitor, path: str) -> None:
        """Seen to fail with every form given back."""
        visitor.sign_in(make.user("Bo"))
        page = visitor.get(path)
        visitor.sign_out()
        answer = visitor.fill(page, body=" ", follow=False)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/login")


def test_a_consent_taken_back_meanwhile_leads_to_it_and_keeps_the_words(make: Make, visitor: Visitor, path: str) -> None:
    """Seen to fail with the redirect."""
    author = make.user("Bo")
    visitor.sign_in(author)
    page = visitor.get(path)
    visitor.send("/account/consents/withdraw")
    answer = visitor.fill(page, body=WORDS, follow=False)
    assert answer.status_code == 409
    assert 'href="/account/consents?next=' in answer.text
    visitor.send("/account/consents", consent=True)
    assert visitor.fill(answer, follow=False).status_code == 303


def test_a_moderator_without_a_second_factor_keeps_the_reason(make: Make, visitor: Visitor) -> None:
    """Seen to fail with moderation left out of KEPT."""
    review = make.review()
    staff = make.moderator()
    page = visitor.sign_in(staff).get(f"/moderation/reviews/{review.id}")
    visitor.sign_in(staff, method=SignInMethod.PASSWORD)
    answer = visitor.fill(page, reason="A reason of some length.", follow=False)
    assert answer.status_code == 409
    assert "A reason of some length." in answer.text


class TestAStaleToken:
    """The log-in of another tab makes a new token; so does a page that was open for a day."""

    def stale(self, visitor: Visitor, path: str, **more: object) -> object:
        page = visitor.get(path)
        values = {**forms_of(page)[-1].values, "body": WORDS, "csrf_token": "of yesterday"}
        return visitor.post(path, values, follow=False, **more)

    def test_our_own_form_is_given_back_with_a_new_one(self, session: Session, make: Make, visitor: Visitor, path: str) -> None:
        """Seen to fail with the page that says "go back"."""
        answer = self.stale(visitor.sign_in(make.user("Bo")), path, headers=SITE)
        assert answer.status_code == 400
        assert session.exec(select(Comment)).all() == []
        assert visitor.fill(answer, follow=False).status_code == 303
        assert [row.body for row in session.exec(select(Comment))] == [WORDS]

    @pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}])
    def test_what_the_browser_does_not_vouch_for_is_not(self, make: Make, visitor: Visitor, path: str, headers: dict[str, str]) -> None:
        """Another site's words with our token under them would be one press away. Seen to fail with `ours` left out."""
        answer = self.stale(visitor.sign_in(make.user("Bo")), path, headers=headers)
        assert answer.status_code == 400
        assert "little pain" not in answer.text

    def test_a_password_never_is(self, visitor: Visitor) -> None:
        """Seen to fail with the log-in's blueprint in KEPT."""
        answer = visitor.post("/login", {"email": "a@b.example", "password": "calm green mornings"}, headers=SITE)
        assert answer.status_code == 400
        assert "calm green" not in answer.text
        assert "a@b.example" not in words_of(answer)
