"""Where somebody comes from: what proxies of ours set is believed, what visitors write is not."""

import pytest
from flask import Flask, request

from directory.accounts.permissions import Permission
from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.web.auth import requires


def site(settings: Settings, schema: Database, proxies: int) -> Flask:
    """The site behind so many proxies, with a page that says what it believes."""
    app = create_app(settings.model_copy(update={"proxies": proxies}), database=schema)

    @app.get("/seen")
    @requires(Permission.PUBLIC)
    def seen() -> dict[str, str | None]:
        return {"from": request.remote_addr, "scheme": request.scheme, "host": request.host}

    return app


#: proxies, X-Forwarded-For, what is believed. The connection itself always comes from 127.0.0.1.
CHAINS = [
    (0, "203.0.113.9", "127.0.0.1"),
    (0, "203.0.113.9, 198.51.100.7", "127.0.0.1"),
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
    (1, "6.6.6.6, 7.7.7.7, 203.0.113.9", "203.0.113.9"),
    (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
    (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
    (2, "203.0.113.9", "127.0.0.1"),
    (1, "", "127.0.0.1"),
]


@pytest.mark.parametrize(("proxies", "sent", "believed"), CHAINS)
def test_as_many_addresses_from_the_end_are_believed_as_there_are_proxies(
    schema: Database, database: Database, settings: Settings, proxies: int, sent: str, believed: str
) -> None:
    """The first one is what the visitor wrote. Seen to fail with one proxy more believed than there is."""
    answer = site(settings, schema, proxies).test_client().get("/seen", headers={"X-Forwarded-For": sent})
    assert answer.json is not None
    assert answer.json["from"] == believed


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6;host=evil.example;proto=https", "X-Client-IP": "6.6.6.6"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Prefix": "/evil"},
        {
            "X-Original-URL": "/moderation",
            "X-Rewrite-URL": "/moderation",
            "X-Forwarded-User": "admin",
            "X-User-ID": "1",
            "Remote-User": "1",
        },
    ],
    ids=["other names", "our names without a proxy", "paths and people"],
)
def test_without_a_proxy_no_header_changes_anything(
    schema: Database, database: Database, settings: Settings, headers: dict[str, str]
) -> None:
    """Seen to fail with HAIRLINE_PROXIES at 1 by default."""
    assert settings.proxies == 0, "nothing is set"
    answer = site(settings, schema, settings.proxies).test_client().get("/seen", headers=headers)
    assert answer.json == {"from": "127.0.0.1", "scheme": "http", "host": "localhost"}


def test_a_host_that_a_proxy_names_has_to_be_ours_too(schema: Database, database: Database, settings: Settings) -> None:
    """The check reads what the proxy says."""
    client = site(settings, schema, 1).test_client()
    assert client.get("/seen", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400
    assert client.get("/seen", headers={"X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "https"}).json == {
        "from": "127.0.0.1",
        "scheme": "https",
        "host": "localhost",
    }
