"""Reads of comments: the list under a profile or a guide, with its tombstones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page, paginate
from directory.models.accounts import User
from directory.models.comments import Comment, CommentStatus
from directory.models.guides import Guide
from directory.models.profiles import Profile
from directory.reviews import reasons

#: Comments on a page of the list, and under a profile or a guide.
PAGE_SIZE = 30
SECTION_SIZE = 10

#: The states in which a comment has a place in the list: with its words, or as a tombstone.
PLACED = (CommentStatus.VISIBLE, CommentStatus.REMOVED, CommentStatus.DELETED_BY_AUTHOR)
#: The states in which its author can see a comment, change it and delete it.
OWN = (CommentStatus.VISIBLE, CommentStatus.HELD)


class Kind(StrEnum):
    """What can be commented."""

    PROFILE = "profile"
    GUIDE = "guide"


@dataclass(frozen=True)
class Subject:
    """The page that comments stand under.

    Args:
        id: Of the profile or the guide.
        slug: The part of its address.
        name: What readers call it.
    """

    kind: Kind
    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Shown:
    """One comment, or the stone in its place.

    Args:
        body: Markdown as typed, for `core.text.markdown`; empty under a tombstone.
        edited_at: When its author last changed it.
        tombstone: The sentence that stands in place of a comment that is gone; empty where it is not.
    """

    id: int
    author_id: int
    author: str
    created_at: datetime
    edited_at: datetime | None
    body: str
    tombstone: str
    is_sample: bool


@dataclass(frozen=True)
class Section:
    """The comments under a profile or a guide: what `comments/_list.html` shows."""

    subject: Subject
    page: Page[Shown]


def on_profile(profile: Profile) -> Subject:
    """Return a profile as something to comment on."""
    return Subject(Kind.PROFILE, profile.id, profile.slug, profile.name)


def on_guide(guide: Guide) -> Subject:
    """Return a guide as something to comment on."""
    return Subject(Kind.GUIDE, guide.id, guide.slug, guide.title)


def section(session: Session, subject: Subject) -> Section:
    """Return the newest comments under a page, in two SELECTs."""
    return Section(subject, listed(session, subject, size=SECTION_SIZE))


def listed(session: Session, subject: Subject, *, number: int = 1, size: int = PAGE_SIZE) -> Page[Shown]:
    """Return one page of the comments under a profile or a guide, newest first, with their authors.

    Raises:
        NotFound: when the list has no such page.
    """
    statement = (
        select(Comment)
        .where(_under(subject), col(Comment.status).in_(PLACED))
        .order_by(col(Comment.created_at).desc(), col(Comment.id).desc())
        .options(joinedload(Comment.author, innerjoin=True).load_only(User.display_name))
    )
    page = paginate(session, statement, number=number, size=size)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return Page([_as_shown(comment) for comment in page.items], page.number, page.size, page.total)


def by_id(session: Session, comment_id: int) -> Comment:
    """Return a comment that readers see.

    Raises:
        NotFound: when there is none, or none that is shown.
    """
    statement = select(Comment).where(Comment.id == comment_id, Comment.status == CommentStatus.VISIBLE)
    found = session.exec(statement.options(joinedload(Comment.author, innerjoin=True))).first()
    if found is None:
        raise NotFound(_("This comment is not here any more."))
    return found


def shown_or_held(session: Session, comment_id: int) -> Comment:
    """Return a comment that its author sees, whether readers do yet or not.

    Raises:
        NotFound: when there is none.
    """
    statement = select(Comment).where(Comment.id == comment_id, col(Comment.status).in_(OWN))
    found = session.exec(statement.options(joinedload(Comment.author, innerjoin=True))).first()
    if found is None:
        raise NotFound(_("This comment is not here any more."))
    return found


def of_author(session: Session, author_id: int, *, limit: int = 100) -> Sequence[tuple[Comment, Subject]]:
    """Return what a person has said and under what, in every state, the newest first."""
    joined = (
        select(Comment, Profile, Guide)
        .outerjoin(Profile, col(Comment.profile_id) == col(Profile.id))
        .outerjoin(Guide, col(Comment.guide_id) == col(Guide.id))
        .where(Comment.author_id == author_id)
        .order_by(col(Comment.created_at).desc(), col(Comment.id).desc())
        .limit(limit)
    )
    return [
        (comment, on_guide(guide) if profile is None else on_profile(profile)) for comment, profile, guide in session.exec(joined).all()
    ]


def subject_of(session: Session, comment: Comment) -> Subject:
    """Return the page that a comment stands under."""
    if comment.guide_id is not None:
        return on_guide(session.exec(select(Guide).where(Guide.id == comment.guide_id)).one())
    return on_profile(session.exec(select(Profile).where(Profile.id == comment.profile_id)).one())


def _under(subject: Subject) -> Any:
    return Comment.profile_id == subject.id if subject.kind is Kind.PROFILE else Comment.guide_id == subject.id


def _as_shown(comment: Comment) -> Shown:
    stone = ""
    if comment.status is CommentStatus.DELETED_BY_AUTHOR:
        stone = _("A comment stood here. Its author deleted it.")
    elif comment.removed_for is not None:
        stone = _("A comment stood here. It was removed: %(reason)s.", reason=reasons.LABELS[comment.removed_for])
    return Shown(
        id=comment.id,
        author_id=comment.author_id,
        author=comment.author.display_name,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
        body="" if stone else comment.body,
        tombstone=stone,
        is_sample=comment.is_sample,
    )
