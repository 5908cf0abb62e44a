"""The pages on which people meet their own data."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import Session, func, select

from directory import jobs
from directory.accounts import queries as accounts
from directory.models.accounts import AccountEvent, Consent, ErasureRequest, EventKind, Role
from directory.models.reviews import Review, ReviewStatus
from directory.privacy import erasure
from directory.reviews import service as review_service
from directory.views import privacy
from tests.clients import Visitor, words_of
from tests.factories import Make


class TestExport:
    def test_one_button_gives_everything_as_a_file_that_nobody_keeps(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the disposition, and with the line of the history, left out."""
        bo = make.user("Bo", email="bo@patients.example")
        make.review(author=bo, body="My own words about my own head.")
        page = Visitor(app).sign_in(bo).send("/account/export")
        assert page.status_code == 200
        assert page.mimetype == "application/zip"
        assert page.headers["Content-Disposition"] == 'attachment; filename="my-data.zip"'
        assert page.headers["Cache-Control"] == "private, no-store"
        with zipfile.ZipFile(io.BytesIO(page.data)) as packed:
            assert json.loads(packed.read("account.json"))[0]["email"] == "bo@patients.example"
            assert json.loads(packed.read("reviews.json"))[0]["body"] == "My own words about my own head."
            assert [row["kind"] for row in json.loads(packed.read("history.json"))] == ["exported"]

    def test_opening_the_page_writes_nothing_and_gives_nothing(self, app: Flask, session: Session, make: Make) -> None:
        page = Visitor(app).sign_in(make.user()).get("/account/export")
        assert page.mimetype == "text/html"
        assert session.exec(select(func.count()).select_from(AccountEvent)).one() == 0

    def test_it_cannot_be_asked_for_without_end(self, app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Counted for the person, whatever browser they use. Seen to fail without the count."""
        monkeypatch.setattr(privacy, "EXPORTS", privacy.throttle.Limit("export", 2, timedelta(hours=1)))
        bo = make.user()
        answers = [Visitor(app).sign_in(bo).send("/account/export").status_code for _number in range(3)]
        assert answers == [200, 200, 429]
        assert Visitor(app).sign_in(make.user()).send("/account/export").status_code == 200


class TestErase:
    def test_the_way_there_and_back(self, app: Flask, session: Session, make: Make) -> None:
        """The page says what goes; a choice has to be made; the account page says when, and one button keeps it."""
        bo = make.user()
        make.review(author=bo)
        visitor = Visitor(app).sign_in(bo)
        words = words_of(visitor.get("/account/erase"))
        assert "14 days after you ask for it here" in words
        assert "There is 1 with words of yours." in words
        refused = visitor.send("/account/erase")
        assert refused.status_code == 422
        assert "Choose what is to happen with your reviews." in words_of(refused)
        page = visitor.send("/account/erase", reviews="leave")
        assert page.request.path == "/account"
        request = session.exec(select(ErasureRequest)).one()
        assert (request.user_id, request.keeps_reviews) == (bo.id, True)
        assert f"Your account will be deleted on {request.due_at.day}" in words_of(page)
        assert "Published reviews then stay without your name." in words_of(page)
        assert "You have asked for this." in words_of(visitor.get("/account/erase"))
        kept = visitor.fill(page, form="/account/erase/cancel")
        assert "Your account stays." in words_of(kept)
        assert "will be deleted" not in words_of(kept)
        session.expire_all()
        assert session.exec(select(ErasureRequest)).all() == []
        kinds = session.exec(select(AccountEvent.kind).order_by(AccountEvent.id)).all()
        assert kinds == [EventKind.ERASURE_ASKED, EventKind.ERASURE_CANCELLED]

    def test_the_last_administrator_is_told_what_to_do_first(self, app: Flask, make: Make) -> None:
        page = Visitor(app).sign_in(make.user(role=Role.ADMIN)).send("/account/erase", reviews="delete")
        assert page.status_code == 422
        assert "Name another one first" in words_of(page)

    def test_afterwards_nobody_can_log_in_and_the_cookie_opens_nothing(self, app: Flask, session: Session, make: Make) -> None:
        bo = make.user()
        visitor = Visitor(app).sign_in(bo)
        erasure.ask(session, user_id=bo.id, keeps_reviews=False, at_once=True)
        session.commit()
        jobs.run_due(app)
        assert visitor.get("/account", follow=False).headers["Location"].startswith("/login")


class TestFormerMember:
    @pytest.fixture
    def left(self, session: Session, make: Make) -> Review:
        """A review whose author has gone."""
        profile = make.profile("Ada Marsh")
        review: Review = make.review(profile=profile, author_id=None, status=ReviewStatus.ANONYMISED)
        for _number in range(2):
            make.review(profile=profile)
        review_service.refresh_rating(session, profile)
        session.commit()
        return review

    def test_the_pages_name_nobody_and_show_no_letters(self, app: Flask, session: Session, make: Make, left: Review) -> None:
        """Seen to fail with the letters "FM" drawn, and with the place of the report that says who wrote it left empty."""
        slug = review_service.lock(session, left.id)[1].slug
        for path in (f"/p/{slug}", f"/p/{slug}/reviews"):
            page = Visitor(app).get(path)
            part = page.text.split(f'id="review-{left.id}"')[1].split("</article>")[0]
            assert ">Former member</p>" in part
            assert 'aria-hidden="true"></span>' in part
            assert page.status_code == 200
        facts = Visitor(app).get(f"/p/{slug}").text.split('application/ld+json">')[1].split("</script>")[0]
        assert "Former member" in {one["author"]["name"] for one in json.loads(facts)["review"]}
        assert "Former member wrote:" in words_of(Visitor(app).get(f"/report/review/{left.id}"))

    def test_moderators_see_it_too_and_no_account(self, app: Flask, make: Make, left: Review) -> None:
        """And can take it down."""
        visitor = Visitor(app).sign_in(make.moderator())
        page = visitor.get(f"/moderation/reviews/{left.id}")
        assert page.status_code == 200
        assert "Written by Former member" in words_of(page)
        assert "/moderation/users/" not in page.text
        done = visitor.fill(page, action="hide", reason_class="abuse", reason="It insults the staff by name.")
        assert done.status_code == 200
        jobs.run_due(app)

    def test_nobody_can_be_called_so(self, visitor: Visitor) -> None:
        """Seen to fail without the word in the list."""
        given = {"display_name": "Former Member 7", "email": "f@patients.example", "password": "three calm green mornings", "consent": True}
        page = visitor.send("/register", birth_year="1980", **given)
        assert "could be taken for our staff" in words_of(page)


class TestConsents:
    def test_it_lists_what_was_agreed_to_and_says_what_goes_before_it_goes(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the number of comments left out of the page."""
        bo = make.user()
        make.review(author=bo)
        make.comment(author=bo)
        visitor = Visitor(app).sign_in(bo)
        page = visitor.get("/account/consents")
        assert "It holds." in words_of(page)
        assert "which is health information" in words_of(page)
        words = words_of(visitor.get("/account/consents/withdraw"))
        assert "1 review with words of yours is withdrawn. 1 comment with words of yours is deleted." in words
        after = visitor.send("/account/consents/withdraw")
        assert "taken back on" in words_of(after)
        assert "You have not agreed to this text." in words_of(after)
        assert not accounts.has_consent(session, bo.id)
        again = visitor.fill(after, consent=True)
        assert "It holds." in words_of(again)
        session.expire_all()
        assert accounts.has_consent(session, bo.id)

    def test_without_a_consent_nobody_writes_and_with_it_they_are_led_on(self, app: Flask, make: Make) -> None:
        """Opt-in before anything is collected (T-21). Seen to fail without the need in the table of permissions."""
        profile = make.profile()
        visitor = Visitor(app).sign_in(make.user(consents=False))
        page = visitor.get(f"/p/{profile.slug}/comment")
        assert page.request.path == "/account/consents"
        unticked = visitor.fill(page)
        assert unticked.status_code == 422
        done = visitor.fill(unticked, consent=True)
        assert done.request.path == f"/p/{profile.slug}/comment"

    def test_it_leads_to_this_site_alone(self, app: Flask, make: Make) -> None:
        """Neither by the address nor by the hidden field. Seen to fail without local_path in the answer."""
        visitor = Visitor(app).sign_in(make.user(consents=False))
        page = visitor.get("/account/consents?next=//evil.example")
        assert visitor.fill(page, consent=True, next="//evil.example", follow=False).headers["Location"] == "/account/consents"

    def test_taken_back_twice_it_says_so(self, app: Flask, session: Session, make: Make) -> None:
        visitor = Visitor(app).sign_in(make.user(consents=False))
        page = visitor.send("/account/consents/withdraw")
        assert page.status_code == 422
        assert session.exec(select(func.count()).select_from(Consent)).one() == 0


@pytest.mark.parametrize("path", ["/account/export", "/account/erase", "/account/consents", "/account/consents/withdraw"])
def test_signed_out_one_logs_in_first(visitor: Visitor, path: str) -> None:
    assert visitor.get(path, follow=False).headers["Location"].startswith("/login?next=")


def test_the_account_page_leads_to_all_of_it(app: Flask, make: Make) -> None:
    page = Visitor(app).sign_in(make.user()).get("/account")
    for path in ("/account/export", "/account/consents", "/account/erase"):
        assert f'href="{path}"' in page.text
    assert "will be deleted on" not in words_of(page)


def test_the_consent_text_is_no_part_of_the_terms(visitor: Visitor) -> None:
    """It stands by itself at registration, and unticked (T-21)."""
    assert 'name="consent" value="y" id="consent" required' in visitor.get("/register").text  # "checked" would stand before "required"


#: What a browser fetches by itself, without a click.
FETCHED = re.compile(
    r'<(?:script|img|iframe|source|video|audio|embed)[^>]* src="([^"]*)"'
    r'|<link(?![^>]*rel="canonical")[^>]* href="([^"]*)"|<form[^>]* action="([^"]*)"'
)


@pytest.mark.parametrize("path", ["/", "/privacy", "/privacy/health-data", "/guides", "/search", "/login", "/near", "profile"])
def test_nothing_is_fetched_from_another_host(visitor: Visitor, make: Make, path: str) -> None:
    """T-21: no tracker, no font, no script of others. Seen to fail with a picture of another host in the footer."""
    page = visitor.get(f"/p/{make.profile().slug}" if path == "profile" else path)
    addresses = ["".join(found) for found in FETCHED.findall(page.text)]
    assert addresses
    assert [one for one in addresses if not one.startswith("/") or one.startswith("//")] == []
