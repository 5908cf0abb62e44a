"""Nobody takes another's data along, deletes another's account, or does either on a sign-in that is not fresh."""

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import permissions
from directory.accounts.permissions import Actor, Need, Permission
from directory.models.accounts import ErasureRequest
from directory.privacy import erasure
from directory.views import privacy
from tests.attacks.rows import all_rows
from tests.clients import Visitor, forms_of
from tests.factories import Make


def values(visitor: Visitor, path: str) -> dict[str, Any]:
    """What the form of a page would send."""
    return dict(next(form for form in forms_of(visitor.get(path)) if form.method == "post").values)


def test_an_export_is_of_whoever_asks(app: Flask, make: Make) -> None:
    """Whatever number or address is sent along. Seen to fail with the person taken from the request."""
    victim, thief = make.user("Victim", email="victim@patients.example"), make.user("Thief")
    visitor = Visitor(app).sign_in(thief)
    more = {"user_id": str(victim.id), "id": str(victim.id), "email": victim.email, "actor": f"user:{victim.id}"}
    answer = visitor.post(f"/account/export?user_id={victim.id}", values(visitor, "/account/export") | more)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        whole = b"\n".join(packed.read(name) for name in packed.namelist())
        assert all("/" not in name and "\\" not in name and ".." not in name for name in packed.namelist())
    assert b"Thief" in whole
    assert b"victim" not in whole.lower()


def test_an_erasure_is_of_whoever_asks(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail with the person taken from the request."""
    victim, thief = make.user(), make.user()
    visitor = Visitor(app).sign_in(thief)
    more = {"user_id": str(victim.id), "id": str(victim.id), "reviews": "delete", "due_at": "2001-01-01", "at_once": "1"}
    assert visitor.post(f"/account/erase?user_id={victim.id}", values(visitor, "/account/erase") | more, follow=False).status_code == 303
    session.expire_all()
    request = session.exec(select(ErasureRequest)).one()
    assert request.user_id == thief.id
    assert (request.due_at - request.requested_at).days == 14


def test_nobody_takes_another_s_wish_back(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail with the first request of the table deleted."""
    bo = make.user()
    erasure.ask(session, user_id=bo.id, keeps_reviews=False)
    session.commit()
    stranger = Visitor(app).sign_in(make.user())
    before = all_rows(session)
    given = values(stranger, "/account/consents/withdraw") | {"user_id": str(bo.id)}
    assert stranger.post("/account/erase/cancel", given).status_code == 404
    assert all_rows(session) == before


@pytest.mark.parametrize(("view", "permission"), [(privacy.export, Permission.ACCOUNT_EXPORT), (privacy.erase, Permission.ACCOUNT_ERASE)])
def test_a_sign_in_that_is_not_fresh_is_led_to_show_who_it_is(make: Make, view: Any, permission: Permission) -> None:
    """Whoever finds a browser open takes nothing along and deletes nothing. Seen to fail with SIGNED_IN in place of either."""
    assert view.permission is permission
    asleep = Actor(make.user(), met=lambda need: need is not Need.FRESH, role=lambda profile_id: None)
    assert permissions.judge(asleep, permission) is Need.FRESH


def test_what_people_typed_names_no_file(app: Flask, make: Make) -> None:
    """Neither in the archive nor in the header. Seen to fail with the shown name in the file's name."""
    visitor = Visitor(app).sign_in(make.user('../../etc/x"\r\nX-Evil: 1'))
    answer = visitor.send("/account/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    assert "X-Evil" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert all(name.replace("-", "").replace(".", "").isalpha() for name in packed.namelist())
