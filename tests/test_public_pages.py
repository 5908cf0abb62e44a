"""Every page that a signed-out visitor can read is the same bytes for every such visitor; every route says who may use it.

Each rule is a function from a site to complaints, so that a planted offender can show that it bites.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from sqlmodel import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory.accounts.permissions import Permission
from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.guides import queries as guide_queries
from directory.guides import service as guides
from directory.web.auth import requires
from tests.clients import Visitor
from tests.factories import Make
from tests.world import World

#: Files, not views: nothing in them could differ.
FILES = frozenset({"static_files", "favicon_ico", "favicon_svg"})
#: Pages of their own for a form or for what follows one, and doors for machines: anybody may open them, nobody keeps them.
NOT_KEPT = frozenset(
    {
        *("accounts.login", "accounts.logout", "accounts.register", "accounts.registered", "accounts.confirm"),
        *(
            "accounts.forgot",
            "accounts.forgot_sent",
            "accounts.reset",
            "account.unconfirmed",
            "emails.release",
            "emails.take_over",
            "notifications.stop",
            "invitations.show",
        ),
        "factors.second",
        "near.show",
        *("reports.on_profile", "reports.on_review", "reports.on_comment", "reports.on_reply", "reports.thanks"),
        *("ops.healthz", "ops.readyz"),
        "map.area",
    }
)
#: Two visitors who have nothing in common.
PLAIN: dict[str, str] = {"User-Agent": "one"}
OTHER = {
    "User-Agent": "Mozilla/5.0 (another; rv:1) Other/9",
    "Accept-Language": "de-CH, ar;q=0.5",
    "Cookie": "session=junk; form=.eJwNyTEOgCAMBdC7MEs; _ga=GA1.2.3; lang=tr",
    "Referer": "https://elsewhere.example/path?q=1",
    "Accept": "*/*",
    "DNT": "1",
    "Sec-GPC": "1",
    "X-Forwarded-For": "203.0.113.9",
}
#: Headers that say something of the answer and nothing of the visitor.
OWN = frozenset({"X-Request-Id", "Date"})
#: Parts of the addresses of those who act for a profile, and of moderators.
MANAGED = (
    *("membership_id", "invitation_id", "role_id", "proposal_id", "credential_id", "number"),
    *("suggestion_id", "assertion_id"),
)
MODERATED = (
    *("report_id", "review_id", "comment_id", "profile_id", "user_id", "evidence_id"),
    *("entry_id", "proposal_id", "credential_id", "claim_id", "reply_id", "dispute_id"),
    *("suggestion_id",),
)
RELATIVE = re.compile(r"\b(?:\d+|an?|one) (?:second|minute|hour|day|week|month|year)s? ago\b|\byesterday\b|\bopen now\b", re.I)


def routes(app: Flask) -> Iterator[Rule]:
    """Every route that is opened with GET."""
    return (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def permission(app: Flask, rule: Rule) -> Permission | None:
    """What a route asks for."""
    return getattr(app.view_functions[rule.endpoint], "permission", None)


def open_doors(app: Flask) -> list[str]:
    """Name the routes that do not say who may use them."""
    return [rule.rule for rule in app.url_map.iter_rules() if permission(app, rule) is None and rule.endpoint not in FILES]


def fetched(app: Flask, path: str, headers: dict[str, str]) -> TestResponse:
    return app.test_client(use_cookies=False).get(path, headers=headers)


def complaints(app: Flask, rule: Rule, path: str) -> list[str]:
    """Say what makes a public page differ from visitor to visitor, or could."""
    one, other = fetched(app, path, PLAIN), fetched(app, path, OTHER)
    found = []
    if one.status_code >= 500 and rule.endpoint != "ops.readyz":  # a schema that was not migrated here is not ready, rightly
        return [f"answers {one.status_code}"]
    if one.status_code != other.status_code:
        found.append(f"answers {one.status_code} and {other.status_code}")
    if "no-store" in one.headers.get("Cache-Control", ""):
        return found if rule.endpoint in NOT_KEPT or one.status_code != 200 else [*found, "may not be kept, though anybody may read it"]
    kept = [{name: value for name, value in answer.headers if name not in OWN} for answer in (one, other)]
    found += [f"header {name} differs" for name in sorted(kept[0].keys() | kept[1].keys()) if kept[0].get(name) != kept[1].get(name)]
    if one.data != other.data:
        found.append("bytes differ")
    if "Set-Cookie" in one.headers or "Set-Cookie" in other.headers:
        found.append("sets a cookie")
    text = one.text if "text" in one.content_type else ""
    if re.search(r'method="?post', text, re.I):
        found.append("holds a POST form")
    if "csrf" in text.lower():
        found.append("holds a token")
    if relative := RELATIVE.search(text):
        found.append(f"says {relative.group()!r}")
    return found


@pytest.fixture
def examples(session: Session, make: Make) -> dict[str, dict[str, Any]]:
    """Values for the parts of addresses, by the beginning of the route."""
    guides.sync(session)
    world = World(session, make)
    ada = world.profile("Ada Marsh", stars=[5, 4, 1], offers=["smp", "fue"])
    world.studio()
    review, comment = make.review(profile=ada), make.comment(profile=ada)
    make.comment(guide=guide_queries.published(session)[0])
    reply = make.reply(review=review)
    session.commit()
    return {
        "/p/": {"slug": ada.slug},
        "/report/profile/": {"slug": ada.slug},
        "/report/review/": {"review_id": review.id},
        "/report/comment/": {"comment_id": comment.id},
        "/report/reply/": {"reply_id": reply.id},
        "/reviews/": {"review_id": review.id},
        "/comments/": {"comment_id": comment.id},
        "/guides/": {"slug": "scalp-micropigmentation"},
        "/<place:": {"path": "ca/ontario/toronto/"},
        "/sitemaps/": {"name": "profiles", "number": 1},
        "/confirm/": {"token": "x" * 43},
        "/reset/": {"token": "x" * 43},
        "/account/email/": {"token": "x" * 43},
        "/unsubscribe/": {"token": "x" * 43},
        "/invitations/": {"token": "x" * 43},
        "/manage/": {"slug": ada.slug, "review_id": review.id} | dict.fromkeys(MANAGED, 1),
        "/map/labels/": {"zoom": 9, "x": 143, "y": 186},
        "/dev/outbox/": {"mail_id": 1},
        "/moderation/": dict.fromkeys(MODERATED, 1),
        "/claims/": {"claim_id": 1, "site": "dns", "paper": "licence", "code": "email"},
        "/account/second-factor/passkeys/": {"passkey_id": 1},
        "/static/": {"build": "0", "name": "css/site.css"},
    }


def address(app: Flask, rule: Rule, examples: dict[str, dict[str, Any]]) -> str:
    """Return an address that a route answers; a new route with parts needs an example above."""
    values = next((given for begin, given in examples.items() if rule.rule.startswith(begin)), {})
    missing = rule.arguments - values.keys()
    assert not missing, f"{rule.rule}: no example for {sorted(missing)}"
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    """Seen to fail without `@requires` on one view."""
    assert open_doors(app) == []


def test_public_pages_are_the_same_bytes_for_everybody(app: Flask, examples: dict[str, dict[str, Any]]) -> None:
    """Seen to fail with the visitor's language in base.html."""
    wrong, seen = {}, 0
    for rule in routes(app):
        if permission(app, rule) is not Permission.DEVELOPMENT:
            path = address(app, rule, examples)
            seen += fetched(app, path, PLAIN).status_code == 200
            if found := complaints(app, rule, path):
                wrong[rule.rule] = found
    assert wrong == {}
    assert seen >= 30, "most routes must have been read, not refused"


QUERIES = (
    "/?x=1",
    "/search?q=ada",
    "/search?where=nowhere&what=smp",
    "/ca/ontario/toronto/?treatment=smp&sort=name",
    "/ca/ontario/toronto/?evidence=register",
    "/map/pins?at=/ca/ontario/toronto/&treatment=smp",
)


@pytest.mark.parametrize("path", QUERIES)
def test_what_is_asked_for_is_the_same_for_everybody_too(app: Flask, examples: dict[str, dict[str, Any]], path: str) -> None:
    """Seen to fail with the visitor's language in base.html."""
    rule = next(rule for rule in routes(app) if rule.endpoint == "search.show")
    assert complaints(app, rule, path) == []


def test_a_page_for_somebody_signed_in_is_kept_by_nobody(app: Flask, examples: dict[str, dict[str, Any]], make: Make) -> None:
    """Seen to fail with the header set by the route alone."""
    visitor = Visitor(app).sign_in(make.user())
    for path in ("/", "/ca/ontario/toronto/", f"/p/{examples['/p/']['slug']}"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "private, no-store"


class TestPlanted:
    """Offenders, each of which is named."""

    @pytest.fixture
    def site(self, schema: Database, settings: Settings, database: Database) -> Flask:
        return create_app(settings, database=schema)

    def plant(self, site: Flask, answer: Any) -> list[str]:
        @site.get("/planted")
        @requires(Permission.PUBLIC)
        def planted() -> Any:
            return answer()

        rule = next(rule for rule in routes(site) if rule.endpoint == "planted")
        return complaints(site, rule, "/planted")

    def test_no_permission(self, site: Flask) -> None:
        site.add_url_rule("/planted", "planted", lambda: "")
        assert open_doors(site) == ["/planted"]

    def test_innocent(self, site: Flask) -> None:
        assert self.plant(site, lambda: "hello") == []

    def test_the_browser_named(self, site: Flask) -> None:
        assert "bytes differ" in self.plant(site, lambda: str(request.user_agent))

    def test_a_cookie(self, site: Flask) -> None:
        assert "sets a cookie" in self.plant(site, lambda: ("hello", 200, {"Set-Cookie": "a=b"}))

    def test_a_form(self, site: Flask) -> None:
        assert self.plant(site, lambda: '<form method="post"></form>') == ["holds a POST form"]

    def test_a_token(self, site: Flask) -> None:
        assert self.plant(site, lambda: '<input name="csrf_token">') == ["holds a token"]

    def test_a_relative_time(self, site: Flask) -> None:
        assert self.plant(site, lambda: "Reviewed 3 days ago") == ["says '3 days ago'"]

    def test_a_hidden_one(self, site: Flask) -> None:
        answer = lambda: (str(request.user_agent), 200, {"Cache-Control": "no-store"})  # noqa: E731
        assert self.plant(site, answer) == ["may not be kept, though anybody may read it"]
