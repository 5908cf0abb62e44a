"""A visitor for tests: a browser without scripts that keeps cookies, fills forms in and follows where it is led."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from directory.config import Settings
from directory.core import clock, tokens
from directory.core.db import Database
from directory.forms import traps
from directory.models.accounts import AuthSession, SignInMethod, User
from directory.web.auth import cookie_name

#: Elements whose text nobody sees.
_UNSEEN = frozenset({"script", "style", "title", "head"})
_EMPTY = frozenset({"input", "br", "img", "meta", "link", "hr", "use", "path", "circle"})


@dataclass
class Form:
    """A form as a page holds it.

    Args:
        action: The address it is sent to; empty: that of its page.
        method: "get" or "post".
        values: What a browser would send if nobody typed anything.
        names: The names of all its fields, also of those that would send nothing.
        button: The words on its first button.
    """

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    button: str = ""


class _Reader(HTMLParser):
    """Reads the forms and the visible words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._unseen = 0
        self._area: str | None = None
        self._select: str | None = None
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        name = given.get("name", "")
        if self._form is None:
            return
        if tag == "button":
            self._in_button = True
        if not name or "disabled" in given:
            return
        self._form.names.add(name)
        if tag == "textarea":
            self._area = name
            self._form.values[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "input" and (given.get("type") not in {"checkbox", "radio", "submit"} or "checked" in given):
            self._form.values.setdefault(name, []).append(given.get("value", "on" if given.get("type") == "checkbox" else ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen -= 1
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            if self._area and self._form is not None:  # browsers leave out the line break that follows the tag
                self._form.values[self._area][0] = self._form.values[self._area][0].removeprefix("\r").removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.values[self._area][0] += data
        if self._in_button and self._form is not None and not self._form.button:
            self._form.button = data.strip()
        if not self._unseen:
            self.words.append(data)


class _Options(HTMLParser):
    """Reads which option of each select is chosen: the marked one, else the first."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.chosen):
            self.chosen[self._select] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def forms_of(response: TestResponse) -> list[Form]:
    """Return the forms of a page in their order."""
    reader, options = _Reader(), _Options()
    reader.feed(response.text)
    options.feed(response.text)
    for form in reader.forms:
        for name in form.names & options.chosen.keys():
            form.values.setdefault(name, options.chosen[name])
    return reader.forms


def unhurried(app: Flask, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a form sends when somebody took a minute to fill it in."""
    shown = int(clock.now().timestamp()) - 60
    return dict(values) | ({"opened": traps.stamp(shown, secret=str(app.secret_key))} if "opened" in values else {})


def words_of(response: TestResponse) -> str:
    """Return what a reader sees of a page: its text, spaces made single."""
    reader = _Reader()
    reader.feed(response.text)
    return re.sub(r"\s+", " ", " ".join(reader.words)).strip()


class Visitor:
    """Somebody with a browser.

    Args:
        app: The site.
        address: The network address they come from.
        hurried: Whether forms are sent in the moment they are shown; others take a minute.
    """

    def __init__(self, app: Flask, address: str = "192.0.2.1", *, hurried: bool = False) -> None:
        self.app = app
        self.address = address
        self.hurried = hurried
        self.client = app.test_client()

    def get(self, path: str, *, follow: bool = True, **more: Any) -> TestResponse:
        """Open a page; a full address of this site is taken too (the link of a mail)."""
        more.setdefault("environ_base", {"REMOTE_ADDR": self.address})
        return self.client.get(_local(path), follow_redirects=follow, **more)

    def send(self, path: str, /, *, form: str = "", follow: bool = True, **answers: Any) -> TestResponse:
        """Open the page, fill its POST form in, send it and follow the redirect.

        Hidden fields (the CSRF token, the idempotency key) and what the page filled in already are sent as a browser would.

        Args:
            path: Where the form stands.
            form: Part of the form's address or button, where the page has several POST forms.
            follow: Whether to follow the redirect; `response.history` holds the answers on the way.
            answers: What to type: words, numbers, True for a ticked box, False for an empty one, a list for several.
        """
        page = self.get(path)
        return self.fill(page, form=form, follow=follow, **answers)

    def fill(self, page: TestResponse, /, *, form: str = "", follow: bool = True, **answers: Any) -> TestResponse:
        """Send the form of a page that is open already (twice, for instance). See `send`."""
        found = [one for one in forms_of(page) if one.method == "post" and (form in one.action or form in one.button)]
        assert found, f"no POST form{f' {form!r}' if form else ''} at {page.request.path} ({page.status})\n{words_of(page)[:400]}"
        chosen = found[0]
        unknown = answers.keys() - chosen.names
        assert not unknown, f"the form at {page.request.path} has no field {sorted(unknown)}; it has {sorted(chosen.names)}"
        data: dict[str, Any] = dict(chosen.values) if self.hurried else unhurried(self.app, chosen.values)
        for name, answer in answers.items():
            if answer is False or answer is None:
                data.pop(name, None)
            else:
                data[name] = "y" if answer is True else answer
        return self.post(urljoin(page.request.path, chosen.action) if chosen.action else page.request.full_path, data, follow=follow)

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True, **more: Any) -> TestResponse:
        """Send raw values, as an attacker may: no page is fetched, nothing is added."""
        more.setdefault("environ_base", {"REMOTE_ADDR": self.address})
        return self.client.post(_local(path), data=data or {}, follow_redirects=follow, **more)

    def sign_in(self, user: User, *, method: SignInMethod = SignInMethod.PASSWORD_AND_CODE, fresh: bool = True) -> "Visitor":
        """Be this person from now on, without the log-in page.

        Args:
            user: Who.
            method: How they showed who they are; two factors unless said otherwise.
            fresh: Whether that was just now; else it was an hour ago.
        """
        database: Database = self.app.extensions["hairline_database"]
        token, moment = tokens.new_token(), clock.now()
        with database.transaction() as session:
            row = AuthSession(token_hash=tokens.digest(token), user_id=user.id, created_at=moment, last_seen_at=moment, expires_at=moment)
            row.expires_at = moment + timedelta(days=1)
            row.method, row.stepped_up_at = method, moment if fresh else moment - timedelta(hours=1)
            session.add(row)
        self.client.set_cookie(self._cookie, token)
        return self

    def sign_out(self) -> "Visitor":
        """Forget who this is, without the log-out button."""
        self.client.delete_cookie(self._cookie)
        return self

    @property
    def _cookie(self) -> str:
        settings: Settings = self.app.extensions["hairline_settings"]
        return cookie_name(settings)


def _local(path: str) -> str:
    parts = urlsplit(path)
    return parts._replace(scheme="", netloc="").geturl() if parts.netloc else path
