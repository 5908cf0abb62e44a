"""Who is asking, and what they may do."""

import pytest
from flask import Flask, g

from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.core.errors import NotAllowed
from directory.web import auth
from directory.web.auth import cookie_name
from tests.clients import Visitor
from tests.counting import statements
from tests.factories import Make

STRONG = "kQ4vZ8nR2xW6yB1mD5tH9pL3sF7gJ0cA"


def production(**more: str) -> Settings:
    values = {"base_url": "https://hairline.example", "operator_name": "x", "operator_address": "x", "operator_email": "x@hairline.example"}
    return Settings(environment="production", secret_key=STRONG, smtp_host="mail.example", **(values | more))


class TestPermissions:
    def test_every_view_says_who_may_use_it(self, app: Flask) -> None:
        """Seen to fail with one `@requires` taken away."""
        silent = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
        assert set(silent) <= {"static_files", "favicon_ico", "favicon_svg"}, "files are for everybody; views say so"

    def test_staff_pages_do_not_exist_for_others(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Not even for moderators' friends. Seen to fail with the redirect to the page on confirming."""
        assert visitor.sign_in(make.user()).get("/moderation", follow=False).status_code == 404
        assert Visitor(app).sign_in(make.moderator()).get("/moderation", follow=False).status_code in {200, 301, 308}


class TestCookie:
    def test_in_production_it_is_bound_to_https_and_this_host(self, database: Database, make: Make) -> None:
        """Seen to fail with the plain name, and without `secure`."""
        app = create_app(production(), database=database)
        with app.test_request_context(base_url="https://hairline.example"):
            response = app.make_response("")
            auth.remember(response, "t" * 43)
            auth.forget(response)
        for cookie in response.headers.getlist("Set-Cookie"):
            assert cookie.startswith("__Host-session=")
            for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert attribute in cookie
            assert "Domain" not in cookie

    def test_over_plain_http_it_is_given_on_this_machine_alone(self, database: Database, settings: Settings) -> None:
        """Seen to fail without the check."""
        for host, base_url, allowed in (("127.0.0.1", "", True), ("0.0.0.0", "", False), ("0.0.0.0", "https://hairline.example", True)):
            app = create_app(settings.model_copy(update={"host": host, "base_url": base_url}), database=database)
            with app.test_request_context():
                if allowed:
                    auth.remember(app.make_response(""), "t" * 43)
                else:
                    with pytest.raises(NotAllowed):
                        auth.remember(app.make_response(""), "t" * 43)

    def test_a_page_looks_the_person_up_once(self, visitor: Visitor, make: Make, database: Database) -> None:
        """However often its template asks. Seen to fail with a query for each question."""
        visitor.sign_in(make.user())
        visitor.get("/account")
        with statements(database) as sent:
            visitor.get("/account")
        assert len([one for one in sent if "auth_sessions" in one]) == 1

    def test_without_a_cookie_nobody_is_looked_up(self, visitor: Visitor, database: Database) -> None:
        """Seen to fail with the query made for an empty token."""
        visitor.get("/login")
        with statements(database) as sent:
            visitor.get("/login")
        assert not [one for one in sent if "auth_sessions" in one]

    @pytest.mark.parametrize("value", ["x", "x" * 4000, "\x7f", "é", "../..", "'; --"])
    def test_nonsense_is_nobody(self, app: Flask, settings: Settings, value: str) -> None:
        """The same pages as without a cookie. Seen to fail with an error for what is no token."""
        client = app.test_client(use_cookies=False)  # one that keeps cookies would drop the header
        headers = {"Cookie": f"{cookie_name(settings)}={value}".encode().decode("latin-1")}
        assert client.get("/account", headers=headers).status_code == 303
        assert client.get("/", headers=headers).data == client.get("/").data


def test_signed_in_is_a_promise(app: Flask) -> None:
    """A route that forgot `@requires` fails loudly. Seen to fail with None returned."""
    with app.test_request_context("/"):
        assert auth.person() is None
        with pytest.raises(RuntimeError):
            auth.signed_in()
        g.pop("_login_user", None)
