"""Where else a person is found: reports that they sent, and lines of the log that name them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, update
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from directory.models.accounts import User
from directory.models.moderation import AuditEntry, Decision, Report
from directory.models.replies import OPEN, Dispute, Reply
from directory.reviews import disputed
from directory.reviews import service as reviews


def reports_of(user: User) -> SelectOfScalar[int]:
    """Return the SELECT of the reports that a person sent, by number.

    Those sent without an account count as theirs by the address, but only once the address was shown to be theirs:
    otherwise anybody could register with it and read them.
    """
    mine = col(Report.reporter_id) == user.id
    if user.is_confirmed:
        mine = or_(mine, func.lower(Report.reporter_email) == user.email_key)
    return select(Report.id).where(mine)


def lock_reports(session: Session, which: ColumnElement[bool]) -> None:
    """Lock the reports that are deleted along with something, before it is locked itself.

    A moderator who decides on a report locks it first and then what it is about: in the other order the two would wait for
    each other.
    """
    session.exec(select(Report.id).where(which).order_by(col(Report.id)).with_for_update()).all()


def empty_reports(session: Session, user: User, *, limit: int) -> bool:
    """Take the sender out of some of the reports that a person sent; say whether there were any."""
    some = session.exec(reports_of(user).order_by(col(Report.id)).limit(limit)).all()
    emptied = {"reporter_id": None, "reporter_name": "", "reporter_email": ""}
    session.execute(update(Report).where(col(Report.id).in_(some)).values(**emptied))
    return bool(some)


def replies_to(review_ids: Sequence[int]) -> SelectOfScalar[int]:
    """Return the SELECT of the replies to reviews, by number: they are deleted along with them."""
    return select(Reply.id).where(col(Reply.review_id).in_(review_ids))


def empty_disputes(session: Session, review_ids: Sequence[int]) -> None:
    """Close what is disputed about reviews that lose their author, and take everybody's words out of it."""
    disputed.close(session, *review_ids)
    emptied = dict.fromkeys(("text", "answer", "appeal", "decision", "appeal_decision"), "") | {"answered_at": None}
    session.execute(update(Dispute).where(col(Dispute.review_id).in_(review_ids)).values(**emptied))


def leave_practices(session: Session, user: User) -> None:
    """Take a person's words out of the disputes that they filed or appealed for a practice, and close those that nobody has decided.

    Their replies stay, for they are the practice's; what moderators wrote to them about those is emptied.
    """
    filed = col(Dispute.user_id) == user.id
    undecided = select(Dispute.review_id).where(filed, col(Dispute.status).in_(OPEN), col(Dispute.outcome).is_(None))
    for review_id in session.exec(undecided.order_by(col(Dispute.review_id))).all():
        reviews.lock(session, review_id)
        disputed.close(session, review_id)
        reviews.mark_disputed(session, review_id=review_id, is_disputed=False)
    session.execute(update(Dispute).where(filed).values(text="", decision="", appeal_decision=""))
    session.execute(update(Dispute).where(col(Dispute.appellant_id) == user.id).values(appeal=""))
    written = select(Reply.id).where(Reply.user_id == user.id)
    session.execute(update(Decision).where(col(Decision.reply_id).in_(written)).values(reason=""))


def clear_log(session: Session, user: User) -> None:
    """Take a person's names and addresses out of the details of the log; that something was done to an account of a number stays."""
    written = cast(col(AuditEntry.details), Text)
    named = [written.contains(json.dumps(word)[1:-1], autoescape=True) for word in {user.email, user.email_key, user.display_name}]
    for entry in session.exec(select(AuditEntry).where(or_(*named))).all():
        entry.details = _without(entry.details, user)
        session.add(entry)
    session.flush()


def _without(value: Any, user: User) -> Any:
    """Return a value of the log without what names a person: their address anywhere, their shown name by itself."""
    if isinstance(value, dict):
        return {key: _without(one, user) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, user) for one in value]
    if isinstance(value, str) and (value == user.display_name or user.email_key in value.lower()):
        return ""
    return value
