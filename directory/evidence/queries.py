"""Which documents there are; their bytes are read by the service alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.evidence import rules
from directory.models.accounts import User
from directory.models.claims import Claim
from directory.models.evidence import Evidence, EvidenceBlob, EvidenceKind
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, Profile
from directory.models.replies import Dispute
from directory.models.reviews import Review


@dataclass(frozen=True)
class Shown:
    """A document as staff sees it before it is opened.

    Args:
        profile_id: Of the profile that it concerns.
        concerned: The sides of its case, who may not open it.
        profile_name: What the profile is called.
        shown_by: Who showed it.
        has_bytes: Whether its bytes are here; after a restored backup they are not.
    """

    evidence: Evidence
    profile_id: int | None
    concerned: frozenset[int]
    profile_name: str
    shown_by: str
    has_bytes: bool


def subject(*, claim_id: int | None = None, credential_id: int | None = None, dispute_id: int | None = None) -> bool:
    """Return the condition of the documents of one case.

    Raises:
        ValueError: when not exactly one is named.
    """
    named = [
        condition
        for condition, id_ in (
            (Evidence.claim_id == claim_id, claim_id),
            (Evidence.credential_id == credential_id, credential_id),
            (Evidence.dispute_id == dispute_id, dispute_id),
        )
        if id_ is not None
    ]
    if len(named) != 1:
        raise ValueError("a document is for one claim, credential or dispute")
    return named[0]


def of(
    session: Session, *, claim_id: int | None = None, credential_id: int | None = None, dispute_id: int | None = None
) -> Sequence[Evidence]:
    """Return the documents of one case, the oldest first."""
    condition = subject(claim_id=claim_id, credential_id=credential_id, dispute_id=dispute_id)
    return session.exec(select(Evidence).where(condition).order_by(col(Evidence.id))).all()


def of_credentials(session: Session, ids: Sequence[int]) -> dict[int, list[Evidence]]:
    """Return the documents of some credentials by the credentials' ids, the oldest first; none of those that have none."""
    rows = session.exec(select(Evidence).where(col(Evidence.credential_id).in_(ids)).order_by(col(Evidence.id))).all()
    found: dict[int, list[Evidence]] = {}
    for row in rows:
        if row.credential_id is not None:
            found.setdefault(row.credential_id, []).append(row)
    return found


def has_seen(
    session: Session,
    *,
    actor_id: int,
    since: datetime | None,
    claim_id: int | None = None,
    credential_id: int | None = None,
    kind: EvidenceKind | None = None,
) -> bool:
    """Say whether somebody has opened a document of a claim or credential that is still here: the log knows.

    Args:
        since: Looks before this do not count; without a moment none does.
        kind: Of this kind alone.
    """
    papers = select(Evidence.id).where(subject(claim_id=claim_id, credential_id=credential_id))
    ids = session.exec(papers if kind is None else papers.where(Evidence.kind == kind)).all()
    seen = (
        AuditEntry.action == rules.SEEN,
        AuditEntry.actor_id == actor_id,
        col(AuditEntry.subject).in_([f"evidence:{one}" for one in ids]),
    )
    if since is None:
        return False
    return session.exec(select(AuditEntry.id).where(*seen, col(AuditEntry.created_at) >= since).limit(1)).first() is not None


def load(session: Session, evidence_id: int) -> Evidence:
    """Return one document without its bytes.

    Raises:
        NotFound: when there is none.
    """
    found = session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(_("This document is no more."))
    return found


def shown(session: Session, evidence_id: int) -> Shown:
    """Return one document as staff sees it before it is opened.

    Raises:
        NotFound: when there is none.
    """
    evidence = load(session, evidence_id)
    profile_id, involved = _case(session, evidence)
    profile = session.get(Profile, profile_id) if profile_id else None
    user = session.get(User, evidence.user_id) if evidence.user_id else None
    return Shown(
        evidence=evidence,
        profile_id=profile_id,
        concerned=frozenset(id_ for id_ in (*involved, evidence.user_id) if id_ is not None),
        profile_name=profile.name if profile else "",
        shown_by=user.display_name if user else "",
        has_bytes=session.exec(select(EvidenceBlob.evidence_id).where(EvidenceBlob.evidence_id == evidence_id)).first() is not None,
    )


def _case(session: Session, evidence: Evidence) -> tuple[int | None, tuple[int | None, ...]]:
    """Return the profile that a document concerns, and who is a side of its case."""
    if evidence.claim_id:
        claim = session.get_one(Claim, evidence.claim_id)
        return claim.profile_id, (claim.user_id,)
    if evidence.credential_id:
        credential = session.get_one(Credential, evidence.credential_id)
        return credential.profile_id, (credential.stated_by_id,)
    dispute = session.get_one(Dispute, evidence.dispute_id)
    author = session.exec(select(Review.author_id).where(Review.id == dispute.review_id)).first()
    return dispute.profile_id, (dispute.user_id, author)


def by_key(session: Session) -> dict[str, int]:
    """Return how many documents each key seals, of those whose bytes are here."""
    with_bytes = select(Evidence.key_id, func.count()).join(EvidenceBlob, col(EvidenceBlob.evidence_id) == col(Evidence.id))
    return dict(session.exec(with_bytes.group_by(col(Evidence.key_id)).order_by(col(Evidence.key_id))).all())


def under_other_keys(session: Session, current: str) -> int:
    """Return how many documents another key than the current one seals."""
    return sum(number for key_id, number in by_key(session).items() if key_id != current)


def without_bytes(session: Session) -> int:
    """Return how many documents there are of which only the row is left."""
    bytes_here = select(EvidenceBlob.evidence_id).where(col(EvidenceBlob.evidence_id) == col(Evidence.id)).exists()
    return session.exec(select(func.count()).select_from(Evidence).where(~bytes_here)).one()
