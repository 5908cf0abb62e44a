"""Which documents there are; their bytes are read by the service alone."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.evidence import Evidence


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


def load(session: Session, evidence_id: int) -> Evidence:
    """Return one document without its bytes.

    Raises:
        NotFound: when there is none.
    """
    found = session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(_("This document is no more."))
    return found
