"""Numbers that fit no column and no machine: in addresses, in questions and in forms they are answered kindly."""

import re

import pytest
from flask import Flask
from sqlmodel import Session

from tests.clients import Visitor, forms_of
from tests.factories import Make

#: Around the ends of what 16, 32, 64 bits and a double hold; what is no number; digits of other scripts.
LARGE = [str(number) for power in (31, 32, 63, 64, 1000) for number in (2**power - 1, 2**power, -(2**power))]
ODD = ["0", "-0", "00000001", "1e309", "NaN", "-inf", "0x10", "1_000", "1.0", "9" * 5000, "٣", "१", "½", "+1", "", " 1", "1 OR 1=1"]


@pytest.mark.parametrize("number", [*LARGE, "9" * 5000], ids=lambda number: number[:24])
def test_no_number_in_an_address_breaks_a_page(app: Flask, make: Make, number: str) -> None:
    """Every route with a number in it, opened and posted to by a moderator. Seen to fail with `2**zoom` of a map's square: it filled
    the memory before it was compared; and with Flask's own `int`, which hands SQLite more than it holds."""
    visitor = Visitor(app).sign_in(make.moderator())
    routes = [rule for rule in app.url_map.iter_rules() if "<int" in rule.rule]
    assert len(routes) >= 12
    for rule in routes:
        path = re.sub(r"<int[^>]*>", number, rule.rule).replace("<name>", "profiles")
        for method in ("GET", "POST"):
            answer = visitor.client.open(path, method=method)
            assert answer.status_code < 500, f"{method} {path[:80]}: {answer.status}"


@pytest.mark.parametrize("number", LARGE + ODD, ids=range(len(LARGE + ODD)))
def test_no_number_in_a_question_breaks_a_list(visitor: Visitor, session: Session, make: Make, number: str) -> None:
    """Pages, radii, ratings, prices, points."""
    ada = make.profile()
    names = ("page", "radius", "rating", "min", "max", "price", "lat", "lon", "zoom", "year", "size", "limit", "offset")
    question = dict.fromkeys(names, number)
    for path in ("/", "/search", f"/p/{ada.slug}/reviews", f"/p/{ada.slug}/comments", "/guides/", "/map/pins", "/suggest"):
        answer = visitor.get(path, query_string={**question, "q": number, "at": "/ca/ontario/toronto/"})
        assert answer.status_code < 500, path


@pytest.mark.parametrize("number", LARGE + ODD, ids=range(len(LARGE + ODD)))
def test_no_number_in_a_form_breaks_it(app: Flask, make: Make, number: str) -> None:
    """A rating, a month, a year of birth, a point."""
    ada, visitor = make.profile(), Visitor(app).sign_in(make.user())
    make.treatment("smp")
    path = f"/p/{ada.slug}/review"
    form = next(one for one in forms_of(visitor.get(path)) if one.method == "post")
    given = {**form.values, "treatment": "smp", "body": "Three sessions, calm and clean, long enough.", "own_experience": "y"}
    for wrong in ({"overall": number, "month": "09/2025"}, {"overall": "5", "month": number}):
        assert visitor.post(path, given | wrong, follow=False).status_code in {303, 422}
    other = Visitor(app)
    fields = next(one for one in forms_of(other.get("/near")) if one.method == "post").values
    assert other.post("/near", fields | {"lat": number, "lon": number}, follow=False).status_code in {303, 400}
