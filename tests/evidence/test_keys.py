"""The keys of the evidence store."""

import stat
from pathlib import Path

import pytest
from flask import Flask

from directory.app import create_app
from directory.config import Settings, SettingsError
from directory.core.errors import CannotOpen, Refused
from directory.evidence import keys
from directory.evidence.keys import BadKeys
from directory.web import evidence
from tests.evidence.papers import NEW, OLD, ring
from tests.factories import SECRET_KEY

PRODUCTION = {
    "environment": "production",
    "operator_name": "A",
    "operator_address": "B",
    "operator_email": "op@hairline.example",
    "base_url": "https://hairline.example",
    "smtp_host": "mail.hairline.example",
}


def test_the_first_key_seals_and_all_open() -> None:
    """Seen to fail with the last key current."""
    key_id, sealed = ring(OLD).seal(b"paper", bound=b"1")
    assert key_id == "old"
    assert b"paper" not in sealed
    assert ring(NEW, OLD).current == "new"
    assert ring(NEW, OLD).open(sealed, key_id="old", bound=b"1") == b"paper"


def test_nothing_else_opens() -> None:
    """Another row, another key under the same name, no key, a changed byte. Seen to fail without the associated data."""
    _key_id, sealed = ring(OLD).seal(b"paper", bound=b"1")
    other = ring(keys.made("old"))
    for attempt in (
        lambda: ring(OLD).open(sealed, key_id="old", bound=b"2"),
        lambda: other.open(sealed, key_id="old", bound=b"1"),
        lambda: ring(NEW).open(sealed, key_id="old", bound=b"1"),
        lambda: ring(OLD).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), key_id="old", bound=b"1"),
        lambda: ring(OLD).open(b"", key_id="old", bound=b"1"),
    ):
        with pytest.raises(CannotOpen):
            attempt()


@pytest.mark.parametrize("text", ["", "old", "old:", "old:c2hvcnQ=", f"{OLD}\nold{NEW[3:]}", f"bad id{OLD[3:]}", f"{OLD}!"])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    """Seen to fail with short keys taken."""
    with pytest.raises(BadKeys) as refused:
        keys.read(text)
    assert OLD.partition(":")[2] not in str(refused.value)


def test_keys_are_never_shown() -> None:
    """Seen to fail with the dataclass's own repr, and with the setting's."""
    assert OLD.partition(":")[2] not in repr(Settings(evidence_keys=OLD)) + repr(ring(OLD))
    assert repr(ring(OLD).keys["old"]) not in repr(ring(OLD))


def test_development_makes_its_own_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Seen to fail with a key made at each start."""
    first = keys.kept(tmp_path)
    assert keys.kept(tmp_path).keys == first.keys
    assert stat.S_IMODE((tmp_path / keys.FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [keys.FILE_NAME]


def _app(tmp_path: Path, **more: str) -> Flask:
    return create_app(Settings(data_dir=tmp_path, secret_key=SECRET_KEY, **PRODUCTION, **more))


def test_production_takes_no_documents_without_keys(tmp_path: Path) -> None:
    """Seen to fail with a key made in production."""
    app = _app(tmp_path)
    with app.app_context():
        assert not evidence.is_open()
        with pytest.raises(Refused, match="cannot take documents"):
            evidence.keyring()
    assert not (tmp_path / keys.FILE_NAME).exists()
    with _app(tmp_path, evidence_keys=f"{NEW}\n{OLD}").app_context():
        assert evidence.is_open()
        assert evidence.keyring().current == "new"


def test_a_site_with_broken_keys_does_not_start(tmp_path: Path) -> None:
    """Seen to fail with the keys read when the first document comes."""
    with pytest.raises(SettingsError, match="EVIDENCE_KEYS"):
        _app(tmp_path, evidence_keys="nonsense")
