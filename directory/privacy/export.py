"""Everything that we hold of a person, as files: read at the moment of asking, in the columns that `columns.py` lets leave."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as wide_select
from sqlmodel import Session, col, select

from directory.core import clock
from directory.core.i18n import _
from directory.models.accounts import User
from directory.models.base import metadata
from directory.models.claims import Claim, ClaimProof, Invitation
from directory.models.comments import Comment
from directory.models.guides import Guide
from directory.models.moderation import AuditEntry, Decision, DecisionAction, Report
from directory.models.ops import IdempotencyKey
from directory.models.profiles import Profile
from directory.models.replies import Dispute, DisputeStatus, Reply
from directory.models.reviews import Review
from directory.models.treatments import Treatment
from directory.privacy import columns, traces

Row = dict[str, Any]

README = "README.txt"
#: States that would tell whoever filed a dispute whether the reviewer has answered.
_UNTOLD = frozenset({DisputeStatus.ANSWERED, DisputeStatus.NO_ANSWER, DisputeStatus.REVIEWER_AMENDED})


def _own(table: str, column: str = "user_id") -> Callable[[User], ColumnElement[bool]]:
    """Return the condition that a row hangs on the person."""
    return lambda user: metadata.tables[table].c[column] == user.id


def _reviews_of(user: User) -> Any:
    return select(Review.id).where(Review.author_id == user.id)


def _comments_of(user: User) -> Any:
    return select(Comment.id).where(Comment.author_id == user.id)


def _decided_on(user: User) -> ColumnElement[bool]:
    """Return the condition of decisions about the person, and about what they wrote."""
    written = select(Reply.id).where(Reply.user_id == user.id)
    return or_(
        col(Decision.user_id) == user.id,
        col(Decision.review_id).in_(_reviews_of(user)),
        col(Decision.comment_id).in_(_comments_of(user)),
        col(Decision.reply_id).in_(written),
    )


def _disputes_of(user: User) -> ColumnElement[bool]:
    """Return the condition of disputes that the person filed or appealed, and of those about their reviews."""
    return or_(col(Dispute.user_id) == user.id, col(Dispute.appellant_id) == user.id, col(Dispute.review_id).in_(_reviews_of(user)))


#: Table -> which of its rows are a person's. Every table with a column that leaves stands here.
MINE: Mapping[str, Callable[[User], ColumnElement[bool]]] = {
    "users": _own("users", "id"),
    "auth_sessions": _own("auth_sessions"),
    "account_events": _own("account_events"),
    "consents": _own("consents"),
    "mailed_tokens": _own("mailed_tokens"),
    "email_changes": _own("email_changes"),
    "notification_choices": _own("notification_choices"),
    "erasure_requests": _own("erasure_requests"),
    "passkeys": _own("passkeys"),
    "totp_devices": _own("totp_devices"),
    "recovery_codes": _own("recovery_codes"),
    "memberships": _own("memberships"),
    "claims": _own("claims"),
    "claim_proofs": lambda user: col(ClaimProof.claim_id).in_(select(Claim.id).where(Claim.user_id == user.id)),
    "invitations": lambda user: col(Invitation.email_key) == user.email_key,
    "reviews": _own("reviews", "author_id"),
    "comments": _own("comments", "author_id"),
    "field_assertions": _own("field_assertions"),
    "edit_suggestions": _own("edit_suggestions"),
    "reports": lambda user: col(Report.id).in_(traces.reports_of(user)),
    "evidence": _own("evidence"),
    "replies": _own("replies"),
    "reply_revisions": _own("reply_revisions"),
    "disputes": _disputes_of,
    "decisions": _decided_on,
    "credentials": _own("credentials", "stated_by_id"),
    "team_disclosures": _own("team_disclosures"),
    "audit_entries": lambda user: or_(col(AuditEntry.subject) == f"user:{user.id}", col(AuditEntry.actor_id) == user.id),
    "idempotency_keys": lambda user: col(IdempotencyKey.actor) == f"user:{user.id}",
}


def files(session: Session, user_id: int) -> dict[str, list[Row]]:
    """Return what leaves, by the name of its file; a file without rows is left out.

    Args:
        session: Only read.
        user_id: Whose.
    """
    user = session.exec(select(User).where(User.id == user_id)).one()
    found = {}
    for table, mine in MINE.items():
        rows = [_row(session, user, table, row) for row in _rows(session, table, mine(user))]
        if rows:
            name = next(column.file for column in columns.TABLES[table].values() if column.file)
            found[f"{name}.json"] = rows
    return found


def archive(session: Session, user_id: int) -> bytes:
    """Return everything that leaves as a ZIP, made in memory. The names of its files are ours; nothing of them is typed by people."""
    made = clock.now()
    found = {name: json.dumps(rows, ensure_ascii=False, indent=2) for name, rows in files(session, user_id).items()}
    found[README] = _readme(sorted(found), made)
    with io.BytesIO() as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in sorted(found.items()):
                entry = zipfile.ZipInfo(name, made.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, text)
        return whole.getvalue()


def _rows(session: Session, table: str, mine: ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
    here = metadata.tables[table]
    return [dict(row._mapping) for row in session.execute(wide_select(here).where(mine).order_by(*here.primary_key)).all()]


def _row(session: Session, user: User, table: str, row: Mapping[str, Any]) -> Row:
    """Return what leaves of one row, with names in place of numbers that lead to a page."""
    found: Row = {}
    for name in columns.leaving(table):
        found |= _named(session, name, row[name]) if name in _POINTERS else {name: _plain(row[name])}
    if table == "reports":
        found["decided"] = _answers(session, row["id"])
    if table == "disputes":
        found = _one_side(session, user, row, found)
    if table == "decisions" and row["action"] is DecisionAction.KEEP and row["user_id"] is None:
        del found["reason"]  # it was written to whoever reported it, and may speak of them
    if table == "audit_entries" and row["subject"] != f"user:{user.id}":
        del found["details"]  # what a moderator did: the details may be somebody else's
    return found


def _one_side(session: Session, user: User, row: Mapping[str, Any], found: Row) -> Row:
    """Return a dispute as one side may read it: a reviewer's answer is theirs alone (T-20), and so is an appeal of either's."""
    is_reviewer = session.get_one(Review, row["review_id"]).author_id == user.id
    hidden = set() if is_reviewer else {"answer", "answered_at"}
    hidden |= set() if row["appellant_id"] == user.id else {"appeal"}
    hidden |= set() if is_reviewer or row["user_id"] == user.id else {"text"}
    if not is_reviewer and row["status"] in _UNTOLD:
        found["status"] = "waits_for_decision"
    return {name: value for name, value in found.items() if name not in hidden}


def _answers(session: Session, report_id: int) -> list[Row]:
    """Return what was decided on a person's own report: as much as they were told by mail."""
    rows = session.exec(select(Decision).where(Decision.report_id == report_id).order_by(col(Decision.id))).all()
    return [
        {"action": row.action.value, "reason_class": row.reason_class.value, "created_at": _plain(row.created_at)}
        | ({"reason": row.reason} if row.profile_id else {})
        for row in rows
    ]


def _named(session: Session, column: str, value: int | None) -> Row:
    """Return a number that leads somewhere as what it leads to."""
    kind = column.removesuffix("_id")
    if value is None:
        return {}
    if kind == "profile":
        profile = session.get_one(Profile, value)
        return {kind: {"name": profile.name, "page": f"/p/{profile.slug}"}}
    if kind == "guide":
        guide = session.get_one(Guide, value)
        return {kind: {"title": guide.title, "page": f"/guides/{guide.slug}"}}
    return {kind: session.get_one(Treatment, value).label if kind == "treatment" else value}


#: Columns that leave as what they lead to.
_POINTERS = frozenset({"profile_id", "guide_id", "treatment_id", "review_id", "comment_id", "reply_id"})


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: moments in UTC, words as words."""
    return value.isoformat() if isinstance(value, datetime) else value


def _readme(names: Sequence[str], made: datetime) -> str:
    about = _(
        "This is what the site holds of you, as it was on %(moment)s (UTC). Each file holds one kind of thing as JSON, a text form that"
        " programs read and people can.",
        moment=made.strftime("%Y-%m-%d %H:%M"),
    )
    left_out = _(
        "Left out are secrets, such as the hash of your password and the keys of your devices: whoever had them could pass for you."
        " Reports that others sent about what you wrote, and the names of moderators, are data of those people."
    )
    return "\n\n".join((about, left_out, "\n".join(names))) + "\n"
