"""What patients say of a profile."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship

from directory.models.accounts import User
from directory.models.base import Record, UtcDateTime, one_of, where, words
from directory.models.moderation import HoldReason, ReasonClass
from directory.models.treatments import Treatment

#: Relationships are loaded by the query that needs them, never one by one behind a page's back.
_LOADED = {"lazy": "raise_on_sql"}


class ReviewStatus(StrEnum):
    """Every state of a review's life stands here from day one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AUTO_HOLD = "auto_hold"
    IN_MODERATION = "in_moderation"
    PUBLISHED = "published"
    DISPUTED = "disputed"
    HIDDEN_PENDING_LEGAL = "hidden_pending_legal"
    SUPERSEDED = "superseded"
    WITHDRAWN_BY_AUTHOR = "withdrawn_by_author"
    REMOVED = "removed"
    ANONYMISED = "anonymised"


#: The states in which a review is shown and counted.
VISIBLE = (ReviewStatus.PUBLISHED, ReviewStatus.DISPUTED, ReviewStatus.ANONYMISED)
#: The states in which it stands in the way of another by the same author.
LIVE = (
    ReviewStatus.SUBMITTED,
    ReviewStatus.AUTO_HOLD,
    ReviewStatus.IN_MODERATION,
    ReviewStatus.PUBLISHED,
    ReviewStatus.DISPUTED,
    ReviewStatus.HIDDEN_PENDING_LEGAL,
    ReviewStatus.REMOVED,
)
_LIVE_SQL = "status IN (" + ", ".join(f"'{s.value}'" for s in LIVE) + ")"


class Review(Record, table=True):
    """One patient's account of what was done at one profile."""

    __tablename__ = "reviews"
    __table_args__ = (
        # A removed review keeps its place: its author may not simply write it again.
        Index("one_live_review", "profile_id", "author_id", unique=True, **where(_LIVE_SQL)),
        Index("ix_reviews_shown", "profile_id", "published_at", "id"),
        one_of("status", ReviewStatus),
        one_of("removed_for", ReasonClass),
        # Every removed review is counted in public by its reason, so each has one.
        CheckConstraint("(status = 'removed') = (removed_for IS NOT NULL)", name="removed_for_a_reason"),
        # An erased person's review has no author any more, also when a moderator takes it down later; any other has one.
        CheckConstraint("author_id IS NOT NULL OR status IN ('anonymised', 'removed')", name="author_or_anonymised"),
        one_of("held_for", HoldReason),
        CheckConstraint("overall BETWEEN 1 AND 5", name="overall_in_range"),
        CheckConstraint("own_experience", name="own_experience_declared"),
        CheckConstraint("month >= '1980-01' AND month < '2200-00'", name="month_sane"),
        # A number is given once: the log names by number what was deleted.
        {"sqlite_autoincrement": True},
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    author_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    treatment_id: int = Field(foreign_key="treatments.id", ondelete="RESTRICT", index=True)
    #: The month of the treatment, "2025-09"; only the year is shown.
    month: str = Field(max_length=7)
    overall: int
    title: str = Field(default="", max_length=120)
    body: str = Field(max_length=5000)
    #: T-1: the author's own experience, or that of somebody in their care; never false in a row.
    own_experience: bool
    status: ReviewStatus = Field(default=ReviewStatus.PUBLISHED, sa_type=words(ReviewStatus))
    removed_for: ReasonClass | None = Field(default=None, sa_type=words(ReasonClass))
    #: Why a moderator looks at it before others do; stays as the record of that.
    held_for: HoldReason | None = Field(default=None, sa_type=words(HoldReason))
    is_sample: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    author: User | None = Relationship(sa_relationship_kwargs=_LOADED)
    treatment: Treatment = Relationship(sa_relationship_kwargs=_LOADED)
