"""Who acts for a profile."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class MembershipRole(StrEnum):
    """What a member may do for the profile; each may do what those after it may."""

    OWNER = "owner"
    MANAGER = "manager"
    RESPONDER = "responder"


class Membership(Record, table=True):
    """One person acts for one profile."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "profile_id"), one_of("role", MembershipRole))
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    role: MembershipRole = Field(sa_type=words(MembershipRole))
    #: Who said so; None: the command line.
    granted_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
