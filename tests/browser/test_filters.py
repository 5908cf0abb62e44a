"""Filters, radius, order and pages in a real browser, with scripts and without. The pages come from the app itself, without a server."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.world import World

pytestmark = pytest.mark.browser

HOST = "http://localhost"
TORONTO = "/ca/ontario/toronto/"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


class Asked(list[str]):
    """What the browser asked for, in order; `broken` answers everything with a fault."""

    broken = False


@pytest.fixture
def opened(browser: Browser, app: Flask, session, make) -> Iterator[Callable[..., tuple[Page, Asked]]]:
    """Open a page of a small Toronto; return it and what was asked since."""
    world = World(session, make)
    for number in range(41):
        world.profile(f"Artist {number:02}", offers=["smp"])
    for number in range(11):
        world.studio(f"Studio {number:02}")
    world.profile("Cy Osei", offers=["fue"], stars=[5, 5, 5])
    session.commit()
    with ExitStack() as contexts:

        def open_(path: str, *, scripts: bool = True, size: dict[str, int] = DESK, **more: Any) -> tuple[Page, Asked]:
            context = browser.new_context(java_script_enabled=scripts, viewport=size, **more)
            contexts.callback(context.close)
            client, asked = app.test_client(), Asked()

            def answer(route: Route) -> None:
                if "/static/" not in route.request.url:
                    asked.append(route.request.url.removeprefix(HOST))
                if asked.broken and route.request.resource_type == "fetch":
                    route.fulfill(status=500, body="broken")
                    return
                request = route.request
                headers = {name: value for name, value in request.headers.items() if name not in {"host", "cookie", "content-length"}}
                found = client.open(request.url, method=request.method, data=request.post_data_buffer, headers=headers)
                route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

            context.route(f"{HOST}/**", answer)
            page = context.new_page()
            page.set_default_timeout(10_000)
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{HOST}{path}", wait_until="networkidle")
            asked.clear()
            contexts.callback(lambda: faults == [] or pytest.fail(str(faults)))
            return page, asked

        yield open_


def names(page: Page) -> list[str]:
    return page.locator(".card__title").all_inner_texts()


def fue(page: Page) -> Locator:
    """The box of a treatment, its group opened."""
    page.locator("summary", has_text="Hair transplant").click()
    return page.get_by_role("checkbox", name=re.compile("FUE .follicular"))


def at(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(f"{HOST}{path}") + "$")


class TestInPlace:
    def test_a_filter_changes_the_list_and_the_address_and_keeps_the_focus(self, opened):
        """Seen to fail without `focused`, with the whole page loaded, and without `history.pushState`."""
        page, asked = opened(TORONTO)
        page.evaluate("window.same = true")
        box = fue(page)
        box.check()
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        expect(page).to_have_url(at(f"{TORONTO}?treatment=fue"))
        assert page.evaluate("window.same"), "the page was not loaded anew"
        assert asked == [f"{TORONTO}?treatment=fue"]
        expect(box).to_be_focused()
        expect(box).to_be_checked()
        expect(page.locator("[data-live-said]")).to_have_text("1 practitioner matches")
        expect(page.locator("[data-live-said]")).to_have_attribute("role", "status")

    def test_the_back_button_brings_the_list_and_the_boxes_back(self, opened):
        """Seen to fail without the listener on popstate."""
        page, _asked = opened(TORONTO)
        box = fue(page)
        box.check()
        expect(page.locator(".card__title")).to_have_count(1)
        page.go_back()
        expect(page.locator("[data-live=list] .card__title")).to_have_count(20)
        expect(page).to_have_url(at(TORONTO))
        expect(box).not_to_be_checked()
        page.go_forward()
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        expect(box).to_be_checked()

    def test_order_chips_and_pages_too(self, opened):
        """Seen to fail without the listener on clicks, and with the focus lost behind a page."""
        page, _asked = opened(f"{TORONTO}?treatment=smp")
        page.evaluate("window.same = true")
        page.get_by_label("Sort by").select_option("name")
        expect(page).to_have_url(at(f"{TORONTO}?treatment=smp&sort=name"))
        page.get_by_role("link", name="Next").click()
        expect(page.locator(".card__title").first).to_have_text("Artist 20")
        expect(page.locator("#list")).to_be_focused()
        expect(page.locator("#list")).to_be_in_viewport()
        page.get_by_role("link", name=re.compile("remove this filter")).click()
        expect(page.locator("[data-live=list] .card__title")).to_have_count(20)
        expect(page).to_have_url(at(f"{TORONTO}?sort=name"))
        assert page.evaluate("window.same")

    def test_an_old_answer_never_replaces_a_newer_one(self, opened):
        """Seen to fail without `stale.abort()`: with the first answer held back, its list came last."""
        page, _asked = opened(TORONTO)
        held: list[Route] = []
        page.route("**/*treatment=smp-scar*", lambda route: held.append(route) if "fue" not in route.request.url else route.fallback())
        page.get_by_role("checkbox", name="Scar camouflage").check()
        fue(page).check()
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        held[0].fallback()
        page.wait_for_timeout(300)
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        expect(page).to_have_url(at(f"{TORONTO}?treatment=smp-scar&treatment=fue"))

    def test_on_a_fault_the_browser_goes_there(self, opened):
        """Seen to fail with the error swallowed."""
        page, asked = opened(TORONTO)
        page.evaluate("window.same = true")
        asked.broken = True
        fue(page).check()
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        expect(page).to_have_url(at(f"{TORONTO}?treatment=fue"))
        assert not page.evaluate("window.same"), "a whole new page"

    def test_on_a_phone_the_button_leads_from_the_form_to_the_list(self, opened):
        """Seen to fail with the fold left open, and with a list wider than the screen."""
        page, _asked = opened(TORONTO, size=PHONE)
        page.locator(".facets__shell > summary").click()
        page.get_by_role("checkbox", name="Studios and clinics").check()
        expect(page.locator("#list")).to_have_text("0 practitioners match")
        expect(page.get_by_role("checkbox", name="Studios and clinics")).to_be_visible()
        page.get_by_role("button", name="Show results").click()
        expect(page.locator("#list")).to_be_focused()
        expect(page.get_by_role("checkbox", name="Studios and clinics")).not_to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    def test_the_same_question_again_is_no_step_to_go_back_to(self, opened):
        """Seen to fail with every answer pushed: after "Show results" the back button seemed to do nothing."""
        page, _asked = opened(TORONTO)
        fue(page).check()
        expect(page).to_have_url(at(f"{TORONTO}?treatment=fue"))
        page.get_by_role("button", name="Show results").click()
        expect(page.locator("#list")).to_be_focused()
        page.go_back()
        expect(page).to_have_url(at(TORONTO))
        expect(page.locator(".card__title").first).to_have_text("Cy Osei")

    def test_another_page_begins_at_its_beginning_at_once(self, opened):
        """Seen to fail with the way glided along: twenty cards fly past, for a second."""
        page, _asked = opened(TORONTO)
        page.evaluate(
            "addEventListener('list:changed', () => { window.top0 = document.querySelector('#list').getBoundingClientRect().top; }, true)"
        )
        page.get_by_role("link", name="Next").click()
        expect(page.locator("#list")).to_be_focused()
        assert 0 <= page.evaluate("window.top0") < DESK["height"] / 2

    def test_the_link_to_all_register_entries_leads_to_their_beginning(self, opened):
        """Seen to fail with the reader left at the end of the new list."""
        page, _asked = opened(TORONTO)
        page.get_by_role("link", name="All 11 register entries").click()
        expect(page.locator("#list")).to_have_text("11 register entries")
        expect(page.locator("#list")).to_be_focused()
        expect(page.locator("#list")).to_be_in_viewport()


class TestWithoutScripts:
    def test_every_form_has_its_button(self, opened):
        """Seen to fail with the buttons hidden by the style sheet."""
        page, _asked = opened(TORONTO, scripts=False)
        fue(page).check()
        page.get_by_role("button", name="Show results").click()
        expect(page.locator(".card__title")).to_have_text(["Cy Osei"])
        page.get_by_role("link", name=re.compile("remove this filter")).click()
        page.get_by_label("Sort by").select_option("reviews")
        page.get_by_role("button", name="Sort", exact=True).click()
        assert names(page)[0] == "Cy Osei"
        page.get_by_label("Within").select_option("25")
        page.get_by_role("button", name="Look there").click()
        assert "radius=25" in page.url
        assert "sort=reviews" in page.url


def test_long_words_stay_inside_a_small_screen(opened):
    """Seen to fail without `overflow-wrap` on chips, and with the typed words on a button."""
    page, _asked = opened(
        f"{TORONTO}?q={'x' * 90}&kind=practice&kind=other&treatment=ht-gender-affirming", size={"width": 320, "height": 700}
    )
    expect(page.locator("#list")).to_contain_text("0 practitioners")
    page.evaluate("document.querySelector('.chip').firstChild.data = 'y'.repeat(60)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
