"""The account pages, from the first visit to the last."""

from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from directory.accounts import passwords
from directory.accounts.consents import HEALTH_DATA
from directory.models.accounts import AuthSession, Consent, MailedToken, User, UserStatus
from tests.accounts.visits import ADA, link_in, log_in, mails, register
from tests.clients import Visitor, forms_of, words_of
from tests.factories import PASSWORD, Make

WRONG = "E-mail or password is wrong, or the address is not confirmed yet"


def sessions(session: Session) -> list[AuthSession]:
    session.expire_all()
    return [row for row in session.exec(select(AuthSession)) if row.revoked_at is None]


def users(session: Session) -> list[User]:
    session.expire_all()
    return list(session.exec(select(User)))


class TestRegister:
    def test_an_account_is_made_and_its_consent_kept(self, visitor: Visitor, session: Session) -> None:
        """Seen to fail with the consent row left out of `service.register`."""
        page = register(visitor)
        assert page.request.path == "/register/sent"
        (user,) = users(session)
        assert (user.email, user.email_key, user.display_name, user.birth_year) == (
            "Ada@patients.example",
            "ada@patients.example",
            "Ada 7",
            1985,
        )
        assert not user.is_confirmed
        consent = session.exec(select(Consent)).one()
        assert (consent.purpose, consent.version, consent.withdrawn_at) == ("health_data", HEALTH_DATA.version, None)

    @pytest.mark.parametrize("where", ["/p/ada-marsh/claim", "/invitations/abc", "/new-entry", "/manage/ada-marsh/facts", "/claims/7?x=1"])
    def test_who_comes_to_look_after_a_page_agrees_to_nothing_about_their_hair(
        self, app: Flask, visitor: Visitor, session: Session, make: Make, where: str
    ) -> None:
        """They are asked once they write as a patient. Seen to fail with the consent asked for, and with a row written all the same."""
        page = visitor.get(f"/register?next={where}")
        assert "To look after a page." in words_of(page)
        assert "hair" not in words_of(page).partition("Create an account")[2].partition("Create the account")[0]
        assert 'name="consent"' not in page.text
        assert "to look after a page" in words_of(visitor.get(f"/login?next={where}"))
        sent = visitor.send(f"/register?next={where}", **{name: value for name, value in ADA.items() if name != "consent"})
        assert sent.request.path == "/register/sent"
        assert len(users(session)) == 1
        assert session.exec(select(Consent)).all() == []
        visitor.send(link_in(mails(app, session)[-1]))
        assert visitor.get(f"/p/{make.profile().slug}/review").request.path == "/account/consents"

    @pytest.mark.parametrize("where", ["/", "/p/ada-marsh", "/p/ada-marsh/review", "/p/claim", "/managed", "/guides/claim", "//x/manage/"])
    def test_everybody_else_does(self, visitor: Visitor, session: Session, where: str) -> None:
        """Seen to fail with the consent left out for all."""
        page = visitor.get(f"/register?next={where}")
        assert "To write reviews and comments." in words_of(page)
        assert visitor.fill(page, **(ADA | {"consent": False})).status_code == 422
        assert users(session) == []

    def test_the_whole_way_leads_back_to_where_it_began(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Register, open the mailed link in the same browser, press the button: signed in, and where one was going.

        Seen to fail with the path left out of the job.
        """
        register(visitor, "/register?next=/guides")
        (mail,) = mails(app, session)
        assert mail.recipient == "Ada@patients.example"
        page = visitor.send(link_in(mail), follow=False)
        assert (page.status_code, page.location) == (303, "/guides")
        assert "Ada 7" in words_of(visitor.get("/account"))
        assert users(session)[0].is_confirmed

    def test_another_browser_confirms_but_is_not_signed_in(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Whoever registers a stranger's address must not be handed an account that the stranger confirmed, nor the other way round.

        Seen to fail with everybody signed in who confirms.
        """
        register(visitor, "/register?next=/guides")
        (mail,) = mails(app, session)
        page = Visitor(app).send(link_in(mail), follow=False)
        assert page.location == "/login?next=/guides"
        assert users(session)[0].is_confirmed
        assert sessions(session) == []

    def test_pressed_twice_it_is_one_account_and_one_mail(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Both presses lead to the same page. Seen to fail without `idempotency.once`: the second said that the name is taken."""
        page = visitor.get("/register")
        first, second = (visitor.fill(page, follow=False, **ADA) for _ in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/register/sent")
        assert len(users(session)) == 1
        assert len(mails(app, session)) == 1

    @pytest.mark.parametrize(
        ("answers", "said"),
        [
            ({"display_name": ""}, "Write a name"),
            ({"display_name": " \u200b \x00 "}, "Write a name"),
            ({"display_name": "x" * 41}, "at most 40 characters"),
            ({"display_name": "Moderator"}, "staff"),
            ({"email": ""}, "Write your e-mail"),
            ({"email": "ada"}, "whole e-mail address"),
            ({"email": "a" * 250 + "@x.example"}, "at most 254"),
            ({"password": ""}, "Write your password"),
            ({"password": "short"}, "at least 8"),
            ({"password": "password123"}, "tried first"),
            ({"password": "ada@patients.example"}, "not made of"),
            ({"password": "x" * 3000}, "at most 200"),
            ({"password": "x" * 6000}, "longer than any"),
            ({"birth_year": ""}, "four digits"),
            ({"birth_year": "eighty"}, "four digits"),
            ({"birth_year": "9" * 5000}, "four digits"),
            ({"birth_year": 2020}, "18 or over"),
            ({"consent": False}, "tick it"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, visitor: Visitor, session: Session, answers: dict[str, Any], said: str
    ) -> None:
        """All but the password. Seen to fail with the form made anew."""
        page = register(visitor, **answers)
        assert page.status_code == 422
        assert said in words_of(page)
        assert users(session) == []
        kept = {"display_name": "Ada 7", "email": "Ada@Patients.example", "birth_year": "1985"}
        assert all(f'value="{typed}"' in page.text for name, typed in kept.items() if name not in answers)
        assert f'value="{answers.get("password", ADA["password"])}"' not in page.text or not answers.get("password", "x")

    def test_everything_that_is_wrong_is_said_at_once(self, visitor: Visitor) -> None:
        """Nobody mends a form four times. Seen to fail with the rules asked one after the other by the service."""
        page = register(visitor, display_name="Moderator", email="ada", password="password123", birth_year=2020, consent=False)
        for said in ("staff", "whole e-mail address", "tried first", "18 or over", "tick it"):
            assert said in words_of(page)

    def test_consent_to_an_older_text_is_asked_for_again(self, visitor: Visitor, session: Session) -> None:
        """The new text comes unticked, and ticked it is taken. Seen to fail with the hidden version left as it was."""
        page = register(visitor, consent_version="2020-01-01")
        assert page.status_code == 422
        assert "has changed" in words_of(page)
        again = visitor.fill(page, password=ADA["password"])
        assert "tick it" in words_of(again)
        assert visitor.fill(again, password=ADA["password"], consent=True).request.path == "/register/sent"
        assert len(users(session)) == 1

    def test_who_is_signed_in_is_led_on(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the form shown."""
        visitor.sign_in(make.user())
        assert visitor.get("/register?next=/about", follow=False).location == "/about"


class TestConfirm:
    def test_opening_the_link_uses_nothing(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Mail scanners open links, some with HEAD. Seen to fail with `request.method == "GET"`: HEAD confirmed the address."""
        register(visitor)
        path = link_in(mails(app, session)[0])
        for method in ("GET", "HEAD", "GET"):
            assert visitor.client.open(path, method=method).status_code == 200
        assert not users(session)[0].is_confirmed
        assert session.exec(select(MailedToken.used_at)).all() == [None]

    def test_a_used_link_says_what_to_do(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Seen to fail with a 404."""
        register(visitor)
        path = link_in(mails(app, session)[0])
        visitor.send(path)
        page = visitor.get(path)
        assert page.status_code == 410
        assert "works no longer" in words_of(page)
        assert "log in" in words_of(page)

    def test_an_address_that_is_not_confirmed_lets_nobody_in(self, visitor: Visitor, make: Make) -> None:
        """With the right password, in the words for a wrong one. Seen to fail without the look at it in `verified`."""
        page = log_in(visitor, make.user(email_confirmed_at=None).email)
        assert page.status_code == 422
        assert WRONG in words_of(page)

    def test_whoever_is_in_unconfirmed_does_not_post(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Led to the page that says what is missing; the link sent from there leads back. Seen to fail without the need CONFIRMED."""
        guide, user = make.guide(), make.user(email_confirmed_at=None)
        visitor.sign_in(user)
        page = visitor.get(f"/guides/{guide.slug}/comment")
        assert page.request.path == "/account/unconfirmed"
        again = visitor.fill(page)
        assert "sent you a new link" in words_of(again)
        (mail,) = mails(app, session)
        assert visitor.send(link_in(mail), follow=False).location == f"/guides/{guide.slug}/comment"

    def test_a_confirmed_person_has_nothing_to_confirm(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the page shown."""
        visitor.sign_in(make.user())
        assert visitor.get("/account/unconfirmed", follow=False).location == "/"
        page = visitor.get("/account")
        visitor.post("/account/confirmation", {"csrf_token": forms_of(page)[-1].values["csrf_token"]})
        assert mails(app, session) == []


class TestLogIn:
    def test_back_to_where_one_was(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the hidden path left out of the form."""
        guide, user = make.guide(), make.user(email="ada@patients.example")
        page = visitor.get(f"/guides/{guide.slug}/comment")
        assert page.request.path == "/login"
        assert "bring you back" in words_of(page)
        answer = visitor.fill(page, email="ADA@patients.example", password=PASSWORD)
        assert answer.request.path == f"/guides/{guide.slug}/comment"
        assert user.display_name in words_of(answer)

    @pytest.mark.parametrize(
        ("email", "password"), [("ada@patients.example", "wrong"), ("nobody@patients.example", PASSWORD), ("not an address", "x")]
    )
    def test_what_does_not_fit_is_said_alike(self, visitor: Visitor, session: Session, make: Make, email: str, password: str) -> None:
        """Seen to fail with a word of its own for an unknown address."""
        make.user(email="ada@patients.example")
        page = log_in(visitor, email, password)
        assert page.status_code == 422
        assert WRONG in words_of(page)
        assert f'value="{email}"' in page.text
        assert sessions(session) == []

    def test_an_old_hash_is_made_anew(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the newer hash thrown away."""
        user = make.user(email="ada@patients.example")
        log_in(visitor, user.email)
        session.refresh(user)
        assert "m=19456,t=2,p=1" in user.password_hash
        assert passwords.verify(PASSWORD, user.password_hash) == (True, None)

    def test_a_suspended_person_is_told_only_with_the_right_password(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the state told to anybody."""
        make.user(email="ada@patients.example", status=UserStatus.SUSPENDED)
        assert WRONG in words_of(log_in(visitor, "ada@patients.example", "wrong"))
        assert "suspended" in words_of(log_in(visitor, "ada@patients.example"))

    def test_who_is_signed_in_is_led_on(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the form shown."""
        visitor.sign_in(make.user())
        assert visitor.get("/login?next=/about", follow=False).location == "/about"


class TestLogOut:
    def test_it_takes_a_button(self, visitor: Visitor, session: Session, make: Make) -> None:
        """A link to /logout somewhere logs nobody out. Seen to fail with GET doing it."""
        visitor.sign_in(make.user("Ada 7"))
        for method in ("GET", "HEAD"):
            visitor.client.open("/logout", method=method)
        assert len(sessions(session)) == 1
        page = visitor.send("/logout")
        assert "You are logged out" in words_of(page)
        assert "Ada 7" not in page.text
        assert sessions(session) == []

    def test_the_account_page_has_the_button(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail without it: no other page has it."""
        visitor.sign_in(make.user())
        answer = visitor.send("/account", form="/logout", follow=False)
        assert answer.location == "/logout"
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        assert sessions(session) == []


class TestReset:
    def reset(self, app: Flask, visitor: Visitor, session: Session) -> str:
        page = visitor.send("/reset", email="ada@patients.example")
        assert "If the address has an account here" in words_of(page)
        return link_in(mails(app, session)[-1])

    def test_the_link_sets_the_password_once(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the link left alive."""
        make.user(email="ada@patients.example")
        path = self.reset(app, visitor, session)
        answer = visitor.send(path, new_password="three calm green mornings")
        assert answer.request.path == "/login"
        assert "Your password is changed" in words_of(answer)
        assert log_in(visitor, "ada@patients.example").status_code == 422
        assert log_in(visitor, "ada@patients.example", "three calm green mornings").status_code == 200
        assert Visitor(app).get(path).status_code == 410
        assert mails(app, session)[-1].subject == "Your password was changed"

    def test_opening_the_link_uses_nothing(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the link used by GET or HEAD."""
        make.user(email="ada@patients.example")
        path = self.reset(app, visitor, session)
        for method in ("GET", "HEAD", "GET"):
            assert visitor.client.open(path, method=method).status_code == 200

    def test_a_bad_password_does_not_use_the_link_up(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the link used before the password is looked at."""
        make.user(email="ada@patients.example")
        path = self.reset(app, visitor, session)
        page = visitor.send(path, new_password="password")
        assert page.status_code == 422
        assert "tried first" in words_of(page)
        assert visitor.send(path, new_password="three calm green mornings").request.path == "/login"

    def test_an_unknown_address_gets_the_same_page_and_no_mail(self, app: Flask, visitor: Visitor, session: Session) -> None:
        """Seen to fail with an error."""
        page = visitor.send("/reset", email="nobody@patients.example")
        assert page.request.path == "/reset/sent"
        assert mails(app, session) == []


class TestAccount:
    def test_it_shows_what_we_hold(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with any of them left out."""
        visitor.sign_in(make.user("Ada 7", email="ada@patients.example", birth_year=1985))
        words = words_of(visitor.get("/account"))
        for held in ("Ada 7", "ada@patients.example", "1985", "Confirmed on"):
            assert held in words

    def test_signed_out_one_is_led_to_the_log_in(self, visitor: Visitor) -> None:
        """Seen to fail without `@requires`."""
        for path in ("/account", "/account/password", "/account/unconfirmed"):
            assert visitor.get(path, follow=False).location == f"/login?next={path}"
        assert visitor.get("/.well-known/change-password", follow=False).location == "/account/password"

    def change(self, visitor: Visitor, password: str, new: str) -> TestResponse:
        return visitor.send("/account/password", password=password, new_password=new)

    def test_a_new_password_signs_out_everywhere_else(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the other sessions left open, and with this one closed."""
        user = make.user(email="ada@patients.example")
        elsewhere = Visitor(app).sign_in(user)
        visitor.sign_in(user)
        page = self.change(visitor, PASSWORD, "three calm green mornings")
        assert page.request.path == "/account"
        assert "logged out everywhere else" in words_of(page)
        assert elsewhere.get("/account", follow=False).status_code == 303
        assert [mail.subject for mail in mails(app, session)] == ["Your password was changed"]

    @pytest.mark.parametrize(
        ("password", "new", "said"), [("wrong", "three calm green mornings", "not your present"), (PASSWORD, "password", "tried first")]
    )
    def test_what_is_wrong_is_said(self, visitor: Visitor, session: Session, make: Make, password: str, new: str, said: str) -> None:
        """Seen to fail with the present password not asked."""
        user = make.user()
        before = user.password_hash
        page = self.change(visitor.sign_in(user), password, new)
        assert page.status_code == 422
        assert said in words_of(page)
        session.refresh(user)
        assert user.password_hash == before
