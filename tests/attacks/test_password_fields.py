"""Fields for passwords help those who keep good ones: hidden, known to password managers, pasted into, long, and never made to change."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session

from directory.accounts import passwords, rules
from directory.core import clock
from directory.core.paths import STATIC
from tests.accounts.visits import link_in, log_in, mails
from tests.clients import Visitor
from tests.factories import Make

ADA = "ada@patients.example"
LONG = "correct horse battery staple, " * 4


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and "password" in given.get("name", ""):
            self.found.append(given)


def fields(page: str) -> list[dict[str, str]]:
    """Return the inputs of a page that take a password."""
    reader = _Inputs()
    reader.feed(page)
    return reader.found


def test_every_field_for_a_password_is_hidden_and_open_to_managers(app: Flask, session: Session, make: Make) -> None:
    """Its kind, what it holds for managers, no short end, nothing filled in. Seen to fail with a plain text field."""
    user = make.user(email=ADA)
    Visitor(app).send("/reset", email=ADA)
    link = link_in(mails(app, session)[0])
    pages = {"/login": 1, "/register": 1, link: 1}
    seen = [one for path in pages for one in fields(Visitor(app).get(path).text)]
    seen += fields(Visitor(app).sign_in(user).get("/account/password").text)
    assert len(seen) == 5
    for one in seen:
        assert one["type"] == "password"
        assert one["autocomplete"] in {"current-password", "new-password"}
        assert one.get("value", "") == ""
        assert int(one.get("maxlength", "1000")) >= 64
        assert not [name for name in one if name.startswith("on")]


def test_no_script_stops_pasting_or_touches_a_password() -> None:
    """Seen to fail with a listener for `paste`."""
    scripts = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    assert [path.name for path in scripts if re.search(r"[\"']paste[\"']|onpaste|password", path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "password", [LONG[:64], LONG[:100], "ünïcödé ☂ phrase of mine", "   spaces at both ends   ", "q9fk3vtzm4", "tzvkfqwpgh"]
)
def test_any_signs_and_lengths_are_taken_as_they_were_typed(visitor: Visitor, make: Make, password: str) -> None:
    """With spaces, without digits or capitals, of 64 and 100 characters. Seen to fail with the field trimmed."""
    user = make.user(email=ADA)
    rules.check_password(password, email=ADA, name=user.display_name)
    user.password_hash = passwords.choose(password, email=ADA, name=user.display_name)
    make.session.flush()
    for wrong in (password[:-1], password + " ", password.upper(), password.strip() + "x"):
        assert log_in(visitor, ADA, wrong).status_code == 422
    assert log_in(visitor, ADA, password).request.path == "/"


def test_no_password_grows_too_old(visitor: Visitor, make: Make) -> None:
    """Ten years later it signs in, and nothing asks for a new one."""
    make.user(email=ADA)
    with time_machine.travel(clock.now() + timedelta(days=3653), tick=True):
        answer = log_in(visitor, ADA)
        assert answer.request.path == "/"
        assert visitor.get("/account", follow=False).status_code == 200
