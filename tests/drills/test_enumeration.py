"""Whether an address has an account: neither the answer nor the time that it takes tells.

A timing is measured here because the time itself would be the leak; known and unknown addresses take turns, so that whatever else
the machine does meets both alike.
"""

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from directory.accounts import passwords
from directory.app import create_app
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.base import metadata
from tests.clients import Visitor, forms_of, words_of
from tests.drills import size
from tests.factories import Make

pytestmark = pytest.mark.drill

PAIRS = size(small=12, full=200)
#: Seconds by which the medians may differ. Over few pairs, beside other tests, chance makes more: then only the answers are compared.
BOUND = size(small=10**6, full=5) / 1000
WRONG = "three wrong purple nights"


#: Page -> what is typed beside the address.
PAGES: dict[str, dict[str, str]] = {
    "/login": {"password": WRONG},
    "/reset": {},
    "/register": {"password": WRONG, "birth_year": "1985", "consent": "y"},
}


@pytest.fixture
def site(empty_url: str, settings: Settings) -> Iterator[Flask]:
    """A site on a database of its own, so that each commit is one."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield create_app(settings, database=database)
    database.dispose()


@pytest.mark.parametrize("path", PAGES)
def test_known_and_unknown_addresses_are_answered_alike(site: Flask, path: str) -> None:
    """Seen to fail with the password of an unknown address not hashed, and with the mail of a known one sent at once."""
    database: Database = site.extensions["hairline_database"]
    hashed = passwords.choose("three calm green mornings", email="a@b.example", name="Ada")  # a weak one would be made anew
    with database.transaction() as session:
        make, numbers = Make(session), range(PAIRS)
        known = [make.user(f"Known {n}", email=f"known{n}@patients.example", password_hash=hashed).email for n in numbers]
    took: dict[bool, list[float]] = {True: [], False: []}
    said: dict[bool, set[tuple[int, int, str]]] = {True: set(), False: set()}
    with time_machine.travel(clock.now(), tick=False) as now:
        for number, email in enumerate(known):
            for is_known in (True, False) if number % 2 else (False, True):
                now.shift(timedelta(hours=2))  # past every throttle
                visitor = Visitor(site, f"203.0.{number % 250}.{2 if is_known else 9}")
                page = visitor.get(path)
                data = {**forms_of(page)[-1].values, **PAGES[path], "email": email if is_known else f"nobody{number}@patients.example"}
                if path == "/register":
                    data["display_name"] = f"Newcomer {number} {'k' if is_known else 'u'}"
                started = time.perf_counter()
                answer = visitor.post(path, data, follow=False)
                took[is_known].append(time.perf_counter() - started)
                words = words_of(answer).replace(email, "*").replace(f"nobody{number}@patients.example", "*")
                length = len(words) if path != "/register" else 0
                said[is_known].add((answer.status_code, length, answer.headers.get("Location", "")))
    assert said[True] == said[False]
    gap = statistics.median(took[True]) - statistics.median(took[False])
    print(f"\n{path}: {PAIRS} pairs, median {statistics.median(took[True]) * 1000:.1f} ms, gap {gap * 1000:.2f} ms")
    assert abs(gap) < BOUND
