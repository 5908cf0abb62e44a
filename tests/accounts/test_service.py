"""Accounts and sessions, as the database keeps them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from directory.accounts import links, queries, rules, service
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.passwords import UNUSABLE
from directory.core import clock, tokens
from directory.core.errors import Gone, NotFound, Refused
from directory.models.accounts import AuthSession, MailedToken, Role, TokenPurpose, User, UserStatus
from directory.models.moderation import AuditEntry
from directory.models.ops import Job
from tests.factories import Make

CONFIRM, RESET = TokenPurpose.CONFIRM_EMAIL, TokenPurpose.RESET_PASSWORD


def register(session: Session, **other: Any) -> None:
    values: dict[str, Any] = {"email": "ada@patients.example", "display_name": "Ada 7", "password_hash": "$x", "birth_year": 1985}
    values |= {"consent_version": HEALTH_DATA.version, "network": "192.0.2.0/24", "secret": "s" * 40}
    service.register(session, **(values | other))


def mailed(session: Session) -> list[str]:
    return list(session.exec(select(Job.name).order_by(col(Job.id))))


class TestRegister:
    def test_a_known_address_gets_a_mail_and_nothing_is_changed(self, session: Session, make: Make) -> None:
        """Seen to fail with the new values written over the old account."""
        ada = make.user("Ada", email="ada@patients.example", password_hash="$old")
        register(session, email="ADA@patients.example", display_name="Somebody else")
        assert mailed(session) == ["mail.already_registered"]
        assert session.exec(select(User)).all() == [ada]
        assert (ada.display_name, ada.password_hash) == ("Ada", "$old")

    def test_a_new_address_gets_its_confirmation(self, session: Session) -> None:
        """Seen to fail without the job."""
        register(session)
        assert mailed(session) == ["mail.confirm_email"]

    @pytest.mark.parametrize("email", ["ada@patients.example", "new@patients.example"])
    def test_a_taken_name_is_said_of_known_and_unknown_addresses_alike(self, session: Session, make: Make, email: str) -> None:
        """Seen to fail with the address asked for first."""
        make.user("Ada", email="ada@patients.example")
        make.user("Owen W")
        with pytest.raises(Refused) as refusal:
            register(session, email=email, display_name="OWEN w.")
        assert refusal.value.field == "display_name"
        assert mailed(session) == []

    def test_consent_must_be_to_the_present_text(self, session: Session) -> None:
        """Seen to fail with any version kept."""
        with pytest.raises(Refused) as refusal:
            register(session, consent_version="1999-01-01")
        assert refusal.value.field == "consent"
        assert session.exec(select(User)).all() == []

    def test_the_operator_makes_confirmed_accounts(self, session: Session) -> None:
        """Seen to fail without the log entry."""
        values = {"email": "mod@hairline.example", "display_name": "Mo", "password_hash": "$x", "birth_year": 1980}
        made = service.create(session, **values, role=Role.MODERATOR)
        assert made.is_confirmed
        assert made.is_moderator
        session.flush()
        assert session.exec(select(AuditEntry.action)).all() == ["user.create"]
        with pytest.raises(Refused, match="already"):
            service.create(session, **(values | {"display_name": "Other"}), role=Role.PATIENT)


class TestSessions:
    def test_only_the_digest_is_kept(self, session: Session, make: Make) -> None:
        """Seen to fail with the token in the row."""
        token = service.open_session(session, user=make.user())
        row = session.exec(select(AuthSession)).one()
        assert len(token) >= 43
        assert row.token_hash == tokens.digest(token) != token

    def test_a_new_sign_in_ends_the_one_before(self, session: Session, make: Make) -> None:
        """No fixation. Seen to fail with the old row left alone."""
        ada = make.user()
        first = service.open_session(session, user=ada)
        second = service.open_session(session, user=ada, replaces=first)
        assert queries.by_session_token(session, first) is None
        found = queries.by_session_token(session, second)
        assert found is not None
        assert found[1] == ada

    @pytest.mark.parametrize(("role", "life"), [(Role.PATIENT, rules.LIFE), (Role.ADMIN, rules.STAFF_LIFE)])
    def test_it_holds_so_long_and_no_longer(self, session: Session, make: Make, role: Role, life: rules.SessionLife) -> None:
        """However much it is used. Seen to fail with the end left out of the query, and with one life for all."""
        ada = make.user(role=role)
        with time_machine.travel(clock.now(), tick=False) as time:
            token = service.open_session(session, user=ada)
            time.shift(life.absolute - timedelta(seconds=1))
            row = session.exec(select(AuthSession)).one()
            service.seen(session, at={row.id: clock.now()})
            assert queries.by_session_token(session, token) is not None
            time.shift(timedelta(seconds=1))
            assert queries.by_session_token(session, token) is None

    @pytest.mark.parametrize(("role", "life"), [(Role.PATIENT, rules.LIFE), (Role.MODERATOR, rules.STAFF_LIFE)])
    def test_left_alone_it_ends_sooner(self, session: Session, make: Make, role: Role, life: rules.SessionLife) -> None:
        """Seen to fail with the time of last use left out of the query, and with one life for all."""
        ada = make.user(role=role)
        with time_machine.travel(clock.now(), tick=False) as time:
            token = service.open_session(session, user=ada)
            time.shift(life.idle - timedelta(seconds=1))
            assert queries.by_session_token(session, token) is not None
            time.shift(timedelta(seconds=1))
            assert queries.by_session_token(session, token) is None

    def test_the_last_administrator_stays(self, session: Session, make: Make) -> None:
        """Seen to fail without the count of those left."""
        ada, bo = make.user(role=Role.ADMIN), make.user(role=Role.ADMIN)
        service.set_role(session, user_id=ada.id, role=Role.PATIENT)
        with pytest.raises(Refused, match="last administrator"):
            service.set_role(session, user_id=bo.id, role=Role.MODERATOR)
        with pytest.raises(Refused, match="last administrator"):
            service.suspend(session, user_id=bo.id)

    def test_another_role_begins_with_another_sign_in(self, session: Session, make: Make) -> None:
        """Seen to fail with the sign-ins left open: one that holds for months would be staff."""
        ada = make.user()
        token = service.open_session(session, user=ada)
        service.set_role(session, user_id=ada.id, role=Role.MODERATOR)
        assert queries.by_session_token(session, token) is None

    def test_suspension_signs_out_at_once(self, session: Session, make: Make) -> None:
        """Seen to fail with the status left out of the query and the sessions left open."""
        ada, mod = make.user(), make.moderator()
        token = service.open_session(session, user=ada)
        service.suspend(session, user_id=ada.id, actor_id=mod.id)
        assert queries.by_session_token(session, token) is None
        service.unsuspend(session, user_id=ada.id, actor_id=mod.id)
        assert queries.by_session_token(session, token) is None
        assert session.exec(select(AuditEntry.action, AuditEntry.actor_id)).all() == [("user.suspend", mod.id), ("user.unsuspend", mod.id)]

    def test_a_sign_in_looks_at_the_account_once_more(self, session: Session, make: Make) -> None:
        """Between the check of the password and the session the account may change. Seen to fail without the comparison."""
        ada, gone = make.user(password_hash="$new"), make.user(status=UserStatus.SUSPENDED)
        with pytest.raises(Refused, match="changed"):
            service.sign_in(session, user_id=ada.id, made_of="$old", newer=None, replaces="")
        with pytest.raises(Refused, match="suspended"):
            service.sign_in(session, user_id=gone.id, made_of=gone.password_hash, newer=None, replaces="")
        service.sign_in(session, user_id=ada.id, made_of="$new", newer="$newer", replaces="")
        assert ada.password_hash == "$newer"


class TestPasswordChange:
    def test_it_ends_all_sessions_and_all_links_and_says_so(self, session: Session, make: Make) -> None:
        """Seen to fail with `close_all` taken out, and with the version left as it was."""
        ada = make.user(password_hash="$old")
        token = service.open_session(session, user=ada)
        link = links.mint(session, user=ada, purpose=RESET)
        service.change_password(session, user_id=ada.id, made_of="$old", password_hash="$new")
        assert queries.by_session_token(session, token) is None
        assert links.find(session, token=link, purpose=RESET) is None
        assert mailed(session) == ["mail.password_changed"]

    def test_two_at_once_do_not_overwrite_each_other(self, session: Session, make: Make) -> None:
        """Seen to fail without the comparison with the hash that was checked."""
        ada = make.user(password_hash="$old")
        service.change_password(session, user_id=ada.id, made_of="$old", password_hash="$new")
        with pytest.raises(Refused):
            service.change_password(session, user_id=ada.id, made_of="$old", password_hash="$third")
        assert ada.password_hash == "$new"


class TestLinks:
    def test_only_the_digest_is_kept(self, session: Session, make: Make) -> None:
        """Seen to fail with the token in the row."""
        token = links.mint(session, user=make.user(), purpose=RESET)
        assert session.exec(select(MailedToken.token_hash)).one() == tokens.digest(token)

    def test_a_link_works_once(self, session: Session, make: Make) -> None:
        """Seen to fail with the used ones found too."""
        token = links.mint(session, user=make.user(email_confirmed_at=None), purpose=CONFIRM)
        _link, user = service.confirm_email(session, token=token)
        assert user.is_confirmed
        assert links.find(session, token=token, purpose=CONFIRM) is None
        with pytest.raises(Gone):
            service.confirm_email(session, token=token)

    @pytest.mark.parametrize(("purpose", "life"), [(CONFIRM, timedelta(days=3)), (RESET, timedelta(minutes=30))])
    def test_each_kind_has_its_time(self, session: Session, make: Make, purpose: TokenPurpose, life: timedelta) -> None:
        """Seen to fail with the end left out of the query."""
        ada = make.user()
        with time_machine.travel(clock.now(), tick=False) as time:
            token = links.mint(session, user=ada, purpose=purpose)
            time.shift(life - timedelta(seconds=1))
            assert links.find(session, token=token, purpose=purpose) is not None
            time.shift(timedelta(seconds=1))
            assert links.find(session, token=token, purpose=purpose) is None

    @pytest.mark.parametrize("change", [{"email_key": "new@patients.example"}, {"password_version": 2}, {"status": UserStatus.SUSPENDED}])
    @pytest.mark.parametrize("purpose", list(TokenPurpose))
    def test_a_changed_account_ends_it(self, session: Session, make: Make, purpose: TokenPurpose, change: dict[str, Any]) -> None:
        """Seen to fail with each of the three left out of the query."""
        ada = make.user()
        token = links.mint(session, user=ada, purpose=purpose)
        for name, value in change.items():
            setattr(ada, name, value)
        session.flush()
        with pytest.raises(Gone):
            links.use(session, token=token, purpose=purpose)

    def test_a_link_of_one_kind_is_none_of_the_other(self, session: Session, make: Make) -> None:
        """A confirmation, which lives for days, must not set a password. Seen to fail with the purpose left out."""
        token = links.mint(session, user=make.user(), purpose=CONFIRM)
        assert links.find(session, token=token, purpose=RESET) is None

    def test_a_second_reset_ends_the_first_and_nobody_elses(self, session: Session, make: Make) -> None:
        """Seen to fail without the delete, and with one that spares neither person nor purpose."""
        ada, owen = make.user(), make.user()
        kept = links.mint(session, user=owen, purpose=RESET)
        confirm = links.mint(session, user=ada, purpose=CONFIRM)
        first = links.mint(session, user=ada, purpose=RESET)
        second = links.mint(session, user=ada, purpose=RESET)
        assert links.find(session, token=first, purpose=RESET) is None
        assert links.find(session, token=second, purpose=RESET) is not None
        assert links.find(session, token=kept, purpose=RESET) is not None
        assert links.find(session, token=confirm, purpose=CONFIRM) is not None

    def test_a_reset_shows_that_the_address_is_theirs(self, session: Session, make: Make) -> None:
        """Whoever registered somebody else's address loses the account to its owner. Seen to fail without the confirmation."""
        ada = make.user(email_confirmed_at=None)
        stolen = service.open_session(session, user=ada)
        service.reset_password(session, token=links.mint(session, user=ada, purpose=RESET), password_hash="$new")
        assert ada.is_confirmed
        assert queries.by_session_token(session, stolen) is None

    @pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\x00", "' OR 1=1 --"])
    def test_nonsense_is_no_link(self, session: Session, token: str) -> None:
        """Seen to fail with the text put into the statement."""
        assert links.find(session, token=token, purpose=RESET) is None


class TestReset:
    @pytest.mark.parametrize("email", ["nobody@patients.example", "not an address", "gone@patients.example"])
    def test_nobody_to_write_to_is_no_error(self, session: Session, make: Make, email: str) -> None:
        """Unknown, nonsense, suspended. Seen to fail with an error for each."""
        make.user(email="gone@patients.example", status=UserStatus.SUSPENDED)
        service.request_reset(session, email=email)
        assert mailed(session) == []

    def test_pressed_twice_it_is_one_mail(self, session: Session, make: Make) -> None:
        """Seen to fail without the job's key."""
        make.user(email="ada@patients.example")
        service.request_reset(session, email="Ada@patients.example")
        service.request_reset(session, email="ada@patients.example")
        assert mailed(session) == ["mail.password_reset"]


class TestStaff:
    def test_roles_are_written_into_the_log(self, session: Session, make: Make) -> None:
        """Seen to fail without the entry."""
        ada = make.user()
        service.set_role(session, user_id=ada.id, role=Role.MODERATOR)
        assert ada.is_moderator
        session.flush()
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.action, entry.subject, entry.details) == ("user.role", f"user:{ada.id}", {"before": "patient", "after": "moderator"})

    def test_nobody_is_not_found(self, session: Session) -> None:
        """Seen to fail with None returned."""
        with pytest.raises(NotFound):
            service.suspend(session, user_id=999_999)

    @pytest.mark.parametrize(("password_hash", "open_door"), [(UNUSABLE, False), ("$argon2id$x", True)])
    def test_a_sample_account_with_a_password_is_found(self, session: Session, make: Make, password_hash: str, open_door: bool) -> None:
        """Production refuses to start then. Seen to fail with real accounts counted."""
        make.user()
        make.user(is_sample=True, password_hash=password_hash)
        assert queries.sample_account_can_sign_in(session) is open_door
