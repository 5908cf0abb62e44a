"""Settings refuse what would be unsafe, and say which and why without showing a secret."""

import stat
from pathlib import Path

import pytest

from directory.config import Settings, SettingsError, weak_secret

STRONG = "kQ4vZ8nR2xW6yB1mD5tH9pL3sF7gJ0cA"
COMPLETE = {
    "HAIRLINE_ENVIRONMENT": "production",
    "HAIRLINE_SECRET_KEY": STRONG,
    "HAIRLINE_BASE_URL": "https://hairline.example/",
    "HAIRLINE_OPERATOR_NAME": "Hairline Society",
    "HAIRLINE_OPERATOR_ADDRESS": "1 Sample Street, Springfield",
    "HAIRLINE_OPERATOR_EMAIL": "desk@hairline.example",
    "HAIRLINE_SMTP_HOST": "mail.example",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    return monkeypatch


def _production(environment: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name, value in (COMPLETE | changes).items():
        if value is None:
            environment.delenv(name, raising=False)
        else:
            environment.setenv(name, value)
    return Settings.from_environment()


def test_complete_production_settings_are_taken(environment: pytest.MonkeyPatch) -> None:
    """Seen to fail with the slash kept at the end of the base URL."""
    settings = _production(environment)
    assert settings.public_url == "https://hairline.example"
    assert settings.production
    assert not settings.keeps_mail


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "HAIRLINE_ENVIRONMENT"])
def test_production_refuses_what_is_missing(environment: pytest.MonkeyPatch, name: str) -> None:
    """Seen to fail with each rule of `_safe` taken out."""
    with pytest.raises(SettingsError, match=name):
        _production(environment, **{name: None})


@pytest.mark.parametrize("key", ["", "short", "a" * 64, "abababababababababababababababababababab"])
def test_production_refuses_a_weak_key_and_does_not_print_it(environment: pytest.MonkeyPatch, key: str) -> None:
    """Seen to fail with `weak_secret` returning False."""
    with pytest.raises(SettingsError, match="SECRET_KEY") as caught:
        _production(environment, HAIRLINE_SECRET_KEY=key)
    assert not key or key not in str(caught.value)
    assert weak_secret(key)


def test_production_refuses_plain_http(environment: pytest.MonkeyPatch) -> None:
    """Seen to fail without the rule."""
    with pytest.raises(SettingsError, match="https"):
        _production(environment, HAIRLINE_BASE_URL="http://hairline.example")


def test_an_unknown_setting_is_named(environment: pytest.MonkeyPatch) -> None:
    """A misspelled setting must not be a silent default. Seen to fail without the comparison."""
    environment.setenv("HAIRLINE_SECRETKEY", "x")
    with pytest.raises(SettingsError, match="HAIRLINE_SECRETKEY"):
        Settings.from_environment()


def test_a_secret_can_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Seen to fail with the file source left out."""
    (tmp_path / "key").write_text(STRONG + "\n")
    environment.setenv("HAIRLINE_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert Settings.from_environment().secret_key == STRONG


def test_the_first_run_makes_a_key_that_only_the_owner_reads(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Seen to fail with a plain open(): the file is readable by all."""
    first = Settings.from_environment().secret_key
    assert not weak_secret(first)
    assert Settings.from_environment().secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_settings_do_not_print_their_secrets(environment: pytest.MonkeyPatch) -> None:
    """Seen to fail without repr=False."""
    assert STRONG not in repr(_production(environment))


@pytest.mark.parametrize(
    ("environment_name", "host", "smtp", "kept"),
    [
        ("development", "127.0.0.1", "", True),
        ("development", "::1", "", True),
        ("development", "0.0.0.0", "", False),
        ("development", "127.0.0.1", "mail.example", False),
    ],
)
def test_mail_is_kept_only_in_development_on_loopback(environment_name: str, host: str, smtp: str, kept: bool) -> None:
    """Seen to fail with each of the three conditions taken out."""
    settings = Settings(environment=environment_name, host=host, smtp_host=smtp, secret_key=STRONG)
    assert settings.keeps_mail is kept


@pytest.mark.parametrize(
    ("url", "credit"),
    [
        ("http://tiles.example/{z}/{x}/{y}.png", "Tiles"),  # others could put pictures of their own in
        ("https://tiles.example/{z}/{x}.png", "Tiles"),
        ("https:///{z}/{x}/{y}.png", "Tiles"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "Tiles"),
        ("https://tiles.example; script-src */{z}/{x}/{y}", "Tiles"),
        ("https://a b.example/{z}/{x}/{y}.png", "Tiles"),
        ("https://me:secret@tiles.example/{z}/{x}/{y}.png", "Tiles"),
        ("https://tiles.example/{z}/{x}/{y}.png", " "),
    ],
)
def test_tiles_that_the_content_policy_could_not_name_are_refused(environment: pytest.MonkeyPatch, url: str, credit: str) -> None:
    """The host goes into a header. Seen to fail without the check of the origin."""
    environment.setenv("HAIRLINE_MAP_TILES_URL", url)
    environment.setenv("HAIRLINE_MAP_TILES_CREDIT", credit)
    with pytest.raises(SettingsError, match="MAP_TILES"):
        Settings.from_environment()
