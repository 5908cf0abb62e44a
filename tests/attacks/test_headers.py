"""Every answer of every route says what browsers and caches may do with it: pages, files, redirects, errors, refusals."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.core.paths import STATIC
from tests.clients import Visitor
from tests.core.test_config import STRONG
from tests.factories import Make

#: What stands in a route's parts: nothing that there is, so that most of these answers are errors.
PART = {"slug": "nobody", "path": "ca/ontario/toronto/", "token": "x" * 43, "name": "css/site.css", "build": "0"}
HOST = "https://hairline.example"


def production(**more: object) -> Settings:
    return Settings(
        environment="production",
        secret_key=STRONG,
        base_url=HOST,
        operator_name="Ada",
        operator_address="1 Example Way",
        operator_email="post@hairline.example",
        smtp_host="mail.example",
        **more,
    )


@pytest.fixture
def live(schema: Database, database: Database, settings: Settings) -> Flask:
    """The site with the settings of production, on the database of this test."""
    return create_app(production(data_dir=settings.data_dir), database=schema)


def address(app: Flask, rule: Rule) -> str:
    """Return an address of a route, of something that mostly is not there."""
    values = {name: PART.get(name, "profiles" if name == "name" else 1) for name in rule.arguments}
    if "sitemaps" in rule.rule:
        values["name"] = "profiles"
    with app.test_request_context(base_url=HOST):
        return app.url_for(rule.endpoint, **values)


def complaints(answer: TestResponse, *, secure: bool) -> list[str]:
    """Say what an answer leaves out."""
    headers, found = answer.headers, []
    policy = dict(part.strip().partition(" ")[::2] for part in headers.get("Content-Security-Policy", "").split(";"))
    kept_mail = "sandbox" in policy
    wanted = {"default-src": "'none'"} if kept_mail else {
        "default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'",
        "script-src": "'self'", "style-src": "'self'",
    }  # fmt: skip
    found += [f"policy {name}" for name, value in wanted.items() if policy.get(name) != value]
    if "unsafe-eval" in str(policy) or ("unsafe-inline" in str(policy) and not kept_mail):
        found.append("policy unsafe")
    exact = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    found += [name for name, value in exact.items() if headers.get(name) != value]
    if headers.get("Referrer-Policy") not in {"strict-origin-when-cross-origin", "same-origin"}:
        found.append("Referrer-Policy")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if "Access-Control-Allow-Origin" in headers:
        found.append("Access-Control-Allow-Origin")
    if {"Server", "X-Powered-By"} & set(headers.keys()):
        found.append("names its software")
    if "Cache-Control" not in headers:
        found.append("Cache-Control")
    if answer.status_code >= 400 and "no-store" not in headers.get("Cache-Control", ""):
        found.append("an error that may be kept")
    kind = headers.get("Content-Type", "")
    if re.match(r"text/|[^;]+[+/]xml", kind) and "charset=utf-8" not in kind:
        found.append(f"no charset: {kind}")
    if answer.data and not kind:
        found.append("no Content-Type")
    sent = headers.get("Strict-Transport-Security", "")
    age = re.match(r"max-age=(\d+); includeSubDomains$", sent)
    if secure and (age is None or int(age[1]) < 31_536_000):
        found.append("Strict-Transport-Security")
    for cookie in headers.getlist("Set-Cookie"):
        missing = [one for one in ("HttpOnly", "SameSite=Lax", "Path=/") if one not in cookie]
        if secure:
            missing += [one for one in ("Secure",) if one not in cookie] + ([] if cookie.startswith("__Host-") else ["__Host-"])
        found += [f"cookie without {one}" for one in missing] + (["cookie with Domain"] if "domain=" in cookie.lower() else [])
    return found


def answers(app: Flask, visitor: Visitor) -> Iterator[tuple[str, TestResponse]]:
    """Every route opened, posted to, and asked for in a way that it does not have."""
    for rule in app.url_map.iter_rules():
        path = address(app, rule)
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
            yield f"{method} {rule.rule}", visitor.client.open(path, method=method, base_url=HOST)


@pytest.mark.parametrize("who", ["signed out", "a patient", "a moderator"])
def test_every_answer_in_production_carries_every_header(live: Flask, make: Make, who: str) -> None:
    """Every route, by five methods, for three kinds of people.

    Seen to fail with each header taken out of `protect`, and with `SESSION_COOKIE_SECURE` off.
    """
    visitor = Visitor(live)
    if who != "signed out":
        visitor.sign_in(make.user() if who == "a patient" else make.moderator())
    wrong, seen = {}, set()
    for name, answer in answers(live, visitor):
        seen.add(answer.status_code)
        if found := complaints(answer, secure=True):
            wrong[name] = found
    assert wrong == {}
    assert {200, 400, 404, 405} <= seen


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere/at/all", {}, 404),
        ("GET", "/", {"Host": "evil.example"}, 400),
        ("POST", "/login", {"Origin": "https://evil.example"}, 400),
        ("GET", "/p/%ff%fe", {}, 404),
        ("GET", "/search?q=%ff%fe", {}, 200),
        ("PROPFIND", "/", {}, 405),
    ],
)
def test_refusals_carry_them_too(live: Flask, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """Errors, odd bytes, other methods and other hosts."""
    answer = live.test_client().open(path, method=method, headers=headers, base_url=HOST)
    assert answer.status_code == status
    assert complaints(answer, secure=True) == []


def test_an_answer_without_one_of_them_is_named(live: Flask) -> None:
    """A planted offender for each rule."""
    good = live.test_client().get("/login", base_url=HOST)
    assert complaints(good, secure=True) == []
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Strict-Transport-Security",
                 "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control", "Content-Type"):  # fmt: skip
        answer = live.test_client().get("/login", base_url=HOST)
        del answer.headers[name]
        assert complaints(answer, secure=True), name
    for name, value in (
        ("Content-Type", "text/html"),
        ("Content-Type", "image/svg+xml"),
        ("Server", "x"),
        ("Access-Control-Allow-Origin", "*"),
        ("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'"),
        ("Strict-Transport-Security", "max-age=60; includeSubDomains"),
        *(
            ("Set-Cookie", cookie)
            for cookie in ("__Host-a=b; Path=/; HttpOnly; SameSite=Lax", "a=b; Secure; Path=/; HttpOnly; SameSite=Lax")
        ),
        *(("Set-Cookie", cookie) for cookie in ("__Host-a=b; Secure; Path=/; SameSite=Lax", "__Host-a=b; Secure; Path=/; HttpOnly")),
    ):
        answer = live.test_client().get("/login", base_url=HOST)
        answer.headers[name] = value
        assert complaints(answer, secure=True), (name, value)


class TestMethods:
    @pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "PUT", "DELETE", "X"])
    def test_methods_that_no_page_has_are_refused_and_say_which_there_are(self, app: Flask, method: str) -> None:
        """Nothing of the request comes back (TRACE). Seen to fail without the header `Allow`."""
        answer = app.test_client().open("/", method=method, headers={"X-Secret": "planted"})
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert "planted" not in answer.text

    def test_no_other_method_stands_in_for_one(self, visitor: Visitor, make: Make) -> None:
        """Neither a field of the address nor a header."""
        visitor.sign_in(make.user())
        for path, headers in (("/logout?_method=POST", {}), ("/logout", {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"})):
            assert visitor.get(path, headers=headers).status_code == 200
        assert visitor.get("/account", follow=False).status_code == 200, "still signed in"

    def test_another_origin_gets_no_leave_to_read(self, app: Flask) -> None:
        """Neither with its own name nor before a request. Seen to fail with the header planted (below)."""
        for origin in ("https://evil.example", "null", "http://localhost"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-csrftoken"}
            for method in ("GET", "OPTIONS"):
                answer = app.test_client().open("/", method=method, headers=asked)
                assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control-")]  # noqa: SIM118


class TestNotServed:
    @pytest.mark.parametrize(
        "path",
        [
            *("/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/.hg/", "/config.py", "/pyproject.toml", "/var/hairline.sqlite3"),
            *("/static/", "/static/0/", "/static/0/css", "/static/0/css/", "/static/0/../config.py", "/static/0/%2e%2e/config.py"),
            *("/static/0/css/..%2f..%2fconfig.py", "/static/0//etc/passwd", "/static/0/css/site.css%00.png", "/static/0/.gitignore"),
            *("/docs", "/openapi.json", "/swagger", "/graphql", "/metrics", "/debug", "/console", "/server-status", "/admin", "/api/"),
        ],
    )
    def test_no_folder_no_history_no_setting_and_no_tool_is_served(self, live: Flask, path: str) -> None:
        """Files are looked up by name among those that ship; nothing is opened by path."""
        assert live.test_client().get(path, base_url=HOST, follow_redirects=True).status_code == 404

    def test_doors_for_developers_are_shut_in_production(self, live: Flask, make: Make) -> None:
        """Even to an administrator. Seen to fail without the test in `_refusal`."""
        visitor = Visitor(live).sign_in(make.moderator())
        for path in ("/dev/outbox", "/dev/outbox/1", "/dev/outbox/1/html"):
            assert visitor.client.get(path, base_url=HOST).status_code == 404
        assert (live.debug, live.config["PROPAGATE_EXCEPTIONS"], live.config["TRAP_HTTP_EXCEPTIONS"]) == (False, None, False)

    def test_doors_for_machines_say_nothing_of_the_inside(self, live: Flask) -> None:
        """Neither versions nor paths nor names of hosts."""
        for path, keys in (("/healthz", {"status"}), ("/readyz", {"status", "schema", "disk"})):
            answer = live.test_client().get(path, base_url=HOST)
            assert answer.json is not None
            assert set(answer.json) <= keys
            assert all(isinstance(value, bool) or value in {"ok", "unavailable"} for value in answer.json.values())


def test_no_script_keeps_anything_in_the_browser_or_writes_markup() -> None:
    """Nothing of a person stays in a store of the browser, and text is shown as text. Seen to fail with `localStorage` planted."""
    ways = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|innerHTML|insertAdjacentHTML|document\.write"
    ways += r"|\beval\(|new Function|postMessage|addEventListener\(.message|__proto__|\bsetTimeout\(\s*[\"'`]"
    scripts = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    assert len(scripts) >= 4
    assert [(path.name, found) for path in scripts for found in re.findall(ways, path.read_text("utf-8"))] == []


def test_after_the_log_out_the_browser_is_told_to_forget(visitor: Visitor, make: Make) -> None:
    """Seen to fail without Clear-Site-Data."""
    visitor.sign_in(make.user())
    answer = visitor.send("/logout", follow=False)
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert any(re.match(r"session=;.*Expires=Thu, 01 Jan 1970", cookie) for cookie in answer.headers.getlist("Set-Cookie"))
