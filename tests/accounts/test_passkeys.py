"""Passkeys, with an authenticator in software: made, answered with, named, removed; what must not pass."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import passkeys, service
from directory.accounts.passkeys import Answer, CountWentBack, Site
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import Refused
from directory.models.accounts import AccountEvent, AuthSession, EventKind, SignInMethod, User
from directory.models.base import metadata
from directory.models.factors import Passkey
from tests.accounts.authenticator import Authenticator, text
from tests.accounts.second import HOME, add_passkey, call, half, is_in, options, passkey_log_in, token
from tests.accounts.visits import mails
from tests.clients import Visitor, words_of
from tests.factories import Make

SITE = Site("localhost", "http://localhost:8000", "Hairline")


def newest_session(session: Session) -> AuthSession:
    session.expire_all()
    return session.exec(select(AuthSession).order_by(AuthSession.id.desc())).first()  # type: ignore[union-attr, attr-defined, return-value]


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("https://hairline.example", "hairline.example", "https://hairline.example"),
        ("https://hairline.example:8443", "hairline.example", "https://hairline.example:8443"),
        ("https://hairline.example:443", "hairline.example", "https://hairline.example"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_the_site_is_what_the_settings_say(url: str, host: str, origin: str) -> None:
    """Browsers leave the usual port out. Seen to fail with the address taken as it stands."""
    assert passkeys.site(url, "x") == Site(host, origin, "x")


@pytest.mark.parametrize("attestation", ["none", "packed"])
def test_one_is_made_and_opens_the_account_without_a_password(
    app: Flask, visitor: Visitor, session: Session, make: Make, attestation: str
) -> None:
    """Seen to fail with the public key not kept."""
    ada = make.user()
    device = add_passkey(visitor.sign_in(ada), Authenticator(attestation=attestation))
    key = session.exec(select(Passkey)).one()
    assert (key.user_id, key.name, key.is_synced) == (ada.id, "my phone", False)
    other = Visitor(app)
    answer = passkey_log_in(other, device)
    assert answer.get_json() == {"next": "/account"}
    assert is_in(other)
    assert newest_session(session).method is SignInMethod.PASSKEY
    session.refresh(key)
    assert key.last_used_at is not None
    assert key.sign_count == 1


def test_with_the_first_one_come_recovery_codes_and_a_mail(app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
    """Seen to fail with the codes made for apps alone."""
    visitor.sign_in(make.user())
    page, path = HOME + "/passkeys/add", HOME + "/passkeys"
    made = Authenticator().make(options(visitor, path, page))
    answer = call(visitor, path, page, {"credential": made, "name": "my phone"})
    assert answer.get_json() == {"next": HOME + "/codes/new"}
    assert [mail.subject for mail in mails(app, session)] == ["A passkey was added to your account"]
    assert {EventKind.PASSKEY_ADDED, EventKind.RECOVERY_CODES_MADE} <= set(session.exec(select(AccountEvent.kind)))
    second = Authenticator().make(options(visitor, path, page))
    assert call(visitor, path, page, {"credential": second, "name": ""}).get_json() == {"next": HOME}


def test_after_the_password_one_without_a_finger_does(app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
    """A security key without a PIN. Seen to fail with the finger asked for there too."""
    ada = make.user()
    device = add_passkey(visitor.sign_in(ada), Authenticator(verifies=False))
    waiting = half(app, ada)
    asked = options(waiting, "/login/second/passkey", "/login/second")
    assert [one["id"] for one in asked["allowCredentials"]] == [text(device.keys[0].id)]
    assert asked["userVerification"] == "preferred"
    answer = call(waiting, "/login/second/passkey", "/login/second", {"credential": device.answer(asked, named=False), "next": "/guides/"})
    assert answer.get_json() == {"next": "/guides/"}
    assert is_in(waiting)
    assert newest_session(session).method is SignInMethod.PASSWORD_AND_PASSKEY


def test_it_shows_again_who_it_is(app: Flask, visitor: Visitor, make: Make) -> None:
    """Seen to fail with stepped_up_at left."""
    ada = make.user()
    device = add_passkey(visitor.sign_in(ada))
    stale = Visitor(app).sign_in(ada, fresh=False)
    assert stale.get(HOME + "/passkeys/add").request.path == "/account/verify"
    verify = "/account/verify"
    given = device.answer(options(stale, verify + "/passkey", verify))
    assert call(stale, verify + "/passkey", verify, {"credential": given, "next": HOME + "/passkeys/add"}).status_code == 200
    assert stale.get(HOME + "/passkeys/add").request.path == HOME + "/passkeys/add"


def test_the_options_name_nobody_at_the_log_in(visitor: Visitor, make: Make) -> None:
    """Whoever asks learns of no account. Seen to fail with the keys listed."""
    add_passkey(visitor.sign_in(make.user()))
    visitor.sign_out()
    asked = options(visitor, "/login/passkey", "/login")
    assert asked.get("allowCredentials", []) == []
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "localhost"


def test_keys_know_the_person_by_a_random_name_for_good(visitor: Visitor, session: Session, make: Make) -> None:
    """Seen to fail with the account's number, and with a new name for each key."""
    ada = make.user()
    visitor.sign_in(ada)
    first, second = add_passkey(visitor), add_passkey(visitor)
    assert first.keys[0].handle == second.keys[0].handle
    assert len(first.keys[0].handle) == 43
    session.refresh(ada)
    assert ada.passkey_handle == first.keys[0].handle
    asked = options(visitor, HOME + "/passkeys", HOME + "/passkeys/add")
    assert len(asked["excludeCredentials"]) == 2, "a device makes no second key"
    assert asked["authenticatorSelection"]["residentKey"] == "preferred"
    assert asked["attestation"] == "none"


class TestChanging:
    def test_it_is_renamed(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the first key renamed, whichever was meant."""
        ada = make.user()
        make.passkey(ada)
        mine = make.passkey(ada, name="old")
        visitor.sign_in(ada).send(f"{HOME}/passkeys/{mine.id}/name", name="  blue   key ")
        session.expire_all()
        assert mine.name == "blue key"
        assert visitor.send(f"{HOME}/passkeys/{mine.id}/name", name="").status_code == 422

    def test_removed_it_opens_nothing(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """And its person is told. Seen to fail with the row left."""
        ada = make.user()
        device = add_passkey(visitor.sign_in(ada))
        key = session.exec(select(Passkey)).one()
        page = visitor.send(f"{HOME}/passkeys/{key.id}/remove")
        assert "removed" in words_of(page)
        assert passkey_log_in(Visitor(app), device).status_code == 400
        assert mails(app, session)[-1].subject == "A passkey was removed from your account"

    def test_staff_keep_one_factor(self, visitor: Visitor, session: Session, make: Make) -> None:
        """One of two may go. Seen to fail with staff refused anyway, and with nobody refused."""
        mo = make.moderator()
        first, second = make.passkey(mo), make.passkey(mo)
        visitor.sign_in(mo)
        assert visitor.send(f"{HOME}/passkeys/{first.id}/remove").request.path == HOME
        assert visitor.send(f"{HOME}/passkeys/{second.id}/remove").status_code == 422
        assert session.exec(select(Passkey.id)).all() == [second.id]

    def test_there_is_an_end_to_them(self, session: Session, make: Make) -> None:
        """Seen to fail without the limit."""
        ada = make.user()
        for number in range(passkeys.MOST):
            passkeys.add(session, user_id=ada.id, made=passkeys.Made(f"c{number}", b"", 0, False), name="x")
        with pytest.raises(Refused, match="Remove one"):
            passkeys.add(session, user_id=ada.id, made=passkeys.Made("more", b"", 0, False), name="x")

    def test_one_key_is_one_account_s(self, session: Session, make: Make) -> None:
        """Seen to fail with the unique key taken away."""
        made = passkeys.Made("same", b"", 0, False)
        passkeys.add(session, user_id=make.user().id, made=made, name="x")
        with pytest.raises(Refused, match="in use"):
            passkeys.add(session, user_id=make.user().id, made=made, name="x")


class TestMadeWrongly:
    """What a page of somebody else, or a broken device, would send when a key is made."""

    @pytest.mark.parametrize(
        "device",
        [
            Authenticator(origin="https://evil.example"),
            Authenticator(origin="http://localhost:8001"),
            Authenticator(origin="https://localhost:8000"),
            Authenticator(rp_id="evil.example"),
            Authenticator(cross=True),
        ],
        ids=["another site", "another port", "another scheme", "for another site", "in a frame"],
    )
    def test_it_is_refused(self, visitor: Visitor, session: Session, make: Make, device: Authenticator) -> None:
        """Seen to fail with the origin taken from what was sent, and without `_refuse_frames`."""
        visitor.sign_in(make.user())
        page, path = HOME + "/passkeys/add", HOME + "/passkeys"
        made = device.make(options(visitor, path, page))
        assert call(visitor, path, page, {"credential": made, "name": "x"}).status_code == 400
        assert session.exec(select(Passkey)).all() == []

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda given: {},
            lambda given: given | {"type": "password"},
            lambda given: given | {"id": ""},
            lambda given: given | {"id": 7},
            lambda given: given | {"rawId": text(b"another")},
            lambda given: given | {"response": []},
            lambda given: given | {"response": {}},
            lambda given: given | {"response": given["response"] | {"attestationObject": "AAAA"}},
            lambda given: given | {"response": given["response"] | {"attestationObject": text(b"\x9f" * 3000)}},
            lambda given: given | {"response": given["response"] | {"attestationObject": text(b"\x81" * 3000)}},
            lambda given: (
                given | {"response": given["response"] | {"attestationObject": text(b"\xa3cfmtdnonegattStmt\xa0hauthDataX\x01a")}}
            ),
            lambda given: given | {"response": given["response"] | {"clientDataJSON": text(b"[]")}},
            lambda given: given | {"response": given["response"] | {"clientDataJSON": text(b"[" * 3000)}},
            lambda given: given | {"response": given["response"] | {"clientDataJSON": text(b"\xff\xfe")}},
            lambda given: given | {"response": given["response"] | {"clientDataJSON": "***"}},
            lambda given: given | {"response": given["response"] | {"clientDataJSON": "A"}},
        ],
    )
    def test_nonsense_is_refused_and_breaks_nothing(
        self, visitor: Visitor, session: Session, make: Make, spoil: Callable[[Any], Any]
    ) -> None:
        """Seen to fail with WebAuthnException alone caught."""
        visitor.sign_in(make.user())
        page, path = HOME + "/passkeys/add", HOME + "/passkeys"
        made = spoil(Authenticator().make(options(visitor, path, page)))
        assert call(visitor, path, page, {"credential": made, "name": "x"}).status_code == 400
        assert session.exec(select(Passkey)).all() == []

    @pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"[" * 9000, b'{"credential": ' + b'"x"' * 6000 + b"}", b"\xff"])
    def test_a_body_that_is_none_is_refused(self, visitor: Visitor, make: Make, body: bytes) -> None:
        """Seen to fail with RecursionError let through."""
        visitor.sign_in(make.user())
        page = HOME + "/passkeys/add"
        options(visitor, HOME + "/passkeys", page)
        headers = {"X-CSRFToken": token(visitor, page)}
        answer = visitor.client.post(HOME + "/passkeys", data=body, content_type="application/json", headers=headers)
        assert answer.status_code == 400


class TestCount:
    @pytest.mark.parametrize(
        ("before", "given", "taken"), [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)]
    )
    def test_it_counts_up_or_not_at_all(self, session: Session, make: Make, before: int, given: int, taken: bool) -> None:
        """Seen to fail with <= in place of <, and with a count of 0 always taken."""
        key = make.passkey(sign_count=before)
        answer = Answer(given, True, False)
        if taken:
            passkeys.use(session, passkey=key, answer=answer)
        else:
            with pytest.raises(CountWentBack):
                passkeys.use(session, passkey=key, answer=answer)

    def test_of_two_answers_with_one_challenge_one_succeeds(self, empty_url: str) -> None:
        """Keys that do not count too. Seen to fail without SpentSecret's key."""
        own = Database(empty_url)
        metadata.create_all(own.engine)
        together, taken = threading.Barrier(6), []

        def use() -> None:
            together.wait()
            try:
                with own.transaction() as writing:
                    passkeys.spend(writing, challenge="c", until=clock.now())
                taken.append(True)
            except Refused:
                taken.append(False)

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        own.dispose()
        assert sorted(taken) == [False] * 5 + [True]


def test_a_suspended_account_s_key_opens_nothing(app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
    """Seen to fail without `is_active` in `by_answer`."""
    ada: User = make.user()
    device = add_passkey(visitor.sign_in(ada))
    service.suspend(session, user_id=ada.id)
    session.commit()
    other = Visitor(app)
    assert passkey_log_in(other, device).status_code == 400
    assert not is_in(other)
