"""What the audit of packages says of a report; that nobody could be asked is never "no holes are known"."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tools" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


HOLED = {"name": "holed", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}]}
WHOLE = {"name": "whole", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited: unknown (1.0)"}


def test_a_known_hole_is_named_and_ends_with_1(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen to fail with the result of pip-audit's own exit code ignored and the list not read."""
    monkeypatch.setattr(audit, "ask", lambda lock: report(HOLED, WHOLE))
    assert audit.main() == 1
    assert "HOLE  requirements.txt: holed 1.0: PYSEC-2026-1, mended in 1.1" in capsys.readouterr().out


def test_a_hole_that_is_accepted_with_a_reason_is_none(audit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail with the list of accepted ones not looked at."""
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-2026-1": "A function that nobody here calls."})
    assert audit.verdict(report(HOLED, WHOLE)) == ([], 2, 0)


@pytest.mark.parametrize("said", ["", "no network", "{}", report(UNKNOWN, UNKNOWN), report(WHOLE, UNKNOWN)])
def test_where_it_cannot_be_told_that_is_said_and_the_work_goes_on(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str
) -> None:
    """Seen to fail with skipped packages counted as whole: a mirror without advisories would have passed for clean."""
    monkeypatch.setattr(audit, "ask", lambda lock: said)
    assert audit.main() == 0
    out = capsys.readouterr().out
    assert "NOT AUDITED: requirements.txt" in out
    assert "no holes known" not in out


def test_every_lock_file_is_asked_about(audit: ModuleType) -> None:
    """Seen to fail with one of them left out."""
    assert {*audit.LOCKS, "requirements-node.txt"} == {path.name for path in ROOT.glob("requirements*.txt")}
    for name in audit.LOCKS:
        assert "--hash=sha256:" in (ROOT / name).read_text("utf-8")


def test_every_accepted_hole_has_its_reason(audit: ModuleType) -> None:
    """An empty reason accepts nothing."""
    assert all(len(reason) >= 20 for reason in audit.ACCEPTED.values())
