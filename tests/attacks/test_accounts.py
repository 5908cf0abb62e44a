"""What an attacker tries on accounts: telling addresses apart, guessing, taking sessions over."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from directory.accounts import passwords
from directory.accounts.throttle import LOG_IN_NETWORK, Limit
from directory.core import clock
from directory.models.accounts import LoginFailure, User
from tests.accounts.visits import ADA, boundless, link_in, log_in, mails, register
from tests.clients import Visitor, forms_of, words_of
from tests.factories import PASSWORD, Make

GREEN = "three calm green mornings"
KNOWN, UNKNOWN = "known1@patients.example", "other2@patients.example"


def shape(response: TestResponse) -> tuple[Any, ...]:
    """Return all that a stranger can see of an answer, with what is random or typed by them left out."""
    text = response.text
    for form in forms_of(response):
        for name in ("csrf_token", "idempotency_key"):
            for value in form.values.get(name, []):
                text = text.replace(value, "*" * len(value))
    for typed in (KNOWN, UNKNOWN):
        text = text.replace(typed, "*" * len(typed))
    kept = {name: value for name, value in response.headers if name not in {"Set-Cookie", "X-Request-Id", "Date"}}
    cookies = sorted(value.split("=")[0] for value in response.headers.getlist("Set-Cookie"))
    return response.status_code, kept, cookies, len(response.text), text


class TestEnumeration:
    """Known and unknown addresses look alike: status, headers, text, length, time."""

    @pytest.mark.parametrize(
        "ask",
        [
            lambda visitor, email: log_in(visitor, email, "wrong words here", follow=False),
            lambda visitor, email: visitor.send("/reset", email=email, follow=False),
            lambda visitor, email: visitor.send("/reset", email=email),
            lambda visitor, email: register(visitor, email=email, follow=False),
            lambda visitor, email: register(visitor, email=email),
            lambda visitor, email: register(visitor, email=email, display_name="Taken"),
            lambda visitor, email: register(visitor, email=email, birth_year=2020),
        ],
        ids=["log in", "reset", "reset page", "register", "register page", "register with a taken name", "register too young"],
    )
    def test_every_answer_is_the_same(self, app: Flask, make: Make, ask: Callable[[Visitor, str], TestResponse]) -> None:
        """Seen to fail with "This address has an account already" at the form, and with a word of its own at the log-in."""
        make.user("Taken", email=KNOWN)
        assert shape(ask(Visitor(app), KNOWN)) == shape(ask(Visitor(app), UNKNOWN))

    def test_the_log_in_takes_as_long(self, visitor: Visitor, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Time on the processor, so that a busy machine does not matter. Seen to fail without the hash of nobody's password."""
        make.user(email=KNOWN, password_hash=passwords.choose(GREEN, email=KNOWN, name="Ada"))
        monkeypatch.setattr("directory.accounts.throttle.LOG_IN", boundless())
        log_in(visitor, UNKNOWN, "wrong words here")

        def took(email: str) -> float:
            page = visitor.get("/login")
            start = time.thread_time()
            visitor.fill(page, email=email, password="wrong words here", follow=False)
            return time.thread_time() - start

        pairs = [(took(KNOWN), took(UNKNOWN)) for _ in range(15)]
        known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
        assert abs(known - unknown) < 0.25 * known

    def test_registering_and_logging_in_tells_nothing(self, app: Flask, make: Make) -> None:
        """Whoever registers somebody's address and logs in with what they typed hears the same of both.

        Seen to fail with an address that is not confirmed let in.
        """
        make.user(email=KNOWN)
        said = set()
        for number, email in enumerate((KNOWN, UNKNOWN)):
            visitor = Visitor(app, f"198.51.{number}.1")
            register(visitor, email=email, display_name=f"Somebody {number + 40}")
            page = log_in(visitor, email, ADA["password"])
            said.add((page.status_code, words_of(page)))
        assert len(said) == 1
        assert next(iter(said))[0] == 422

    def test_a_mail_tells_the_owner_alone(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail without the mail: the owner never learnt of it."""
        make.user(email=KNOWN)
        register(visitor, email=KNOWN)
        (mail,) = mails(app, session)
        assert (mail.recipient, mail.subject) == (KNOWN, "You have an account already")
        assert ADA["display_name"] not in mail.text, "a stranger's words must not go out to anybody in our name"


#: As narrow as an account's, so that a test need not knock sixty times.
FIVE = Limit("log-in-network", 5, LOG_IN_NETWORK.window)


class TestGuessing:
    """Five failures in fifteen minutes, for each account and for each network."""

    def fail(self, visitor: Visitor, times: int, email: str = KNOWN) -> None:
        for _turn in range(times):
            assert log_in(visitor, email, "wrong words here").status_code == 422

    def test_the_sixth_try_is_refused_even_with_the_right_password(self, visitor: Visitor, make: Make) -> None:
        """What was typed stays. Seen to fail without `throttle.check` and `count`."""
        make.user(email=KNOWN)
        self.fail(visitor, 5)
        page = log_in(visitor, KNOWN)
        assert page.status_code == 429
        assert 0 < int(page.headers["Retry-After"]) <= 900
        assert "Too many tries" in words_of(page)
        assert f'value="{KNOWN}"' in page.text

    def test_after_fifteen_minutes_it_goes_on(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with a count that never ends."""
        make.user(email=KNOWN)
        with time_machine.travel(clock.now(), tick=True) as moment:
            self.fail(visitor, 5)
            moment.shift(timedelta(minutes=15, seconds=1))
            assert log_in(visitor, KNOWN).request.path == "/"

    @pytest.mark.parametrize("spelling", [KNOWN.upper(), f" {KNOWN} ", f"\u200b{KNOWN}"])
    def test_an_account_is_one_from_everywhere_and_however_it_is_written(self, app: Flask, make: Make, spelling: str) -> None:
        """A network for each try. Seen to fail with the network counted alone, and with the address as typed for a key."""
        make.user(email=KNOWN)
        for number in range(5):
            self.fail(Visitor(app, f"198.51.{number}.1"), 1)
        assert log_in(Visitor(app, "203.0.113.1"), spelling).status_code == 429

    @pytest.mark.parametrize(
        "addresses", [[f"192.0.2.{n}" for n in range(6)], [f"2001:db8:1:2:{n}::1" for n in range(6)]], ids=["v4", "v6"]
    )
    def test_a_network_is_one_for_all_accounts(self, app: Flask, make: Make, addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """An address and an account for each try. Seen to fail with the account counted alone, and with whole addresses."""
        monkeypatch.setattr("directory.accounts.throttle.LOG_IN_NETWORK", FIVE)
        make.user(email=KNOWN)
        for number, address in enumerate(addresses[:5]):
            self.fail(Visitor(app, address), 1, f"victim{number}@patients.example")
        assert log_in(Visitor(app, addresses[5]), KNOWN).status_code == 429
        assert log_in(Visitor(app, "203.0.113.1"), KNOWN).request.path == "/"

    def test_one_stranger_does_not_shut_out_a_network(self, app: Flask, make: Make) -> None:
        """A clinic stands behind one address. Seen to fail with one number for accounts and networks."""
        make.user(email=KNOWN)
        for number in range(12):
            self.fail(Visitor(app, "192.0.2.7"), 1, f"victim{number}@patients.example")
        assert log_in(Visitor(app, "192.0.2.200"), KNOWN).request.path == "/"

    def test_one_right_log_in_does_not_free_the_network(self, visitor: Visitor, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Four failures, one's own account, four failures ... Seen to fail with the network's count begun anew by success."""
        monkeypatch.setattr("directory.accounts.throttle.LOG_IN_NETWORK", FIVE)
        mine = make.user(email=KNOWN)
        self.fail(visitor, 4, "victim@patients.example")
        assert log_in(visitor, mine.email).request.path == "/"
        visitor.sign_out()
        self.fail(visitor, 1, "victim2@patients.example")
        assert log_in(visitor, "victim3@patients.example", "x" * 9).status_code == 429

    def test_a_header_does_not_change_where_one_comes_from(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """No proxy is set. Seen to fail with HAIRLINE_PROXIES at 1."""
        monkeypatch.setattr("directory.accounts.throttle.LOG_IN_NETWORK", FIVE)
        self.fail(visitor, 5)
        page = visitor.get("/login")
        data = forms_of(page)[-1].values | {"email": "x@patients.example", "password": "wrong words here"}
        assert visitor.post("/login", data, headers={"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7"}).status_code == 429

    def test_strangers_who_try_the_log_in_stop_nobody_who_is_in(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Seen to fail with one count for both."""
        ada = make.user(email=KNOWN)
        for number in range(5):
            self.fail(Visitor(app, f"198.51.{number}.1"), 1)
        visitor.sign_in(ada, fresh=False)
        assert visitor.send("/account/verify", password=PASSWORD).status_code == 200
        assert visitor.send("/account/password", password=PASSWORD, new_password=GREEN).status_code == 200

    def test_a_new_password_forgives_what_strangers_tried(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the count left as it was."""
        make.user(email=KNOWN)
        for number in range(5):
            self.fail(Visitor(app, f"198.51.{number}.1"), 1)
        ada = Visitor(app, "203.0.113.1")
        ada.send("/reset", email=KNOWN)
        ada.send(link_in(mails(app, session)[-1]), new_password=GREEN)
        assert log_in(ada, KNOWN, GREEN).request.path == "/"

    def test_the_present_password_cannot_be_guessed_in_a_stolen_session(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the form that changes the password left uncounted."""
        visitor.sign_in(make.user())
        for _turn in range(5):
            assert visitor.send("/account/password", password="wrong", new_password=GREEN).status_code == 422
        assert visitor.send("/account/password", password=PASSWORD, new_password=GREEN).status_code == 429

    def test_nobody_fills_a_mailbox_from_here(self, app: Flask, session: Session, make: Make) -> None:
        """A network for each request. Seen to fail with the network counted alone."""
        make.user(email=KNOWN)
        answers = []
        for number in range(7):
            answers.append(Visitor(app, f"198.51.{number}.1").send("/reset", email=KNOWN).status_code)
            sent = mails(app, session)
        assert answers == [200] * 5 + [429] * 2
        assert len(sent) == 5

    def test_one_network_makes_ten_accounts_an_hour(self, app: Flask, session: Session) -> None:
        """Seen to fail without the count."""
        visitor = Visitor(app)
        pages = [register(visitor, email=f"p{n}@patients.example", display_name=f"Person {n}") for n in range(11)]
        assert [page.status_code for page in pages] == [200] * 10 + [429]
        assert len(session.exec(select(User)).all()) == 10

    def test_the_counts_tell_nothing(self, visitor: Visitor, session: Session) -> None:
        """Seen to fail with the address for a key."""
        self.fail(visitor, 1)
        assert all(len(row.key) == 64 and "known" not in row.key for row in session.exec(select(LoginFailure)))


def account_with(app: Flask, token: str) -> int:
    """Return the status of the account page for whoever sends this token."""
    # A test client that keeps cookies would drop the header.
    return app.test_client(use_cookies=False).get("/account", headers={"Cookie": f"session={token}"}).status_code


class TestSessions:
    def test_a_planted_token_is_not_taken_over(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Fixation. Seen to fail with the sent token kept."""
        make.user(email=KNOWN)
        visitor.client.set_cookie("session", "planted-by-somebody")
        log_in(visitor, KNOWN)
        cookie = visitor.client.get_cookie("session")
        assert cookie is not None
        assert cookie.value != "planted-by-somebody"
        assert account_with(visitor.app, "planted-by-somebody") == 303
        assert account_with(visitor.app, cookie.value) == 200

    def test_logging_in_again_ends_the_session_before(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Whoever planted their own session in this browser loses it. Seen to fail with the old row left open."""
        make.user(email=KNOWN)
        log_in(visitor, KNOWN)
        planted = visitor.client.get_cookie("session")
        assert planted is not None
        page = visitor.get("/account")
        data = {"csrf_token": forms_of(page)[-1].values["csrf_token"], "email": KNOWN, "password": PASSWORD}
        assert visitor.post("/login", data, follow=False).status_code == 303
        assert account_with(app, planted.value) == 303

    def test_the_token_against_forged_requests_is_a_new_one(self, visitor: Visitor, make: Make) -> None:
        """One that somebody else may know must not work inside. Seen to fail without `start_afresh`."""
        make.user(email=KNOWN)
        page = visitor.get("/login")
        old = forms_of(page)[-1].values["csrf_token"]
        visitor.fill(page, email=KNOWN, password=PASSWORD)
        assert visitor.post("/logout", {"csrf_token": old}, follow=False).status_code == 400

    def test_a_cookie_kept_from_before_the_log_out_is_dead(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the cookie deleted and the row left open."""
        make.user(email=KNOWN)
        log_in(visitor, KNOWN)
        kept = visitor.client.get_cookie("session")
        assert kept is not None
        assert account_with(app, kept.value) == 200
        visitor.send("/logout")
        assert account_with(app, kept.value) == 303

    def test_the_cookie_is_closed_to_scripts_and_other_sites(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with each attribute taken out."""
        make.user(email=KNOWN)
        answer = log_in(visitor, KNOWN, follow=False)
        (cookie,) = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session=")]
        for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"):
            assert attribute in cookie

    def test_forms_keep_no_cookie_but_the_token_against_forged_requests(self, app: Flask) -> None:
        """Seen to fail with the registration's secret made on GET."""
        for path in ("/login", "/register", "/reset"):
            answer = app.test_client().get(path)
            assert [value.split("=")[0] for value in answer.headers.getlist("Set-Cookie")] == ["form"]
            assert answer.headers["Cache-Control"] == "private, no-store"
