"""Writing comments: say, change, delete, take down, put back."""

from datetime import timedelta

from sqlmodel import Session, col, func, select

from directory.comments import rules
from directory.comments.queries import Kind, Subject
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import ReasonClass


def write(session: Session, *, subject: Subject, author_id: int, body: str) -> Comment:
    """Say something under a profile or a guide; it is public at once.

    Raises:
        Refused: when the author has written too many since yesterday.
    """
    since = clock.now() - timedelta(days=1)
    written = session.exec(select(func.count()).where(Comment.author_id == author_id, col(Comment.created_at) > since)).one()
    if written >= rules.MAX_A_DAY:
        raise Refused(_("You have written %(count)s comments since yesterday. Please come back tomorrow.", count=written))
    target = {"profile_id": subject.id} if subject.kind is Kind.PROFILE else {"guide_id": subject.id}
    comment = Comment(**target, author_id=author_id, body=body, created_at=clock.now())
    session.add(comment)
    session.flush()
    return comment


def edit(session: Session, *, comment_id: int, author_id: int, body: str) -> Comment:
    """Change one's own comment; readers see that and when it was changed.

    Raises:
        NotFound: when there is none that is shown, and also when it is somebody else's.
    """
    comment = _own(session, comment_id, author_id)
    if comment.body != body:
        comment.body = body
        comment.edited_at = clock.now()
    session.flush()
    return comment


def delete(session: Session, *, comment_id: int, author_id: int) -> Comment:
    """Delete one's own comment for good: its words are gone, a stone keeps its place.

    Raises:
        NotFound: when there is none that is shown, and also when it is somebody else's.
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
        Refused: when it is not shown.
    """
    comment = lock(session, comment_id)
    if comment.status is not CommentStatus.VISIBLE:
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
    comment.status = CommentStatus.VISIBLE
    comment.removed_for = None
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
    if comment.author_id != author_id or comment.status is not CommentStatus.VISIBLE:
        raise NotFound(_("This comment is not here any more."))
    return comment
