"""Suggestions in a real browser: by keyboard alone, for who hears the page, and never in the way. Pages come from the app itself."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from directory.app import create_app
from directory.models.profiles import ProfileKind
from tests import vendored
from tests.world import World

pytestmark = pytest.mark.browser

HOME = "http://localhost/"
MARKUP = "Torin <img src=x onerror=alert(1)> & <b>Vale</b>"


@pytest.fixture
def site(schema, database, session, make, settings) -> Flask:
    """Toronto with three profiles, the name of one of them meant badly."""
    vendored.needs("combobox-nav.js")
    world = World(session, make)
    world.profile("Torunn Marsh", slug="torunn-marsh")
    world.profile("Torsten House", kind=ProfileKind.PRACTICE)
    world.profile(MARKUP)
    make.place("Torbay", region="Ontario", country="CA", population=5)
    session.commit()
    return create_app(settings, database=schema)


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, site: Flask) -> Iterator[Opened]:
    """Opens a page of the site; what the console says against it fails the test."""
    contexts, complaints = [], []

    def open_(*, path: str = "", **options) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("http://localhost/**", lambda route: _answer(site, route))
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        page.goto(HOME + path, wait_until="networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _answer(app: Flask, route: Route) -> None:
    response = app.test_client().get(route.request.url)
    route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.data)


def _typed(page: Page, words: str, *, label: str = "Treatment or name"):
    """Type into a box of the large form and wait for its list."""
    box = page.get_by_role("main").get_by_label(label)
    box.focus()
    page.keyboard.type(words)
    expect(page.get_by_role("listbox")).to_be_visible()
    return box


def _active(page: Page) -> str:
    """Return the words of the option that the box says is active."""
    return page.evaluate("document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? ''")


def test_a_person_is_chosen_by_keyboard_alone(opened: Opened) -> None:
    """Down, Up, round the end, Enter. Seen to fail with the list drawn without roles: nothing becomes active."""
    page = opened()
    box = _typed(page, "toru")
    expect(box).to_have_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert _active(page) == ""
    page.keyboard.press("ArrowDown")
    assert _active(page).startswith("Torunn Marsh")
    page.keyboard.press("ArrowUp")
    assert _active(page) == ""
    page.keyboard.press("ArrowUp")
    assert _active(page).startswith("Torunn Marsh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/torunn-marsh")


def test_a_place_leads_to_its_page_and_beside_words_it_fills_its_box(opened: Opened) -> None:
    """Seen to fail with the words not looked at: what was typed beside the place was lost."""
    page = opened()
    _typed(page, "toron", label="City or postcode")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ca/ontario/toronto/")
    page.goto(HOME)
    page.get_by_role("main").get_by_label("Treatment or name").fill("scar")
    box = _typed(page, "toron", label="City or postcode")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Toronto, Ontario, Canada")
    expect(box).to_be_focused()
    assert page.url == HOME
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?what=scar&where=Toronto*")


def test_a_treatment_fills_the_box(opened: Opened) -> None:
    """Seen to fail with the choice not put into the box."""
    page = opened()
    box = _typed(page, "hair tat")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Scalp micropigmentation")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_enter_with_nothing_chosen_sends_the_form(opened: Opened) -> None:
    """Seen to fail with the first line active from the start."""
    page = opened()
    _typed(page, "toru")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*what=toru*")


def test_escape_closes_and_keeps_the_words_and_down_opens_again(opened: Opened) -> None:
    """Seen to fail without the rule for Escape: the list stays."""
    page = opened()
    box = _typed(page, "toru")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("toru")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert _active(page).startswith("Torunn Marsh")


def test_tab_goes_on_and_home_and_end_move_in_the_words(opened: Opened) -> None:
    """Seen to fail with the library's own rule for Tab, which takes the active line."""
    page = opened()
    box = _typed(page, "toru")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    assert _active(page) == ""
    assert box.evaluate("box => box.selectionStart") == 0
    page.keyboard.press("End")
    assert box.evaluate("box => box.selectionStart") == 4
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("toru")
    expect(page.get_by_role("main").get_by_label("City or postcode")).to_be_focused()


def test_who_hears_the_page_is_told_how_many_and_in_which_groups(opened: Opened) -> None:
    """Seen to fail with the status made together with its words: it is not said."""
    page = opened()
    _typed(page, "tor")
    expect(page.get_by_role("main").get_by_role("search").get_by_role("status").first).to_have_text("5 suggestions")
    for title in ("Places", "People", "Studios and clinics"):
        assert page.get_by_role("group", name=title).get_by_role("option").count() > 0
    page.keyboard.press("ArrowDown")
    found = Axe().run(page, context=".search-box", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_markup_in_a_name_is_text(opened: Opened) -> None:
    """Seen to fail with `innerHTML` for the name: the picture's handler is stopped by the content policy alone, and its error shows."""
    page = opened()
    _typed(page, "torin")
    assert page.get_by_role("option").first.locator(".suggestions__name").inner_text() == MARKUP
    assert page.get_by_role("listbox").locator("img, b").count() == 0


def test_a_late_answer_to_older_letters_is_dropped(opened: Opened) -> None:
    """Seen to fail with `abort` taken out: the older list comes back."""
    page = opened()
    held: list[Route] = []
    page.context.route("**/suggest?q=tor&*", lambda route: held.append(route))
    box = page.get_by_role("main").get_by_label("Treatment or name")
    box.press_sequentially("tor", delay=10)
    for _ in range(100):
        page.wait_for_timeout(100)
        if held:
            break
    assert held
    box.press_sequentially("unn", delay=10)
    expect(page.get_by_role("option")).to_have_count(1)
    held[0].fulfill(json={"groups": [{"title": "Old", "options": [{"label": "Old", "note": "", "fills": "Old"}]}], "said": "1 suggestion"})
    page.wait_for_timeout(200)
    assert page.get_by_role("option").inner_text().startswith("Torunn Marsh")


def test_a_failing_answer_leaves_the_form_as_it_is(opened: Opened) -> None:
    """Seen to fail with the error not caught."""
    page = opened()
    page.context.route("**/suggest?*", lambda route: route.fulfill(body="no JSON"))
    box = page.get_by_role("main").get_by_label("Treatment or name")
    box.press_sequentially("toru", delay=10)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*what=toru*")


def test_the_pointer_chooses_and_the_focus_stays(opened: Opened) -> None:
    """Seen to fail with the press taking the focus: the list closes before the click."""
    page = opened()
    _typed(page, "toru")
    page.get_by_role("option").first.click()
    page.wait_for_url("**/p/torunn-marsh")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_stays_within_the_page(opened: Opened, scheme: str) -> None:
    """Seen to fail with a width of its own for the list."""
    page = opened(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    _typed(page, "tor")
    frame = page.get_by_role("listbox").bounding_box()
    assert frame is not None
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert all(box["height"] >= 44 for option in page.get_by_role("option").all() if (box := option.bounding_box()))


def test_the_small_box_of_the_header_has_them_too(opened: Opened) -> None:
    """Seen to fail with the list put into a part that the small form does not have."""
    page = opened(viewport={"width": 1440, "height": 900})
    box = page.get_by_role("banner").get_by_role("combobox")
    box.focus()
    page.keyboard.type("toron")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown") if not _active(page) else None
    page.keyboard.press("Enter")
    page.wait_for_url("**/ca/ontario/toronto/")


def test_without_scripts_the_form_is_whole(opened: Opened) -> None:
    page = opened(java_script_enabled=False)
    page.get_by_role("main").get_by_label("City or postcode").fill("toronto")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.wait_for_url("**/ca/ontario/toronto/")
