"""Writing what a practice says about who does the work."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.disclosures import rules
from directory.models.disclosures import PerformedBy, TeamDisclosure
from directory.models.moderation import AuditEntry
from directory.provenance import fields, stating


def state(
    session: Session,
    *,
    profile_id: int,
    user_id: int,
    hands: Mapping[str, PerformedBy | None],
    patients_per_day: int | None,
    is_insured: bool | None,
) -> TeamDisclosure:
    """Write what is said for a profile in place of what was said before, and whose word it is; saying the same again confirms it.

    Args:
        profile_id: Whose.
        user_id: Who says it.
        hands: Step -> who does it; none: not said.
        patients_per_day: At most so many on one day; none: not said.
        is_insured: Whether everybody is covered; none: not said.

    Raises:
        Refused: when the number of patients cannot be, or when somebody else wrote at the same moment.
    """
    if patients_per_day is not None and not 1 <= patients_per_day <= rules.MOST_PATIENTS:
        raise Refused(_("Write a number from 1 to %(most)d, or leave it open.", most=rules.MOST_PATIENTS), field="patients_per_day")
    mine = select(TeamDisclosure).where(TeamDisclosure.profile_id == profile_id).with_for_update()
    row = session.exec(mine.execution_options(populate_existing=True)).first()
    moment = clock.now()
    row = row or TeamDisclosure(profile_id=profile_id, stated_at=moment)
    before = {task: getattr(row, task) for task in rules.TASKS}
    for task in rules.TASKS:
        setattr(row, task, hands.get(task))
    row.patients_per_day, row.is_insured, row.stated_at, row.user_id = patients_per_day, is_insured, moment, user_id
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_("Somebody has just answered this for the same profile. Look again.")) from error
    changed = {task: getattr(row, task).value if getattr(row, task) else "" for task in rules.TASKS if getattr(row, task) != before[task]}
    entry = AuditEntry(actor_id=user_id, action="disclosure.state", subject=f"profile:{profile_id}", details=changed, created_at=moment)
    session.add(entry)
    if answers := rules.answers(row.model_dump()):
        stating.state(session, profile_id=profile_id, field=fields.DISCLOSURE, value=answers, user_id=user_id)
    else:
        stating.unsay(session, profile_id=profile_id, field=fields.DISCLOSURE)
    return row


def take_away(session: Session, *, profile_id: int, actor_id: int | None) -> None:
    """Take what is said for a profile off its page: whoever said it turned out not to act for it.

    Args:
        actor_id: Who found that.
    """
    mine = select(TeamDisclosure).where(TeamDisclosure.profile_id == profile_id).with_for_update()
    row = session.exec(mine.execution_options(populate_existing=True)).first()
    if row is None or not stating.is_owners(session, profile_id=profile_id, field=fields.DISCLOSURE):
        return
    session.delete(row)
    stating.unsay(session, profile_id=profile_id, field=fields.DISCLOSURE)
    subject, moment = f"profile:{profile_id}", clock.now()
    session.add(AuditEntry(actor_id=actor_id, action="disclosure.take_away", subject=subject, details={}, created_at=moment))
    session.flush()
