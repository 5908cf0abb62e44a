"""One patient's whole way through the site, with scripts and without: find, read, register, comment, rate, report; a moderator decides."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from directory.forms.traps import QUICKEST
from tests.browser.conftest import Site
from tests.browser.filling import MODERATOR_SECRET
from tests.browser.signing import type_code

pytestmark = pytest.mark.browser

PASSWORD = "four quiet harbour lamps"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param, base_url=site.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith((site.url, "data:")) else complaints.append(f"asked {asked.url}"))
    yield page
    context.close()
    assert complaints == [], "the console and other hosts stay quiet"


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()


#: Whoever fills a form in quicker than this is taken for a program. Milliseconds.
TYPING = 1000 * (QUICKEST + 1)


def _newest_mail(page: Page, subject: str, *, to: str) -> None:
    """Open the newest kept mail of that subject; the worker sends it within moments."""
    for _ in range(40):
        page.goto("/dev/outbox")
        found = page.locator("tr, li, article").filter(has_text=to).get_by_role("link", name=re.compile(subject))
        if found.count():
            found.first.click()
            return
        page.wait_for_timeout(250)
    pytest.fail(f"no mail: {subject}")


def test_walk(page: Page, site: Site, request: pytest.FixtureRequest) -> None:
    """Seen to fail with the worker not started: the confirmation never comes."""
    name = f"walker-{'a' if 'with scripts' in request.node.name else 'b'}"
    comment = f"How long did the redness last? {name}"
    story = f"Three calm sessions. It looks like my own stubble, and I would go again. {name}"

    page.goto("/")
    page.get_by_label("City or postcode").first.fill("toronto")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("/ca/ontario/toronto/"))
    page.get_by_role("link", name="Nim Okoye").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nim Okoye")
    profile = page.url

    page.get_by_role("link", name="Log in to leave a comment").click()
    page.get_by_role("link", name=re.compile("account", re.I)).last.click()
    expect(page).to_have_url(re.compile("/register"))
    page.get_by_label("Name to be shown").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@patients.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Year of birth").fill("1984")
    page.get_by_role("main").get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button").first.click()

    _newest_mail(page, "Confirm your", to=f"{name}@")
    page.locator("main a[href*='/confirm/']").first.click()
    page.get_by_role("main").get_by_role("button").first.click()
    if page.get_by_label("Password").count():
        _sign_in(page, f"{name}@patients.example", PASSWORD)

    page.goto(profile)
    page.locator("main a[href$='/comment']").first.click()
    page.get_by_role("main").get_by_role("textbox").first.fill(comment)
    page.wait_for_timeout(TYPING)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(profile)
    expect(page.get_by_text(comment)).to_be_visible()

    page.get_by_role("link", name="Write a review").first.click()
    page.get_by_label("Very good").check()
    page.get_by_label("Treatment", exact=True).select_option(index=1)
    page.get_by_label("Month and year").fill("09/2025")
    page.get_by_label("Your review", exact=True).fill(story)
    page.wait_for_timeout(TYPING)
    page.get_by_role("main").get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(profile)
    expect(page.get_by_text(story)).to_be_visible()

    page.locator("main a[href*='/report/profile/']").first.click()
    page.get_by_role("main").get_by_role("radio").first.check()
    page.get_by_label("What is wrong").fill("The address has changed; they moved next door.")
    email = page.get_by_label("Your e-mail")
    if email.count():
        email.fill(f"{name}@patients.example")
    page.get_by_role("main").get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button").first.click()
    _newest_mail(page, "We have your report", to=f"{name}@")

    _log_out(page)
    _sign_in(page, site.moderator_email, site.password)
    type_code(page, MODERATOR_SECRET)
    page.goto(profile)
    review = page.locator("article", has_text=story).first
    expect(review.locator("a[href*='/report/review/']")).to_be_visible()
    page.goto("/moderation")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    _hide(page, profile, story)
    page.goto(profile)
    expect(page.get_by_text(story)).to_have_count(0)
    _log_out(page)
    expect(page.get_by_role("link", name="Log in").first).to_be_attached()


def _log_out(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("main").get_by_role("button", name=re.compile("Log out|Sign out")).first.click()


def _hide(page: Page, profile: str, story: str) -> None:
    """Go to the review's decision page as a moderator would, and hide it with a reason."""
    page.goto(profile)
    anchor = page.locator("article", has_text=story).first.get_attribute("id")
    assert anchor
    page.goto(f"/moderation/reviews/{anchor.removeprefix('review-')}")
    page.get_by_label("Take it down").check()
    page.get_by_label("private information about a person").check()
    page.get_by_label("In your words").fill("It names a person who is not the practitioner.")
    page.get_by_role("main").get_by_role("button").first.click()
