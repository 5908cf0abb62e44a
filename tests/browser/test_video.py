"""The video of a guide in a real browser: nothing loads before a press. The pages come from the app itself, without a server."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from directory.app import create_app
from directory.guides import service

pytestmark = pytest.mark.browser

GUIDE = "http://localhost/guides/scalp-micropigmentation/"


@pytest.fixture
def guide_page(browser: Browser, schema, database, session, settings) -> Callable[..., tuple[Page, list[str]]]:
    """Open the guide of a site whose video's host may be framed; return the page and what was asked of that host."""
    service.sync(session)
    session.commit()
    app = create_app(
        settings.model_copy(update={"smp_video_url": "https://video.example/smp", "video_hosts": "video.example"}), database=schema
    )

    def opened(*, scripts: bool) -> tuple[Page, list[str]]:
        asked: list[str] = []
        context = browser.new_context(java_script_enabled=scripts)
        context.route("http://localhost/**", lambda route: answer(app, route))
        context.route("https://video.example/**", lambda route: (asked.append(route.request.url), route.fulfill(body="The player"))[1])
        page = context.new_page()
        page.goto(GUIDE, wait_until="networkidle")
        return page, asked

    return opened


def answer(app: Flask, route: Route) -> None:
    """Answer a browser's request from the app."""
    response = app.test_client().get(route.request.url)
    route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.data)


def test_the_player_loads_only_after_a_press(guide_page):
    """Seen to fail: with the host left out of the content policy the frame stays empty."""
    page, asked = guide_page(scripts=True)
    assert asked == []
    page.click("[data-video]")
    page.frame_locator("iframe").get_by_text("The player").wait_for()
    assert asked == ["https://video.example/smp"]
    assert page.get_attribute("iframe", "title") == "Watch a scalp micropigmentation session"
    assert page.url == GUIDE


def test_without_scripts_the_still_is_a_link(guide_page):
    page, asked = guide_page(scripts=False)
    assert asked == []
    page.click("[data-video]")
    page.wait_for_url(re.compile("video.example"))
    assert asked == ["https://video.example/smp"]
