"""What logged-in people say on profiles and guides."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship

from directory.models.accounts import User
from directory.models.base import Record, UtcDateTime, one_of, words
from directory.models.moderation import HoldReason, ReasonClass


class CommentStatus(StrEnum):
    """Every state of a comment's life."""

    VISIBLE = "visible"
    HELD = "held"
    REJECTED = "rejected"
    REMOVED = "removed"
    DELETED_BY_AUTHOR = "deleted_by_author"


class Comment(Record, table=True):
    """One comment, on exactly one page."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("(profile_id IS NULL) <> (guide_id IS NULL)", name="one_target"),
        one_of("status", CommentStatus),
        one_of("removed_for", ReasonClass),
        one_of("held_for", HoldReason),
        CheckConstraint("(status = 'removed') = (removed_for IS NOT NULL)", name="removed_for_a_reason"),
        Index("ix_comments_profile", "profile_id", "created_at", "id"),
        Index("ix_comments_guide", "guide_id", "created_at", "id"),
        # A number is given once: the log names by number what was deleted.
        {"sqlite_autoincrement": True},
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int | None = Field(default=None, foreign_key="profiles.id", ondelete="CASCADE")
    guide_id: int | None = Field(default=None, foreign_key="guides.id", ondelete="CASCADE")
    author_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    #: Markdown as typed; shown only through `core.text.markdown`.
    body: str = Field(max_length=3000)
    status: CommentStatus = Field(default=CommentStatus.VISIBLE, sa_type=words(CommentStatus))
    #: The class of reason that its tombstone names.
    removed_for: ReasonClass | None = Field(default=None, sa_type=words(ReasonClass))
    #: Why a moderator looks at it before others do; stays as the record of that.
    held_for: HoldReason | None = Field(default=None, sa_type=words(HoldReason))
    is_sample: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    author: User = Relationship(sa_relationship_kwargs={"lazy": "raise_on_sql"})
