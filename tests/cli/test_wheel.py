"""The installed package serves and migrates by itself, away from the checkout."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the wheel, unpack it into an empty folder, and return an environment that finds it and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    wheel = next(folder.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder / "site"), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HAIRLINE_")}
    return clean | {"PYTHONPATH": str(folder / "site"), "HAIRLINE_DATA_DIR": str(folder / "data")}


def _hairline(environment: dict[str, str], *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "directory.cli", *arguments], env=environment, cwd=cwd, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def served(installed: dict[str, str], tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = installed | {"HAIRLINE_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "directory.cli", "serve"], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(40)


def _get(url: str) -> str:
    deadline = time.monotonic() + 40
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.drill
def test_an_installed_wheel_migrates_and_serves(installed: dict[str, str], served: str, tmp_path: Path) -> None:
    """Seen to fail with templates and migrations left out of the wheel."""
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import directory; print(directory.__file__)"],
        env=installed,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT) not in where.stdout
    assert "up to date" in _hairline(installed, "migrate", cwd=tmp_path)
    _hairline(installed, "places", "build", "--limit", "500", cwd=tmp_path)
    assert "<h1" in _get(served + "/")
    assert "Toronto" in _get(served + "/ca/ontario/toronto/")
