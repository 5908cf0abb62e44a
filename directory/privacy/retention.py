"""The retention clock: what ends by itself, after how long, and why. The daily sweep runs it, and the privacy page shows it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, tuple_, update
from sqlalchemy import select as wide_select
from sqlmodel import Session, SQLModel, col, func, select

from directory.accounts import history
from directory.core import clock
from directory.core.i18n import lazy
from directory.credentials.rules import AWAITED
from directory.evidence.rules import KEPT as DOCUMENTS
from directory.models.accounts import AccountEvent, AuthSession, EmailChange, LoginFailure, MailedToken, Role, User
from directory.models.claims import HOLDING, OPEN, Claim, ClaimStatus, Invitation
from directory.models.comments import Comment
from directory.models.disclosures import ProfileDay
from directory.models.evidence import Evidence
from directory.models.factors import SpentSecret
from directory.models.limits import Block, RateCount
from directory.models.memberships import Membership
from directory.models.moderation import Report, ReportStatus
from directory.models.ops import IdempotencyKey, Job, KeptMail
from directory.models.profiles import Credential
from directory.models.replies import Dispute, DisputeStatus
from directory.models.reviews import Review
from directory.privacy import rules

#: Long enough to look into a complaint about a log-in, a link or a form.
SHORT = timedelta(days=14)
NETWORKS = history.KEEP_NETWORK
YEAR = timedelta(days=365)
UNCONFIRMED = timedelta(days=30)


@dataclass(frozen=True)
class Rule:
    """One line of the clock.

    Args:
        name: What tests and the log call it.
        what: What ends, in the words of the privacy page.
        since: From when the time counts.
        keep: How long it is kept.
        why: What it is kept for.
        table: Where it stands.
        over: The condition of the rows that end, given the moment before which they are too old.
        emptied: What is emptied; nothing: the row is deleted.
    """

    name: str
    what: str
    since: str
    keep: timedelta
    why: str
    table: type[SQLModel]
    over: Callable[[datetime], ColumnElement[bool]]
    emptied: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """How long, in words."""
        return rules.span(self.keep)

    def run(self, session: Session, limit: int = rules.BATCH) -> int:
        """End some of the rows that are too old; return how many."""
        table: Any = self.table
        keys = list(table.__table__.primary_key.columns)
        key: Any = keys[0] if len(keys) == 1 else tuple_(*keys)
        found = session.execute(wide_select(*keys).where(self.over(clock.now() - self.keep)).order_by(*keys).limit(limit)).all()
        ids = [row[0] if len(keys) == 1 else tuple(row) for row in found]
        if ids:
            these = update(table).values(dict.fromkeys(self.emptied, "")) if self.emptied else delete(table)
            session.execute(these.where(key.in_(ids)).execution_options(synchronize_session=False))
        return len(ids)


def _before(column: Any) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda moment: col(column) < moment


def _named(column: Any) -> ColumnElement[bool]:
    return col(column) != ""


def _unused(moment: datetime) -> ColumnElement[bool]:
    """Return the condition of accounts that were never confirmed and hold nothing. Staff is made by operators and confirmed."""
    wrote = [select(table.author_id).where(col(table.author_id) == col(User.id)).exists() for table in (Review, Comment)]
    acts = select(Membership.id).where(col(Membership.user_id) == col(User.id)).exists()
    new = (col(User.email_confirmed_at).is_(None)) & (col(User.created_at) < moment) & (col(User.role) == Role.PATIENT)
    return new & col(User.is_sample).is_(False) & ~or_(*wrote, acts)


#: In the order of the page.
RULES: tuple[Rule, ...] = (
    Rule(
        "sessions",
        lazy("Browsers that were signed in"),
        lazy("the sign-in ended"),
        SHORT,
        lazy("To look into a complaint"),
        AuthSession,
        lambda moment: (col(AuthSession.expires_at) < moment) | (col(AuthSession.revoked_at) < moment),
    ),
    Rule(
        "session-networks",
        lazy("The network beside a sign-in (never a whole address)"),
        lazy("the sign-in"),
        NETWORKS,
        lazy("To know a strange sign-in"),
        AuthSession,
        lambda moment: (col(AuthSession.created_at) < moment) & _named(AuthSession.network),
        ("network",),
    ),
    Rule(
        "events",
        lazy("The history of an account"),
        lazy("the event"),
        YEAR,
        lazy("For its owner to read, and to find misuse"),
        AccountEvent,
        _before(AccountEvent.created_at),
    ),
    Rule(
        "event-networks",
        lazy("The network beside a line of the history"),
        lazy("the event"),
        NETWORKS,
        lazy("To know a strange sign-in"),
        AccountEvent,
        lambda moment: (col(AccountEvent.created_at) < moment) & _named(AccountEvent.network),
        ("network",),
    ),
    Rule(
        "links",
        lazy("Links that we mailed, as a hash"),
        lazy("the link ended"),
        SHORT,
        lazy("To look into a complaint"),
        MailedToken,
        _before(MailedToken.expires_at),
    ),
    Rule(
        "email-changes",
        lazy("A new address that was asked for and not confirmed"),
        lazy("its links ended"),
        SHORT,
        lazy("To look into a complaint"),
        EmailChange,
        _before(EmailChange.expires_at),
    ),
    Rule(
        "failures",
        lazy("Failed log-ins, as a keyed hash of account and network"),
        lazy("the first of them"),
        SHORT,
        lazy("To slow down guessing"),
        LoginFailure,
        _before(LoginFailure.window_start),
    ),
    Rule(
        "counts",
        lazy("How often something was done, as a keyed hash of who did it"),
        lazy("the count ended"),
        timedelta(days=1),
        lazy("To hold floods back"),
        RateCount,
        _before(RateCount.expires_at),
    ),
    Rule(
        "spent",
        lazy("Answers of passkeys that were used, as a hash"),
        lazy("they ended"),
        timedelta(days=1),
        lazy("So that nobody can use them again"),
        SpentSecret,
        _before(SpentSecret.expires_at),
    ),
    Rule(
        "forms",
        lazy("Forms that were sent, as a random number"),
        lazy("sending"),
        SHORT,
        lazy("To take each only once"),
        IdempotencyKey,
        _before(IdempotencyKey.created_at),
    ),
    Rule(
        "jobs",
        lazy("What our machine had to do, such as sending a mail"),
        lazy("it was done"),
        SHORT,
        lazy("To find out why something was not done"),
        Job,
        _before(Job.finished_at),
    ),
    Rule(
        "mails",
        lazy("Mails kept for reading, on copies for development alone"),
        lazy("the mail"),
        SHORT,
        lazy("To see what would have been sent"),
        KeptMail,
        _before(KeptMail.created_at),
    ),
    Rule(
        "reporters",
        lazy("Name and e-mail address of whoever sent a report"),
        lazy("the decision"),
        YEAR,
        lazy("So that a decision can be looked at again"),
        Report,
        lambda moment: (col(Report.status) == ReportStatus.CLOSED) & (col(Report.closed_at) < moment) & _has_sender(),
        ("reporter_name", "reporter_email"),
    ),
    Rule(
        "documents",
        lazy("Documents that were shown in confidence"),
        lazy("the decision that they were for"),
        DOCUMENTS,
        lazy("So that a decision can be looked at again"),
        Evidence,
        lambda moment: _document_is_over(moment),
    ),
    Rule(
        "claims",
        lazy("Claims to a profile that came to nothing or ended, with what was shown for them"),
        lazy("the claim ended"),
        YEAR,
        lazy("So that a decision can be looked at again, and to know who tries again and again"),
        Claim,
        lambda moment: col(Claim.status).not_in((*OPEN, *HOLDING)) & (col(Claim.updated_at) < moment),
    ),
    Rule(
        "invitations",
        lazy("Addresses of people who were asked to act for a profile and did not answer"),
        lazy("the invitation ended"),
        timedelta(days=1),
        lazy("So that its link says why it works no longer"),
        Invitation,
        _before(Invitation.expires_at),
    ),
    Rule(
        "profile-days",
        lazy("How often a profile was seen on a day; nobody is named in it"),
        lazy("the day"),
        timedelta(days=400),
        lazy("To compare with the year before"),
        ProfileDay,
        lambda moment: col(ProfileDay.day) < moment.date(),
    ),
    Rule(
        "unconfirmed",
        lazy("Accounts that were never confirmed"),
        lazy("registration"),
        UNCONFIRMED,
        lazy("To give time to confirm them"),
        User,
        _unused,
    ),
    Rule(
        "blocks",
        lazy("Addresses and networks that may not write here, the former as a keyed hash"),
        lazy("the block ran out"),
        SHORT,
        lazy("To look into a complaint"),
        Block,
        _before(Block.expires_at),
    ),
)


def _document_is_over(moment: datetime) -> ColumnElement[bool]:
    """Return the condition of documents whose day has come, and of those whose case ended without anybody setting one."""
    let_go = col(Evidence.purge_at) < moment + DOCUMENTS
    claims = select(Claim.id).where(col(Claim.status).not_in((*OPEN, ClaimStatus.CONTESTED)), col(Claim.updated_at) < moment)
    over = (DisputeStatus.FINAL, DisputeStatus.CLOSED, DisputeStatus.CALLED_OFF)
    ended = func.coalesce(Dispute.appeal_decided_at, Dispute.decided_at, Dispute.created_at)
    disputes = select(Dispute.id).where(col(Dispute.status).in_(over), ended < moment)
    looked_at = (col(Credential.status).not_in(AWAITED), col(Credential.checked_on) < moment.date())
    credentials = select(Credential.id).where(*looked_at)
    cases = (col(Evidence.claim_id).in_(claims), col(Evidence.dispute_id).in_(disputes), col(Evidence.credential_id).in_(credentials))
    return let_go | (col(Evidence.purge_at).is_(None) & or_(*cases))


def _has_sender() -> ColumnElement[bool]:
    return _named(Report.reporter_email) | _named(Report.reporter_name)


def run(transaction: Callable[[], AbstractContextManager[Session]]) -> Iterator[tuple[str, int]]:
    """Let every rule end what is too old, each batch in a transaction of its own; give (rule, how many) as they end.

    Args:
        transaction: Opens one: `Work.transaction`.
    """
    for rule in RULES:
        total, more = 0, True
        while more:
            with transaction() as session:
                count = rule.run(session)
            total, more = total + count, count == rules.BATCH
        if total:
            yield rule.name, total
