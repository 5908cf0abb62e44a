"""Every route as everybody: what comes of it is compared with a table that a person can read.

To read or change what is allowed: `tests/attacks/matrix.txt`. After a new route run this test: it writes what it saw beside the table,
as `matrix.seen.txt`. Each line that differs is a decision, so it is copied by hand after a look.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlmodel import Session

from directory.accounts.permissions import Permission
from directory.core.db import Database
from directory.models.accounts import SignInMethod
from directory.web.auth import MET_AT
from tests.attacks.cast import WHO, Cast, routes, send, undone
from tests.clients import Visitor, forms_of
from tests.factories import Make

TABLE = Path(__file__).with_name("matrix.txt")
WIDTHS = (58, 7, *(max(len(who), len("confirmed")) + 2 for who in WHO))


def row(*cells: str) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def token(visitor: Visitor) -> str:
    """Return the token against forged requests of this visitor."""
    forms = (form for path in ("/logout", "/login") for form in forms_of(visitor.get(path)) if "csrf_token" in form.values)
    return next(forms).values["csrf_token"][0]


def word(app: Flask, answer: object, path: str) -> str:
    """Say in a word what came of it: shown, led on, led to the log-in or to what is missing, or refused."""
    status: int = answer.status_code  # type: ignore[attr-defined]
    if status in {301, 302, 303, 308}:
        there = urlsplit(answer.headers["Location"]).path  # type: ignore[attr-defined]
        with app.test_request_context():
            ways = {app.url_for("accounts.login"): "log-in"} | {
                app.url_for(endpoint): need.value for need, endpoint in MET_AT.items() if endpoint in app.view_functions
            }
        return ways.get(there, "led on") if there != urlsplit(path).path else "led on"
    return {200: "yes", 204: "yes", 422: "form"}.get(status, str(status))


def told(app: Flask, database: Database, cast: Cast, **how: object) -> list[str]:
    """Return the table as the site has it."""
    lines = [row("route", "method", *WHO)]
    for rule, method in routes(app):
        if getattr(app.view_functions[rule.endpoint], "permission", None) in {Permission.DEVELOPMENT, None}:
            continue
        path, cells = cast.path(app, rule), []
        app.extensions["hairline_limits"].reset()  # nobody opens all routes of a site within a minute
        for who in WHO:
            with undone(database):
                cells.append(word(app, send(cast.visitor(app, who, **how), method, path, token), path))
        lines.append(row(rule.rule, method, *cells))
    return lines


def test_every_route_as_everybody(app: Flask, database: Database, session: Session, make: Make) -> None:
    """Seen to fail with each predicate of the permission table taken out, and with each `@requires` made PUBLIC."""
    lines = told(app, database, Cast(session, make))
    seen = TABLE.with_suffix(".seen.txt")
    seen.write_text("\n".join(lines) + "\n", "utf-8")
    assert seen.read_text("utf-8").splitlines() == TABLE.read_text("utf-8").splitlines()
    seen.unlink()


def test_what_asks_for_more_leads_to_where_it_is_met(app: Flask, database: Database, session: Session, make: Make) -> None:
    """With one factor, an hour ago: no staff page and nothing that asks to show again who one is. Seen to fail with each need taken out."""
    cast, led = Cast(session, make), set()
    for rule, method in routes(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission in {Permission.DEVELOPMENT, Permission.PUBLIC, None}:
            continue
        path = cast.path(app, rule)
        for who in ("patient", "admin"):
            with undone(database):
                stale = cast.visitor(app, who, method=SignInMethod.PASSWORD, fresh=False)
                led.add((permission.value, who, word(app, send(stale, method, path, token), path)))
    asked = {(permission, who, said) for permission, who, said in led if said in {"fresh", "second_factor"}}
    assert asked == {
        # Changing the password, where there is a second factor: the password alone does not stand for it.
        ("signed_in", "patient", "fresh"),
        ("account_security", "patient", "fresh"),
        ("account_security", "admin", "fresh"),
        ("passkey_change", "patient", "fresh"),
        ("account_export", "patient", "fresh"),
        ("account_export", "admin", "fresh"),
        ("account_erase", "patient", "fresh"),
        ("account_erase", "admin", "fresh"),
        ("claim_decide", "admin", "second_factor"),
        ("evidence_see", "admin", "second_factor"),
        ("claim_decide", "admin", "second_factor"),
        ("moderate", "admin", "second_factor"),
        ("moderate_thing", "admin", "second_factor"),
        ("role_grant", "admin", "second_factor"),
    }


@pytest.mark.parametrize("who", [name for name in WHO if name != "signed out"])
def test_no_right_outlives_the_sign_in(app: Flask, session: Session, make: Make, who: str) -> None:
    """Seen to fail with the row of the session left out of the query."""
    cast = Cast(session, make)
    visitor = cast.visitor(app, who)
    assert visitor.get("/account", follow=False).status_code == 200
    visitor.sign_out()
    assert visitor.get("/account", follow=False).status_code == 303
