"""Keeping documents: sealed, bound to their row, read with a line in the log, and let go."""

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from directory.core import clock
from directory.core.errors import CannotOpen, NotFound, Refused
from directory.core.i18n import _
from directory.evidence import queries, rules
from directory.evidence.keys import KeyRing
from directory.evidence.rules import Document
from directory.models.evidence import Evidence, EvidenceBlob, EvidenceKind
from directory.models.moderation import AuditEntry


def store(
    session: Session,
    *,
    keys: KeyRing,
    document: Document,
    kind: EvidenceKind,
    user_id: int,
    claim_id: int | None = None,
    credential_id: int | None = None,
    dispute_id: int | None = None,
) -> Evidence:
    """Seal and keep one document of exactly one claim, credential or dispute.

    Args:
        session: One that writes.
        keys: The store's keys: `web.evidence.keyring()`.
        document: What `rules.clean` returned, before the transaction: `form.document.data` of a form with a `DocumentField`.
        kind: What it is said to be.
        user_id: Who shows it.
        claim_id: What it is for, or `credential_id`, or `dispute_id`: one of the three. The caller holds its row locked,
            so that two at once are not one too many.

    Raises:
        Refused: when there are five already; blames the field `document`.
    """
    subject = queries.subject(claim_id=claim_id, credential_id=credential_id, dispute_id=dispute_id)
    if session.exec(select(func.count()).select_from(Evidence).where(subject)).one() >= rules.MAX_COUNT:
        raise Refused(_("Five documents are the most that one case can have, and five were sent."), field="document")
    evidence = Evidence(
        **{"claim_id": claim_id, "credential_id": credential_id, "dispute_id": dispute_id, "user_id": user_id},
        **{"kind": kind, "file_name": document.file_name, "media_type": document.media_type, "size": document.size},
        **{"key_id": keys.current, "created_at": clock.now()},
    )
    session.add(evidence)
    session.flush()
    evidence.key_id, sealed = keys.seal(document.data, bound=bound(evidence))
    session.add(EvidenceBlob(evidence_id=evidence.id, sealed=sealed))
    session.flush()
    return evidence


def read(session: Session, *, keys: KeyRing, evidence_id: int, actor_id: int) -> bytes:
    """Open a document for somebody of the staff, and write down that they saw it.

    Raises:
        NotFound: when there is no such document, or its bytes are not here (a restored backup has none).
        CannotOpen: when its key is not here, or the bytes belong to another document.
    """
    evidence, blob = session.get(Evidence, evidence_id), session.get(EvidenceBlob, evidence_id)
    if evidence is None:
        raise NotFound(_("This document is no more."))
    if blob is None:
        raise NotFound(_("This document is not in the backup that this site was restored from. Ask for it again."))
    data = keys.open(blob.sealed, key_id=evidence.key_id, bound=bound(evidence))
    entry = AuditEntry(actor_id=actor_id, action=queries.SEEN, subject=f"evidence:{evidence_id}", created_at=clock.now())
    session.add(entry)
    session.flush()
    return data


def release(session: Session, *, claim_id: int | None = None, credential_id: int | None = None, dispute_id: int | None = None) -> None:
    """Let the documents of a case go 30 days from now: it was decided, ran out or was taken back. A day that is set stays."""
    subject = queries.subject(claim_id=claim_id, credential_id=credential_id, dispute_id=dispute_id)
    let_go = update(Evidence).where(subject, col(Evidence.purge_at).is_(None)).values(purge_at=clock.now() + rules.KEPT)
    session.execute(let_go)


def discard(session: Session, *, evidence_id: int) -> None:
    """Delete one document and its bytes at once. Whether whoever asks may do that, the caller has looked at."""
    session.execute(delete(EvidenceBlob).where(col(EvidenceBlob.evidence_id) == evidence_id))
    session.execute(delete(Evidence).where(col(Evidence.id) == evidence_id))


def bound(evidence: Evidence) -> bytes:
    """Return what the bytes are sealed together with: in another row, or under another type, they do not open."""
    case = f"claim:{evidence.claim_id}/credential:{evidence.credential_id}/dispute:{evidence.dispute_id}"
    return f"evidence:{evidence.id}/{case}/{evidence.media_type}".encode()


@dataclass(frozen=True)
class Resealed:
    """What became of some documents.

    Args:
        last: The number of the last of them: where to go on.
        done: How many the current key seals now.
        unopened: How many could not be opened, and are as they were.
    """

    last: int
    done: int
    unopened: int


def reseal(session: Session, *, keys: KeyRing, after: int, limit: int) -> Resealed | None:
    """Seal the next documents of other keys with the current one; None where there are no more behind the number `after`."""
    others = select(Evidence, EvidenceBlob).join(EvidenceBlob, col(EvidenceBlob.evidence_id) == col(Evidence.id))
    others = others.where(Evidence.key_id != keys.current, Evidence.id > after).order_by(col(Evidence.id)).limit(limit)
    found = session.exec(others.with_for_update()).all()
    if not found:
        return None
    done = 0
    for evidence, blob in found:
        try:
            data = keys.open(blob.sealed, key_id=evidence.key_id, bound=bound(evidence))
        except CannotOpen:
            continue
        evidence.key_id, blob.sealed = keys.seal(data, bound=bound(evidence))
        done += 1
    session.flush()
    return Resealed(found[-1][0].id, done, len(found) - done)
