"""Where else a person is found: reports that they sent, and lines of the log that name them."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, update
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from directory.models.accounts import User
from directory.models.moderation import AuditEntry, Report


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
