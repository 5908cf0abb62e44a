"""Ways round the limits that lead nowhere: other addresses, other spellings, other accounts."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from limits import parse
from sqlmodel import Session

from directory.app import create_app
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.web.limits import CHANGES, REQUESTS, Group
from tests.clients import Visitor
from tests.factories import Make

PAGES = int(parse(REQUESTS[Group.PAGES]).amount)
SEARCH = int(parse(REQUESTS[Group.SEARCH]).amount)
ACCOUNT, NETWORK = (int(parse(most).amount) for most in (CHANGES[Group.WRITING].account, CHANGES[Group.WRITING].network))


def statuses(app: Flask, addresses: Iterator[str], paths: Iterator[str], many: int, **more: object) -> list[int]:
    """Open one path after the other, each time from the next address, and return how each was answered."""
    return [Visitor(app, next(addresses)).get(next(paths), follow=False, **more).status_code for _turn in range(many)]


def test_another_address_of_the_network_does_not_help(app: Flask) -> None:
    """Seen to fail with the whole address as the key."""
    around = (f"192.0.2.{number % 256}" for number in itertools.count())
    assert statuses(app, around, itertools.repeat("/nowhere"), PAGES + 3)[-3:] == [429] * 3
    assert Visitor(app, "192.0.3.1").get("/nowhere").status_code == 404, "the network beside it is another"


def test_2_to_the_64_addresses_do_not_help(app: Flask) -> None:
    """Seen to fail with the whole address as the key."""
    around = (f"2001:db8:1:2:{number:x}::{number:x}" for number in itertools.count(1))
    assert statuses(app, around, itertools.repeat("/nowhere"), PAGES + 3)[-3:] == [429] * 3
    assert Visitor(app, "2001:db8:1:3::1").get("/nowhere").status_code == 404


def test_ipv4_written_as_ipv6_is_ipv4(app: Flask) -> None:
    """Seen to fail without ipv4_mapped: all of IPv4 would share one /64."""
    around = itertools.cycle(["192.0.2.7", "::ffff:192.0.2.9"])
    assert statuses(app, around, itertools.repeat("/nowhere"), PAGES + 2)[-2:] == [429] * 2
    assert Visitor(app, "::ffff:198.51.100.1").get("/nowhere").status_code == 404


def test_a_header_does_not_make_another_of_a_visitor(app: Flask) -> None:
    """No proxy is configured, so none is believed. Seen to fail with ProxyFix always on."""
    for number in range(PAGES + 2):
        invented = f"10.{number // 256}.{number % 256}.1"
        names = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"), invented)
        found = Visitor(app).get("/nowhere", headers=names).status_code
    assert found == 429


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(database: Database, settings: Settings) -> None:
    """The last address of the list is the proxy's own word. Seen to fail with one hop too many believed."""
    app = create_app(settings.model_copy(update={"proxies": 1}), database=database)
    for number in range(PAGES + 2):
        listed = f"10.{number // 256}.{number % 256}.1, 203.0.113.5"
        found = Visitor(app, "127.0.0.1").get("/nowhere", headers={"X-Forwarded-For": listed}).status_code
    assert found == 429
    beside = Visitor(app, "127.0.0.1").get("/nowhere", headers={"X-Forwarded-For": "203.0.112.5"})
    assert beside.status_code == 404, "whoever comes through the same proxy from elsewhere is somebody else"


def test_no_spelling_of_an_address_has_a_count_of_its_own(app: Flask) -> None:
    """Query, ending, case, slashes and addresses that lead nowhere. Seen to fail with the path in the key, and with addresses
    that lead nowhere left out."""
    spelled = itertools.cycle(
        ["/login?a=1", "/login?a=2", "/login/", "/LOGIN", "/login.json", "//login", "/login;x", "/login%20", "/nowhere"]
    )
    assert statuses(app, itertools.repeat("192.0.2.1"), spelled, PAGES + 10)[-10:] == [429] * 10


def test_a_question_counts_however_it_is_asked(app: Flask) -> None:
    """Seen to fail with the query in the key, and with GET alone counted."""
    client = app.test_client()
    for number in range(SEARCH):
        method = ("get", "head", "options")[number % 3]
        getattr(client, method)(f"/search?page={number}&q={'a' * (number % 7)}")
    assert client.get("/search").status_code == 429
    assert client.head("/search").status_code == 429


def test_whoever_is_signed_in_is_known_wherever_they_are(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with the network alone counted."""
    bo = make.user("Bo")
    visitor = Visitor(app).sign_in(bo)
    for number in range(PAGES + 1):
        visitor.address = f"10.{number // 256}.{number % 256}.1"
        found = visitor.get("/nowhere").status_code
    assert found == 429
    assert Visitor(app, visitor.address).get("/nowhere").status_code == 404, "their neighbours are not"


def test_an_account_writes_no_more_from_many_networks(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with changes counted by network alone."""
    visitor = Visitor(app).sign_in(make.user("Bo"))
    page = visitor.get(f"/p/{make.profile().slug}/comment")
    found = []
    for number in range(ACCOUNT + 1):
        visitor.address = f"10.0.{number}.1"
        found.append(visitor.fill(page, body="").status_code)
    assert (found[-2], found[-1]) == (422, 429)


def test_a_network_writes_no_more_with_many_accounts(session: Session, make: Make, app: Flask) -> None:
    """Sockpuppets of one house. Seen to fail with changes counted by account alone."""
    path = f"/p/{make.profile().slug}/comment"
    each = ACCOUNT - 10
    for person in range(NETWORK // each):
        visitor = Visitor(app, f"192.0.2.{person}").sign_in(make.user())
        page = visitor.get(path)
        assert {visitor.fill(page, body="").status_code for _turn in range(each)} == {422}
    last = Visitor(app, "192.0.2.200").sign_in(make.user())
    page = last.get(path)
    assert last.fill(page, body="").status_code == 429
    last.address = "198.51.100.1"
    assert last.fill(page, body="").status_code == 422, "the same person elsewhere"


@pytest.mark.parametrize("wait", [0, 59])
def test_before_the_window_is_over_nothing_opens(app: Flask, wait: int) -> None:
    """Seen to fail with the window moved along by each request, and with none."""
    visitor = Visitor(app)
    with time_machine.travel(clock.now(), tick=False) as time:
        for _turn in range(PAGES):
            visitor.get("/nowhere")
        time.shift(timedelta(seconds=wait))
        assert visitor.get("/nowhere").status_code == 429
        time.shift(timedelta(seconds=60 - wait))
        assert [visitor.get("/nowhere").status_code for _turn in range(PAGES + 1)].count(404) == PAGES
