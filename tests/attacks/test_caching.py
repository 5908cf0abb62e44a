"""Who may keep which answer, for every route and everybody; and what a cache in between would show to others.

After Mastodon's `spec/requests/cache_spec.rb`: what is public sets no cookie and says what it varies with; what is personal is private.
"""

import re
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory.accounts.permissions import Permission
from directory.core.db import Database
from tests.attacks.cast import WHO, Cast, routes, send, undone
from tests.attacks.test_matrix import token
from tests.clients import Visitor
from tests.factories import Make
from tests.test_public_pages import FILES, NOT_KEPT

PERSONAL = "private, no-store"
#: Answers for everybody that say themselves for how long they hold.
OWN_WORDS = re.compile(r"(?:public, max-age=\d+(?:, immutable)?|no-cache|no-store)")


def wrong(app: Flask, rule: Rule, who: str, answer: TestResponse) -> str:
    """Say what is wrong with the headers of an answer, or ""."""
    said, vary, cookies = answer.headers.get("Cache-Control", ""), answer.headers.get("Vary", ""), answer.headers.getlist("Set-Cookie")
    if rule.endpoint in FILES:
        return "" if OWN_WORDS.fullmatch(said) and not cookies else f"a file says {said!r}, {len(cookies)} cookies"
    permission = getattr(app.view_functions[rule.endpoint], "permission", None)
    for_all = permission is Permission.PUBLIC and rule.endpoint not in NOT_KEPT and answer.status_code < 400
    if for_all and (who == "signed out" or "public" in said):
        if who != "signed out" and not said.startswith("public, max-age") and said != PERSONAL:
            return f"says {said!r}"
        if cookies:
            return f"is for everybody and sets {cookies[0].split('=')[0]}"
        if not OWN_WORDS.fullmatch(said):
            return f"is for everybody and says {said!r}"
        return ""
    if "no-store" not in said:
        return f"is for one person and says {said!r}"
    return "" if "Cookie" in vary or "no-store" in said else f"varies with {vary!r}"


def test_every_answer_says_who_may_keep_it(app: Flask, database: Database, session: Session, make: Make) -> None:
    """Routes x people. Seen to fail with `private()` left out of one view, with "public" for the signed in, and with a cookie on "/"."""
    cast, found, seen = Cast(session, make), [], 0
    for rule, method in routes(app):
        if getattr(app.view_functions[rule.endpoint], "permission", None) is Permission.DEVELOPMENT:
            continue
        app.extensions["hairline_limits"].reset()  # nobody opens all routes of a site within a minute
        for who in WHO:
            with undone(database):
                answer = send(cast.visitor(app, who), method, cast.path(app, rule), token)
            seen += 1
            if method != "GET":
                complaint = "" if "no-store" in answer.headers.get("Cache-Control", "") else "an unsafe method may be kept"
            else:
                complaint = wrong(app, rule, who, answer)
            if complaint:
                found.append(f"{method} {rule.rule} as {who}: {complaint}")
    assert found == []
    assert seen >= 600


class SharedCache:
    """A cache between visitors and the site (RFC 9111): it keeps what may be kept and gives it to whoever asks alike.

    Args:
        app: The site.
        obeys_vary: Whether it looks at Vary; those of some networks do not.
    """

    def __init__(self, app: Flask, *, obeys_vary: bool) -> None:
        self.app, self.obeys_vary = app, obeys_vary
        self.kept: dict[str, list[tuple[dict[str, str], TestResponse]]] = {}
        self.hits = 0

    def get(self, visitor: Visitor, path: str, headers: dict[str, str]) -> TestResponse:
        """Answer from what is kept if the rules allow it, else ask the site and keep its answer if they allow that."""
        cookie = "; ".join(f"{c.key}={c.value}" for c in visitor.client._cookies.values())  # type: ignore[union-attr]
        sent = headers | {"Cookie": cookie}
        for varied, answer in self.kept.get(path, []):
            if not self.obeys_vary or all(sent.get(name, "") == value for name, value in varied.items()):
                self.hits += 1
                return answer
        answer = visitor.get(path, follow=False, headers=headers)
        said = answer.headers.get("Cache-Control", "")
        if answer.status_code in {200, 301, 404, 410} and "public" in said and "no-store" not in said and "private" not in said:
            varied = {
                name.strip().title(): sent.get(name.strip().title(), "") for name in answer.headers.get("Vary", "").split(",") if name
            }
            self.kept.setdefault(path, []).append((varied, answer))
        return answer


@pytest.mark.parametrize("obeys_vary", [True, False])
def test_no_shared_cache_shows_one_person_s_page_to_another(
    app: Flask, database: Database, session: Session, make: Make, obeys_vary: bool
) -> None:
    """Everybody asks for everything, twice, in turn. Seen to fail with "public" said to whoever is signed in."""
    cast, cache = Cast(session, make), SharedCache(app, obeys_vary=obeys_vary)
    people = [cast.visitor(app, who) for who in WHO]
    marks = {who: cast.user(who).display_name for who in WHO if who != "signed out"}
    leaks = []
    for rule, method in routes(app):
        if method != "GET" or getattr(app.view_functions[rule.endpoint], "permission", None) in {Permission.DEVELOPMENT, None}:
            continue
        path = cast.path(app, rule)
        if "/p/" in path or "/moderation" in path or path.startswith(("/report", "/comments", "/reviews", "/manage")):
            shown = {"patient", "other patient"}  # what they wrote, or who they are, stands there for those who may see it
            if "/moderation" in path:
                shown |= {"owner"}  # who disputes a review
        else:
            shown = set()
        app.extensions["hairline_limits"].reset()
        for _turn in range(2):
            for who, visitor in zip(WHO, people, strict=True):
                text = cache.get(visitor, path, {}).text
                leaks += [f"{path}: {other} shown to {who}" for other, name in marks.items() if other not in {who} | shown and name in text]
                if 'name="csrf_token"' in text and cache.kept.get(path):
                    leaks.append(f"{path}: a token is kept")
    assert leaks == []
    assert cache.hits > 40


@pytest.mark.parametrize(
    "path",
    [
        *("/account/x.css", "/account;x.css", "/account/..%2fstatic/0/css/site.css", "/account%2fx.css", "/account.css", "/account%00.css"),
        *("/account/password/x.js", "/moderation/x.png", "/account/?x.css", "/account?x.css", "//account", "/account%0d%0aX:%20y.css"),
    ],
)
def test_an_address_that_looks_like_a_file_is_none(app: Flask, make: Make, path: str) -> None:
    """Caches keep what ends in .css. Seen to fail with a converter that lets slashes and dots through."""
    visitor = Visitor(app).sign_in(make.user("Pia 2"))
    answer = visitor.get(path, follow=False)
    assert answer.headers["Cache-Control"] == PERSONAL
    assert answer.status_code in {200, 301, 303, 308, 400, 404}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Scheme": "http", "X-Forwarded-Port": "4443"},
        {"X-Original-URL": "/account", "X-Rewrite-URL": "/account"},
        {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"},
        {"Forwarded": "host=evil.example;proto=https", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example"},
        {"Accept-Language": "tr", "Accept": "application/json", "Origin": "https://evil.example"},
        {"Cookie": "lang=tr; theme=dark; form=junk; session=junk"},
        {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_nothing_that_a_cache_does_not_look_at_changes_a_page(app: Flask, session: Session, make: Make, headers: dict[str, str]) -> None:
    """Poisoning. Seen to fail with one proxy trusted that is not there."""
    cast = Cast(session, make)
    for path in ("/", "/search?q=ada", f"/p/{cast.values['slug']}", "/no/such/page", "/register"):
        client: Any = app.test_client(use_cookies=False)
        plain, poisoned = client.get(path), client.get(path, headers=headers)
        assert plain.status_code == poisoned.status_code
        assert "evil" not in poisoned.text + str(poisoned.headers)
        if "public" in plain.headers["Cache-Control"]:
            assert plain.data == poisoned.data
