"""T-3: nobody reviews what they act for. Whoever begins to act for a profile that they reviewed is labelled for the moderators."""

from sqlmodel import Session, col, select

from directory.core import clock
from directory.core.i18n import _
from directory.models.moderation import Report, ReportKind, ReportStatus
from directory.models.reviews import LIVE, Review, ReviewStatus


def label(session: Session, *, user_id: int, profile_id: int) -> int:
    """Put a person's own reviews of a profile into the moderators' queue, each once; return how many.

    They are neither held nor hidden: whether a review tells of a treatment from before is for a moderator to say. The
    owners of the profile learn nothing of it.
    """
    theirs = (Review.author_id == user_id, Review.profile_id == profile_id)
    live = tuple(status for status in LIVE if status is not ReviewStatus.REMOVED)
    found = session.exec(select(Review.id).where(*theirs, col(Review.status).in_(live)).order_by(col(Review.id))).all()
    waiting = (col(Report.review_id).in_(found), Report.reporter_email == "", Report.status == ReportStatus.OPEN)
    known = set(session.exec(select(Report.review_id).where(*waiting)).all())
    text = _("The author of this review acts for the profile now. Nobody reported it: the site noticed. Does the review still stand?")
    new = [number for number in found if number not in known]
    session.add_all(
        Report(review_id=number, kind=ReportKind.NOT_A_PATIENT, text=text, reporter_email="", created_at=clock.now()) for number in new
    )
    return len(new)
