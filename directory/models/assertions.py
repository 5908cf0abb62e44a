"""Who said what of a profile, and when: the provenance of every visible fact, and what visitors suggest."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, byte_ordered, one_of, where, words


class AssertionRank(StrEnum):
    """Whose word it is; the later ones win over the earlier."""

    GUESS = "guess"
    REGISTER = "register"
    OWNER = "owner"
    MODERATOR = "moderator"


class FieldAssertion(Record, table=True):
    """Somebody said that a field of a profile has a value. What is shown is the word of the highest rank, the newest of it."""

    __tablename__ = "field_assertions"
    __table_args__ = (
        one_of("rank", AssertionRank),
        Index("ix_field_assertions_profile_id_field", "profile_id", "field", "id"),
        Index(
            "one_word_of_a_source",
            "profile_id",
            "field",
            "source_record_id",
            unique=True,
            **where("ended_at IS NULL AND rank = 'register'"),
        ),
        Index("one_word_of_the_owner", "profile_id", "field", unique=True, **where("ended_at IS NULL AND rank = 'owner'")),
        Index("one_word_of_moderators", "profile_id", "field", unique=True, **where("ended_at IS NULL AND rank = 'moderator'")),
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    #: A word of `provenance/fields.py`: name, website, phone, hours, offering:smp ...
    field: str = Field(max_length=120, sa_type=byte_ordered(120))
    #: As JSON; null says that there is none.
    value: Any = Field(default=None, sa_type=JSON)
    rank: AssertionRank = Field(sa_type=words(AssertionRank))
    source_record_id: int | None = Field(default=None, foreign_key="source_records.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    asserted_at: datetime = Field(sa_type=UtcDateTime)
    #: When the same word was last given again.
    verified_at: datetime = Field(sa_type=UtcDateTime)
    #: When another word took its place; none while it holds.
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SuggestionStatus(StrEnum):
    """What became of it."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class EditSuggestion(Record, table=True):
    """A visitor says that a field should have another value; who acts for the profile, or a moderator, decides."""

    __tablename__ = "edit_suggestions"
    __table_args__ = (one_of("status", SuggestionStatus), Index("ix_edit_suggestions_queue", "status", "created_at", "id"))
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    field: str = Field(max_length=120)
    value: Any = Field(default=None, sa_type=JSON)
    #: How they know.
    note: str = Field(default="", max_length=1000)
    status: SuggestionStatus = Field(default=SuggestionStatus.PENDING, sa_type=words(SuggestionStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
