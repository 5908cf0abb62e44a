"""Compression never touches a page that could hold a secret."""

import gzip

from flask import Flask

from tests.clients import Visitor

GZIP = {"Accept-Encoding": "gzip"}


def test_a_page_for_everybody_is_compressed_for_whoever_can_read_that(app: Flask) -> None:
    """Seen to fail with the hook installed behind the one that sets Cache-Control."""
    client = app.test_client()
    packed, plain = client.get("/about", headers=GZIP), client.get("/about")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for answer in (packed, plain):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert client.get("/about", headers=GZIP).data == packed.data, "the same bytes each time"


def test_pages_with_a_token_or_of_a_person_are_not(app: Flask, visitor: Visitor, make) -> None:
    """Seen to fail with every HTML page compressed."""
    assert "Content-Encoding" not in app.test_client().get("/login", headers=GZIP).headers
    visitor.sign_in(make.user())
    assert "Content-Encoding" not in visitor.client.get("/about", headers=GZIP).headers
