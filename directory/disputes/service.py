"""Writing disputes: file, call off, answer, let the time run out, decide, appeal; who is told of each, and what becomes of the review.

The review's profile is locked first, then the review, then the dispute: the order of everything else that changes a review.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from directory import outbox
from directory.accounts import memberships
from directory.accounts import service as accounts
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.disputes import queries, rules
from directory.evidence import service as evidence
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry, HoldReason, ReasonClass
from directory.models.replies import Dispute, DisputeOutcome, DisputeReason, DisputeStatus
from directory.models.reviews import VISIBLE, ReviewStatus
from directory.moderation import service as moderation
from directory.moderation.rules import Target, TargetKind
from directory.notifications import mail
from directory.reviews import service as reviews

#: The job that runs when the reviewer's time is over.
DUE = "disputes.due"
_MANAGERS = {MembershipRole.OWNER, MembershipRole.MANAGER}


class Choice(StrEnum):
    """What a reviewer may do about a dispute."""

    KEEP = "keep"
    AMEND = "amend"
    WITHDRAW = "withdraw"


def file(session: Session, *, review_id: int, user_id: int, reason: DisputeReason, text: str) -> Dispute:
    """Say that a review breaks a rule: its author is asked, it stays in sight and says that it is disputed.

    Raises:
        NotFound: when readers do not see the review.
        NotAllowed: when whoever files does not manage its profile, or their account may not be used any more.
        Refused: when it is disputed already, when a dispute about it was decided, or after too many since yesterday.
    """
    _usable(session, user_id)
    review, profile = reviews.lock(session, review_id)
    _refuse_strangers(session, user_id, profile.id)
    if review.status not in VISIBLE:
        raise NotFound(_("This review is not here any more."))
    _refuse_again(session, review_id, profile.id)
    moment = clock.now()
    asked = review.author_id is not None
    dispute = Dispute(
        review_id=review_id,
        profile_id=profile.id,
        user_id=user_id,
        reason=reason,
        text=text,
        status=DisputeStatus.REVIEWER_NOTIFIED if asked else DisputeStatus.NO_ANSWER,
        created_at=moment,
        answer_due_at=moment + rules.ANSWER_TIME if asked else moment,
    )
    try:
        with session.begin_nested():
            session.add(dispute)
    except IntegrityError as error:
        raise Refused(_("This review is disputed already.")) from error
    reviews.mark_disputed(session, review_id=review_id, is_disputed=True)
    _log(session, user_id, "dispute.file", dispute, reason=reason.value)
    if asked:
        outbox.enqueue(session, DUE, key=f"{DUE}:{dispute.id}", delay=rules.ANSWER_TIME, dispute_id=dispute.id)
        mail.dispute_filed(session, dispute_id=dispute.id)
    return dispute


def call_off(session: Session, *, review_id: int, user_id: int) -> Dispute:
    """Take a dispute back for the profile before anything is decided: the review is as before, and its author is told.

    Raises:
        NotFound: when there is no such dispute.
        NotAllowed: when whoever asks does not manage the profile, or their account may not be used any more.
        Refused: when it was decided or ended already.
    """
    _usable(session, user_id)
    review, profile = reviews.lock(session, review_id)
    dispute = _locked(session, review_id)
    _refuse_strangers(session, user_id, profile.id)
    if not queries.may_call_off(dispute):
        raise Refused(_("This dispute was decided or ended already, so it cannot be called off."))
    dispute.status = DisputeStatus.CALLED_OFF
    session.flush()
    reviews.mark_disputed(session, review_id=review_id, is_disputed=False)
    evidence.release(session, dispute_id=dispute.id)
    _log(session, user_id, "dispute.call_off", dispute)
    if review.author_id is not None:
        mail.dispute_called_off(session, dispute_id=dispute.id)
    return dispute


def answer(
    session: Session,
    *,
    review_id: int,
    author_id: int,
    choice: Choice,
    text: str,
    overall: int,
    title: str,
    body: str,
    suspicion: HoldReason | None = None,
) -> Dispute:
    """Take what a reviewer says to the moderators, and do to the review what they choose. Whoever filed never reads it (T-20).

    Args:
        overall: The stars of the review as it shall be, for `Choice.AMEND` alone; so are its title and body.
        suspicion: See `reviews.service.amend`.

    Raises:
        NotFound: when there is no such dispute, and also when the review is somebody else's.
        Refused: when it was answered or decided already, or see `reviews.service.amend`.
    """
    _usable(session, author_id)
    review, _profile = reviews.lock(session, review_id)
    dispute = _locked(session, review_id)
    if review.author_id != author_id:
        raise NotFound(_("This review is not here any more."))
    if dispute.status not in queries.ANSWERABLE:
        raise Refused(_("This dispute was answered or decided already."))
    dispute.answer, dispute.answered_at = text, clock.now()
    session.flush()
    if choice is Choice.AMEND:
        reviews.amend(session, review_id=review_id, author_id=author_id, overall=overall, title=title, body=body, suspicion=suspicion)
        dispute.status = DisputeStatus.REVIEWER_AMENDED
    elif choice is Choice.WITHDRAW:
        reviews.withdraw(session, review_id=review_id, author_id=author_id)  # which closes the dispute
    else:
        dispute.status = DisputeStatus.ANSWERED
    session.flush()
    _log(session, author_id, "dispute.answer", dispute, choice=choice.value)
    return dispute


def due(session: Session, *, dispute_id: int) -> bool:
    """Let the reviewer's time run out; say whether it did. Run twice or too early it does nothing."""
    dispute = _by_id(session, dispute_id)
    if dispute is None or dispute.status is not DisputeStatus.REVIEWER_NOTIFIED or dispute.answer_due_at > clock.now():
        return False
    dispute.status = DisputeStatus.NO_ANSWER
    session.flush()
    return True


def decide(
    session: Session, *, dispute_id: int, moderator_id: int, outcome: DisputeOutcome, reason_class: ReasonClass, words: str
) -> Dispute:
    """Decide a dispute, or the appeal against the first decision, which is then final; both sides are told.

    Args:
        words: What both sides are told.

    Raises:
        NotFound: when there is no such dispute.
        NotAllowed: when the moderator is part of it, or decided it before.
        Refused: when it does not wait for a decision, or the reason or the outcome does not fit.
    """
    found = queries.by_id(session, dispute_id)
    review, profile = reviews.lock(session, found.dispute.review_id)
    dispute = _by_id(session, dispute_id)
    if dispute is None or dispute.status not in queries.DECIDABLE:
        raise Refused(_("This dispute does not wait for a decision: somebody else has decided, or the review is gone."))
    found = queries.by_id(session, dispute_id)
    if moderator_id in found.concerned or memberships.role_of(session, user_id=moderator_id, profile_id=profile.id) is not None:
        raise NotAllowed(_("This concerns you. Another moderator has to decide."))
    is_appeal = dispute.status is DisputeStatus.APPEALED
    if is_appeal and moderator_id == dispute.decided_by_id:
        raise NotAllowed(_("You decided this the first time. Another moderator looks at the appeal."))
    if outcome not in found.outcomes:
        raise Refused(_("Choose one of the outcomes."), field="outcome")
    rules.check(outcome, reason_class)
    act = rules.action(dispute.outcome, outcome, is_held=review.status is ReviewStatus.AUTO_HOLD)
    _note(dispute, moderator_id, outcome, words, is_appeal=is_appeal)
    session.flush()  # before the review changes: what is decided is not closed along with it
    if act is not None:
        moderation.decide(
            session,
            moderator_id=moderator_id,
            target=Target(TargetKind.REVIEW, review.id),
            action=act,
            reason_class=reason_class,
            reason=words,
            tells_author=False,
        )
    reviews.mark_disputed(session, review_id=review.id, is_disputed=False)
    evidence.release(session, dispute_id=dispute.id)
    _log(session, moderator_id, "dispute.decide", dispute, outcome=outcome.value, is_appeal=is_appeal)
    mail.dispute_decided_reviewer(session, dispute_id=dispute.id, is_appeal=is_appeal)
    mail.dispute_decided_filer(session, dispute_id=dispute.id, is_appeal=is_appeal)
    return dispute


def appeal(session: Session, *, review_id: int, user_id: int, text: str) -> Dispute:
    """Ask another moderator to look, once and for nothing: the reviewer of a review that was taken down, or whoever manages the profile.

    Raises:
        NotFound: when there is no such dispute.
        NotAllowed: when it is neither side that asks.
        Refused: when it was not decided, or as they wanted, is final, or the time is over.
    """
    _usable(session, user_id)
    review, profile = reviews.lock(session, review_id)
    dispute = _locked(session, review_id)
    as_reviewer = review.author_id == user_id
    if not as_reviewer:
        _refuse_strangers(session, user_id, profile.id)
    if not queries.may_appeal(dispute, review, as_reviewer=as_reviewer):
        raise Refused(
            _("This cannot be appealed: it is not decided or was decided as you wanted, it was appealed already, or 180 days are over.")
        )
    dispute.status = DisputeStatus.APPEALED
    dispute.appellant_id, dispute.appeal, dispute.appealed_at = user_id, text, clock.now()
    session.flush()
    reviews.mark_disputed(session, review_id=review_id, is_disputed=True)
    _log(session, user_id, "dispute.appeal", dispute)
    mail.dispute_appealed(session, dispute_id=dispute.id)
    return dispute


def _note(dispute: Dispute, moderator_id: int, outcome: DisputeOutcome, words: str, *, is_appeal: bool) -> None:
    moment = clock.now()
    if is_appeal:
        dispute.status = DisputeStatus.FINAL
        dispute.appeal_outcome, dispute.appeal_decision = outcome, words
        dispute.appeal_decided_at, dispute.appeal_decided_by_id = moment, moderator_id
    else:
        dispute.status = DisputeStatus.DECIDED
        dispute.outcome, dispute.decision = outcome, words
        dispute.decided_at, dispute.decided_by_id = moment, moderator_id


def _usable(session: Session, user_id: int) -> None:
    """Lock whoever writes, before anything else, and see that their account may still be used."""
    if not accounts.load(session, user_id, lock=True).is_active:
        raise NotAllowed(_("Your account has changed a moment ago. Nothing was written."))


def _refuse_strangers(session: Session, user_id: int, profile_id: int) -> None:
    if memberships.role_of(session, user_id=user_id, profile_id=profile_id) not in _MANAGERS:
        raise NotAllowed(_("Owners and managers of the profile can do this."))


def _refuse_again(session: Session, review_id: int, profile_id: int) -> None:
    earlier = queries.latest(session, review_id)
    if earlier is not None and earlier.outcome is not None:
        raise Refused(_("A dispute about this review was decided. You can appeal that decision, once."))
    if queries.left_to_file(session, review_id) <= 0:
        raise Refused(_("Disputes about this review were called off twice. Another one cannot be filed; anybody can still report it."))
    since = clock.now() - timedelta(days=1)
    filed = session.exec(select(func.count()).where(Dispute.profile_id == profile_id, col(Dispute.created_at) > since)).one()
    if filed >= rules.MAX_A_DAY:
        raise Refused(_("This profile has filed %(count)s disputes since yesterday. Please come back tomorrow.", count=filed))


def _by_id(session: Session, dispute_id: int) -> Dispute | None:
    statement = select(Dispute).where(Dispute.id == dispute_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def _locked(session: Session, review_id: int) -> Dispute:
    """Return the newest dispute about a review, locked.

    Raises:
        NotFound: when there is none.
    """
    newest = queries.latest(session, review_id)
    found = _by_id(session, newest.id) if newest is not None else None
    if found is None:
        raise NotFound(_("Nobody disputes this review."))
    return found


def _log(session: Session, actor_id: int, action: str, dispute: Dispute, **details: Any) -> None:
    details["review"] = dispute.review_id
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=f"dispute:{dispute.id}", details=details, created_at=clock.now()))
    session.flush()
