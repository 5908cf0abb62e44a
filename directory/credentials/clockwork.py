"""What the clock does to credentials: looks that were too long ago, last days that are over, and mails before one is."""

from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.core import clock
from directory.credentials import rules, types
from directory.evidence import service as evidence
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, CredentialStatus
from directory.notifications import mail

#: Rows to a transaction.
BATCH = 200
REMINDED = "credential.reminded"


def too_old(today: date, *, ahead: bool = False) -> ColumnElement[bool]:
    """Return the condition of credentials whose look does not hold any more, or not for much longer.

    Args:
        today: The present day.
        ahead: Take those in too whose look ends within a month.
    """
    day = today + rules.AHEAD if ahead else today
    spans = {one.months for one in types.shipped().values()}
    known = [
        col(Credential.type).in_([one.code for one in types.shipped().values() if one.months == span])
        & (col(Credential.checked_on) < rules.later(day, -span))
        for span in sorted(spans)
    ]
    others = col(Credential.type).not_in(list(types.shipped())) & (col(Credential.checked_on) < rules.later(day, -types.OTHER_MONTHS))
    return or_(*known, others)


def turn(session: Session, *, limit: int = BATCH) -> int:
    """Let some looks become stale and some credentials lapse, as the clock says; return how many. What registers say is theirs."""
    today, found = clock.today(), list(rules.FOUND)
    ours = col(Credential.source_record_id).is_(None)
    over = col(Credential.expires_on) < today
    ended = ours & over & col(Credential.status).in_([*found, CredentialStatus.STALE])
    stale = ours & col(Credential.status).in_(found) & too_old(today)
    rows = session.exec(select(Credential).where(ended | stale).order_by(col(Credential.id)).limit(limit).with_for_update()).all()
    for row in rows:
        is_over = row.expires_on is not None and row.expires_on < today
        row.status = CredentialStatus.LAPSED if is_over else CredentialStatus.STALE
        session.add(row)
        if is_over:
            evidence.release(session, credential_id=row.id)
    session.flush()
    return len(rows)


def remind(session: Session, *, limit: int = BATCH) -> int:
    """Have owners and managers told of credentials that end within a month, once for each last day; return how many there were."""
    today = clock.today()
    soon = select(Credential).where(
        col(Credential.source_record_id).is_(None),
        col(Credential.stated_at).is_not(None),
        col(Credential.status).not_in([CredentialStatus.FALSE_CLAIM, CredentialStatus.LAPSED]),
        col(Credential.expires_on) >= today,
        col(Credential.expires_on) <= today + rules.AHEAD,
    )
    rows = session.exec(soon.order_by(col(Credential.expires_on), col(Credential.id))).all()
    subjects = [_mark(row) for row in rows]
    told = set(session.exec(select(AuditEntry.subject).where(AuditEntry.action == REMINDED, col(AuditEntry.subject).in_(subjects))).all())
    due = [row for row in rows if _mark(row) not in told][:limit]
    for row in due:
        for user_id in memberships.who_edits(session, row.profile_id):
            mail.credential_expiring(session, credential_id=row.id, user_id=user_id)
        session.add(AuditEntry(actor_id=None, action=REMINDED, subject=_mark(row), details={}, created_at=clock.now()))
    session.flush()
    return len(due)


def _mark(row: Credential) -> str:
    """Return what the log calls the end of a credential: a new last day is a new end."""
    return f"credential:{row.id}:{row.expires_on}"
