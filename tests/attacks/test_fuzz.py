"""Made-up requests to every form route, as everybody: never a 500.

`pytest tests/attacks -k fuzz` sends 10,000, half of them on each database; `make test` sends a few hundred to one (HAIRLINE_FUZZ).
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from directory.core.db import Database
from tests.attacks.cast import UNSAFE, WHO, Cast, routes, undone
from tests.attacks.test_bad_input import kept
from tests.attacks.test_matrix import token
from tests.clients import Visitor, forms_of
from tests.factories import Make

REQUESTS = int(os.environ.get("HAIRLINE_FUZZ", "10000")) // 2
#: One in so many is looked at more closely: what was refused must have changed nothing.
CLOSELY = 25

#: Words that have broken forms before.
NASTY = (
    *("", " ", "\x00", "\ufeff", "\u202e", "a\r\nb", "9" * 30, "-1", "1e400", "NaN", "null", "true", "[]", "{}", "%s%n", "../..", "'"),
    *(
        "\U0001f9d1\u200d\U0001f680",
        "ａｄｍｉｎ",
        "x" * 300,
        "x" * 6000,
        "İ",
        "ß",
        "\u0301" * 50,
        "<b>",
        "{{7*7}}",
        "=1+1",
        "a@b",
        "a@b.example",
    ),
    *("2025-09", "13/2025", "09/2025", "smp", "5", "hide", "spam", "y", "on", "patient", "owner", "/", "//evil.example", "0" * 43),
)
words = st.one_of(st.sampled_from(NASTY), st.text(max_size=80), st.text(alphabet=st.characters(codec="utf-8"), min_size=200, max_size=1200))
bodies = st.fixed_dictionaries(
    {
        "who": st.sampled_from(WHO),
        "route": st.integers(0, 10**6),
        "words": st.lists(words, min_size=1, max_size=6),
        "named": st.sampled_from(["all", "some", "one"]),
        "extra": st.dictionaries(st.text(max_size=12), words, max_size=3),
        "as": st.sampled_from(["form"] * 12 + ["multipart", "json", "bytes", "twice", "no token"]),
        "query": st.one_of(st.just(""), st.text(max_size=30)),
        "seed": st.integers(0, 2**32),
    }
)


@pytest.mark.timeout(900)
def test_fuzz_every_form(app: Flask, database: Database, session: Session, make: Make) -> None:
    """Seen to fail with a file read as a word, an id that no column holds, and a NUL handed to PostgreSQL."""
    cast = Cast(session, make)
    browsers = {who: _browser(app, cast, who) for who in WHO}
    forms = [rule for rule, method in routes(app) if method in UNSAFE]
    names: dict[tuple[str, str], list[str]] = {}
    answers: Counter[int] = Counter()
    asked: Counter[str] = Counter()
    failed: list[Any] = []

    @settings(max_examples=max(1, REQUESTS // 2), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def send(given: dict[str, Any]) -> None:
        rule, chance = forms[given["route"] % len(forms)], random.Random(given["seed"])
        with undone(database):
            (visitor, csrf), path = browsers[given["who"]](f"198.51.{chance.randrange(256)}.1"), cast.path(app, rule)
            known = names.get((rule.rule, given["who"]))
            if known is None:
                shown = [form for form in forms_of(visitor.get(path, follow=False)) if form.method == "post"]
                known = names[rule.rule, given["who"]] = sorted(set().union(*(form.names for form in shown)) - {"csrf_token"}) or ["next"]
            count = {"all": len(known), "some": chance.randint(1, len(known)), "one": 1}[given["named"]]
            data: dict[str, Any] = {name: chance.choice(given["words"]) for name in chance.sample(known, count)} | given["extra"]
            if given["as"] != "no token":
                data["csrf_token"] = csrf
            before = kept(session) if chance.randrange(CLOSELY) == 0 else None
            answer = visitor.client.post(**_request(path, given, data, csrf), environ_base={"REMOTE_ADDR": visitor.address})
            answers[answer.status_code] += 1
            asked[rule.rule] += 1
            if answer.status_code >= 500:
                failed.append((rule.rule, given))
            assert answer.status_code < 500, (rule.rule, given["who"], data)
            if before is not None and answer.status_code in {400, 403, 404, 413, 415, 422}:
                assert kept(session) == before, (rule.rule, answer.status_code, data)

    send()
    assert not failed
    # Hypothesis sends what it likes best more often; the rest goes to the routes that it left out.
    chance = random.Random(7)
    while sum(asked.values()) < REQUESTS:
        rule = min(forms, key=lambda one: asked[one.rule])
        who = chance.choice(WHO)
        with undone(database):
            visitor, csrf = browsers[who](f"198.51.{chance.randrange(256)}.2")
            data = {name: chance.choice(NASTY) for name in names.get((rule.rule, who), ["next"])} | {"csrf_token": csrf}
            answer = visitor.client.post(cast.path(app, rule), data=data, environ_base={"REMOTE_ADDR": visitor.address})
        answers[answer.status_code] += 1
        asked[rule.rule] += 1
        assert answer.status_code < 500, (rule.rule, who, data)
    assert set(asked) == {rule.rule for rule in forms}
    assert answers[422] > REQUESTS // 20, f"most must get past the door: {answers}"
    print(f"\n{sum(answers.values())} requests to {len(asked)} routes: {dict(sorted(answers.items()))}")


def _browser(app: Flask, cast: Cast, who: str) -> Callable[[str], tuple[Visitor, str]]:
    """Return a maker of one person's browser as it stands after one page with a form: its token works, its cookies are fresh."""
    first = cast.visitor(app, who)
    csrf = token(first)
    cookies = [(cookie.key, cookie.value) for cookie in (first.client._cookies or {}).values()]

    def make(address: str) -> tuple[Visitor, str]:
        visitor = Visitor(app, address)
        for key, value in cookies:
            visitor.client.set_cookie(key, value)
        return visitor, csrf

    return make


def _request(path: str, given: dict[str, Any], data: dict[str, Any], csrf: str) -> dict[str, Any]:
    """Return the arguments of the request in the shape that is asked for."""
    asked = {"path": path, "query_string": given["query"]}
    if given["as"] == "json":
        return asked | {"json": data, "headers": {"X-CSRFToken": csrf}}
    if given["as"] == "bytes":
        body = "".join(given["words"]).encode("utf-16", "replace") + b"\xff=\xfe&csrf_token=" + csrf.encode()
        return asked | {"data": body, "content_type": "application/x-www-form-urlencoded"}
    if given["as"] == "twice":
        return asked | {"data": {name: [value, value + "x"] for name, value in data.items()}}
    if given["as"] == "multipart":
        return asked | {"data": data, "content_type": "multipart/form-data"}
    return asked | {"data": data}
