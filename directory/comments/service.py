"""Writing comments: say, change, delete, release, take down, put back."""

from datetime import timedelta

from sqlmodel import Session, col, func, select

from directory.accounts import making, trust
from directory.accounts import queries as accounts
from directory.comments.queries import OWN, Kind, Subject
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import HoldReason, ReasonClass


def write(session: Session, *, subject: Subject, author_id: int, body: str, suspicion: HoldReason | None = None) -> Comment:
    """Say something under a profile or a guide; it is public at once, or held for a moderator's look.

    Args:
        session: One that writes.
        subject: Under what.
        author_id: Who says it.
        body: What, as Markdown.
        suspicion: What the request gave away; see `trust.hold`.

    Raises:
        Refused: when the author has written too many since yesterday.
    """
    making.author(session, author_id)
    writer, moment = accounts.writer(session, author_id), clock.now()
    mine = (Comment.author_id == author_id, col(Comment.created_at) > moment - timedelta(days=1))
    written = session.exec(select(func.count()).where(*mine)).one()
    if written >= trust.A_DAY[writer.trust(moment)].comments:
        raise Refused(_("You have written %(count)s comments since yesterday. Please come back tomorrow.", count=written))
    target = {"profile_id": subject.id} if subject.kind is Kind.PROFILE else {"guide_id": subject.id}
    comment = Comment(**target, author_id=author_id, body=body, created_at=moment)
    _hold(comment, trust.hold(writer, body, now=moment, suspicion=suspicion))
    session.add(comment)
    session.flush()
    return comment


def edit(session: Session, *, comment_id: int, author_id: int, body: str, suspicion: HoldReason | None = None) -> Comment:
    """Change one's own comment; readers see that and when it was changed. What is new in it is held like a new comment.

    Raises:
        NotFound: when there is none that is shown or held, and also when it is somebody else's.
    """
    making.author(session, author_id)
    comment = _own(session, comment_id, author_id)
    if comment.body != body:
        comment.body = body
        comment.edited_at = clock.now()
        _hold(comment, trust.hold(accounts.writer(session, author_id), body, now=comment.edited_at, suspicion=suspicion))
    session.flush()
    return comment


def delete(session: Session, *, comment_id: int, author_id: int) -> Comment:
    """Delete one's own comment for good: its words are gone, a stone keeps its place.

    Raises:
        NotFound: when there is none that is shown or held, and also when it is somebody else's.
    """
    comment = _own(session, comment_id, author_id)
    comment.status = CommentStatus.DELETED_BY_AUTHOR
    comment.body = ""
    session.flush()
    return comment


def hide(session: Session, *, comment_id: int, reason: ReasonClass) -> Comment:
    """Take a comment down; the row is kept, and a stone says for which class of reason.

    Raises:
        NotFound: when there is no such comment.
        Refused: when it is neither shown nor held.
    """
    comment = lock(session, comment_id)
    if comment.status not in (CommentStatus.VISIBLE, CommentStatus.HELD):
        raise Refused(_("This comment is not shown any more: somebody else has decided, or its author deleted it."))
    comment.status = CommentStatus.REMOVED
    comment.removed_for = reason
    session.flush()
    return comment


def restore(session: Session, *, comment_id: int) -> Comment:
    """Put a comment back that was taken down.

    Raises:
        NotFound: when there is no such comment.
        Refused: when it was not taken down.
    """
    comment = lock(session, comment_id)
    if comment.status is not CommentStatus.REMOVED:
        raise Refused(_("This comment is not among the removed ones."))
    if not comment.body:
        raise Refused(_("Its author has taken its words back since. There is nothing to show."))
    comment.status = CommentStatus.VISIBLE
    comment.removed_for = None
    session.flush()
    return comment


def release(session: Session, *, comment_id: int) -> Comment:
    """Show a comment that was held.

    Raises:
        NotFound: when there is no such comment.
        Refused: when it is not held.
    """
    comment = lock(session, comment_id)
    if comment.status is not CommentStatus.HELD:
        raise Refused(_("This comment does not wait any more: somebody else has decided, or its author deleted it."))
    comment.status = CommentStatus.VISIBLE
    session.flush()
    return comment


def lock(session: Session, comment_id: int) -> Comment:
    """Lock a comment's row and return it as it stands now.

    Raises:
        NotFound: when there is no such comment.
    """
    statement = select(Comment).where(Comment.id == comment_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(_("This comment is not here any more."))
    return found


def _own(session: Session, comment_id: int, author_id: int) -> Comment:
    comment = lock(session, comment_id)
    if comment.author_id != author_id or comment.status not in OWN:
        raise NotFound(_("This comment is not here any more."))
    return comment


def _hold(comment: Comment, reason: HoldReason | None) -> None:
    """Hold a comment where there is a reason; one that waits already goes on waiting."""
    if reason is not None:
        comment.status, comment.held_for = CommentStatus.HELD, reason
