"""How often things are done, and who may do nothing here."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class RateCount(Record, table=True):
    """How often a limited thing was done in its window; shared by all web processes."""

    __tablename__ = "rate_counts"
    #: A keyed digest of the limit and of whom it counts.
    key: str = Field(primary_key=True, max_length=64)
    count: int = Field(sa_type=BigInteger)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class BlockKind(StrEnum):
    """What is blocked."""

    EMAIL = "email"
    EMAIL_DOMAIN = "email_domain"
    NETWORK = "network"


class Block(Record, table=True):
    """Somebody who may not register or write here, by the word of an operator."""

    __tablename__ = "blocks"
    __table_args__ = (UniqueConstraint("kind", "value"), one_of("kind", BlockKind))
    id: int = Field(default=None, primary_key=True)
    kind: BlockKind = Field(sa_type=words(BlockKind))
    #: An address's keyed digest, a domain in small letters, or a network such as 192.0.2.0/24.
    value: str = Field(max_length=254)
    reason: str = Field(max_length=300)
    created_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
