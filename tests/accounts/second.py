"""What tests of second factors share: codes, a device with a passkey, and the doors of the page's script."""

import json
import re
from typing import Any

import pyotp
from flask import Flask
from sqlmodel import Session
from werkzeug.test import TestResponse

from directory.accounts import recovery
from directory.accounts.totp import STEP
from directory.core import clock
from directory.models.accounts import User
from tests.accounts.authenticator import Authenticator
from tests.accounts.visits import log_in
from tests.clients import Visitor, forms_of, words_of
from tests.factories import TOTP_SECRET

HOME = "/account/second-factor"


def code(steps: int = 0, secret: str = TOTP_SECRET) -> str:
    """Return the code of now, or of some steps before or after."""
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // STEP + steps)


def wrong_code() -> str:
    """Return six digits that fit none of the steps near now."""
    near = {code(steps) for steps in range(-3, 4)}
    return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)


def token(visitor: Visitor, path: str) -> str:
    """Return the token against forged requests of a page."""
    page = visitor.get(path)
    found = [form.values["csrf_token"][0] for form in forms_of(page) if "csrf_token" in form.values]
    assert found, f"{path}: {page.status} {words_of(page)[:200]}"
    return found[0]


def call(visitor: Visitor, path: str, page: str, body: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    """Send what the page's script would send."""
    headers = {"X-CSRFToken": token(visitor, page)}
    return visitor.client.post(
        path,
        data=json.dumps(body or {}),
        content_type="application/json",
        headers=headers,
        environ_base={"REMOTE_ADDR": visitor.address},
        **more,
    )


def options(visitor: Visitor, path: str, page: str) -> dict[str, Any]:
    """Ask for a challenge."""
    answer = call(visitor, path + "/options", page)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


def add_passkey(visitor: Visitor, device: Authenticator | None = None, **more: Any) -> Authenticator:
    """Add a passkey to whoever is signed in, and return the device that holds it."""
    device = device or Authenticator()
    page, path = HOME + "/passkeys/add", HOME + "/passkeys"
    made = device.make(options(visitor, path, page))
    answer = call(visitor, path, page, {"credential": made, "name": "my phone", "ends_others": False} | more)
    assert answer.status_code == 200, answer.text
    return device


def passkey_log_in(visitor: Visitor, device: Authenticator, **how: Any) -> TestResponse:
    """Log in with a passkey alone."""
    given = device.answer(options(visitor, "/login/passkey", "/login"), **how)
    return call(visitor, "/login/passkey", "/login", {"credential": given, "next": "/account"})


def half(app: Flask, user: User, address: str = "192.0.2.1") -> Visitor:
    """Somebody whose password was right and who is asked for the second factor."""
    visitor = Visitor(app, address)
    assert log_in(visitor, user.email).request.path == "/login/second"
    return visitor


def is_in(visitor: Visitor) -> bool:
    """Say whether somebody is signed in."""
    return visitor.get("/account", follow=False).status_code == 200


def codes_of(session: Session, user: User) -> list[str]:
    """Give somebody recovery codes, and return them."""
    codes = recovery.make()[:3]
    recovery.replace(session, user_id=user.id, hashes=recovery.hashes(codes))
    return codes


def shown_codes(page: TestResponse) -> list[str]:
    """Return the recovery codes that a page shows."""
    return re.findall(r">([2-9a-z]{5}-[2-9a-z]{5})<", page.text)
