"""Who says that a profile is theirs, and what they showed for it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, where, words
from directory.models.memberships import MembershipRole


class ClaimStatus(StrEnum):
    """Every state of a claim's life."""

    STARTED = "started"
    CHALLENGE_SENT = "challenge_sent"
    PROOF_RECEIVED = "proof_received"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    #: Somebody else claims the same profile; whoever has it keeps it until that is decided.
    CONTESTED = "contested"
    DENIED = "denied"
    EXPIRED = "expired"
    #: Called off by whoever made it.
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    #: The profile went to somebody else.
    TRANSFERRED = "transferred"


#: The states in which something is still to be done about it.
OPEN = (ClaimStatus.STARTED, ClaimStatus.CHALLENGE_SENT, ClaimStatus.PROOF_RECEIVED, ClaimStatus.IN_REVIEW)
#: The states in which the profile is theirs.
HOLDING = (ClaimStatus.APPROVED, ClaimStatus.CONTESTED)


def _in(states: tuple[ClaimStatus, ...]) -> str:
    return "status IN (" + ", ".join(f"'{state.value}'" for state in states) + ")"


class Claim(Record, table=True):
    """One person says that one profile is theirs, or that they act for it."""

    __tablename__ = "claims"
    __table_args__ = (
        one_of("status", ClaimStatus),
        one_of("role", MembershipRole),
        Index("one_owner", "profile_id", unique=True, **where(_in(HOLDING))),
        Index("one_open_claim", "profile_id", "user_id", unique=True, **where(_in(OPEN))),
        Index("ix_claims_queue", "status", "updated_at", "id"),
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    status: ClaimStatus = Field(default=ClaimStatus.STARTED, sa_type=words(ClaimStatus))
    #: What they are to the profile, in their own words of three.
    role: MembershipRole = Field(default=MembershipRole.OWNER, sa_type=words(MembershipRole))
    #: What they write to whoever decides; shown to nobody else.
    message: str = Field(default="", max_length=2000)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    #: An open claim ends by itself then.
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: Why, as the claimant was told.
    reason: str = Field(default="", max_length=2000)
    #: The claim that holds the profile while this one contests it.
    contests_id: int | None = Field(default=None, foreign_key="claims.id", ondelete="SET NULL", index=True)
    #: The first of two moderators who said that a contested profile is to go to this claimant.
    seconded_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    #: When what proved it is looked at again; none where nothing can be.
    recheck_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class ProofMethod(StrEnum):
    """How somebody shows that they act for a profile; what each proves stands in `claims/rules.py`."""

    EMAIL_AT_DOMAIN = "email_at_domain"
    DNS_TXT = "dns_txt"
    WELL_KNOWN = "well_known"
    META_TAG = "meta_tag"
    PHONE_CODE = "phone_code"
    LETTER_CODE = "letter_code"
    LICENCE_DOCUMENT = "licence_document"
    PHOTO_ID = "photo_id"
    REGISTRY_MATCH = "registry_match"


class ProofStatus(StrEnum):
    """How far a proof came."""

    #: Asked for; a code is not sent yet (a letter not printed), or a token is not found yet.
    WAITING = "waiting"
    SENT = "sent"
    PROVED = "proved"
    #: Three wrong codes, or a document that a moderator did not take.
    FAILED = "failed"
    EXPIRED = "expired"
    #: It was proved, and a later look no longer found it.
    LAPSED = "lapsed"


class ClaimProof(Record, table=True):
    """One way in which a claimant shows it."""

    __tablename__ = "claim_proofs"
    __table_args__ = (
        one_of("method", ProofMethod),
        one_of("status", ProofStatus),
        UniqueConstraint("claim_id", "method"),
        CheckConstraint("tries_left >= 0", name="tries_not_negative"),
    )
    id: int = Field(default=None, primary_key=True)
    claim_id: int = Field(foreign_key="claims.id", ondelete="CASCADE")
    method: ProofMethod = Field(sa_type=words(ProofMethod))
    status: ProofStatus = Field(default=ProofStatus.WAITING, sa_type=words(ProofStatus))
    #: What it is about: the domain, the host of a website, a number in E.164, an address on one line, a licence number.
    subject: str = Field(max_length=320)
    #: Whether somebody other than the claimant named the subject before the claim: else it proves nothing and leads a moderator.
    is_listed: bool = False
    #: Keyed digest of the code or token; "" where there is none.
    code_hash: str = Field(default="", max_length=64)
    tries_left: int = 3
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: The last look, whatever it found.
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Why the last look did not find it, as a word of `claims/rules.py`; "" where it did.
    problem: str = Field(default="", max_length=60)


class Invitation(Record, table=True):
    """Somebody is asked to act for a profile too; the link went to their address."""

    __tablename__ = "invitations"
    __table_args__ = (one_of("role", MembershipRole), UniqueConstraint("profile_id", "email_key"))
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE")
    email: str = Field(max_length=254)
    #: `accounts.rules.email_key(email)`.
    email_key: str = Field(max_length=254)
    role: MembershipRole = Field(sa_type=words(MembershipRole))
    token_hash: str = Field(max_length=64, unique=True)
    invited_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class RoleProposal(Record, table=True):
    """One side says that a person works at a practice; it is shown once the other side agrees."""

    __tablename__ = "role_proposals"
    __table_args__ = (UniqueConstraint("practitioner_id", "organization_id"),)
    id: int = Field(default=None, primary_key=True)
    practitioner_id: int = Field(foreign_key="practitioners.id", ondelete="CASCADE")
    organization_id: int = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    title: str = Field(default="", max_length=100)
    #: The profile that speaks: the other one has to agree.
    proposed_by_profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
