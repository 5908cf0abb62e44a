"""The retention clock: each rule ends what is too old by a minute and leaves what is young enough by a minute."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from directory.core.db import Database
from directory.models.accounts import AccountEvent, AuthSession, EmailChange, EventKind, LoginFailure, MailedToken, Role, TokenPurpose, User
from directory.models.claims import Claim, ClaimStatus, Invitation
from directory.models.disclosures import ProfileDay
from directory.models.evidence import Evidence, EvidenceKind
from directory.models.factors import SpentSecret
from directory.models.limits import Block, BlockKind, RateCount
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import Report, ReportKind, ReportStatus
from directory.models.ops import IdempotencyKey, Job, JobStatus, KeptMail
from directory.models.places import Place
from directory.privacy import retention, rules
from directory.privacy.retention import RULES, Rule
from tests.factories import Make

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=30)
#: How old something can be that no rule but the one in hand is to end.
BEFORE = NOW - timedelta(days=3000)


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """The clock stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


def _session(user: User, at: datetime, **more: Any) -> AuthSession:
    values = {"token_hash": f"{at:%j%H%M%S}", "created_at": at, "last_seen_at": at, "expires_at": LATER, "network": "192.0.2.0/24"}
    return AuthSession(user_id=user.id, **values | more)


def _report(make: Make, at: datetime | None, status: ReportStatus = ReportStatus.CLOSED) -> Report:
    sent = {"kind": ReportKind.OTHER, "text": "A street.", "reporter_email": "r@readers.example", "reporter_name": "Rita"}
    return Report(profile_id=make.profile().id, **sent, status=status, created_at=BEFORE, closed_at=at)


def _link(user: User, at: datetime) -> MailedToken:
    values = {"token_hash": f"{at:%j%H%M%S}", "email_key": "a@a.example", "password_version": 1}
    return MailedToken(user_id=user.id, purpose=TokenPurpose.RESET_PASSWORD, created_at=BEFORE, expires_at=at, **values)


def _job(at: datetime) -> Job:
    return Job(name="x", status=JobStatus.DONE, run_at=at, created_at=at, finished_at=at)


def _mail(at: datetime) -> KeptMail:
    return KeptMail(message_id=f"{at}", recipient="a@a.example", subject="", text="", html="", created_at=at)


def _document(make: Make, at: datetime) -> Evidence:
    """One that was let go by a decision: its day is set already."""
    values = {"user_id": make.user().id, "kind": EvidenceKind.LICENCE, "file_name": "a.pdf", "media_type": "application/pdf", "size": 1}
    claim = Claim(profile_id=make.profile().id, user_id=make.user().id, created_at=BEFORE, updated_at=NOW, expires_at=NOW)
    make.session.add(claim)
    make.session.flush()
    return Evidence(claim_id=claim.id, **values, key_id="k", created_at=BEFORE, purge_at=at + timedelta(days=30))


def _invitation(make: Make, at: datetime) -> Invitation:
    asked = {"email": f"{at:%j%H%M%S}@p.example", "email_key": f"{at:%j%H%M%S}@p.example", "token_hash": f"{at:%j%H%M%S}"}
    return Invitation(profile_id=make.profile().id, role=MembershipRole.MANAGER, **asked, created_at=BEFORE, expires_at=at)


def _day(make: Make, at: datetime) -> ProfileDay:
    """A day is no moment: what is a minute too old is of the day before."""
    begins = NOW - timedelta(days=400)
    return ProfileDay(profile_id=make.profile().id, day=(at if at >= begins else at - timedelta(days=1)).date())


#: Rule -> a row of it from whose moment the time counts.
ROWS: dict[str, Callable[[Make, datetime], Any]] = {
    "sessions": lambda make, at: _session(make.user(), at - timedelta(days=1), revoked_at=at, network=""),
    "session-networks": lambda make, at: _session(make.user(), at),
    "events": lambda make, at: AccountEvent(user_id=make.user().id, kind=EventKind.EXPORTED, created_at=at),
    "event-networks": lambda make, at: AccountEvent(user_id=make.user().id, kind=EventKind.EXPORTED, network="192.0.2.0/24", created_at=at),
    "links": lambda make, at: _link(make.user(), at),
    "email-changes": lambda make, at: EmailChange(
        user_id=make.user().id, email="b@b.example", email_key="b@b.example", requested_at=BEFORE, expires_at=at
    ),
    "failures": lambda make, at: LoginFailure(key=f"{at}", count=1, window_start=at),
    "counts": lambda make, at: RateCount(key=f"{at}", count=1, expires_at=at),
    "spent": lambda make, at: SpentSecret(digest=f"{at}", expires_at=at),
    "forms": lambda make, at: IdempotencyKey(actor="form", key=f"{at:%j%H%M%S}", url="/", created_at=at),
    "jobs": lambda make, at: _job(at),
    "mails": lambda make, at: _mail(at),
    "reporters": lambda make, at: _report(make, at),
    "claims": lambda make, at: Claim(
        profile_id=make.profile().id, user_id=make.user().id, status=ClaimStatus.DENIED, created_at=BEFORE, updated_at=at, expires_at=BEFORE
    ),
    "invitations": lambda make, at: _invitation(make, at),
    "profile-days": lambda make, at: _day(make, at),
    "unconfirmed": lambda make, at: make.user(email_confirmed_at=None, created_at=at),
    "documents": lambda make, at: _document(make, at),
    "blocks": lambda make, at: Block(kind=BlockKind.NETWORK, value=f"{at}", reason="", created_at=BEFORE, expires_at=at),
}


def test_every_rule_is_held_here() -> None:
    """Seen to fail with a rule added."""
    assert set(ROWS) == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_minute_decides(session: Session, make: Make, rule: Rule) -> None:
    """Seen to fail with each time made longer and shorter by an hour, and with each comparison turned round."""
    old, young = ROWS[rule.name](make, NOW - rule.keep - MINUTE), ROWS[rule.name](make, NOW - rule.keep + MINUTE)
    session.add_all([old, young])
    session.flush()
    keys = [column.name for column in rule.table.__table__.primary_key.columns]  # type: ignore[attr-defined]
    ends, stays = (tuple(getattr(row, key) for key in keys) for row in (old, young))
    assert rule.run(session) == 1
    assert rule.run(session) == 0, "ended once, it is not met again"
    session.expire_all()
    if rule.emptied:
        assert [getattr(session.get_one(rule.table, ends), name) for name in rule.emptied] == [""] * len(rule.emptied)
        assert all(getattr(session.get_one(rule.table, stays), name) for name in rule.emptied)
    else:
        assert session.get(rule.table, ends) is None
        assert session.get(rule.table, stays) is not None


def by_name(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)


class TestWhatStays:
    def test_the_other_days_of_a_profile(self, session: Session, make: Make) -> None:
        """A row has two keys, and so has what is ended. Seen to fail with rows found by the first of their keys alone."""
        profile, today = make.profile(), NOW.date()
        session.add_all(ProfileDay(profile_id=profile.id, day=today - timedelta(days=back)) for back in (0, 399, 400, 401, 402))
        session.flush()
        assert by_name("profile-days").run(session, limit=1) == 1
        assert by_name("profile-days").run(session) == 1
        left = {today - day for day in session.exec(select(ProfileDay.day)).all()}
        assert left == {timedelta(days=back) for back in (0, 399, 400)}

    def test_a_session_that_is_used_and_one_that_ran_out(self, session: Session, make: Make) -> None:
        """Seen to fail with the age of the sign-in asked for in place of its end."""
        user = make.user()
        old = NOW - timedelta(days=20)
        session.add_all([_session(user, old), _session(user, old - MINUTE, expires_at=old)])
        session.flush()
        assert by_name("sessions").run(session) == 1
        assert session.exec(select(AuthSession.expires_at)).all() == [LATER]

    def test_the_sender_of_an_open_report(self, session: Session, make: Make) -> None:
        """Somebody still has to answer. Seen to fail without asking whether it is closed."""
        session.add(_report(make, None, ReportStatus.OPEN))
        session.flush()
        assert by_name("reporters").run(session) == 0

    def test_a_claim_that_is_open_or_holds_its_profile(self, session: Session, make: Make) -> None:
        """Seen to fail with the state not asked for."""
        for status in (ClaimStatus.IN_REVIEW, ClaimStatus.APPROVED):
            whose = {"profile_id": make.profile().id, "user_id": make.user().id}
            session.add(Claim(**whose, status=status, created_at=BEFORE, updated_at=BEFORE, expires_at=BEFORE))
        session.flush()
        assert by_name("claims").run(session) == 0

    def test_a_job_that_waits_and_a_block_without_an_end(self, session: Session, make: Make) -> None:
        session.add(Job(name="x", run_at=BEFORE, created_at=BEFORE))
        session.add(Block(kind=BlockKind.NETWORK, value="x", reason="", created_at=BEFORE))
        session.flush()
        assert by_name("jobs").run(session) == by_name("blocks").run(session) == 0

    @pytest.mark.parametrize("has", ["a review", "a comment", "a membership", "a role", "a label", "a confirmation"])
    def test_an_unconfirmed_account_that_holds_something(self, session: Session, make: Make, has: str) -> None:
        """Seen to fail with each condition of `_unused` taken out."""
        values: dict[str, Any] = {"role": Role.MODERATOR} if has == "a role" else {"is_sample": True} if has == "a label" else {}
        user = make.user(**{"email_confirmed_at": BEFORE if has == "a confirmation" else None, "created_at": BEFORE} | values)
        if has == "a review":
            make.review(author=user)
        elif has == "a comment":
            make.comment(author=user)
        elif has == "a membership":
            session.add(Membership(user_id=user.id, profile_id=make.profile().id, role=MembershipRole.OWNER, created_at=NOW))
            session.flush()
        assert by_name("unconfirmed").run(session) == 0


class TestRun:
    def test_it_goes_in_batches_each_in_a_transaction_of_its_own(
        self, database: Database, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen to fail with every batch but the first left."""
        monkeypatch.setattr(retention.Rule.run, "__defaults__", (2,))
        monkeypatch.setattr(rules, "BATCH", 2)
        session.add_all(LoginFailure(key=f"{number}", count=1, window_start=BEFORE) for number in range(5))
        session.commit()
        opened = 0

        @contextmanager
        def transaction() -> Iterator[Session]:
            nonlocal opened
            opened += 1
            with database.transaction() as writing:
                yield writing

        assert list(retention.run(transaction)) == [("failures", 5)]
        assert opened == len(RULES) + 2

    def test_nothing_else_is_touched(self, session: Session, make: Make) -> None:
        """Ten years later the pages of the site stand as they were."""
        make.review()
        with time_machine.travel(NOW + timedelta(days=3650), tick=False):
            assert [rule.run(session) for rule in RULES] == [0] * len(RULES)
        assert session.exec(select(Place)).all()


class TestWords:
    @pytest.mark.parametrize(("days", "said"), [(0, ""), (1, "1 day"), (14, "14 days"), (365, "1 year"), (730, "2 years"), (90, "90 days")])
    def test_a_time_is_said_in_words(self, days: int, said: str) -> None:
        assert rules.span(timedelta(days=days)) == said
