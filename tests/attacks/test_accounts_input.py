"""What an attacker sends to the account pages: ways astray, poisoned hosts, forged forms, nonsense; and what is kept in clear."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from directory.core.db import Database
from directory.models.accounts import AuthSession, MailedToken, Role, User
from directory.models.base import metadata
from directory.models.ops import Job
from directory.web.auth import local_path
from tests.accounts.visits import ADA, boundless, link_in, log_in, mails, register
from tests.clients import Visitor, forms_of
from tests.factories import PASSWORD, Make

GREEN = "three calm green mornings"
KNOWN = "known1@patients.example"

#: Where nobody may be led. (RFC 3986 and what browsers make of it.)
ASTRAY = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example\t", "/\t/evil.example",
    "https:evil.example", "https://evil.example", "http:/evil.example", "javascript:alert(1)", "//user@evil.example",
    "/\r\nLocation: //evil.example", "evil.example", "?next=//evil.example", " //evil.example", "/a b", "", "/" + "x" * 600, "/\x00",
    "data:text/html,x", "/\u2028//evil.example", "/\u200b/evil.example",
]  # fmt: skip


class TestOpenRedirect:
    @pytest.mark.parametrize("target", ASTRAY)
    def test_the_log_in_leads_to_this_site_alone(self, visitor: Visitor, make: Make, target: str) -> None:
        """Seen to fail with the target taken as it is."""
        make.user(email=KNOWN)
        page = visitor.get("/login", query_string={"next": target})
        assert _is_local(visitor.fill(page, email=KNOWN, password=PASSWORD, follow=False))
        data = forms_of(visitor.get("/logout"))[-1].values | {"email": KNOWN, "password": PASSWORD, "next": target}
        assert _is_local(visitor.post("/login", data, follow=False))

    @pytest.mark.parametrize("target", ASTRAY)
    def test_the_way_from_registration_to_confirmation_stays_here(
        self, app: Flask, visitor: Visitor, session: Session, target: str
    ) -> None:
        """Seen to fail with the target taken as it is, and with longer ones than the column holds."""
        page = visitor.get("/register")
        visitor.fill(page, **(ADA | {"next": target}))
        assert _is_local(visitor.send(link_in(mails(app, session)[0]), follow=False))

    @pytest.mark.parametrize("target", ASTRAY)
    def test_what_leads_astray_becomes_the_start(self, target: str) -> None:
        """Here the framework's own mending of addresses does not help. Seen to fail with each condition taken out."""
        assert local_path(target) == "/"

    def test_what_is_local_is_kept_whole(self) -> None:
        """Seen to fail with "/" for everything."""
        for target in ("/", "/p/ada-marsh?sort=newest#reviews", "/search?q=a%20b", "/us/california/", "/suche?ort=münchen"):
            assert local_path(target) == target


def _is_local(answer: TestResponse) -> bool:
    where = answer.headers["Location"]
    return answer.status_code == 303 and where[:1] == "/" and where[1:2] not in {"/", "\\"} and all(32 < ord(c) < 127 for c in where)


class TestPoisonedLinks:
    @pytest.mark.parametrize(
        "headers", [{"X-Forwarded-Host": "evil.example"}, {"Host": "127.0.0.1:9999"}, {"Forwarded": "host=evil.example"}]
    )
    def test_mails_name_the_host_of_the_settings(
        self, app: Flask, visitor: Visitor, session: Session, make: Make, headers: dict[str, str]
    ) -> None:
        """Seen to fail with `url_for(..., _external=True)`."""
        make.user(email=KNOWN)
        page = visitor.get("/reset")
        data = forms_of(page)[-1].values | {"email": KNOWN}
        if "Host" in headers:
            page = visitor.get("/reset", base_url=f"http://{headers['Host']}")
            visitor.client.post("/reset", data=forms_of(page)[-1].values | {"email": KNOWN}, base_url=f"http://{headers['Host']}")
        else:
            visitor.post("/reset", data, headers=headers)
        (mail,) = mails(app, session)
        assert "http://localhost:8000/reset/" in mail.text
        assert "evil" not in mail.text + mail.html
        assert "9999" not in mail.text + mail.html

    def test_a_secret_page_tells_no_other_site_where_it_is(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the header of all other pages. `no-referrer` would make the form come from nowhere."""
        make.user(email=KNOWN)
        visitor.send("/reset", email=KNOWN)
        page = visitor.get(link_in(mails(app, session)[0]))
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"


class TestSecrets:
    def test_no_row_holds_a_secret_in_clear(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Tokens and passwords are searched for in every column of every table but the kept mails, which exist in development alone.

        Seen to fail with the token in the job's payload.
        """
        make.user(email=KNOWN)
        register(visitor)
        visitor.send("/reset", email=KNOWN)
        links = [link_in(mail) for mail in mails(app, session)]
        log_in(visitor, KNOWN)
        cookie = visitor.client.get_cookie("session")
        assert cookie is not None
        secrets = [*(link.rsplit("/", 1)[1] for link in links), ADA["password"], PASSWORD, cookie.value]
        assert len(links) == 2
        for table in metadata.sorted_tables:
            if table.name != "kept_mails":
                held = repr(session.execute(table.select()).all())
                assert not [secret for secret in secrets if secret in held], table.name
        assert session.exec(select(MailedToken)).all()
        assert session.exec(select(Job).where(col(Job.name) == "mail.password_reset")).all()

    def test_no_log_line_holds_one_either(
        self, app: Flask, visitor: Visitor, session: Session, make: Make, log_lines: Callable[[], str]
    ) -> None:
        """Nor an address. Seen to fail with the path logged in place of the rule."""
        make.user(email=KNOWN)
        visitor.send("/reset", email=KNOWN)
        path = link_in(mails(app, session)[0])
        visitor.get(path)
        log_in(visitor, KNOWN, "wrong words\r\nlevel=fatal")
        lines = log_lines()
        assert '"route": "/reset/<token>"' in lines
        for secret in (path.rsplit("/", 1)[1], "wrong words", KNOWN):
            assert secret not in lines

    def test_what_the_database_complains_of_names_no_value(self, database: Database) -> None:
        """Complaints are logged. Seen to fail without `hide_parameters`."""
        with database.session() as session, pytest.raises(DBAPIError) as complaint:
            session.execute(text("SELECT * FROM nowhere WHERE email = :email"), {"email": KNOWN})
        assert KNOWN not in str(complaint.value)


class TestForgery:
    @pytest.mark.parametrize("path", ["/login", "/logout", "/register", "/reset", "/account/password", "/account/confirmation"])
    def test_without_the_token_nothing_happens(self, visitor: Visitor, session: Session, make: Make, path: str) -> None:
        """Seen to fail with the check switched off."""
        user = make.user(email=KNOWN, email_confirmed_at=None)
        visitor.sign_in(user)
        data = ADA | {"password": PASSWORD, "new_password": GREEN, "email": KNOWN}
        assert visitor.post(path, data, follow=False).status_code == 400
        session.expire_all()
        assert [row.revoked_at for row in session.exec(select(AuthSession))] == [None]
        assert session.exec(select(Job)).all() == []

    def test_mass_assignment_is_ignored(self, visitor: Visitor, session: Session) -> None:
        """Every column of the table, sent with the form. Seen to fail with `User(**request.form)`."""
        page = visitor.get("/register")
        (form,) = [one for one in forms_of(page) if one.method == "post"]
        columns = {name: "1" for name in User.model_fields if name not in form.names}
        more = {"role": "admin", "status": "active", "is_sample": "1", "email_confirmed_at": "2026-01-01", "id": "777"}
        data = form.values | columns | more | {k: "y" if v is True else v for k, v in ADA.items()}
        assert visitor.post("/register", data).request.path == "/register/sent"
        user = session.exec(select(User)).one()
        assert (user.role, user.is_confirmed, user.is_sample, user.password_version) == (Role.PATIENT, False, False, 1)
        assert user.id != 777


NASTY = [
    "", " ", "\x00", "a\x00b", "\x1b[2J", "\u202eevil\u202c", "\u200b" * 50, "🌱" * 300, "ﷺ" * 100, "a\u0303\u0311\u0334" * 40,
    "\ufffe\uffff", "<script>alert(1)</script>", "{{ 7 * 7 }} %(x)s %s", "'; DROP TABLE users; --", "\r\nBcc: all@evil.example",
    "x" * 100_000, "-1", "1e309", "NaN", "٣" * 4, "𝕬𝖉𝖆",
]  # fmt: skip


class TestNonsense:
    @pytest.mark.parametrize("path", ["/login", "/register", "/reset", "/account/password"])
    @pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
    def test_in_every_field_it_is_answered_kindly(
        self, visitor: Visitor, make: Make, monkeypatch: pytest.MonkeyPatch, path: str, nasty: str
    ) -> None:
        """A message at the field or a refusal, never a 500, and never as markup. Seen to fail with the key of the form kept as sent."""
        for name in ("LOG_IN", "REGISTER", "ASK_FOR_MAIL", "MAIL_TO_ONE"):
            monkeypatch.setattr(f"directory.accounts.throttle.{name}", boundless())
        if path.startswith("/account"):
            visitor.sign_in(make.user())
        (form,) = [one for one in forms_of(visitor.get(path)) if one.method == "post"]
        good = {**form.values, **{k: "y" if v is True else v for k, v in ADA.items() if k in form.names}, "new_password": GREEN}
        for name in form.names - {"csrf_token"}:
            answer = visitor.post(path, good | {name: nasty}, follow=False)
            assert answer.status_code in {303, 400, 413, 422}
            assert "<script>alert" not in answer.text
        assert visitor.post(path, {"csrf_token": form.values["csrf_token"]}, follow=False).status_code == 422

    @pytest.mark.parametrize("body", [b"\xff\xfe\xfd=\xff&email=\xc3\x28", b"&&&===", b"email=" + b"%00" * 500, b"\x00" * 1000])
    def test_bytes_that_are_no_text(self, visitor: Visitor, body: bytes) -> None:
        """Seen to fail with strict decoding."""
        token = forms_of(visitor.get("/login"))[-1].values["csrf_token"][0].encode()
        sent = body + b"&password=x&csrf_token=" + token
        answer = visitor.client.post("/login", data=sent, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {400, 422}

    @pytest.mark.parametrize("body", ["[1, 2]", '{"email": ["a"], "password": {"a": 1}}', "null", '"x"', "{"])
    def test_json_is_no_form(self, visitor: Visitor, body: str) -> None:
        """With the right token in a header. Seen to fail on a list: a TypeError."""
        token = forms_of(visitor.get("/login"))[-1].values["csrf_token"][0]
        answer = visitor.client.post("/login", data=body, content_type="application/json", headers={"X-CSRFToken": token})
        assert answer.status_code == 415

    def test_a_body_of_megabytes_is_not_read(self, visitor: Visitor) -> None:
        """Seen to fail without MAX_CONTENT_LENGTH."""
        data = forms_of(visitor.get("/login"))[-1].values | {"email": "x", "password": "x" * 1_000_000}
        assert visitor.post("/login", data).status_code == 413
