"""Reports from anybody, decisions by moderators, and the log of who did what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class ReportKind(StrEnum):
    """Why somebody writes to us."""

    WRONG_FACTS = "wrong_facts"
    CLOSED_OR_MOVED = "closed_or_moved"
    THIS_IS_ME = "this_is_me"
    PRIVACY = "privacy"
    NOT_A_PATIENT = "not_a_patient"
    PRESSURE = "pressure"
    ILLEGAL = "illegal"
    ABUSE = "abuse"
    OTHER = "other"


class ReportStatus(StrEnum):
    """Whether somebody has looked."""

    OPEN = "open"
    CLOSED = "closed"


_ONE_TARGET = (
    "(CASE WHEN profile_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN review_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN reply_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class Report(Record, table=True):
    """A notice about a profile, a review, a comment or a reply; needs no account (T-14)."""

    __tablename__ = "reports"
    __table_args__ = (
        one_of("kind", ReportKind),
        one_of("status", ReportStatus),
        CheckConstraint(_ONE_TARGET, name="one_target"),
        Index("ix_reports_queue", "status", "created_at", "id"),
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int | None = Field(default=None, foreign_key="profiles.id", ondelete="CASCADE", index=True)
    review_id: int | None = Field(default=None, foreign_key="reviews.id", ondelete="CASCADE", index=True)
    comment_id: int | None = Field(default=None, foreign_key="comments.id", ondelete="CASCADE", index=True)
    reply_id: int | None = Field(default=None, foreign_key="replies.id", ondelete="CASCADE", index=True)
    kind: ReportKind = Field(sa_type=words(ReportKind))
    text: str = Field(max_length=3000)
    reporter_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    reporter_name: str = Field(default="", max_length=100)
    reporter_email: str = Field(max_length=254)
    status: ReportStatus = Field(default=ReportStatus.OPEN, sa_type=words(ReportStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DecisionAction(StrEnum):
    """What a moderator did."""

    HIDE = "hide"
    RESTORE = "restore"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    KEEP = "keep"
    #: Show what was held for a look.
    RELEASE = "release"


class HoldReason(StrEnum):
    """Why something waits for a moderator. A rating is never one of the reasons (T-5)."""

    LINK = "link"
    HONEYPOT = "honeypot"
    TOO_QUICK = "too_quick"
    NETWORK = "network"


class ReasonClass(StrEnum):
    """The rule that was broken: it goes to the author and stands in the public counts."""

    NOT_OWN_EXPERIENCE = "not_own_experience"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    PRIVATE_INFORMATION = "private_information"
    ABUSE = "abuse"
    ILLEGAL = "illegal"
    SPAM = "spam"
    WRONG_PROFILE = "wrong_profile"
    MISTAKE = "mistake"
    CORRECTED = "corrected"
    NO_RULE_BROKEN = "no_rule_broken"


class Decision(Record, table=True):
    """One decision with its statement of reasons (T-15); never changed, only followed by another."""

    __tablename__ = "decisions"
    __table_args__ = (one_of("action", DecisionAction), one_of("reason_class", ReasonClass))
    id: int = Field(default=None, primary_key=True)
    report_id: int | None = Field(default=None, foreign_key="reports.id", ondelete="SET NULL", index=True)
    profile_id: int | None = Field(default=None, foreign_key="profiles.id", ondelete="CASCADE", index=True)
    review_id: int | None = Field(default=None, foreign_key="reviews.id", ondelete="CASCADE", index=True)
    comment_id: int | None = Field(default=None, foreign_key="comments.id", ondelete="CASCADE", index=True)
    reply_id: int | None = Field(default=None, foreign_key="replies.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    action: DecisionAction = Field(sa_type=words(DecisionAction))
    reason_class: ReasonClass = Field(sa_type=words(ReasonClass))
    #: What the author is told, in the moderator's words.
    reason: str = Field(max_length=2000)
    moderator_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AuditEntry(Record, table=True):
    """Who did what to what; only ever added to."""

    __tablename__ = "audit_entries"
    id: int = Field(default=None, primary_key=True)
    #: None: the command line.
    actor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: review.hide, user.role, user.suspend ...
    action: str = Field(max_length=60)
    subject: str = Field(max_length=80)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
