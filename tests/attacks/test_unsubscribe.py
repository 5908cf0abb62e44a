"""The one address that takes a POST without a token of ours: it is signed, and switches one kind off for one person, whoever presses it."""

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlmodel import Session, select

from directory.config import Settings
from directory.models.accounts import NotificationChoice, User
from directory.notifications.kinds import NEW_SIGN_IN, SECURITY
from directory.web import unsubscribe
from tests.attacks.rows import all_rows
from tests.clients import Visitor
from tests.factories import Make


def address(app: Flask, user: User) -> str:
    with app.app_context():
        return unsubscribe.address(user_id=user.id, kind=NEW_SIGN_IN).removeprefix("http://localhost:8000")


def forged(user: User, word: str, *, key: str, salt: str = "unsubscribe") -> str:
    return f"/unsubscribe/{URLSafeSerializer(key, salt=salt).dumps([user.id, word])}"


def test_a_forged_one_is_nothing(app: Flask, session: Session, make: Make, settings: Settings) -> None:
    """Another key, another salt, another person under the same signature, a fixed kind. Seen to fail with `loads_unsafe`."""
    ada, bo = make.user(), make.user()
    payload, signature = address(app, ada).rsplit("/", 1)[1].rsplit(".", 1)
    theirs = address(app, bo).rsplit("/", 1)[1].rsplit(".", 1)[0]
    paths = [
        forged(ada, "new_sign_in", key="x" * 40),
        forged(ada, "new_sign_in", key=settings.secret_key, salt="cookie-session"),
        forged(ada, SECURITY.word, key=settings.secret_key),
        forged(ada, "nothing", key=settings.secret_key),
        f"/unsubscribe/{theirs}.{signature}",
        f"/unsubscribe/{payload}.{signature[:-1]}",
        f"/unsubscribe/{payload}",
        "/unsubscribe/" + "x" * 3000,
        "/unsubscribe/%00",
    ]
    signer = URLSafeSerializer(settings.secret_key, salt="unsubscribe")
    paths += [
        f"/unsubscribe/{signer.dumps(odd)}" for odd in ([], {"user_id": ada.id}, [ada.id], "x", None, ["x", "new_sign_in"], [None, None])
    ]
    before = all_rows(session)
    for path in paths:
        for method in ("GET", "POST"):
            assert app.test_client().open(path, method=method).status_code == 404, path
    assert all_rows(session) == before


def test_it_is_for_one_person_whoever_is_signed_in(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail with the signed-in person's choice written."""
    ada, mallory = make.user(), make.user()
    assert Visitor(app).sign_in(mallory).post(address(app, ada)).status_code == 200
    assert [(row.user_id, row.kind, row.wanted) for row in session.exec(select(NotificationChoice))] == [(ada.id, "new_sign_in", False)]


def test_again_and_again_it_does_the_same(app: Flask, session: Session, make: Make) -> None:
    """It can only switch off, so whoever has an old mail can do no more than its owner did. Seen to fail with a toggle."""
    ada = make.user()
    path = address(app, ada)
    for _turn in range(3):
        assert app.test_client().post(path).status_code == 200
    assert [row.wanted for row in session.exec(select(NotificationChoice))] == [False]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_press_it_in_one_s_browser(app: Flask, session: Session, make: Make, headers: dict[str, str]) -> None:
    """It would need the address, and even then. Seen to fail with the route outside of `same_origin`."""
    assert app.test_client().post(address(app, make.user()), headers=headers).status_code == 400
    assert session.exec(select(NotificationChoice)).all() == []


def test_of_somebody_gone_nothing_is_left(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail with an error of the database."""
    ada = make.user()
    path = address(app, ada)
    session.delete(ada)
    session.commit()
    assert app.test_client().post(path).status_code == 404


def test_the_address_tells_no_address(app: Flask, make: Make) -> None:
    """Nothing of the person but a number. Seen to fail with the e-mail in it."""
    ada = make.user(email="ada@patients.example")
    with app.app_context():
        assert unsubscribe.read(address(app, ada).rsplit("/", 1)[1]) == (ada.id, NEW_SIGN_IN)
