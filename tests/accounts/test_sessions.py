"""Where one is logged in: each browser, and the buttons that end it."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import history
from directory.core import clock
from directory.models.accounts import AuthSession, EventKind, Role, SignInMethod, User
from directory.web.account import METHODS, network
from tests.accounts.visits import log_in
from tests.clients import Visitor, words_of
from tests.factories import Make

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


def browser(app: Flask, user: User, agent: str, address: str) -> Visitor:
    """Somebody who logs in on the page, with a browser that says what it is."""
    visitor = Visitor(app, address)
    visitor.client.environ_base["HTTP_USER_AGENT"] = agent
    assert log_in(visitor, user.email).request.path == "/"
    return visitor


def inside(visitor: Visitor) -> bool:
    return visitor.get("/account", follow=False).status_code == 200


@pytest.fixture
def ada(make: Make) -> User:
    return make.user("Ada 7", email="ada@patients.example")


@pytest.fixture
def desk(app: Flask, ada: User) -> Visitor:
    return browser(app, ada, FIREFOX, "192.0.2.17")


@pytest.fixture
def phone(app: Flask, ada: User) -> Visitor:
    return browser(app, ada, SAFARI, "2001:db8:1:2:3::4")


class TestPage:
    def test_it_says_what_and_where_and_never_whole_addresses(self, desk: Visitor, phone: Visitor) -> None:
        """This one first. Seen to fail with the whole address kept, and without the mark."""
        words = words_of(desk.get("/account/sessions"))
        for said in ("Firefox on Linux", "Safari on iPhone", "192.0.2.x", "2001:db8:1:2:x", "Password"):
            assert said in words
        assert words.count("This one") == 1
        assert words.index("Firefox on Linux") < words.index("This one") < words.index("Safari on iPhone")
        assert "192.0.2.17" not in words
        assert "2001:db8:1:2:3" not in words
        assert words_of(phone.get("/account/sessions")).index("Safari") < words_of(phone.get("/account/sessions")).index("Firefox")

    def test_moments_are_days_and_hours(self, app: Flask, ada: User) -> None:
        """Seen to fail with "3 days ago"."""
        with time_machine.travel("2026-11-22 14:35:00Z", tick=False):
            words = words_of(Visitor(app).sign_in(ada).get("/account/sessions"))
        assert "Logged in 22 Nov 2026, 14:35 UTC" in words
        assert "Last used 22 Nov 2026, 14:00 to 15:00 UTC" in words

    def test_what_is_over_or_half_begun_is_not_shown(self, app: Flask, session: Session, ada: User, desk: Visitor) -> None:
        """Seen to fail with each condition of `signins.live` taken out."""
        moment = clock.now()
        for number, more in enumerate(
            (
                {"revoked_at": moment},
                {"expires_at": moment},
                {"last_seen_at": moment - timedelta(days=14)},
                {"awaits_factor": True},
            )
        ):
            values = {"created_at": moment, "last_seen_at": moment, "expires_at": moment + timedelta(days=1), "agent": "Opera on Mars"}
            session.add(AuthSession(token_hash=f"{number}" * 64, user_id=ada.id, **(values | more)))
        session.commit()
        assert "Opera" not in words_of(desk.get("/account/sessions"))

    @pytest.mark.parametrize(("role", "said"), [(Role.PATIENT, ("90 days", "14 days")), (Role.MODERATOR, ("12 hours", "30 minutes"))])
    def test_it_says_how_long_a_log_in_holds(self, visitor: Visitor, make: Make, role: Role, said: tuple[str, str]) -> None:
        """Seen to fail with the numbers of patients told to staff."""
        words = words_of(visitor.sign_in(make.user(role=role)).get("/account/sessions"))
        assert all(time in words for time in said)

    def test_every_way_to_log_in_has_words(self) -> None:
        """Seen to fail with a way added."""
        assert set(METHODS) == set(SignInMethod)

    @pytest.mark.parametrize(
        ("kept", "shown"), [("192.0.2.0/24", "192.0.2.x"), ("2001:db8:1:2::/64", "2001:db8:1:2:x"), ("unknown", ""), ("", "")]
    )
    def test_a_network_is_shown_as_one(self, kept: str, shown: str) -> None:
        """Seen to fail with the zeros shown."""
        assert network(kept) == shown


class TestEnding:
    def test_one_other(self, desk: Visitor, phone: Visitor, session: Session, ada: User) -> None:
        """Seen to fail with all of them ended."""
        rows = list(session.exec(select(AuthSession).order_by(AuthSession.id)))  # type: ignore[arg-type]
        page = desk.send("/account/sessions", form=f"/{rows[1].id}/end")
        assert "That browser is logged out" in words_of(page)
        assert (inside(desk), inside(phone)) == (True, False)
        newest = history.lately(session, ada.id)[0]
        assert (newest.kind, newest.agent, newest.network) == (EventKind.SIGNED_OUT_ELSEWHERE, "Firefox on Linux", "192.0.2.0/24")

    def test_this_one_is_a_log_out(self, desk: Visitor, phone: Visitor, session: Session) -> None:
        """Seen to fail with the person left on a page that they may not see."""
        here = session.exec(select(AuthSession.id).order_by(AuthSession.id)).first()  # type: ignore[arg-type]
        answer = desk.send("/account/sessions", form=f"/{here}/end", follow=False)
        assert (answer.location, answer.headers["Clear-Site-Data"]) == ("/logout", '"cache"')
        assert (inside(desk), inside(phone)) == (False, True)

    def test_everywhere_else(self, desk: Visitor, phone: Visitor) -> None:
        """Seen to fail with this one ended too."""
        assert "logged out everywhere else" in words_of(desk.send("/account/sessions", form="end-others"))
        assert (inside(desk), inside(phone)) == (True, False)

    def test_everywhere(self, desk: Visitor, phone: Visitor) -> None:
        """Seen to fail with this one left."""
        assert desk.send("/account/sessions", form="end-all").request.path == "/logout"
        assert (inside(desk), inside(phone)) == (False, False)

    def test_nobody_else_s(self, app: Flask, make: Make, desk: Visitor, session: Session) -> None:
        """It answers like one that does not exist. Seen to fail with SIGNED_IN for SESSION_END."""
        mallory = Visitor(app).sign_in(make.user("Mallory 1"))
        (victim,) = [row.id for row in session.exec(select(AuthSession)) if row.agent == "Firefox on Linux"]
        page = mallory.get("/account/sessions")
        answers = [mallory.post(f"/account/sessions/{one}/end", _token(page.text)) for one in (victim, 4711)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert words_of(answers[0]) == words_of(answers[1])
        assert inside(desk)

    def test_twice_is_no_error(self, desk: Visitor, phone: Visitor, session: Session) -> None:
        """Pressed again on the page that is still open. Seen to fail with an error of the server."""
        page = desk.get("/account/sessions")
        first, second = (desk.fill(page, form="end-others", follow=False) for _ in range(2))
        assert (first.status_code, second.status_code) == (303, 303)

    def test_it_takes_a_button(self, desk: Visitor, phone: Visitor, session: Session) -> None:
        """A link somewhere logs nobody out. Seen to fail with GET doing it."""
        for path in ("end-others", "end-all", "1/end"):
            assert desk.get(f"/account/sessions/{path}", follow=False).status_code in {404, 405}
        assert inside(phone)


def _token(html: str) -> dict[str, str]:
    return {"csrf_token": html.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]}
