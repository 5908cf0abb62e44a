"""Signed and random tokens: tampered with, too old, of another purpose or of another site, they are worth nothing."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from directory.app import create_app
from directory.config import Settings
from directory.core import clock, tokens
from directory.core.db import Database
from tests.clients import Visitor, forms_of
from tests.factories import Make


def token_of(visitor: Visitor) -> str:
    return forms_of(visitor.get("/login"))[-1].values["csrf_token"][0]


def taken(visitor: Visitor, token: str) -> bool:
    """Say whether a form with this token is looked at."""
    answer = visitor.post("/login", {"csrf_token": token, "email": "nobody@patients.example", "password": "wrong words here"})
    assert answer.status_code in {400, 422}
    return answer.status_code == 422


class TestForms:
    def test_a_right_token_is_taken(self, visitor: Visitor) -> None:
        """So that the refusals below are for their own reasons."""
        assert taken(visitor, token_of(visitor))

    @pytest.mark.parametrize("place", range(3), ids=["what it says", "its moment", "its signature"])
    def test_a_changed_token_is_refused(self, visitor: Visitor, place: int) -> None:
        """In each of its three parts."""
        parts = token_of(visitor).split(".")
        # Not the last letter: a part of its bits is filling.
        parts[place] = ("B" if parts[place][0] != "B" else "C") + parts[place][1:]
        assert not taken(visitor, ".".join(parts))

    def test_a_token_of_this_morning_is_over_tonight(self, visitor: Visitor) -> None:
        """Seen to fail without WTF_CSRF_TIME_LIMIT."""
        with time_machine.travel(clock.now(), tick=True) as moment:
            token = token_of(visitor)
            moment.shift(timedelta(hours=11, minutes=59))
            assert taken(visitor, token)
            moment.shift(timedelta(minutes=2))
            assert not taken(visitor, token)

    def test_a_token_signed_for_something_else_is_refused(self, visitor: Visitor, settings: Settings) -> None:
        """With our own key. Seen to fail with another key than that of the settings."""
        visitor.get("/login")
        with visitor.client.session_transaction() as kept:
            raw = kept["csrf_token"]
        assert not taken(visitor, URLSafeTimedSerializer(settings.secret_key, salt="something-else").dumps(raw))
        assert taken(visitor, URLSafeTimedSerializer(settings.secret_key, salt="wtf-csrf-token").dumps(raw))

    @pytest.mark.parametrize("token", ["", ".", "..", "bnVsbA.x.y", "eyJhbGciOiJub25lIn0.eyJzdWIiOjF9.", "0" * 5000, "\x00", "ü.ü.ü"])
    def test_nonsense_is_refused_kindly(self, visitor: Visitor, token: str) -> None:
        """A token that names its own algorithm ("none") too."""
        visitor.get("/login")
        assert not taken(visitor, token)


def test_another_site_s_tokens_are_none_of_ours(app: Flask, schema: Database, database: Database, settings: Settings) -> None:
    """Another key, the same software: neither its cookie nor its token. Seen to fail with a key in the source."""
    other = Visitor(create_app(settings.model_copy(update={"secret_key": "another-site-0123456789-abcdefghijklmnop"}), database=schema))
    token, cookie = token_of(other), other.client.get_cookie("form")
    assert cookie is not None
    assert taken(other, token)
    here = Visitor(app)
    here.client.set_cookie("form", cookie.value)
    assert not taken(here, token)


class TestRandom:
    def test_tokens_hold_256_bits_and_never_come_twice(self) -> None:
        """Seen to fail with 8 bytes."""
        made = {tokens.new_token() for _ in range(2000)}
        assert len(made) == 2000
        assert all(len(token) == 43 for token in made)
        # Each place takes many signs: no part of it is a counter or the time. (The last sign holds four bits.)
        assert all(len({token[place] for token in made}) > 50 for place in range(42))

    def test_a_session_s_token_is_one(self, visitor: Visitor, make: Make) -> None:
        """What the log-in sets. Seen to fail with tokens of 8 bytes."""
        from tests.accounts.visits import log_in  # noqa: PLC0415

        log_in(visitor, make.user(email="ada@patients.example").email)
        cookie = visitor.client.get_cookie("hairline")
        assert cookie is not None
        assert len(cookie.value) == 43

    def test_digests_are_sha_256(self) -> None:
        """Against the published example. Seen to fail with another hash."""
        assert tokens.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert len(tokens.keyed_digest("a", key="b")) == 64
        assert tokens.keyed_digest("a", key="b") != tokens.keyed_digest("a", key="c")
