"""Whoever found a hole finds whom to tell."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from tests.clients import Visitor

PATH = "/.well-known/security.txt"


def fields(text: str) -> list[tuple[str, str]]:
    """Each line as (name, value)."""
    return [(line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in text.splitlines()]


def test_it_names_the_operator_of_the_settings(schema: Database, database: Database, settings: Settings) -> None:
    """Seen to fail with the contact page alone."""
    named = {"operator_email": "post@ada.example", "base_url": "https://hairline.example"}
    answer = Visitor(create_app(settings.model_copy(update=named), database=schema)).get(PATH)
    assert answer.content_type == "text/plain; charset=utf-8"
    found = fields(answer.text)
    assert found[0] == ("Contact", "mailto:post@ada.example")
    assert ("Canonical", f"https://hairline.example{PATH}") in found
    assert ("Preferred-Languages", "en") in found


def test_it_holds_for_less_than_a_year_and_is_the_same_all_day(visitor: Visitor) -> None:
    """Seen to fail with GOOD_FOR at 365 days, and with the moment in place of the day."""
    texts = set()
    for hour in (0, 7, 23):
        with time_machine.travel(datetime(2026, 11, 26, hour, 59, tzinfo=UTC), tick=False):
            texts.add(visitor.get(PATH).text)
    (text,) = texts
    ends = [value for name, value in fields(text) if name == "Expires"]
    assert len(ends) == 1
    assert timedelta(days=90) < datetime.fromisoformat(ends[0]) - datetime(2026, 11, 26, 23, 59, tzinfo=UTC) < timedelta(days=364)


@pytest.mark.parametrize("name", ["Contact", "Policy"])
def test_the_pages_that_it_names_exist(app: Flask, visitor: Visitor, name: str) -> None:
    """Without an operator's address the page is the way in. Seen to fail with the heading renamed."""
    (address,) = [value for one, value in fields(visitor.get(PATH).text) if one == name]
    path, _, anchor = address.removeprefix("http://localhost:8000").partition("#")
    page = visitor.get(path)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text or not anchor
