"""Somebody with an account and a browser: logs in, reads their mail, waits for the worker."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from directory.accounts import totp
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import User
from tests.browser.conftest import Site
from tests.browser.signing import type_code
from tests.factories import PASSWORD, Make

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@contextmanager
def writing(site: Site) -> Iterator[Session]:
    """Write into the database of a running site, for what a journey needs to find there."""
    database = Database(Settings(data_dir=site.data_dir, secret_key=site.secret_key).database)
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.dispose()


def person(site: Site, name: str, email: str) -> int:
    """Make somebody who can log in, and return their number."""
    with writing(site) as session:
        return Make(session).user(name, email=email).id


def moderator(site: Site, name: str, email: str, *, secret: str) -> int:
    """Make a moderator whose authenticator app knows `secret`."""
    with writing(site) as session:
        user: User = Make(session).moderator(name, email=email)
        totp.put(session, user_id=user.id, secret=secret, key=site.secret_key, confirmed_at=clock.now())
        return user.id


def open_page(browser: Browser, url: str, *, size: dict[str, int] = DESK, scripts: bool = True) -> Page:
    """Return a page of a browser of its own; `page.context.close()` ends it."""
    return browser.new_context(base_url=url, viewport=size, java_script_enabled=scripts).new_page()  # type: ignore[arg-type]


def log_in(page: Page, email: str, *, target: str, secret: str = "") -> None:
    """Log in by keyboard, with a code of the authenticator app where there is a secret, and arrive at a path."""
    page.goto(f"/login?next={target}")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    if secret:
        type_code(page, secret)
    expect(page).to_have_url(re.compile(rf"^[^?]*{re.escape(target)}$"))  # not the log-in page, whose `next` ends with it, too


def open_mail(page: Page, subject: str, *, to: str) -> None:
    """Open the newest kept mail of that subject; the worker sends it within moments."""
    for _ in range(60):
        page.goto("/dev/outbox")
        found = page.locator("li").filter(has_text=f"To {to},").filter(has_text=subject)
        if found.count():
            found.first.get_by_role("link").click()
            return
        page.wait_for_timeout(250)
    pytest.fail(f"no mail to {to}: {subject}")
