"""The second factor of somebody who drives a browser: codes of an authenticator app, each once."""

import time

import pyotp
from playwright.sync_api import Page

from directory.accounts.totp import STEP

#: Secret -> the newest step whose code was typed: the site takes each once.
_typed: dict[str, int] = {}


def fresh_code(secret: str) -> str:
    """Return a code that was not typed before; a second one within half a minute is that of the next step, which the site takes too."""
    now = int(time.time()) // STEP
    step = max(now, _typed.get(secret, 0) + 1)
    if step > now + 1:
        time.sleep((step - 1) * STEP - time.time() + 0.2)
    _typed[secret] = step
    return pyotp.TOTP(secret).generate_otp(step)


def type_code(page: Page, secret: str) -> None:
    """Answer the page that follows the password."""
    page.get_by_label("Code of your authenticator app").fill(fresh_code(secret))
    page.get_by_role("main").get_by_role("button", name="Go on").click()
