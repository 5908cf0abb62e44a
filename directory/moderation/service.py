"""Writing reports and decisions: each decision keeps its statement of reasons, its line in the log, and who is told."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from directory.accounts import service as accounts
from directory.comments import queries as comment_queries
from directory.comments import service as comments
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import Role, UserStatus
from directory.models.moderation import AuditEntry, Decision, DecisionAction, ReasonClass, Report, ReportKind, ReportStatus
from directory.models.profiles import SHOWN, Profile, ProfileStatus
from directory.moderation import rules
from directory.moderation.rules import Target, TargetKind
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.replies import queries as reply_queries
from directory.replies import service as replies
from directory.reviews import queries as review_queries
from directory.reviews import service as reviews


def report(
    session: Session, *, target: Target, kind: ReportKind, text: str, email: str, name: str = "", reporter_id: int | None = None
) -> Report:
    """Take a notice about a profile, a review, a comment or a reply, and send its receipt (T-14). Needs no account.

    Raises:
        NotFound: when readers do not see the thing.
        Refused: when the kind does not fit it, or when this address has sent too many since yesterday.
    """
    _refuse_unseen(session, target)
    if kind not in rules.OFFERED[target.kind]:
        raise Refused(_("Choose what it is about."), field="kind")
    since = clock.now() - timedelta(days=1)
    same = func.lower(Report.reporter_email) == email.lower()
    if session.exec(select(func.count()).where(same, col(Report.created_at) > since)).one() >= rules.MAX_REPORTS_A_DAY:
        raise Refused(_("We have many reports with this address since yesterday. Please send the rest tomorrow."), field="email")
    values: dict[str, Any] = {target.column: target.id}
    row = Report(**values, kind=kind, text=text, reporter_id=reporter_id, reporter_name=name, reporter_email=email, created_at=clock.now())
    session.add(row)
    session.flush()
    mail.report_received(session, report_id=row.id)
    return row


def answer(
    session: Session, *, moderator_id: int, report_id: int, action: DecisionAction, reason_class: ReasonClass, reason: str
) -> Decision:
    """Decide on what a report is about, close the report, and tell whoever wrote it. See `decide`.

    Raises:
        NotFound: when there is no such report.
        Refused: when somebody has decided already, or see `decide`.
        NotAllowed: see `decide`.
    """
    statement = select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)
    row = session.exec(statement).first()
    if row is None:
        raise NotFound(_("There is no report of this number."))
    if row.status is ReportStatus.CLOSED:
        raise Refused(_("Somebody else has decided on this report."))
    decision = decide(
        session,
        moderator_id=moderator_id,
        target=_target(row),
        action=action,
        reason_class=reason_class,
        reason=reason,
        report_id=report_id,
    )
    row.status = ReportStatus.CLOSED
    row.closed_at = clock.now()
    session.flush()
    mail.report_decided(session, decision_id=decision.id)
    return decision


def decide(
    session: Session,
    *,
    moderator_id: int,
    target: Target,
    action: DecisionAction,
    reason_class: ReasonClass,
    reason: str,
    report_id: int | None = None,
    tells_author: bool = True,
) -> Decision:
    """Do what a moderator decides: act, keep the statement of reasons, write the log, tell the author (T-15).

    Args:
        reason: What the author is told, in the moderator's words.
        report_id: The report that this decides, if there is one.
        tells_author: Whether the author gets the mail of such a decision; the caller sends another otherwise.

    Raises:
        NotFound: when there is no such thing.
        Refused: when the reason does not fit, or the thing is not in a state for it.
        NotAllowed: when it is the moderator's own, or their own account, or that of staff.
    """
    rules.check(action, reason_class)
    was = _act(session, moderator_id, target, action, reason_class)
    values: dict[str, Any] = {target.column: target.id}
    decision = Decision(
        **values,
        report_id=report_id,
        action=action,
        reason_class=reason_class,
        reason=reason,
        moderator_id=moderator_id,
        created_at=clock.now(),
    )
    session.add(decision)
    session.flush()
    if target.kind is not TargetKind.USER:  # accounts keep their own line in the log
        details = {"reason_class": reason_class.value, "decision": decision.id, "report": report_id, "was": was}
        _log(session, moderator_id, f"{target.kind.value}.{action.value}", target.subject, details)
    tell = _TELL.get((target.kind, action))
    if tell is not None and tells_author:
        tell(session, decision_id=decision.id)
    return decision


#: Who is told of what: the author of what was taken down, put back or released. Left as it is, nobody but the reporter needs to know.
_TELL = {
    (TargetKind.REVIEW, DecisionAction.HIDE): mail.review_hidden,
    (TargetKind.REVIEW, DecisionAction.RESTORE): mail.review_restored,
    (TargetKind.REVIEW, DecisionAction.RELEASE): mail.review_released,
    (TargetKind.COMMENT, DecisionAction.HIDE): mail.comment_hidden,
    (TargetKind.COMMENT, DecisionAction.RESTORE): mail.comment_restored,
    (TargetKind.COMMENT, DecisionAction.RELEASE): mail.comment_released,
    (TargetKind.REPLY, DecisionAction.HIDE): mail.reply_hidden,
    (TargetKind.REPLY, DecisionAction.RESTORE): mail.reply_restored,
    (TargetKind.USER, DecisionAction.SUSPEND): mail.account_suspended,
    (TargetKind.USER, DecisionAction.UNSUSPEND): mail.account_restored,
}


def _act(session: Session, moderator_id: int, target: Target, action: DecisionAction, reason: ReasonClass) -> str:
    """Change what is decided on and return the state that it was in."""
    if target.kind is TargetKind.REVIEW:
        return _on_review(session, moderator_id, target.id, action, reason)
    if target.kind is TargetKind.COMMENT:
        return _on_comment(session, moderator_id, target.id, action, reason)
    if target.kind is TargetKind.REPLY:
        return _on_reply(session, moderator_id, target.id, action, reason)
    if target.kind is TargetKind.PROFILE:
        return _on_profile(session, target, action)
    return _on_account(session, moderator_id, target.id, action)


def _on_review(session: Session, moderator_id: int, review_id: int, action: DecisionAction, reason: ReasonClass) -> str:
    review, _profile = reviews.lock(session, review_id)
    _refuse_own(moderator_id, review.author_id)
    was = review.status.value
    if action is DecisionAction.HIDE:
        reviews.hide(session, review_id=review_id, reason=reason)
    elif action is DecisionAction.RESTORE:
        reviews.restore(session, review_id=review_id)
    elif action is DecisionAction.RELEASE:
        reviews.release(session, review_id=review_id)
    else:
        _only_keep(action)
    return was


def _on_comment(session: Session, moderator_id: int, comment_id: int, action: DecisionAction, reason: ReasonClass) -> str:
    comment = comments.lock(session, comment_id)
    _refuse_own(moderator_id, comment.author_id)
    was = comment.status.value
    if action is DecisionAction.HIDE:
        comments.hide(session, comment_id=comment_id, reason=reason)
    elif action is DecisionAction.RESTORE:
        comments.restore(session, comment_id=comment_id)
    elif action is DecisionAction.RELEASE:
        comments.release(session, comment_id=comment_id)
    else:
        _only_keep(action)
    return was


def _on_reply(session: Session, moderator_id: int, reply_id: int, action: DecisionAction, reason: ReasonClass) -> str:
    reply = replies.lock(session, reply_id)
    _refuse_own(moderator_id, reply.user_id)
    was = reply.status.value
    if action is DecisionAction.HIDE:
        replies.hide(session, reply_id=reply_id, reason=reason)
    elif action is DecisionAction.RESTORE:
        replies.restore(session, reply_id=reply_id)
    else:
        _only_keep(action)
    return was


def _on_profile(session: Session, target: Target, action: DecisionAction) -> str:
    profile = profiles.lock(session, target.id)
    was = profile.status
    if action is DecisionAction.HIDE:
        if was not in SHOWN:
            raise Refused(_("This page is not shown any more."))
        profiles.set_status(session, profile_id=profile.id, status=ProfileStatus.SUPPRESSED_LEGAL)
    elif action is DecisionAction.RESTORE:
        if was is not ProfileStatus.SUPPRESSED_LEGAL:
            raise Refused(_("This page was not taken down."))
        profiles.set_status(session, profile_id=profile.id, status=_before(session, target))
    else:
        _only_keep(action)
    return was.value


def _on_account(session: Session, moderator_id: int, user_id: int, action: DecisionAction) -> str:
    user = accounts.load(session, user_id, lock=True)
    if user_id == moderator_id:
        raise NotAllowed(_("You cannot decide on your own account."))
    if user.is_moderator and accounts.load(session, moderator_id).role is not Role.ADMIN:
        raise NotAllowed(_("Only an administrator can decide on the account of a moderator."))
    was = user.status
    if action is DecisionAction.SUSPEND and was is UserStatus.ACTIVE:
        accounts.suspend(session, user_id=user_id, actor_id=moderator_id)
    elif action is DecisionAction.UNSUSPEND and was is UserStatus.SUSPENDED:
        accounts.unsuspend(session, user_id=user_id, actor_id=moderator_id)
    else:
        raise Refused(_("This cannot be done with the account in its present state."))
    session.flush()
    return was.value


def _log(session: Session, actor_id: int, action: str, subject: str, details: dict[str, Any]) -> None:
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=subject, details=details, created_at=clock.now()))
    session.flush()


def _refuse_own(moderator_id: int, author_id: int | None) -> None:
    if moderator_id == author_id:
        raise NotAllowed(_("You wrote this yourself. Another moderator has to decide."))


def _only_keep(action: DecisionAction) -> None:
    if action is not DecisionAction.KEEP:
        raise Refused(_("This cannot be done here."))


def _before(session: Session, target: Target) -> ProfileStatus:
    """Return the state in which a profile was when it was taken down."""
    taken_down = (AuditEntry.subject == target.subject, AuditEntry.action == f"{target.kind.value}.{DecisionAction.HIDE.value}")
    entry = session.exec(select(AuditEntry).where(*taken_down).order_by(col(AuditEntry.id).desc())).first()
    return ProfileStatus(entry.details["was"]) if entry else ProfileStatus.PUBLISHED_UNCLAIMED


def _target(row: Report) -> Target:
    for kind in rules.REPORTABLE:
        found = getattr(row, Target(kind, 0).column)
        if found is not None:
            return Target(kind, found)
    raise NotFound(_("What this report is about is not here any more."))


def _refuse_unseen(session: Session, target: Target) -> None:
    """Refuse a report on what readers do not see, in the words of its own area."""
    if target.kind is TargetKind.REVIEW:
        review_queries.by_id(session, target.id)
    elif target.kind is TargetKind.COMMENT:
        comment_queries.by_id(session, target.id)
    elif target.kind is TargetKind.REPLY:
        reply_queries.by_id(session, target.id)
    else:
        profile = session.get(Profile, target.id)
        if profile is None or profile.status not in SHOWN:
            raise NotFound(_("This profile is no more."))
