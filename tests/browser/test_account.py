"""A person's own pages in a real browser, by keyboard alone: another device, another name, another address."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.people import DESK, PHONE, log_in, open_mail, open_page, person

pytestmark = pytest.mark.browser

PATHS = ("", "/name", "/email", "/password", "/sessions", "/history", "/notifications")


@pytest.fixture
def contexts(browser: Browser, site: Site) -> Iterator[list[BrowserContext]]:
    """Browsers of this test, closed after it."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def _page(browser: Browser, site: Site, contexts: list[BrowserContext], *, size: dict[str, int] = DESK, scripts: bool = True) -> Page:
    page = open_page(browser, site.url, size=size, scripts=scripts)
    contexts.append(page.context)
    return page


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until a button or link of this name has the focus."""
    page.wait_for_load_state()  # Enter may still be leading here
    for _press in range(60):
        page.keyboard.press("Tab")
        if name in (page.evaluate("document.activeElement.textContent") or ""):
            return
    pytest.fail(f"no way to {name!r} by keyboard")


def test_another_device_is_logged_out(browser: Browser, site: Site, contexts: list[BrowserContext]) -> None:
    """Seen to fail with the wrong row ended: the browser that pressed the button was out."""
    person(site, "Device 1", "device@patients.example")
    desk, phone = _page(browser, site, contexts), _page(browser, site, contexts, size=PHONE, scripts=False)
    log_in(desk, "device@patients.example", target="/account")
    log_in(phone, "device@patients.example", target="/account")
    desk.goto("/account")
    _tab_to(desk, "Where you are logged in")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("article")).to_have_count(2)
    expect(desk.get_by_role("article").first.get_by_text("This one")).to_be_visible()
    _tab_to(desk, "Log out everywhere else")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("main").get_by_role("status")).to_have_text("You are logged out everywhere else.")
    expect(desk.get_by_role("article")).to_have_count(1)
    phone.goto("/account")
    expect(phone).to_have_url(re.compile("/login"))


def test_another_name(browser: Browser, site: Site, contexts: list[BrowserContext]) -> None:
    """First one that cannot be taken: the summary of errors has the focus and leads to the field. Seen to fail without it."""
    person(site, "Namer 1", "namer@patients.example")
    page = _page(browser, site, contexts, size=PHONE)
    log_in(page, "namer@patients.example", target="/account")
    _tab_to(page, "Overview")
    page.keyboard.press("Enter")
    _tab_to(page, "Name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your name")
    for name in ("Moderator", "Calm Fern 77"):
        page.get_by_label("Name to be shown").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        if name == "Moderator":
            expect(page.get_by_role("link", name=re.compile("staff"))).to_be_visible()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Your name is changed")
    page.goto("/account")
    expect(page.get_by_role("main").get_by_text("Calm Fern 77")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_another_address(browser: Browser, site: Site, contexts: list[BrowserContext], scripts: bool) -> None:
    """Asked for, agreed to from both mailboxes, used to log in. Seen to fail with the worker not started."""
    one = f"mover{int(scripts)}"
    old, new = f"{one}@patients.example", f"{one}.new@post.example"
    person(site, f"Mover {int(scripts)}", old)
    page = _page(browser, site, contexts, size=PHONE, scripts=scripts)
    log_in(page, old, target="/account/email")
    page.get_by_label("New e-mail").focus()
    page.keyboard.type(new)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A change is under way")).to_be_visible()
    for subject, to, button, said in (
        ("Confirm your new e-mail address", new, "Yes, use this address", "One address has agreed"),
        ("May your account leave this address?", old, "Yes, let it leave", "Your address is changed"),
    ):
        open_mail(page, subject, to=to)
        page.locator("main a[href*='/account/email/']").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=button)).to_be_visible()
        _tab_to(page, button)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(said)
    open_mail(page, "Your account has left this address", to=old)
    expect(page.get_by_role("main")).not_to_contain_text(new)
    log_in(_page(browser, site, contexts, scripts=scripts), new, target="/account")


@pytest.mark.parametrize("size", [PHONE, {"width": 820, "height": 1000}, DESK], ids=["360", "820", "1280"])
def test_nothing_sticks_out(browser: Browser, site: Site, contexts: list[BrowserContext], size: dict[str, int]) -> None:
    """With the longest name and a long address. Seen to fail with the whole name in the bar."""
    width = size["width"]
    email = f"a.very.long.name.indeed.for.an.address.{width}@mail.a-rather-long-domain-name.patients.example"
    person(site, f"{width}".ljust(40, "W"), email)
    page = _page(browser, site, contexts, size=size)
    log_in(page, email, target="/account")
    for path in PATHS:
        page.goto(f"/account{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_list_folds_on_a_phone_and_is_open_on_a_desk(browser: Browser, site: Site, contexts: list[BrowserContext]) -> None:
    """Also without scripts. Seen to fail with the fold closed everywhere."""
    person(site, "Folder 1", "folder@patients.example")
    for size, shown in ((PHONE, False), (DESK, True)):
        page = _page(browser, site, contexts, size=size, scripts=False)
        log_in(page, "folder@patients.example", target="/account")
        link = page.get_by_role("navigation", name="Your account").get_by_role("link", name="History")
        expect(link).to_be_visible(visible=shown)
        if not shown:
            page.locator(".account-nav__here").click()
            expect(link).to_be_visible()


def test_a_copy_of_everything_and_a_farewell(browser: Browser, site: Site, contexts: list[BrowserContext]) -> None:
    """By keyboard: the file comes, and the account is to go until one changes one's mind. Seen to fail with the choice left out."""
    person(site, "Leaver 1", "leaver@patients.example")
    page = _page(browser, site, contexts, size=PHONE)
    log_in(page, "leaver@patients.example", target="/account/export")
    with page.expect_download() as coming:
        _tab_to(page, "Make the copy")
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename.endswith(".zip")
    page.goto("/account/erase")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    _tab_to(page, "Delete my account")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("will be deleted on")
    page.goto("/account")
    _tab_to(page, "Keep my account")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("status")).to_be_visible()
