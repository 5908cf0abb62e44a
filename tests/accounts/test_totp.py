"""The authenticator app: set up in two steps, each code once, its secret sealed."""

import re
import threading
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import totp
from directory.core import clock, seal
from directory.core.db import Database
from directory.core.errors import CannotOpen, NotFound, Refused
from directory.models.accounts import AccountEvent, EventKind, User
from directory.models.base import metadata
from directory.models.factors import RecoveryCode, TotpDevice
from tests.accounts.second import HOME, code, half, is_in, shown_codes, wrong_code
from tests.accounts.visits import log_in, mails
from tests.clients import Visitor, words_of
from tests.factories import SECRET_KEY, TOTP_SECRET, Make


class TestSeal:
    def test_the_same_key_and_purpose_open_it(self) -> None:
        """Seen to fail with the purpose left out of the key."""
        sealed = seal.seal("JBSW", purpose="totp:7", key=SECRET_KEY)
        assert "JBSW" not in sealed
        assert seal.unseal(sealed, purpose="totp:7", key=SECRET_KEY) == "JBSW"
        assert sealed != seal.seal("JBSW", purpose="totp:7", key=SECRET_KEY), "a nonce each time"
        for purpose, key in (("totp:8", SECRET_KEY), ("totp:7", SECRET_KEY + "x")):
            with pytest.raises(CannotOpen):
                seal.unseal(sealed, purpose=purpose, key=key)

    @pytest.mark.parametrize("how", ["", "x", "s1.", "s1.0.0", "s2.{0}", "{0}x", "{1}"])
    def test_what_was_changed_does_not_open(self, how: str) -> None:
        """Seen to fail with the tag not looked at."""
        sealed = seal.seal("JBSW", purpose="totp:7", key=SECRET_KEY)
        other = sealed[:-3] + ("AAA" if sealed[-3:] != "AAA" else "BBB")
        with pytest.raises(CannotOpen):
            seal.unseal(how.format(sealed, other), purpose="totp:7", key=SECRET_KEY)


class TestCodes:
    def test_rfc_6238(self) -> None:
        """Its own example for SHA-1, cut to six digits."""
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        with time_machine.travel(59, tick=False):
            assert totp.matching_step(secret, "287082") == 1
        with time_machine.travel(1111111109, tick=False):
            assert totp.matching_step(secret, "081804") == 37037036

    def test_a_clock_may_be_wrong_by_one_step(self) -> None:
        """Seen to fail with a drift of two, and of none."""
        fits = [steps for steps in range(-4, 5) if totp.matching_step(TOTP_SECRET, code(steps))]
        assert fits == [-1, 0, 1]

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34 5", "１２３４５６", "-1-2-3-4-5-6-7", "\x00" * 6])
    def test_nonsense_fits_nothing(self, typed: str) -> None:
        """Seen to fail without `is_code`: digits of other scripts raised an error."""
        assert totp.matching_step(TOTP_SECRET, typed) is None

    def test_spaces_and_dashes_are_forgiven(self) -> None:
        """Apps show "123 456". Seen to fail without the cleaning."""
        shown = code()
        assert totp.matching_step(TOTP_SECRET, f" {shown[:3]} {shown[3:]} ") == totp.matching_step(TOTP_SECRET, f"{shown[:3]}-{shown[3:]}")

    def test_a_code_works_once_and_ends_those_before_it(self, session: Session, make: Make) -> None:
        """pyotp takes one twice. Seen to fail without the comparison in the WHERE."""
        ada = make.app(make.user())
        earlier, now = code(-1), code()
        assert totp.use(session, user_id=ada.id, code=now, key=SECRET_KEY)
        assert not totp.use(session, user_id=ada.id, code=now, key=SECRET_KEY)
        assert not totp.use(session, user_id=ada.id, code=earlier, key=SECRET_KEY)

    def test_of_two_at_the_same_moment_one_succeeds(self, empty_url: str) -> None:
        """Eight threads with one code, real transactions. Seen to fail with the step compared in Python."""
        own = Database(empty_url)
        metadata.create_all(own.engine)
        with own.transaction() as writing:
            ada_id = Make(writing).app(Make(writing).user()).id
        shown, together, taken = code(), threading.Barrier(8), []

        def use() -> None:
            together.wait()
            with own.transaction() as writing:
                taken.append(totp.use(writing, user_id=ada_id, code=shown, key=SECRET_KEY))

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        own.dispose()
        assert sorted(taken) == [False] * 7 + [True]

    def test_after_the_site_s_key_was_changed_it_says_so(self, session: Session, make: Make) -> None:
        """And no error page. Seen to fail with CannotOpen let through."""
        ada = make.app(make.user())
        with pytest.raises(Refused, match="recovery code"):
            totp.use(session, user_id=ada.id, code=code(), key=SECRET_KEY + "x")


class TestSetUp:
    def begin(self, visitor: Visitor) -> tuple[str, str]:
        page = visitor.send(HOME + "/app")
        assert page.request.path == HOME + "/app/code"
        secret = "".join(re.findall(r"secrets__one\">([A-Z2-7]{4})<", page.text))
        return page.text, secret

    def test_in_two_steps(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the device confirmed from the start."""
        ada = make.user()
        visitor.sign_in(ada)
        text, secret = self.begin(visitor)
        assert len(secret) == 32
        assert "<svg" in text
        assert f"secret={secret}" in text
        assert "style=" not in text
        row = session.exec(select(TotpDevice)).one()
        assert row.confirmed_at is None
        assert secret not in row.sealed_secret
        assert not half_asked(app, ada), "nothing is asked for before the first code"
        again = visitor.send(HOME + "/app/code", code=wrong_code())
        assert again.status_code == 422
        page = visitor.send(HOME + "/app/code", code=pyotp.TOTP(secret).now())
        assert page.request.path == HOME + "/codes/new"
        assert len(shown_codes(page)) == 10
        assert half_asked(app, ada)
        assert visitor.get(HOME + "/app/code").request.path == HOME, "never shown again"
        assert visitor.get(HOME + "/app").request.path == HOME

    def test_it_is_told_and_written_down(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail without the mail, and without the line in the history."""
        visitor.sign_in(make.user())
        _text, secret = self.begin(visitor)
        visitor.send(HOME + "/app/code", code=pyotp.TOTP(secret).now())
        assert [mail.subject for mail in mails(app, session)] == ["An authenticator app was set up for your account"]
        kinds = set(session.exec(select(AccountEvent.kind)))
        assert {EventKind.TOTP_ADDED, EventKind.RECOVERY_CODES_MADE} <= kinds

    def test_the_first_code_is_used_up_by_it(self, app: Flask, visitor: Visitor, make: Make) -> None:
        """Seen to fail with last_step left empty."""
        ada = make.user()
        visitor.sign_in(ada)
        _text, secret = self.begin(visitor)
        shown = pyotp.TOTP(secret).now()
        visitor.send(HOME + "/app/code", code=shown)
        assert half(app, ada).send("/login/second", code=shown).status_code == 422

    def test_others_are_signed_out_if_wished(self, app: Flask, make: Make) -> None:
        """ASVS 7.4.3. Seen to fail with the box not looked at."""
        for wished in (True, False):
            ada = make.user()
            here, there = Visitor(app).sign_in(ada), Visitor(app).sign_in(ada)
            _text, secret = self.begin(here)
            here.send(HOME + "/app/code", code=pyotp.TOTP(secret).now(), ends_others=wished)
            assert is_in(here)
            assert is_in(there) is not wished

    def test_whoever_is_signed_in_elsewhere_must_show_it_before_they_change_anything(self, app: Flask, make: Make) -> None:
        """A thief with the password, logged in a minute ago. Seen to fail without the update in `factors.added`."""
        ada = make.user()
        here, thief = Visitor(app).sign_in(ada), Visitor(app).sign_in(ada)
        assert thief.get(HOME + "/app").request.path == HOME + "/app"
        _text, secret = self.begin(here)
        here.send(HOME + "/app/code", code=pyotp.TOTP(secret).now(), ends_others=False)
        assert thief.get(HOME + "/app/remove").request.path == "/account/verify"
        assert thief.get(HOME + "/passkeys/add").request.path == "/account/verify"

    def test_removed_it_is_asked_for_no_more(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """With the last factor the recovery codes go. Seen to fail with the codes left."""
        ada = make.app(make.user())
        visitor.sign_in(ada)
        visitor.send(HOME + "/codes")
        assert visitor.send(HOME + "/app/remove").request.path == HOME
        assert not half_asked(app, ada)
        assert session.exec(select(RecoveryCode)).all() == []

    def test_staff_keep_one(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail without the rule in `factors.removed`."""
        visitor.sign_in(make.app(make.moderator()))
        page = visitor.send(HOME + "/app/remove")
        assert page.status_code == 422
        assert "needs a second factor" in words_of(page)
        assert "is left" in words_of(visitor.get(HOME)) or "are left" in words_of(visitor.get(HOME))

    def test_begun_again_it_is_another_secret(self, session: Session, make: Make) -> None:
        """Seen to fail with the unconfirmed row kept."""
        ada = make.user()
        seen = set()
        for _turn in range(2):
            totp.begin(session, user_id=ada.id, key=SECRET_KEY)
            seen.add(totp.setup(session, user_id=ada.id, label="a", issuer="b", key=SECRET_KEY).groups)
        assert len(seen) == 2
        totp.confirm(session, user_id=ada.id, code=pyotp.TOTP("".join(totp_groups(session, ada))).now(), key=SECRET_KEY)
        with pytest.raises(Refused):
            totp.begin(session, user_id=ada.id, key=SECRET_KEY)
        with pytest.raises(NotFound):
            totp.setup(session, user_id=ada.id, label="a", issuer="b", key=SECRET_KEY)


def totp_groups(session: Session, user: User) -> tuple[str, ...]:
    return totp.setup(session, user_id=user.id, label="a", issuer="b", key=SECRET_KEY).groups


def half_asked(app: Flask, user: User) -> bool:
    """Say whether a log-in by password asks for more."""
    return log_in(Visitor(app), user.email).request.path == "/login/second"


class TestLogIn:
    def test_the_code_after_the_password_signs_in_and_leads_on(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with `next` lost on the way."""
        ada = make.app(make.user())
        page = visitor.send("/login?next=/guides/", email=ada.email, password="correct horse battery staple")
        assert page.request.path == "/login/second"
        done = visitor.fill(page, code=code())
        assert done.request.path == "/guides/"
        assert is_in(visitor)

    def test_it_waits_ten_minutes(self, app: Flask, make: Make) -> None:
        """Seen to fail with the half session as long as a whole one."""
        ada = make.app(make.user())
        with time_machine.travel(clock.now(), tick=True) as moment:
            visitor = half(app, ada)
            moment.shift(timedelta(minutes=10, seconds=1))
            assert visitor.get("/login/second").request.path == "/login"
