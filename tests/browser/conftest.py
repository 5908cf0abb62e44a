"""A site of its own, served as in production by `hairline serve`, and a real Chromium; without one, one loud line."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from directory.app import create_app
from directory.config import Settings
from tests.browser.filling import fill

#: The same flags everywhere: no sandbox inside containers, no calls home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NO_BROWSER = "NO BROWSER TESTS RAN: install Chromium (apt-get install chromium) to drive the site in a real browser."


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it once, loudly, at the end."""
    if any(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(NO_BROWSER, bold=True, red=True)


@dataclass(frozen=True)
class Site:
    """A running site."""

    url: str
    data_dir: Path
    moderator_email: str
    password: str
    secret_key: str


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; skips without one, fails where one is required."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get("HAIRLINE_REQUIRE_BROWSER"):
        pytest.fail("HAIRLINE_REQUIRE_BROWSER is set and there is no Chromium")
    if found is None:
        pytest.skip(NO_BROWSER)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the run."""
    expect.set_options(timeout=15_000)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A filled site: web server and worker as operators start them."""
    data_dir = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(data_dir=data_dir, port=port, secret_key="tests-only-0123456789-abcdefghijklmnop")
    moderator, password = fill(create_app(settings), settings)
    environment = os.environ | {
        "HAIRLINE_DATA_DIR": str(data_dir),
        "HAIRLINE_PORT": str(port),
        "HAIRLINE_SECRET_KEY": settings.secret_key,
    }
    log = (data_dir / "serve.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "directory.cli", "serve"], env=environment, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", process)
        yield Site(f"http://localhost:{port}", data_dir, moderator, password, settings.secret_key)
    finally:
        process.terminate()
        process.wait(40)
        log.close()


def _wait(url: str, process: subprocess.Popen[bytes], *, seconds: float = 40) -> None:
    """Wait until the site is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the site ended before it was ready"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail("the site did not become ready")
