"""Forgetting a person: asked for, waited for, then done in short steps that may stop and go on anywhere."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, or_, select

from directory import outbox
from directory.accounts import history
from directory.accounts import service as accounts
from directory.accounts.history import NOWHERE, Whence
from directory.claims import keeping as claims
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import ErasureRequest, EventKind, User, UserStatus
from directory.models.claims import Invitation
from directory.models.comments import Comment
from directory.models.moderation import Decision, Report
from directory.models.ops import IdempotencyKey, KeptMail
from directory.models.reviews import VISIBLE, Review, ReviewStatus
from directory.notifications import mail
from directory.privacy import rules, traces
from directory.profiles import service as profiles
from directory.reviews import service as reviews

#: The job that does it; `web/farewell.py` has its handler.
JOB = "privacy.erase"


def pending(session: Session, user_id: int) -> ErasureRequest | None:
    """Return what a person asked for and has not taken back, or None."""
    return session.exec(select(ErasureRequest).where(ErasureRequest.user_id == user_id)).first()


def ask(session: Session, *, user_id: int, keeps_reviews: bool, whence: Whence = NOWHERE, at_once: bool = False) -> ErasureRequest:
    """Write down that a person wants to be forgotten, and tell them by mail how to change their mind.

    Args:
        session: One that writes.
        user_id: Who.
        keeps_reviews: Leave the reviews that are shown, without a name; otherwise they go too.
        whence: Where the request came from.
        at_once: Without the days of grace: by the operator's word alone, who then answers for it.

    Raises:
        Refused: when it was asked for already, and for the last administrator.
    """
    accounts.refuse_last_admin(session, accounts.locked(session, user_id))
    moment = clock.now()
    due = moment if at_once else moment + rules.GRACE
    request = ErasureRequest(user_id=user_id, keeps_reviews=keeps_reviews, requested_at=moment, due_at=due)
    if at_once:
        session.execute(delete(ErasureRequest).where(col(ErasureRequest.user_id) == user_id))
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError as error:
        raise Refused(_("You have asked for this already. You can change your mind on the page of your account.")) from error
    history.record(session, user_id=user_id, kind=EventKind.ERASURE_ASKED, whence=whence)
    if not at_once:
        mail.erasure_asked(session, user_id=user_id)
    schedule(session, request)
    return request


def cancel(session: Session, *, user_id: int, whence: Whence = NOWHERE) -> None:
    """Take back the wish to be forgotten. The row is locked: either the erasure has begun, or it does not begin any more.

    Raises:
        NotFound: when nothing was asked for.
    """
    accounts.load(session, user_id, lock=True)
    if session.execute(delete(ErasureRequest).where(col(ErasureRequest.user_id) == user_id)).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound(_("Nothing is to be deleted: your account stays as it is."))
    history.record(session, user_id=user_id, kind=EventKind.ERASURE_CANCELLED, whence=whence)
    mail.erasure_cancelled(session, user_id=user_id)


def schedule(session: Session, request: ErasureRequest) -> None:
    """Have a worker do it when it is due; of many jobs for one person one waits."""
    delay = max(request.due_at - clock.now(), timedelta(0))
    outbox.enqueue(session, JOB, key=f"{JOB}:{request.user_id}", delay=delay, user_id=request.user_id)


def schedule_due(session: Session) -> None:
    """Write a job for each request that is due (the daily sweep): one whose job was given up begins anew."""
    for request in session.exec(select(ErasureRequest).where(col(ErasureRequest.due_at) <= clock.now())).all():
        schedule(session, request)


def begin(session: Session, *, user_id: int) -> User | None:
    """Close the account, so that nothing is added while it goes; return the person, or None where nothing is to be done now.

    Raises:
        Refused: for the last administrator.
    """
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    request = pending(session, user_id)
    if user is None or request is None or request.due_at > clock.now():
        return None
    accounts.refuse_last_admin(session, user)
    user.status = UserStatus.SUSPENDED
    accounts.close_all(session, user_id=user_id)
    return user


def step(session: Session, *, user_id: int) -> bool:
    """Do the next small part of what a person wrote; say whether there was any.

    Profiles that they claim or own are let go one by one. Then reviews, each batch within few profiles, which are locked in one
    order: their numbers are counted anew from the rows.
    """
    if claims.forget(session, user_id=user_id):
        return True
    request = pending(session, user_id)
    keeps = request is not None and request.keeps_reviews
    mine = select(Review.id, Review.profile_id).where(Review.author_id == user_id)
    batch = session.exec(mine.order_by(col(Review.profile_id), col(Review.id)).limit(rules.BATCH // 2)).all()
    for profile_id in sorted({profile_id for _review, profile_id in batch}):
        _reviews(session, profile_id, [review for review, at in batch if at == profile_id], keeps=keeps)
    if batch:
        return True
    comments = session.exec(select(Comment.id).where(Comment.author_id == user_id).order_by(col(Comment.id)).limit(rules.BATCH)).all()
    traces.lock_reports(session, col(Report.comment_id).in_(comments))
    session.execute(delete(Comment).where(col(Comment.id).in_(comments)))
    if comments:
        return True
    return traces.empty_reports(session, session.get_one(User, user_id), limit=rules.BATCH)


def finish(session: Session, *, user_id: int, keep_mail: str = "") -> bool:
    """Delete the account and every trace of it, or say False where something was added meanwhile: then take more steps.

    Everything of the person that is left hangs on their row and goes with it.

    Args:
        session: One that writes.
        user_id: Who.
        keep_mail: The message id of the farewell, which is kept in development.
    """
    user = accounts.load(session, user_id, lock=True)  # from here on nobody can add a row that points to it
    accounts.refuse_last_admin(session, user)
    if any(session.exec(select(table.id).where(table.author_id == user_id).limit(1)).first() for table in (Review, Comment)):
        return False
    if claims.holds_something(session, user_id) or traces.empty_reports(session, user, limit=rules.BATCH):
        return False
    session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.actor) == f"user:{user_id}"))
    # Those that they sent go with their row; these went to their address.
    session.execute(delete(Invitation).where(col(Invitation.email_key) == user.email_key))
    session.execute(delete(KeptMail).where(func.lower(KeptMail.recipient) == user.email_key, col(KeptMail.message_id) != keep_mail))
    traces.leave_practices(session, user)
    traces.clear_log(session, user)
    session.execute(delete(User).where(col(User.id) == user_id))
    session.expunge(user)
    accounts.audit(session, actor_id=None, action="user.erase", user_id=user_id)
    return True


def _reviews(session: Session, profile_id: int, ids: Sequence[int], *, keeps: bool) -> None:
    """Delete reviews of one profile, or take the name off those that are shown."""
    traces.lock_reports(session, or_(col(Report.review_id).in_(ids), col(Report.reply_id).in_(traces.replies_to(ids))))
    profile = profiles.lock(session, profile_id)
    gone = set(ids)
    if keeps:
        left = session.exec(select(Review.id).where(col(Review.id).in_(ids), col(Review.status).in_(VISIBLE))).all()
        nameless = {"author_id": None, "status": ReviewStatus.ANONYMISED}
        session.execute(update(Review).where(col(Review.id).in_(left)).values(**nameless))
        session.execute(update(Decision).where(col(Decision.review_id).in_(left)).values(reason=""))
        traces.empty_disputes(session, left)
        gone -= set(left)
    session.execute(delete(Review).where(col(Review.id).in_(gone)))
    reviews.refresh_rating(session, profile)
