"""Writing replies: answer, change, take back, take down, put back."""

from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.accounts import service as accounts
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.moderation import AuditEntry, ReasonClass
from directory.models.profiles import Profile
from directory.models.replies import Reply, ReplyRevision, ReplyStatus
from directory.models.reviews import VISIBLE, Review
from directory.notifications import mail
from directory.replies import guard, queries, rules
from directory.reviews import queries as review_queries
from directory.reviews import service as reviews


class Unconfirmed(Refused):
    """The draft holds something that its writer has not been shown, or has not confirmed."""


def found_in(session: Session, review: Review, body: str) -> list[guard.Finding]:
    """Return what a draft of a reply to a review may give away.

    Args:
        review: Loaded with its author.
    """
    own = queries.own(session, review_queries.profile_of(session, review))
    name = review_queries.author_of(review) if review.author_id is not None else ""
    return guard.findings(body, reviewer=name, own=(*own.names, *own.phones))


def given_away(session: Session, review: Review) -> frozenset[str]:
    """Return the marks of what the reply to a review may give away, now and in what it said before, as far as readers still see that.

    Args:
        review: Loaded with its author.
    """
    return frozenset(one.mark for body in queries.bodies(session, review.id) for one in found_in(session, review, body))


def write(
    session: Session, *, review_id: int, user_id: int, body: str, confirmed: frozenset[str] = frozenset(), takes_out: bool = False
) -> Reply:
    """Answer a review in public, or change the answer; what it said before stays readable, unless that gave somebody away.

    Args:
        user_id: Who writes; readers see the profile's name.
        confirmed: The marks of the findings that the writer was shown and confirmed; see `guard.Finding.mark`. The log keeps their kinds.
        takes_out: Whether all words of before are deleted; from when until when they stood stays readable.

    Raises:
        NotFound: when readers do not see the review, and also when the writer does not act for its profile.
        NotAllowed: when the account may not be used any more.
        Unconfirmed: when the draft may give somebody away.
        Refused: when it leads to other sites, or when the reply was taken down.
    """
    review, profile = _locked(session, review_id, user_id)
    rules.check_links(body, websites=queries.own(session, profile).websites)
    found = found_in(session, review, body)
    if any(one.mark not in confirmed for one in found):
        raise Unconfirmed(_("Before this can be shown, look at what it may give away."), field="confirmed")
    reply = _of(session, review_id)
    if reply is not None and reply.status is ReplyStatus.REMOVED:
        raise Refused(_("This reply was taken down. Answer the mail that said so if you think that was wrong."))
    if reply is not None and reply.status is ReplyStatus.VISIBLE and reply.body == body:
        if takes_out:
            _take_out(session, reply, user_id)
        return reply
    is_new = reply is None or reply.status is ReplyStatus.WITHDRAWN
    reply = _begin(session, reply, review, body) if is_new or reply is None else _change(session, reply, body)
    reply.user_id = user_id
    session.add(reply)
    session.flush()
    _log(session, user_id, "reply.publish" if is_new else "reply.edit", reply, confirmed=sorted({one.hint.value for one in found}))
    if takes_out:
        _take_out(session, reply, user_id)
    if is_new and review.author_id is not None:
        mail.reply_published(session, reply_id=reply.id)
    return reply


def withdraw(session: Session, *, review_id: int, user_id: int) -> Reply:
    """Take a reply back: its words are deleted, those that it had before too. Another one may be written in its place.

    Raises:
        NotFound: when there is none that is shown, and also when the writer does not act for the profile.
        NotAllowed: when the account may not be used any more.
    """
    _locked(session, review_id, user_id)
    reply = _of(session, review_id)
    if reply is None or reply.status is not ReplyStatus.VISIBLE:
        raise NotFound(_("This reply is not here any more."))
    session.execute(delete(ReplyRevision).where(col(ReplyRevision.reply_id) == reply.id))
    reply.status, reply.body = ReplyStatus.WITHDRAWN, ""
    session.flush()
    _log(session, user_id, "reply.withdraw", reply)
    return reply


def hide(session: Session, *, reply_id: int, reason: ReasonClass) -> Reply:
    """Take a reply down; the row is kept, and a stone says for which class of reason.

    Raises:
        NotFound: when there is no such reply.
        Refused: when it is not shown.
    """
    reply = lock(session, reply_id)
    if reply.status is not ReplyStatus.VISIBLE:
        raise Refused(_("This reply is not shown any more: somebody else has decided, or it was taken back."))
    reply.status, reply.removed_for = ReplyStatus.REMOVED, reason
    session.flush()
    return reply


def restore(session: Session, *, reply_id: int) -> Reply:
    """Put a reply back that was taken down.

    Raises:
        NotFound: when there is no such reply.
        Refused: when it was not taken down.
    """
    reply = lock(session, reply_id)
    if reply.status is not ReplyStatus.REMOVED:
        raise Refused(_("This reply is not among the removed ones."))
    reply.status, reply.removed_for = ReplyStatus.VISIBLE, None
    session.flush()
    return reply


def lock(session: Session, reply_id: int) -> Reply:
    """Lock a reply's row and return it as it stands now.

    Raises:
        NotFound: when there is no such reply.
    """
    found = session.exec(select(Reply).where(Reply.id == reply_id).with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(_("This reply is not here any more."))
    return found


def _locked(session: Session, review_id: int, user_id: int) -> tuple[Review, Profile]:
    """Lock the writer, then the profile and the review, and see once more that the one acts for the other."""
    user = accounts.load(session, user_id, lock=True)
    if not user.is_active:
        raise NotAllowed(_("Your account has changed a moment ago. Nothing was written."))
    locked, profile = reviews.lock(session, review_id)
    role = memberships.role_of(session, user_id=user_id, profile_id=profile.id)
    if role is None or locked.status not in VISIBLE:
        raise NotFound(_("This review is not here any more."))
    return review_queries.by_id(session, review_id), profile


def _of(session: Session, review_id: int) -> Reply | None:
    found = select(Reply).where(Reply.review_id == review_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(found).first()


def _begin(session: Session, reply: Reply | None, review: Review, body: str) -> Reply:
    """Return the reply as it begins, in the row of one that was taken back where there is one."""
    reply = reply or Reply(review_id=review.id, profile_id=review.profile_id, body=body, created_at=clock.now())
    reply.status, reply.body, reply.created_at, reply.edited_at = ReplyStatus.VISIBLE, body, clock.now(), None
    return reply


def _change(session: Session, reply: Reply, body: str) -> Reply:
    moment = clock.now()
    written = reply.edited_at or reply.created_at
    session.add(ReplyRevision(reply_id=reply.id, user_id=reply.user_id, body=reply.body, written_at=written, replaced_at=moment))
    reply.body, reply.edited_at = body, moment
    return reply


def _take_out(session: Session, reply: Reply, user_id: int) -> None:
    """Delete the words of before and leave when they stood there: nobody, moderators neither, has a use for them that is worth the harm."""
    earlier = update(ReplyRevision).where(col(ReplyRevision.reply_id) == reply.id, ReplyRevision.body != "")
    if session.execute(earlier.values(body="").execution_options(synchronize_session="fetch")).rowcount:  # type: ignore[attr-defined]
        _log(session, user_id, "reply.take_out", reply)


def _log(session: Session, actor_id: int, action: str, reply: Reply, **details: Any) -> None:
    details["review"] = reply.review_id
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=f"reply:{reply.id}", details=details, created_at=clock.now()))
    session.flush()
