"""What is answered to a review in public, and what is disputed about it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, where, words
from directory.models.moderation import ReasonClass


class ReplyStatus(StrEnum):
    """Whether readers see it."""

    VISIBLE = "visible"
    REMOVED = "removed"
    #: Taken back by whoever acts for the profile.
    WITHDRAWN = "withdrawn"


class Reply(Record, table=True):
    """The one public answer of a profile to a review of it."""

    __tablename__ = "replies"
    __table_args__ = (
        one_of("status", ReplyStatus),
        one_of("removed_for", ReasonClass),
        CheckConstraint("(status = 'removed') = (removed_for IS NOT NULL)", name="removed_for_a_reason"),
        # A number is given once: the log names by number what was deleted.
        {"sqlite_autoincrement": True},
    )
    id: int = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="reviews.id", ondelete="CASCADE", unique=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    #: Who wrote it, for the log; readers see the profile's name.
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    body: str = Field(max_length=3000)
    status: ReplyStatus = Field(default=ReplyStatus.VISIBLE, sa_type=words(ReplyStatus))
    removed_for: ReasonClass | None = Field(default=None, sa_type=words(ReasonClass))
    created_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReplyRevision(Record, table=True):
    """What a reply said before it was changed."""

    __tablename__ = "reply_revisions"
    id: int = Field(default=None, primary_key=True)
    reply_id: int = Field(foreign_key="replies.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: Empty where the words were taken out because they gave somebody away (T-19); that something stood there stays readable.
    body: str = Field(max_length=3000)
    #: When it was written, and when another took its place.
    written_at: datetime = Field(sa_type=UtcDateTime)
    replaced_at: datetime = Field(sa_type=UtcDateTime)


class DisputeReason(StrEnum):
    """What is said to be wrong with a review. That it is bad for business is none of them."""

    NEVER_A_PATIENT = "never_a_patient"
    WRONG_PROFILE = "wrong_profile"
    FALSE_FACT = "false_fact"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    PRIVATE_INFORMATION = "private_information"
    ABUSE = "abuse"


class DisputeStatus(StrEnum):
    """How far it is."""

    REVIEWER_NOTIFIED = "reviewer_notified"
    #: The reviewer has answered, or their seven days are over: a moderator decides.
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REVIEWER_AMENDED = "reviewer_amended"
    DECIDED = "decided"
    APPEALED = "appealed"
    FINAL = "final"
    #: The review went away, or whoever filed it did.
    CLOSED = "closed"
    #: The profile's side took it back before anything was decided.
    CALLED_OFF = "called_off"


class DisputeOutcome(StrEnum):
    """What was decided of the review."""

    KEPT = "kept"
    AMENDED = "amended"
    REMOVED = "removed"


#: The states in which something is still to come. The others are the end, or wait for an appeal.
OPEN = (
    DisputeStatus.REVIEWER_NOTIFIED,
    DisputeStatus.ANSWERED,
    DisputeStatus.NO_ANSWER,
    DisputeStatus.REVIEWER_AMENDED,
    DisputeStatus.APPEALED,
)
_OPEN = "status IN (" + ", ".join(f"'{status.value}'" for status in OPEN) + ")"


class Dispute(Record, table=True):
    """Whoever acts for a profile says that a review of it breaks a rule; the review stays in sight meanwhile."""

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("reason", DisputeReason),
        one_of("status", DisputeStatus),
        one_of("outcome", DisputeOutcome),
        one_of("appeal_outcome", DisputeOutcome),
        Index("one_open_dispute", "review_id", unique=True, **where(_OPEN)),
        Index("ix_disputes_queue", "status", "created_at", "id"),
    )
    id: int = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="reviews.id", ondelete="CASCADE", index=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    #: Who filed it.
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    reason: DisputeReason = Field(sa_type=words(DisputeReason))
    #: What they say of it, to the moderators and the reviewer.
    text: str = Field(max_length=3000)
    status: DisputeStatus = Field(default=DisputeStatus.REVIEWER_NOTIFIED, sa_type=words(DisputeStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)
    answer_due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    #: What the reviewer says to the moderators; whoever filed it never sees it (T-20).
    answer: str = Field(default="", max_length=3000)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: DisputeOutcome | None = Field(default=None, sa_type=words(DisputeOutcome))
    #: What both sides are told.
    decision: str = Field(default="", max_length=2000)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: Whoever it goes against may appeal once; another moderator looks.
    appellant_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    appeal: str = Field(default="", max_length=3000)
    appealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    appeal_outcome: DisputeOutcome | None = Field(default=None, sa_type=words(DisputeOutcome))
    appeal_decision: str = Field(default="", max_length=2000)
    appeal_decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    appeal_decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
