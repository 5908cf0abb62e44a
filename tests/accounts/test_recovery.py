"""Recovery codes: ten, shown once, kept as hashes, each used once."""

import base64
import threading
import zlib

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import recovery
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import AccountEvent, AuthSession, EventKind, SignInMethod
from directory.models.base import metadata
from directory.models.factors import RecoveryCode
from tests.accounts.second import HOME, codes_of, half, is_in, shown_codes
from tests.accounts.visits import mails
from tests.clients import Visitor, words_of
from tests.factories import Make


def test_ten_that_cannot_be_misread() -> None:
    """Seen to fail with 0, 1, i, l and o in the alphabet."""
    codes = recovery.make()
    assert len(set(codes)) == 10
    assert all(len(code) == 11 and code[5] == "-" and not set(code) & set("01ilo") for code in codes)


def test_they_are_kept_as_argon2_hashes(session: Session, make: Make) -> None:
    """ASVS 6.5.2. Seen to fail with a plain digest."""
    codes = codes_of(session, make.user())
    kept = session.exec(select(RecoveryCode.code_hash)).all()
    assert len(kept) == len(codes)
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in kept)


@pytest.mark.parametrize("write", [str.upper, lambda code: code.replace("-", ""), lambda code: f" {code[:5]}  {code[6:]} ", str.title])
def test_how_it_is_typed_is_forgiven(session: Session, make: Make, write: object) -> None:
    """Seen to fail without `read`."""
    ada = make.user()
    code = codes_of(session, ada)[1]
    assert recovery.find(session, user_id=ada.id, typed=write(code)) is not None  # type: ignore[operator]


@pytest.mark.parametrize("typed", ["", "k7w2m", "k7w2m-9hxqr", "x" * 5000, "k7w2m9hxqé", "\x00" * 10])
def test_nonsense_is_no_code(session: Session, make: Make, typed: str) -> None:
    """What cannot be one is not even hashed. Seen to fail with the length not looked at (megabytes were hashed)."""
    ada = make.user()
    codes_of(session, ada)
    assert recovery.find(session, user_id=ada.id, typed=typed) is None


def test_of_two_at_the_same_moment_one_succeeds(empty_url: str) -> None:
    """Seen to fail without `used_at IS NULL` in the WHERE."""
    own = Database(empty_url)
    metadata.create_all(own.engine)
    with own.transaction() as writing:
        row = RecoveryCode(user_id=Make(writing).user().id, code_hash="x", created_at=clock.now())
        writing.add(row)
        writing.flush()
        code_id = row.id
    together, taken = threading.Barrier(8), []

    def use() -> None:
        together.wait()
        with own.transaction() as writing:
            taken.append(recovery.use(writing, code_id=code_id))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own.dispose()
    assert sorted(taken) == [False] * 7 + [True]


def test_one_stands_in_for_the_app_and_its_person_is_told(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail without the mail, and with the method of an app."""
    ada = make.app(make.user())
    code = codes_of(session, ada)[0]
    visitor = half(app, ada)
    page = visitor.get("/login/second?by=recovery")
    assert 'inputmode="numeric"' not in page.text
    visitor.fill(page, code=code.upper())
    assert is_in(visitor)
    sent = mails(app, session)[-1]
    assert sent.subject == "A recovery code was used to log in"
    assert "You have 2 codes left." in sent.text
    assert code not in sent.text
    assert EventKind.RECOVERY_CODE_USED in set(session.exec(select(AccountEvent.kind)))
    assert session.exec(select(AuthSession.method).where(~AuthSession.awaits_factor)).one() is SignInMethod.PASSWORD_AND_RECOVERY  # type: ignore[operator]


def test_new_ones_are_shown_once_and_end_the_old(visitor: Visitor, session: Session, make: Make) -> None:
    """Seen to fail with the old rows left, and with the page shown again."""
    ada = make.app(make.user())
    old = codes_of(session, ada)
    visitor.sign_in(ada)
    page = visitor.send(HOME + "/codes")
    new = shown_codes(page)
    assert len(new) == 10
    assert page.headers["Cache-Control"] == "private, no-store"
    assert recovery.find(session, user_id=ada.id, typed=old[0]) is None
    assert recovery.find(session, user_id=ada.id, typed=new[9]) is not None
    assert visitor.get(HOME + "/codes/new").request.path == HOME
    assert "10 codes are left" in words_of(visitor.get(HOME))


def test_the_browser_keeps_them_unreadable(visitor: Visitor, make: Make) -> None:
    """Between making and showing they lie in a cookie. Seen to fail with the codes signed and not sealed."""
    visitor.sign_in(make.app(make.user()))
    visitor.send(HOME + "/codes", follow=False)
    cookie = visitor.client.get_cookie("form")
    assert cookie is not None
    body = cookie.value.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    raw = zlib.decompress(raw) if cookie.value.startswith(".") else raw
    assert b"recovery_codes" in raw
    shown = shown_codes(visitor.get(HOME + "/codes/new"))
    assert len(shown) == 10
    assert not any(code.encode() in raw for code in shown)


def test_another_person_in_the_same_browser_does_not_see_them(app: Flask, visitor: Visitor, make: Make) -> None:
    """Seen to fail with the person left out of the seal's purpose."""
    visitor.sign_in(make.app(make.user()))
    visitor.send(HOME + "/codes", follow=False)
    visitor.sign_in(make.user())
    assert visitor.get(HOME + "/codes/new").request.path == HOME


def test_without_a_factor_there_are_none(visitor: Visitor, session: Session, make: Make) -> None:
    """Alone they would be a password that somebody wrote down. Seen to fail without the rule in `codes_made`."""
    visitor.sign_in(make.user())
    assert visitor.send(HOME + "/codes").status_code == 400
    assert session.exec(select(RecoveryCode)).all() == []
