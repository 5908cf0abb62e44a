"""Every form and what nobody should send it: refused clearly, the database as it was, and nothing typed is lost."""

import re
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from sqlmodel import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory.core.db import Database
from tests.attacks.cast import UNSAFE, Cast, routes, undone
from tests.attacks.rows import all_rows
from tests.attacks.test_matrix import token
from tests.clients import Visitor, forms_of
from tests.drills import size
from tests.factories import Make

#: Tables that count or remember that somebody tried: a refused try is counted on purpose.
COUNTS = frozenset({"login_failures", "rate_counts", "jobs"})
FORM = "application/x-www-form-urlencoded"


def kept(session: Session) -> dict[str, list[Any]]:
    return {name: rows for name, rows in all_rows(session).items() if name not in COUNTS}


def unsafe(app: Flask) -> list[Rule]:
    """The routes that take a form, those of staff and development too."""
    return [rule for rule, method in routes(app) if method in UNSAFE]


def everywhere(app: Flask, database: Database, cast: Cast) -> Any:
    """Yield each route with a visitor who may use it, the token and the names of its fields; what they write is undone."""
    for rule in unsafe(app):
        app.extensions["hairline_limits"].reset()  # nobody opens all forms of a site within a minute
        # Of the patient's profile there is a review of theirs already, so another one is asked for it.
        people = ("other patient", "patient") if rule.endpoint == "reviews.write" else ("patient", "other patient")
        who = next(name for name in (*people, "owner", "admin", "signed out") if _reaches(app, database, cast, rule, name))
        with undone(database):
            visitor, path = cast.visitor(app, who), cast.path(app, rule)
            page = visitor.get(path, follow=False)
            forms = [form for form in forms_of(page) if form.method == "post"] if page.status_code == 200 else []
            yield rule, visitor, path, token(visitor), (sorted(forms[0].names) if forms else ["next"])


def _reaches(app: Flask, database: Database, cast: Cast, rule: Rule, who: str) -> bool:
    if who == "signed out":
        return True
    with undone(database):
        return cast.visitor(app, who).get(cast.path(app, rule), follow=False).status_code in {200, 405, 410}


BODIES: dict[str, Any] = {
    "junk bytes": lambda names, token: (b"\xff\xfe=\x00\x01&" + b"&".join(n.encode() + b"=\xc3\x28\x00" for n in names), FORM),
    "a field twice": lambda names, token: (f"csrf_token={token}&" + "&".join(f"{n}=a&{n}=b" for n in names), FORM),
    "a thousand fields": lambda names, token: (f"csrf_token={token}&" + "&".join(f"x{n}=1" for n in range(1000)), FORM),
    "ten megabytes": lambda names, token: (f"csrf_token={token}&{names[0]}=" + "x" * 10_000_000, FORM),
    "a list as JSON": lambda names, token: ("[[[[1]]]]", "application/json"),
    "an object as JSON": lambda names, token: ("{" + ",".join(f'"{n}": {{"a": [1, true, null]}}' for n in names) + "}", "application/json"),
    "XML": lambda names, token: ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "application/xml"),
    "a file for a word": lambda names, token: (
        "--b\r\n"
        + "--b\r\n".join(f'Content-Disposition: form-data; name="{n}"; filename="../../x"\r\n\r\n\x00\r\n' for n in names)
        + f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    "a boundary that never comes": lambda names, token: ("--b\r\n" * 3000, "multipart/form-data; boundary=" + "c" * 70),
    "no body at all": lambda names, token: (b"", ""),
}


def test_what_is_no_form_is_refused(app: Flask, database: Database, session: Session, make: Make) -> None:
    """Every kind on every route.

    Seen to fail with `no_doubles`, MAX_CONTENT_LENGTH and MAX_FORM_PARTS taken out, and with JSON read as a form.
    """
    cast, wrong = Cast(session, make), []
    before = kept(session)
    for rule, visitor, path, csrf, names in everywhere(app, database, cast):
        fields = [name for name in names if name not in {"csrf_token", "idempotency_key"}] or ["next"]
        for kind, made in BODIES.items():
            body, content_type = made(fields, csrf)
            headers = {"X-CSRFToken": csrf} if kind not in {"no body at all"} else {}
            answer = visitor.client.post(
                path, data=body, content_type=content_type, headers=headers, environ_base={"REMOTE_ADDR": visitor.address}
            )
            if not 400 <= answer.status_code < 500:
                wrong.append(f"{rule.rule}, {kind}: {answer.status_code}")
            elif rule.endpoint not in {"near.find"} and not _text(answer).strip():
                wrong.append(f"{rule.rule}, {kind}: says nothing")
        if _differs(session, before):
            wrong.append(f"{rule.rule}: changed the database")
    # A form that is one button holds nothing that could be wrong: what it does is asked for by the address.
    assert [one for one in wrong if not _is_a_button(one)] == []


def _text(answer: TestResponse) -> str:
    """Return what an answer says; a copy of one's data is no text."""
    return answer.get_data().decode("utf-8", "replace")


def _differs(session: Session, before: dict[str, list[Any]]) -> bool:
    now = kept(session)
    return {name: rows for name, rows in now.items() if name not in {"auth_sessions"}} != {
        name: rows for name, rows in before.items() if name not in {"auth_sessions"}
    }


#: Routes whose form is one button, or boxes of which none need be ticked.
BUTTONS = (
    *("/logout", "/comments/<int:comment_id>/delete", "/reviews/<int:review_id>/withdraw", "/account/confirmation"),
    *("/account/consents/", "/account/export", "/account/erase/", "/moderation/evidence/"),
    *("/account/email/cancel", "/account/notifications", "/account/sessions/", "/unsubscribe/", "/account/second-factor/"),
    *("/account/second-factor/app:", "/account/second-factor/app/remove", "/account/second-factor/codes"),
    *("/account/second-factor/passkeys/", "/account/second-factor/app/code", "/login/second"),  # the last two lead on: nothing waits there
    *("/claims/<int:claim_id>/withdraw", "/manage/<slug>/credentials/<int:credential_id>/remove", "/manage/<slug>/give-back"),
    *("/manage/<slug>/people/<int:role_id>/end", "/manage/<slug>/reviews/<int:review_id>/reply/withdraw"),
    "/manage/<slug>/reviews/<int:review_id>/dispute/call-off",
    *("/manage/<slug>/team/<int:membership_id>/remove", "/manage/<slug>/team/invitations/<int:invitation_id>"),
    # Nothing is decided yet that could be appealed.
    *("/manage/<slug>/reviews/<int:review_id>/dispute/appeal", "/reviews/<int:review_id>/dispute/appeal"),
)


def _is_a_button(complaint: str) -> bool:
    return complaint.startswith(BUTTONS)


WORDS = {
    "far too long": "x" * 60_000,
    "NUL and controls": "a\x00b\x01\x1b[31m\x7f\u2028",
    "steering marks": "\u202eevil\u200b\u2066x",
    "half a pair": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "a number that is none": "NaN",
    "a huge number": "9" * 400,
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "a template": "{{7*7}}${7*7}#{7*7}<%= 7*7 %>%(x)s{0}",
    "a path": "../../../../etc/passwd%00",
    "SQL": "'; DROP TABLE users; --",
    "a header": "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
}
#: So many of them meet each field in `make test`.
FEW = 4


def test_a_nasty_word_in_every_field(app: Flask, database: Database, session: Session, make: Make) -> None:
    """A message at the field or a plain answer, never a 500, never as markup. Seen to fail with `hidden` keys kept as sent, and with a
    column shorter than its field."""
    cast, wrong, shown = Cast(session, make), [], 0
    for rule, visitor, path, csrf, names in everywhere(app, database, cast):
        for name, kind in _pairs(rule, [name for name in names if name != "csrf_token"]):
            with undone(database):
                data = {"csrf_token": csrf, name: WORDS[kind]}
                answer = visitor.client.post(path, data=data, environ_base={"REMOTE_ADDR": visitor.address})
            if answer.status_code >= 500:
                wrong.append(f"{rule.rule} {name}, {kind}: {answer.status_code}")
            if "<script>alert" in _text(answer) or "<img src=x" in _text(answer) or "Set-Cookie: x" in str(answer.headers):
                wrong.append(f"{rule.rule} {name}, {kind}: as markup")
            if kind == "a template" and re.search(r"49\$|>49<", _text(answer)):
                wrong.append(f"{rule.rule} {name}: calculated")
            shown += answer.status_code == 422
    assert wrong == []
    assert shown > 50 * FEW


def _pairs(rule: Rule, names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each field with each word; at small numbers with a few, from field to field others."""
    kinds = list(WORDS)
    many = size(small=FEW, full=len(kinds))
    for place, name in enumerate(names, crc32(rule.rule.encode())):
        yield from ((name, kinds[(place * FEW + n) % len(kinds)]) for n in range(many))


KEEPS = "Three calm words that nobody should have to type twice."


def test_what_was_typed_is_still_there(app: Flask, database: Database, session: Session, make: Make) -> None:
    """Every text field of every form that is shown again holds what was sent, save passwords and codes.

    Seen to fail with a form made anew for the answer.
    """
    cast, lost, held = Cast(session, make), [], 0
    for rule, visitor, path, csrf, names in everywhere(app, database, cast):
        with undone(database):
            data = {"csrf_token": csrf} | {name: KEEPS for name in names if name not in {"csrf_token", "idempotency_key", "next"}}
            answer = visitor.client.post(path, data=data, environ_base={"REMOTE_ADDR": visitor.address})
        if answer.status_code != 422:
            continue
        again = next((form for form in forms_of(answer) if form.method == "post"), None)
        if again is None:
            continue
        for name in set(names) - {"csrf_token", "idempotency_key", "next"}:
            value = again.values.get(name, [""])[0]
            is_text = name in again.values and f'type="password" value="" name="{name}"' not in _text(answer)
            if is_text and KEEPS in value:
                held += 1
            elif (
                is_text
                and any(f'{kind}" name="{name}"' in _text(answer) for kind in ("text", "email"))
                or f"<textarea name={name}" in _text(answer)
            ):
                lost.append(f"{rule.rule} {name}: {value!r}")
    assert lost == []
    assert held >= 12


@pytest.mark.parametrize(
    "query", ["x=%ff%fe", "page=%00", "q=" + "a" * 20_000, "page=1&page=2", "next=//evil.example", "&".join(f"a{n}=1" for n in range(2000))]
)
def test_nasty_addresses(app: Flask, database: Database, session: Session, make: Make, query: str) -> None:
    """Every page with every query: never a 500. Seen to fail with `page` read by int()."""
    cast, wrong = Cast(session, make), []
    for rule, method in routes(app):
        if method == "GET" and rule.endpoint != "ops.readyz":
            answer = cast.visitor(app, "admin").client.get(f"{cast.path(app, rule)}?{query}", environ_base={"REMOTE_ADDR": "192.0.2.9"})
            if answer.status_code >= 500:
                wrong.append(f"{rule.rule}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("value", ["0", "-1", "99999999999999999999999", "1e5", "%00", "٣", "1%20OR%201=1", "../1"])
def test_nasty_numbers_in_addresses(app: Flask, session: Session, make: Make, value: str) -> None:
    """Every id in every route: 404, never a 500. Seen to fail with a number that no column holds handed to the database."""
    cast, wrong = Cast(session, make), []
    for rule, method in routes(app):
        for name in rule.arguments & {
            "review_id",
            "comment_id",
            "report_id",
            "profile_id",
            "user_id",
            "session_id",
            "passkey_id",
            "mail_id",
            "evidence_id",
            "entry_id",
        }:
            path = cast.path(app, rule).replace(f"/{cast.values[name]}", f"/{value}", 1)
            visitor: Visitor = cast.visitor(app, "admin")
            answer = visitor.client.open(path, method=method, data={"csrf_token": token(visitor)} if method != "GET" else None)
            if answer.status_code not in {400, 404}:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
