"""The map beside a list in a real browser: pins, popups, in step with the list, by keyboard, on a phone, without scripts."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlmodel import select

from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.models.profiles import Location, Profile
from tests import vendored
from tests.world import World

pytestmark = pytest.mark.browser

HOST = "http://localhost"
TORONTO = "/ca/ontario/toronto/"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
#: Names that would act if they were taken for markup.
EVIL = "<img src=/xss onerror=document.title='xss'>"


@pytest.fixture
def world(app: Flask, session, make) -> World:
    """Three people in three corners of Toronto, two of nobody knows where, and one whose name is markup."""
    vendored.needs("leaflet.js")
    world = World(session, make)
    moved(world, world.profile("Ada Marsh", stars=[5, 4, 4]), 43.65, -79.5)
    moved(world, world.profile("Bo Lindqvist", offers=["fue"]), 43.75, -79.3)
    moved(world, world.profile(EVIL), 43.65, -79.3)
    for name in ("Cy Osei", "Di Okoye"):
        moved(world, world.profile(name), None, None)
    session.commit()
    return world


def moved(world: World, profile: Profile, lat: float | None, lon: float | None) -> None:
    location = world.session.exec(select(Location).where(Location.profile_id == profile.id)).one()
    location.lat, location.lon = lat, lon
    world.session.add(location)


@pytest.fixture
def tiled(schema: Database, settings: Settings, world: World) -> Flask:
    """The same site where the operator has chosen tiles."""
    chosen = {"map_tiles_url": "https://tiles.example/{z}/{x}/{y}.png", "map_tiles_credit": "Tiles & <Co>"}
    return create_app(settings.model_copy(update=chosen), database=schema)


@pytest.fixture
def opened(browser: Browser, app: Flask, world: World) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a page; return it and all that the browser asks for from its first moment on."""
    with ExitStack() as contexts:

        def open_(
            path: str = TORONTO, *, site: Flask = app, broken: str = "", scripts: bool = True, size: dict[str, int] = DESK, **more: Any
        ) -> tuple[Page, list[str]]:
            context = browser.new_context(java_script_enabled=scripts, viewport=size, **more)
            contexts.callback(context.close)
            client, asked = site.test_client(), list[str]()

            def answer(route: Route) -> None:
                asked.append(route.request.url.removeprefix(HOST))
                if route.request.url.startswith("https://tiles.example/"):
                    route.fulfill(content_type="image/svg+xml", body='<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>')
                    return
                if not route.request.url.startswith(HOST) or (broken and broken in route.request.url):
                    route.abort()
                    return
                found = client.get(route.request.url)
                route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

            context.route("**/*", answer)
            page = context.new_page()
            page.set_default_timeout(10_000)
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
            page.goto(f"{HOST}{path}", wait_until="networkidle")
            contexts.callback(lambda: broken or faults == [] or pytest.fail(str(faults)))
            return page, asked

        yield open_


def show(page: Page) -> None:
    page.get_by_role("button", name="Show map").click()
    page.locator(".map__pin").first.wait_for()
    page.wait_for_load_state("networkidle")


def pin(page: Page, name: str) -> Locator:
    return page.locator(".map").get_by_role("button", name=name)


def test_nothing_of_the_map_is_fetched_before_it_is_asked_for(opened) -> None:
    """Seen to fail with Leaflet in the page's own scripts."""
    page, asked = opened()
    own = [path for path in asked if re.search(r"leaflet|supercluster|/map/", path)]
    assert own == []
    show(page)
    assert any("leaflet.js" in path for path in asked)
    assert any("/map/base.json" in path for path in asked)
    assert not [url for url in asked if url.startswith("http")], "nothing from another host"
    assert page.locator(".map__land").count()
    expect(page.get_by_role("status").filter(has_text="on the map")).to_have_text(
        "All 5 of the list are on the map. For 2 no address is known: they stand in their towns."
    )


def test_a_popup_by_keyboard_alone(opened) -> None:
    """Seen to fail without the focus moved into the popup, and with Escape left to Leaflet: the focus was lost."""
    page, _asked = opened()
    show(page)
    pin(page, "Ada Marsh").focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup.get_by_role("link", name="Ada Marsh")).to_be_focused()
    expect(popup).to_contain_text("4.3 of 5, average of 3 reviews")
    assert "openstreetmap.org/directions?route=%3B43.65" in (popup.get_by_role("link", name="Directions").get_attribute("href") or "")
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(pin(page, "Ada Marsh")).to_be_focused()


def test_looking_closer_by_keyboard_keeps_the_focus_on_a_pin(opened) -> None:
    """Seen to fail with the pin in hand taken away and no other focused."""
    page, _asked = opened(reduced_motion="reduce")
    show(page)
    everybody = page.get_by_role("button", name="5 practitioners")
    while not everybody.count():
        page.get_by_role("button", name="Zoom out").click()
    everybody.focus()
    page.keyboard.press("Enter")
    expect(everybody).to_have_count(0)
    expect(page.locator(".map__pin:focus")).to_have_count(1)


def test_those_in_one_spot_are_a_list(opened) -> None:
    """Seen to fail with the gathering left closed where looking closer parts nobody."""
    page, _asked = opened()
    show(page)
    page.get_by_role("button", name="2 practitioners").click()
    popup = page.locator(".leaflet-popup")
    expect(popup.get_by_role("listitem")).to_have_count(2)
    expect(popup).to_contain_text("Somewhere in Toronto; no address is known")
    expect(popup.get_by_role("link", name="Cy Osei")).to_be_visible()


def test_markup_in_a_name_is_shown_as_words(opened) -> None:
    """Seen to fail with the name set as HTML."""
    page, asked = opened()
    show(page)
    pin(page, EVIL).click()
    expect(page.locator(".leaflet-popup")).to_contain_text(EVIL)
    assert page.locator(".leaflet-popup img").count() == 0
    assert "/xss" not in asked
    assert "xss" not in page.title()


def test_list_and_map_are_in_step(opened) -> None:
    """Seen to fail without the listeners of either side."""
    page, _asked = opened()
    show(page)
    card = page.locator(".card", has_text="Ada Marsh")
    card.hover()
    expect(pin(page, "Ada Marsh")).to_have_class(re.compile("map__pin--lit"))
    page.locator(".card", has_text="Cy Osei").get_by_role("link").first.focus()
    expect(page.get_by_role("button", name="2 practitioners")).to_have_class(re.compile("map__pin--lit"))
    expect(pin(page, "Ada Marsh")).not_to_have_class(re.compile("map__pin--lit"))
    pin(page, "Bo Lindqvist").focus()
    expect(page.locator(".card", has_text="Bo Lindqvist")).to_have_class(re.compile("card--lit"))
    expect(card).not_to_have_class(re.compile("card--lit"))


def test_filters_change_the_pins_too(opened) -> None:
    """Seen to fail without `list:changed` heard: the old pins stayed."""
    page, _asked = opened()
    show(page)
    page.locator(".facets__title", has_text="Hair transplant").click()
    page.locator(".facets input[name=treatment][value=fue]").check()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".map__pin")).to_have_count(1)
    expect(pin(page, "Bo Lindqvist")).to_be_visible()
    page.go_back()
    expect(page.locator(".card")).to_have_count(5)
    expect(pin(page, "Ada Marsh")).to_be_visible()


def test_search_this_area_goes_to_the_list_around_the_middle(opened) -> None:
    """Seen to fail with the exact middle sent."""
    page, asked = opened()
    show(page)
    page.get_by_role("button", name="Search this area").click()
    page.wait_for_url(re.compile(r"\?radius=\d+#map$"))
    assert urlsplit(page.url).path == TORONTO
    question = parse_qs(urlsplit(next(path for path in asked if path.startswith("/map/area"))).query)
    assert re.fullmatch(r"-?\d+\.\d", question["lat"][0])
    assert re.fullmatch(r"-?\d+\.\d", question["lon"][0])
    page.locator(".map__pin").first.wait_for()  # the map is open again where the search led


def test_the_map_is_closed_as_it_was_opened(opened) -> None:
    page, _asked = opened()
    show(page)
    button = page.get_by_role("button", name="Hide map")
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert page.locator(".map__view").count() == 0
    expect(page.get_by_role("button", name="Show map")).to_be_focused()
    show(page)
    assert page.locator(".map__view").count() == 1


@pytest.mark.parametrize("size", [PHONE, {"width": 820, "height": 1000}])
def test_on_a_narrow_screen_it_stands_above_the_list(opened, size: dict[str, int]) -> None:
    """Seen to fail with the map beside the list at every width."""
    page, _asked = opened(size=size)
    show(page)
    frame, card = page.locator(".map__frame").bounding_box(), page.locator(".card").first.bounding_box()
    assert frame
    assert card
    assert frame["y"] + frame["height"] <= card["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    targets = page.locator(".map__pin").evaluate_all("pins => pins.map(pin => pin.getBoundingClientRect().width)")
    assert min(targets) >= 24


def test_on_a_wide_screen_it_stands_beside_the_list(opened) -> None:
    page, _asked = opened()
    show(page)
    frame, card = page.locator(".map__frame").bounding_box(), page.locator(".card").first.bounding_box()
    assert frame
    assert card
    assert frame["x"] >= card["x"] + card["width"]


def test_without_scripts_there_is_the_list_alone(opened) -> None:
    page, _asked = opened(scripts=False)
    assert page.locator(".card").count() == 5
    assert not page.locator(".map").is_visible()


def test_the_map_can_be_skipped_and_panned_by_keyboard(opened) -> None:
    """Seen to fail with the skip link behind the map."""
    page, _asked = opened()
    show(page)
    page.get_by_role("button", name="Hide map").focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the map")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Tab")
    before = pin(page, "Ada Marsh").bounding_box()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    after = pin(page, "Ada Marsh").bounding_box()
    assert before
    assert after
    assert after["x"] < before["x"]


def test_motion_is_left_out_for_who_wants_none(opened) -> None:
    """Seen to fail with the animations always on."""
    page, _asked = opened(reduced_motion="reduce")
    show(page)
    assert page.locator(".leaflet-zoom-anim").count() == 0
    assert page.locator(".leaflet-fade-anim").count() == 0


def test_the_operators_tiles_take_the_place_of_the_base(opened, tiled: Flask) -> None:
    """Seen to fail with their host left out of the content policy: no picture was shown."""
    page, asked = opened(site=tiled)
    show(page)
    page.locator(".leaflet-tile-loaded").first.wait_for(state="attached")
    assert any(url.startswith("https://tiles.example/") for url in asked)
    assert not any("base.json" in url for url in asked)
    expect(page.locator(".leaflet-control-attribution")).to_have_text("Tiles & <Co>")


def test_a_map_that_cannot_be_loaded_says_so(opened) -> None:
    """Seen to fail with the fault left in the console alone."""
    page, _asked = opened(broken="/map/pins")
    page.get_by_role("button", name="Show map").click()
    expect(page.get_by_role("alert")).to_contain_text("The map could not be loaded")
    assert page.locator(".card").count() == 5
    assert page.locator(".map__view").count() == 0


def test_what_stood_beside_the_list_moves_below_it(opened, world: World) -> None:
    """Seen to fail with both in one column: the map covered the places nearby."""
    world.profile(place=world.hamilton)
    page, _asked = opened()
    beside = page.locator(".finder__aside").bounding_box()
    show(page)
    below, card = page.locator(".finder__aside").bounding_box(), page.locator(".card").last.bounding_box()
    assert beside
    assert below
    assert card
    assert beside["x"] > card["x"]
    assert below["y"] > card["y"]
    assert below["x"] < card["x"] + card["width"]
