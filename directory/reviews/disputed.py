"""What an open dispute is to a review that comes or goes; all else about disputes stands in `directory/disputes/`."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from directory.evidence import service as evidence
from directory.models.replies import OPEN, Dispute, DisputeStatus


def is_open(session: Session, review_id: int) -> bool:
    """Say whether somebody disputes a review at present."""
    return session.exec(select(Dispute.id).where(Dispute.review_id == review_id, col(Dispute.status).in_(OPEN))).first() is not None


def close(session: Session, *review_ids: int) -> None:
    """Close what is disputed about reviews that were taken back, taken down or put back by themselves, and let its documents go.

    The caller holds the locks of the reviews: whoever decides on a dispute takes them first.
    """
    is_open = (col(Dispute.review_id).in_(review_ids), col(Dispute.status).in_(OPEN))
    for dispute_id in session.exec(select(Dispute.id).where(*is_open).order_by(col(Dispute.id))).all():
        evidence.release(session, dispute_id=dispute_id)
    closed = update(Dispute).where(*is_open).values(status=DisputeStatus.CLOSED)
    session.execute(closed.execution_options(synchronize_session="fetch"))
