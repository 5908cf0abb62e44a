"""Every answer carries the headers, and no other site can start anything."""

import re

import pytest
from flask import Flask

from directory.config import Settings
from directory.web.security import content_policy, trusted_hosts

STRONG = "kQ4vZ8nR2xW6yB1mD5tH9pL3sF7gJ0cA"


def _settings(**more: object) -> Settings:
    return Settings(secret_key=STRONG, **more)


def test_every_answer_is_protected(app: Flask) -> None:
    """Seen to fail with each header taken out."""
    headers = app.test_client().get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "over http a browser must not be told that"


def test_frames_are_allowed_only_for_hosts_that_the_operator_names() -> None:
    """Seen to fail with frame-src always 'none'."""
    assert "frame-src 'none'" in content_policy(_settings())
    assert "frame-src https://videos.example" in content_policy(_settings(video_hosts="videos.example"))


def test_pictures_come_from_here_and_from_the_operators_tiles() -> None:
    """Seen to fail with img-src always 'self', and with the whole address in it."""
    assert "img-src 'self';" in content_policy(_settings())
    tiles = {"map_tiles_url": "https://tiles.example:8443/v1/{z}/{x}/{y}.png?key=abc", "map_tiles_credit": "Tiles, Inc."}
    assert "img-src 'self' https://tiles.example:8443;" in content_policy(_settings(**tiles))


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_another_hosts_name_is_refused(app: Flask, host: str) -> None:
    """A site that points its own name at this machine must not read it. Seen to fail without TRUSTED_HOSTS."""
    assert app.test_client().get("/healthz", headers={"Host": host}).status_code == 400
    assert app.test_client().get("/healthz", headers={"Host": "localhost"}).status_code == 200


def test_hosts_come_from_the_settings() -> None:
    """Seen to fail with the port left in the name."""
    production = _settings(
        environment="production",
        base_url="https://hairline.example:8443",
        operator_name="x",
        operator_address="x",
        operator_email="x@hairline.example",
        smtp_host="mail.example",
    )
    assert trusted_hosts(production) == ["hairline.example"]
    assert trusted_hosts(_settings(trusted_hosts="a.example, b.example")) == ["a.example", "b.example"]
    assert trusted_hosts(_settings(host="0.0.0.0")) is None


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_another_site_cannot_post_even_with_a_token(app: Flask, headers: dict[str, str]) -> None:
    """Seen to fail without `same_origin`: the token is right."""
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert token
    answers = {"csrf_token": token[1], "email": "ada@patients.example", "password": "wrong"}
    assert client.post("/login", data=answers, headers=headers).status_code == 400
    assert client.post("/login", data=answers).status_code == 422, "from our own page it is looked at"


def test_a_body_that_is_too_large_is_refused(app: Flask) -> None:
    """Seen to fail without MAX_CONTENT_LENGTH."""
    answer = app.test_client().post("/login", data={"email": "x" * 300_000})
    assert answer.status_code == 413


def test_a_request_id_is_taken_only_when_it_is_harmless(app: Flask) -> None:
    """Seen to fail with the header copied as it came."""
    client = app.test_client()
    assert client.get("/healthz", headers={"X-Request-Id": "abcd-1234"}).headers["X-Request-Id"] == "abcd-1234"
    assert "\n" not in client.get("/healthz", headers={"X-Request-Id": "a b"}).headers["X-Request-Id"]
    assert client.get("/healthz", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"] != "<script>"
