"""Pages for what went wrong help, whatever it was."""

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from directory.app import create_app
from directory.core.db import Database
from directory.core.errors import Gone, NotAllowed, NotFound, TooMany
from tests.clients import Visitor, words_of

WAYS = {
    400: "Contact",
    403: "Rules for reviews",
    404: "All places",
    410: "What we remove",
    413: "Contact",
    429: "Guides",
    500: "Load this page again",
}


@pytest.fixture
def broken(schema, database, settings):
    """A site that fails as it is told to."""
    app = create_app(settings, database=schema)

    def fail(what: str) -> str:
        if what == "database":
            raise OperationalError("SELECT 1", {}, Exception("database is locked"))
        if what == "code":
            return str([][0])
        if what.isdigit():
            abort(int(what))
        raise {
            "gone": Gone("Ada Marsh asked us to take this page down."),
            "missing": NotFound("Nobody by that name.", nearest=(("Ada <Marsh>", "/p/ada-marsh"),)),
            "not-allowed": NotAllowed("You cannot review your own profile."),
            "often": TooMany("", retry_after=900),
            "soon": TooMany("", retry_after=1),
        }[what]

    app.add_url_rule("/fail/<what>", "fail", fail)
    return app


class TestPages:
    @pytest.mark.parametrize("status", sorted(WAYS))
    def test_each_has_a_heading_ways_on_and_is_kept_by_nobody(self, broken, status):
        page = Visitor(broken).get(f"/fail/{status}")
        assert page.status_code == status
        assert page.text.count("<h1>") == 1
        assert WAYS[status] in words_of(page)
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"

    @pytest.mark.parametrize("status", [400, 403, 404, 410, 413, 429])
    def test_a_search_stands_on_those_that_are_not_our_fault(self, broken, status):
        assert 'id="lost-what"' in Visitor(broken).get(f"/fail/{status}").text

    def test_another_client_error_gets_the_general_page(self, broken):
        page = Visitor(broken).get("/fail/418")
        assert page.status_code == 418
        assert "We could not read this" in words_of(page)

    def test_what_may_have_been_meant_is_a_link(self, broken):
        page = Visitor(broken).get("/fail/missing")
        assert "Nobody by that name." in words_of(page)
        assert '<a href="/p/ada-marsh">Ada &lt;Marsh&gt;</a>' in page.text

    @pytest.mark.parametrize(("what", "sentence"), [("gone", "Ada Marsh asked us"), ("not-allowed", "You cannot review your own profile.")])
    def test_the_domains_own_sentence_is_shown(self, broken, what, sentence):
        assert sentence in words_of(Visitor(broken).get(f"/fail/{what}"))

    @pytest.mark.parametrize(
        ("what", "words", "header"), [("often", "Try again in 15 minutes.", "900"), ("soon", "Try again in 1 second.", "1")]
    )
    def test_the_wait_is_said_in_words_and_to_machines(self, broken, what, words, header):
        page = Visitor(broken).get(f"/fail/{what}")
        assert words in words_of(page)
        assert page.headers["Retry-After"] == header


class TestOurOwnMistakes:
    def test_a_mistake_in_the_code_gives_a_number_to_quote(self, broken):
        broken.testing = False
        page = Visitor(broken).get("/fail/code")
        assert page.status_code == 500
        assert f"give us this number: {page.headers['X-Request-Id']}" in words_of(page)

    def test_a_busy_database_asks_to_come_back(self, broken):
        page = Visitor(broken).get("/fail/database")
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "5"
        assert "Try again in 5 seconds." in words_of(page)

    def test_somebody_signed_in_gets_the_page_though_the_database_is_gone(self, settings, tmp_path):
        """Seen to fail: without `g.without_database` the page looks for its reader in the broken database, and no page comes at all."""
        path = tmp_path / "broken.sqlite3"
        path.write_bytes(b"this is no database" * 1000)
        app = create_app(settings, database=Database(f"sqlite:///{path}"))
        visitor = Visitor(app)
        visitor.client.set_cookie("hairline", "a-token-of-somebody")
        page = visitor.get("/guides/")
        assert page.status_code in {500, 503}
        assert "Load this page again" in words_of(page)
        assert "Log in" in words_of(page)
