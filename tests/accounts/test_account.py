"""The overview, the list of account pages, and the history."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session

from directory.accounts import history, memberships
from directory.accounts.history import Whence
from directory.core import clock
from directory.models.accounts import AccountEvent, ErasureRequest, EventKind
from directory.models.factors import TotpDevice
from directory.models.memberships import MembershipRole
from directory.web.account import EVENTS, MEMBER_ROLES, PAGES
from tests.clients import Visitor, words_of
from tests.factories import Make


class _Links(HTMLParser):
    """Reads the list of account pages: address and whether it is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and "account-nav__link" in (given.get("class") or ""):
            self.found.append((given["href"] or "", "aria-current" in given))


def listed(html: str) -> list[tuple[str, bool]]:
    reader = _Links()
    reader.feed(html)
    return reader.found


class TestList:
    def test_every_page_stands_on_every_page_and_this_one_is_marked(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Those that the site has. Seen to fail with a page that extends another layout."""
        visitor.sign_in(make.user())
        paths = [path for path, _here in listed(visitor.get("/account").text)]
        assert len(paths) == len([page for page in PAGES if page.endpoint in app.view_functions]) >= 7
        for path in paths:
            page = visitor.get(path)
            assert page.status_code == 200
            assert [there for there, here in listed(page.text) if here] == [path]

    def test_no_page_names_two_things_alike(self, visitor: Visitor, make: Make) -> None:
        """Several forms stand on one page. Seen to fail with the hidden fields of each under the same names."""
        ada = make.user()
        Visitor(visitor.app).sign_in(ada)
        visitor.sign_in(ada).send("/account/email", email="new@post.example")
        for path, _here in listed(visitor.get("/account").text):
            ids = re.findall(r'\sid="([^"]+)"', visitor.get(path).text)
            assert sorted({one for one in ids if ids.count(one) > 1}) == [], path


class TestOverview:
    def test_it_says_how_things_stand(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with each of them left out."""
        ada, profile = make.user("Ada 7", email="ada@patients.example"), make.profile("Scalp House")
        visitor.sign_in(ada)
        words = words_of(visitor.get("/account"))
        assert "Off: the password alone lets you in" in words
        assert "What you act for" not in words
        moment = clock.now()
        memberships.grant(session, user_id=ada.id, profile_id=profile.id, role=MembershipRole.RESPONDER)
        session.add(TotpDevice(user_id=ada.id, sealed_secret="s", confirmed_at=moment, created_at=moment))
        session.add(ErasureRequest(user_id=ada.id, keeps_reviews=True, requested_at=moment, due_at=moment + timedelta(days=14)))
        session.commit()
        words = words_of(visitor.get("/account"))
        for said in ("What you act for", "Scalp House", "Answers reviews", "On: logging in asks for more", "Your account will be deleted"):
            assert said in words

    def test_every_role_for_a_profile_has_words(self) -> None:
        """Seen to fail with a role added."""
        assert set(MEMBER_ROLES) == set(MembershipRole)


class TestHistory:
    def test_every_kind_of_line_has_a_sentence(self) -> None:
        """Seen to fail with a kind added."""
        assert set(EVENTS) == set(EventKind)
        assert all(str(sentence).endswith(".") for sentence in EVENTS.values())

    def test_it_says_what_when_and_from_where(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the newest last, and with the network's zeros shown."""
        ada = make.user()
        with time_machine.travel("2026-11-22 14:35:00Z", tick=False):
            history.record(session, user_id=ada.id, kind=EventKind.NAME_CHANGED, whence=Whence("Firefox on Linux", "192.0.2.0/24"))
        history.record(session, user_id=ada.id, kind=EventKind.ROLE_CHANGED)
        session.commit()
        words = words_of(visitor.sign_in(ada).get("/account/history"))
        assert "The shown name was changed. 22 Nov 2026, 14:35 UTC Firefox on Linux 192.0.2.x" in words
        assert words.index("We changed what you may do here.") < words.index("The shown name")
        assert "365 days" in words
        assert "90" in words

    def test_it_is_one_s_own_and_a_hundred_lines_long(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with everybody's lines, and with all of them."""
        ada, other = make.user(), make.user()
        session.add_all(
            AccountEvent(user_id=ada.id, kind=EventKind.SIGNED_IN, agent=f"Browser {n}", created_at=clock.now()) for n in range(101)
        )
        session.add(AccountEvent(user_id=other.id, kind=EventKind.EXPORTED, created_at=clock.now()))
        session.commit()
        words = words_of(visitor.sign_in(ada).get("/account/history"))
        assert words.count("You logged in.") == 100
        assert "exported" not in words

    def test_a_name_of_a_browser_is_words_and_no_markup(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with `|safe`."""
        ada = make.user()
        history.record(session, user_id=ada.id, kind=EventKind.SIGNED_IN, whence=Whence("<b>x</b>", "192.0.2.0/24"))
        session.commit()
        assert "&lt;b&gt;x" in visitor.sign_in(ada).get("/account/history").text


@pytest.mark.parametrize("path", ["", "/name", "/email", "/password", "/sessions", "/history", "/notifications"])
def test_the_pages_are_their_owner_s_and_kept_by_nobody(app: Flask, make: Make, path: str) -> None:
    """Seen to fail without `@requires`, and without `private`."""
    assert Visitor(app).get(f"/account{path}", follow=False).location == f"/login?next=/account{path}"
    page = Visitor(app).sign_in(make.user()).get(f"/account{path}")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
