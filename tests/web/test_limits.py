"""Which requests are counted together, what is never counted, and what happens without Redis."""

import time
from typing import Any

import pytest
import redis.exceptions
from flask import Flask
from limits import parse
from sqlmodel import Session

from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.web.limits import CHANGES, EXEMPT, REQUESTS, Group, change_group, request_group
from tests.clients import Visitor, words_of
from tests.factories import Make

#: On this port nobody listens.
NOBODY = "redis://127.0.0.1:1/0"


def most(limit: str) -> int:
    """Return the number in a limit: 300/minute."""
    return int(parse(limit).amount)


@pytest.mark.parametrize(
    ("path", "group"),
    [
        *(("/", "pages"), ("/guides/", "pages"), ("/nowhere", "pages"), ("/Search", "pages"), ("/search", "search")),
        *(("/search?q=a&page=2", "search"), ("/map/pins", "map"), ("/suggest?q=a", "suggest"), ("/us/california/", "search")),
    ],
)
def test_it_goes_by_what_answers(app: Flask, path: str, group: str) -> None:
    """Seen to fail with the group taken from the address."""
    with app.test_request_context(path):
        assert request_group() == group


@pytest.mark.parametrize(
    ("path", "group"),
    [
        *(("/login", "sign_in"), ("/register", "sign_in"), ("/reset", "sign_in"), ("/report/review/1", "report")),
        *(("/moderation/reviews/1", "moderation"), ("/p/ada/review", "writing"), ("/comments/1/edit", "writing"), ("/nowhere", "writing")),
    ],
)
def test_changes_go_by_what_answers_too(app: Flask, path: str, group: str) -> None:
    """Seen to fail with everything in one group."""
    with app.test_request_context(path, method="POST"):
        assert change_group() == group


def test_every_limit_can_be_read() -> None:
    """Seen to fail with a group that has none."""
    assert {parse(limit).GRANULARITY.name for limit in REQUESTS.values()} == {"minute"}
    for group in (Group.SIGN_IN, Group.REPORT, Group.MODERATION, Group.WRITING):
        assert most(CHANGES[group].account) <= most(CHANGES[group].network), "an account is somewhere in a network"


def test_what_is_exempt_exists(app: Flask) -> None:
    """Seen to fail with a misspelled endpoint."""
    assert app.view_functions.keys() >= EXEMPT


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/favicon.ico"])
def test_health_and_files_are_never_limited(visitor: Visitor, path: str) -> None:
    """Whoever watches the site asks often. Seen to fail without EXEMPT."""
    assert 429 not in {visitor.get(path).status_code for _turn in range(most(REQUESTS[Group.PAGES]) + 5)}


def test_the_page_says_how_long_to_wait(visitor: Visitor) -> None:
    """Seen to fail without the handler."""
    for _turn in range(most(REQUESTS[Group.PAGES])):
        visitor.get("/nowhere")
    page = visitor.get("/nowhere")
    assert page.status_code == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 61
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Try again in" in words_of(page)
    assert visitor.get("/suggest?q=a").status_code == 200, "another group has a count of its own"


def test_no_password_is_sent_back(visitor: Visitor) -> None:
    """Seen to fail with every form given back."""
    page = visitor.get("/register")
    for number in range(most(CHANGES[Group.SIGN_IN].network)):
        visitor.fill(page, display_name="", password=f"calm green mornings {number}")
    answer = visitor.fill(page, display_name="", password="calm green mornings last")
    assert answer.status_code == 429
    assert "calm green" not in answer.text
    assert "Nothing was changed" in words_of(answer)


def test_a_form_from_another_site_uses_nothing_up(session: Session, make: Make, visitor: Visitor) -> None:
    """Counted behind the guard of forms. Seen to fail with changes counted before it."""
    visitor.sign_in(make.user("Bo"))
    path = f"/p/{make.profile().slug}/comment"
    page = visitor.get(path)
    for _turn in range(most(CHANGES[Group.WRITING].account) + 1):
        assert visitor.post(path, {"body": "Buy."}, headers={"Origin": "https://evil.example"}).status_code == 400
        assert visitor.post(path, {"body": "Buy."}).status_code == 400
    assert visitor.fill(page, body="My own words.").status_code == 200


class TestRedis:
    @pytest.fixture
    def lonely(self, database: Database, settings: Settings) -> Flask:
        """A site whose Redis is away."""
        return create_app(settings.model_copy(update={"redis_url": NOBODY}), database=database)

    def test_without_it_pages_answer_quickly_and_limits_hold(self, lonely: Flask) -> None:
        """Seen to fail without in_memory_fallback_enabled: 500."""
        visitor = Visitor(lonely)
        began = time.perf_counter()
        assert visitor.get("/login").status_code == 200
        assert time.perf_counter() - began < 2
        found = [visitor.get("/nowhere").status_code for _turn in range(most(REQUESTS[Group.PAGES]) + 5)]
        assert set(found) == {404, 429}
        assert found.count(404) <= most(REQUESTS[Group.PAGES])

    def test_without_it_forms_are_taken_and_counted(self, lonely: Flask) -> None:
        """Seen to fail without in_memory_fallback_enabled."""
        visitor = Visitor(lonely)
        page = visitor.get("/register")
        answers: list[Any] = [visitor.fill(page, display_name="").status_code for _turn in range(most(CHANGES[Group.SIGN_IN].network) + 2)]
        assert answers[0] == 422
        assert answers[-1] == 429

    def test_it_is_asked_at_all(self, lonely: Flask) -> None:
        """Seen to fail with the setting left aside."""
        with pytest.raises(redis.exceptions.ConnectionError):
            lonely.extensions["hairline_limits"].requests.storage.incr("a", 60)


def test_an_operator_may_widen_all_of_them(database: Database, settings: Settings) -> None:
    """For a site whose visitors share one address. Seen to fail with the factor left out."""
    app = create_app(settings.model_copy(update={"limit_factor": 2}), database=database)
    most = int(parse(REQUESTS[Group.PAGES]).amount)
    answers = [Visitor(app).get("/nowhere", follow=False).status_code for _turn in range(2 * most + 1)]
    assert answers == [404] * 2 * most + [429]
