"""One answer a question: names given twice, and answers sent by another way than the form's."""

import pytest
from flask import Flask
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tests.attacks.rows import all_rows
from tests.clients import Visitor, forms_of
from tests.factories import Make


def twice(visitor: Visitor, path: str, name: str, *values: str, **answers: str) -> int:
    """Send the form of a page with a name that has several values; return the status."""
    form = next(form for form in forms_of(visitor.get(path)) if form.method == "post")
    data = MultiDict({**form.values, **answers})
    data.setlist(name, list(values))
    return visitor.client.post(path, data=data, environ_base={"REMOTE_ADDR": visitor.address}).status_code


@pytest.mark.parametrize("name", ["email", "password", "next", "idempotency_key"])
def test_a_name_given_twice_is_refused_before_anything_is_looked_at(visitor: Visitor, session: Session, make: Make, name: str) -> None:
    """Even when both values are alike. Seen to fail without the count in `DirectoryForm.process`."""
    make.user(email="ada@patients.example")
    before = all_rows(session)
    assert twice(visitor, "/login", name, "x", "x", **{"email": "ada@patients.example", "password": "wrong words"}) == 400
    assert all_rows(session) == before


def test_a_review_has_one_rating(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail likewise: the first of the two was taken."""
    ada, visitor = make.profile(), Visitor(app).sign_in(make.user())
    make.treatment("smp")
    given = {
        "treatment": "smp",
        "month": "09/2025",
        "title": "",
        "body": "Three sessions, calm and clean, long enough.",
        "own_experience": "y",
    }
    before = all_rows(session)
    assert twice(visitor, f"/p/{ada.slug}/review", "overall", "1", "5", **given) == 400
    assert all_rows(session) == before
    assert twice(visitor, f"/p/{ada.slug}/review", "overall", "5", **given) in {200, 303}


def test_an_answer_in_the_address_is_none(app: Flask, session: Session, make: Make) -> None:
    """A form reads the body alone."""
    ada, visitor = make.profile(), Visitor(app).sign_in(make.user())
    path = f"/p/{ada.slug}/comment"
    token = next(form.values["csrf_token"][0] for form in forms_of(visitor.get(path)) if form.method == "post")
    before = all_rows(session)
    answer = visitor.client.post(f"{path}?body=Hello+from+the+address", data={"csrf_token": token})
    assert answer.status_code == 422
    assert all_rows(session) == before


def test_the_token_in_the_address_is_none(visitor: Visitor) -> None:
    """It would stand in logs and histories."""
    token = forms_of(visitor.get("/login"))[-1].values["csrf_token"][0]
    answer = visitor.client.post(f"/login?csrf_token={token}", data={"email": "ada@patients.example", "password": "wrong words"})
    assert answer.status_code == 400
