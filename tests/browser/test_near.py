"""Near me in a real browser, against the site as it is served: from a press to the page of the nearest place."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

TORONTO = "/ca/ontario/toronto/"
HERE = {"latitude": 43.6543219, "longitude": -79.3876543}
#: What must stand nowhere but in the body of one form.
POINT = re.compile(r"43[.,]65|79[.,]3")


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page of the site in a browser of its own."""
    with ExitStack() as contexts:

        def open_(path: str, **more: Any) -> Page:
            context = browser.new_context(base_url=site.url, **more)
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.goto(path, wait_until="networkidle")
            return page

        yield open_


def at(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path) + "$")


def test_a_press_leads_to_the_nearest_place_and_the_point_stays_in_one_body(opened, site: Site):
    """Seen to fail with a form that asks with GET (a point in an address), and with `toFixed(7)` in near.js."""
    page = opened("/near?treatment=fue", geolocation=HERE, permissions=["geolocation"])
    sent, bodies = [], []
    page.on("request", lambda request: sent.append(f"{request.url} {request.all_headers().get('referer', '')}"))
    page.on("request", lambda request: bodies.append(request.post_data or ""))
    page.get_by_role("button", name="Use my location").click()
    page.wait_for_url(at(f"{TORONTO}?radius=25&treatment=fue"))
    assert page.evaluate("document.referrer") == ""
    assert [line for line in sent if POINT.search(line)] == []
    assert "lat=43.65&lon=-79.39&" in next(filter(None, bodies)) + "&"
    assert not POINT.search((site.data_dir / "serve.log").read_text())
    assert not [cookie for cookie in page.context.cookies() if POINT.search(cookie["value"])]
    page.go_back()
    assert page.locator("[name=lat]").input_value() == ""


def test_a_refusal_is_said_and_a_place_can_be_typed(opened):
    """Seen to fail without the second argument of getCurrentPosition."""
    page = opened("/near", permissions=[])
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_role("alert")).to_contain_text("not allowed to say where you are")
    page.get_by_label("Or type a city or postcode").fill("toronto")
    page.get_by_role("button", name="Show this place").click()
    page.wait_for_url(at(TORONTO))


def test_without_scripts_a_place_is_typed(opened):
    """Seen to fail with the button shown that then could do nothing."""
    page = opened("/near", java_script_enabled=False)
    expect(page.get_by_role("button", name="Use my location")).not_to_be_visible()
    expect(page.get_by_text("Your browser runs no scripts here")).to_be_visible()
    page.get_by_label("Or type a city or postcode").fill("toronto")
    page.get_by_role("button", name="Show this place").click()
    page.wait_for_url(at(TORONTO))
