"""What the documents say is there, is there."""

import re
from pathlib import Path

import pytest

from directory.cli import COMMANDS
from directory.config import PREFIX, Settings

ROOT = Path(__file__).parent.parent


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_stands_in_the_readme() -> None:
    """Seen to fail with a setting added to config.py alone."""
    readme = _text("README.md")
    missing = [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in readme]
    assert missing == []


def test_every_command_stands_in_the_readme() -> None:
    """Seen to fail with a row taken out of the table."""
    readme = _text("README.md")
    assert [name for name in COMMANDS if f"`hairline {name}" not in readme] == []


def test_every_folder_stands_in_the_architecture() -> None:
    """Seen to fail with a new folder."""
    words = _text("ARCHITECTURE.md")
    folders = [path for path in (ROOT / "directory").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))]
    assert [folder.name for folder in folders if f"`{folder.name}/`" not in words] == []


def test_the_paths_that_the_architecture_names_exist() -> None:
    """Seen to fail with a misspelled path."""
    table = _text("ARCHITECTURE.md").split("## To change")[1].split("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ") and "`" in row]
    assert len(rows) >= 12
    paths = re.findall(r"`([\w./\-]+/[\w./\-]*|[\w\-]+\.\w+)`", table)
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "NOTICE"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    """Seen to fail with a renamed document."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", _text(name))
    assert [link for link in links if not (ROOT / link).exists()] == []
