"""Documents that somebody showed us in confidence: what there is to know of each here, the sealed bytes in a table of their own."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class EvidenceKind(StrEnum):
    """What a document is said to be."""

    LICENCE = "licence"
    PHOTO_ID = "photo_id"
    CERTIFICATE = "certificate"
    CORRESPONDENCE = "correspondence"
    OTHER = "other"


_ONE_SUBJECT = (
    "(CASE WHEN claim_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN credential_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN dispute_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class Evidence(Record, table=True):
    """One document. It is deleted within 30 days of the decision that it was for."""

    __tablename__ = "evidence"
    __table_args__ = (one_of("kind", EvidenceKind), CheckConstraint(_ONE_SUBJECT, name="one_subject"))
    id: int = Field(default=None, primary_key=True)
    claim_id: int | None = Field(default=None, foreign_key="claims.id", ondelete="CASCADE", index=True)
    credential_id: int | None = Field(default=None, foreign_key="credentials.id", ondelete="CASCADE", index=True)
    dispute_id: int | None = Field(default=None, foreign_key="disputes.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    kind: EvidenceKind = Field(sa_type=words(EvidenceKind))
    file_name: str = Field(max_length=120)
    media_type: str = Field(max_length=60)
    #: Bytes of the document as it was sent.
    size: int
    #: Which key of the evidence store sealed it.
    key_id: str = Field(max_length=40)
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: Set by the decision it was for; the retention clock deletes it then.
    purge_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class EvidenceBlob(Record, table=True):
    """The sealed bytes. Backups leave this table out."""

    __tablename__ = "evidence_blobs"
    evidence_id: int = Field(primary_key=True, foreign_key="evidence.id", ondelete="CASCADE")
    sealed: bytes = Field(sa_type=LargeBinary)
