"""Second factors in a real Chromium with an authenticator of its own: added, used, lost, by mouse and by keyboard, on a phone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import Site
from tests.browser.filling import MODERATOR_SECRET
from tests.browser.signing import fresh_code, type_code

pytestmark = pytest.mark.browser

HOME = "/account/second-factor"


@dataclass
class Device:
    """Chromium's virtual authenticator: a phone that knows its owner."""

    talk: CDPSession
    id: str

    def keys(self) -> int:
        return len(self.talk.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"])


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A refused answer is a status that the browser writes into its console.
    assert [one for one in complaints if "status of 400" not in one] == []


def device(page: Page, **more: object) -> Device:
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    return Device(talk, talk.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})["authenticatorId"])


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()


def log_out(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("main").get_by_role("button", name="Log out").click()


def not_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def is_signed_in(page: Page) -> None:
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_a_passkey_from_beginning_to_end(page: Page, site: Site) -> None:
    """Added, logged in with it alone, named anew, removed. Seen to fail with the script's `rawId` left out."""
    phone = device(page)
    log_in(page, "ada@patients.example", site.password)
    page.goto(HOME)
    not_wider_than_the_screen(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name for it").fill("my phone")
    not_wider_than_the_screen(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
    expect(page.get_by_role("list", name="Your recovery codes").get_by_role("listitem")).to_have_count(10)
    not_wider_than_the_screen(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("link", name="Remove my phone")).to_be_visible()
    assert phone.keys() == 1

    log_out(page)
    page.goto("/login")
    # The browser offers the passkey by itself, and the virtual phone says yes at once.
    page.wait_for_url(re.compile("/$"))
    is_signed_in(page)

    log_out(page)
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    page.goto("/login?next=/guides/")
    not_wider_than_the_screen(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(re.compile("/guides/$"))

    page.goto(HOME)
    page.get_by_role("link", name="Rename my phone").click()
    page.get_by_label("Name").last.fill("blue phone")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove blue phone").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("The passkey is removed")).to_be_visible()


def test_after_the_password_and_before_what_matters(page: Page, site: Site) -> None:
    """A security key that asks for nothing. Seen to fail with user verification required at the second step."""
    log_in(page, "bo@patients.example", site.password)
    key = device(page, transport="usb", hasUserVerification=False, isUserVerified=False, hasResidentKey=False)
    page.goto(HOME + "/passkeys/add")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    assert key.keys() == 1
    log_out(page)
    log_in(page, "bo@patients.example", site.password)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    not_wider_than_the_screen(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Use a passkey").click()
    is_signed_in(page)
    page.goto("/account/verify?next=" + HOME)
    not_wider_than_the_screen(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(HOME + "$"))


def test_an_app_by_keyboard_and_a_recovery_code(page: Page, site: Site) -> None:
    """Nothing but keys. Seen to fail with the button outside the form."""
    log_in(page, "cy@patients.example", site.password)
    page.goto(HOME + "/app")
    page.get_by_role("button", name="I have an app").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan, then type a code")
    not_wider_than_the_screen(page)
    page.get_by_text("Cannot scan?").focus()
    page.keyboard.press("Enter")
    secret = re.sub(r"\s", "", page.get_by_role("group", name="Key for your authenticator app").inner_text())
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    page.get_by_label("Code", exact=True).focus()
    page.keyboard.type(fresh_code(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
    kept = page.get_by_role("list", name="Your recovery codes").get_by_role("listitem").first.inner_text().strip()

    log_out(page)
    log_in(page, "cy@patients.example", site.password)
    page.keyboard.press("Tab")
    type_code(page, secret)
    is_signed_in(page)

    log_out(page)
    log_in(page, "cy@patients.example", site.password)
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(kept.upper())
    page.get_by_role("button", name="Go on").click()
    is_signed_in(page)
    page.goto(HOME)
    expect(page.get_by_text("9 codes are left.")).to_be_visible()


def test_closed_without_a_passkey_the_page_says_so(page: Page, site: Site) -> None:
    """And goes on with the other ways. Seen to fail with the error swallowed."""
    device(page)
    page.goto("/login")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible(timeout=15000)
    not_wider_than_the_screen(page)


def test_without_scripts_no_passkey_is_offered(browser: Browser, site: Site) -> None:
    """Password and code work. Seen to fail with the button shown from the start."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, site.moderator_email, site.password)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    type_code(page, MODERATOR_SECRET)
    page.goto("/moderation")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/logout")
    page.goto("/login")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_have_count(0)
    context.close()
