"""Reads of disputes: the one about a review, the queue of moderators (without stars, T-5), and the public numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import select as wide_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from directory.core import clock
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.disputes import rules
from directory.evidence import queries as evidence
from directory.models.accounts import User
from directory.models.evidence import Evidence
from directory.models.memberships import Membership
from directory.models.profiles import Profile
from directory.models.replies import OPEN, Dispute, DisputeOutcome, DisputeStatus
from directory.models.reviews import VISIBLE, Review, ReviewStatus
from directory.models.treatments import Treatment
from directory.moderation.rules import LATE
from directory.reviews import queries as reviews

PAGE_SIZE = 20
#: The states in which a moderator decides.
DECIDABLE = (DisputeStatus.ANSWERED, DisputeStatus.NO_ANSWER, DisputeStatus.REVIEWER_AMENDED, DisputeStatus.APPEALED)
#: The states in which the reviewer may still answer; late is better than never.
ANSWERABLE = (DisputeStatus.REVIEWER_NOTIFIED, DisputeStatus.NO_ANSWER)


@dataclass(frozen=True)
class Filed:
    """A dispute as moderators see it: both sides' words and the review's, never its stars.

    Args:
        treatment: What was done, as the review says.
        month: In which month, as it says, "2025-09".
        written_at: When it was written.
        member_since: Since when its author has an account; None where they have left.
        filer: Who filed it; "" where they have left.
        reviewer: The name that readers see.
        concerned: The people who may not decide on it themselves.
        is_late: Whether it waits longer for a decision than it should.
    """

    dispute: Dispute
    profile_id: int
    name: str
    slug: str
    title: str
    text: str
    treatment: str
    month: str
    written_at: datetime
    member_since: datetime | None
    is_shown: bool
    author_id: int | None
    filer: str
    reviewer: str
    concerned: frozenset[int]
    is_late: bool

    @property
    def is_decidable(self) -> bool:
        """Whether it waits for a moderator now."""
        return self.dispute.status in DECIDABLE

    @property
    def outcomes(self) -> tuple[DisputeOutcome, ...]:
        """How it may end: as changed only where the reviewer changed something."""
        was_amended = self.dispute.status is DisputeStatus.REVIEWER_AMENDED or self.dispute.outcome is DisputeOutcome.AMENDED
        left = DisputeOutcome.AMENDED if was_amended else DisputeOutcome.KEPT
        return (left, DisputeOutcome.REMOVED)


@dataclass(frozen=True)
class Papers:
    """What each side has shown in confidence, which the other never learns.

    Args:
        practice: Documents of those who act for the profile.
        reviewer: Documents of the review's author.
        neither: Documents of people who act for the profile no more, or whose review has lost its author.
    """

    practice: Sequence[Evidence]
    reviewer: Sequence[Evidence]
    neither: Sequence[Evidence]


@dataclass(frozen=True)
class OfMine:
    """The dispute about a review, on the page of its author.

    Args:
        may_appeal: Whether its author can.
    """

    dispute: Dispute
    may_appeal: bool

    @property
    def may_answer(self) -> bool:
        """Whether its author has not answered and still can."""
        return self.dispute.status in ANSWERABLE

    @property
    def appeal_until(self) -> datetime | None:
        """Until when its author can appeal, where they can."""
        return self.dispute.decided_at + rules.APPEAL_TIME if self.may_appeal and self.dispute.decided_at else None


@dataclass(frozen=True)
class Statistics:
    """What came of all disputes, for everybody to read.

    Args:
        open: Not decided yet.
        called_off: Taken back by the profile's side before a decision.
        closed: Ended without a decision: the review was taken back or taken down meanwhile.
        by_practices: Appeals by those who filed.
        by_reviewers: Appeals by reviewers.
        overturned: Appeals that were decided otherwise than before.
        median_days: From filing to the first decision; None while nothing was decided.
    """

    filed: int
    open: int
    called_off: int
    closed: int
    kept: int
    amended: int
    removed: int
    by_practices: int
    by_reviewers: int
    overturned: int
    median_days: float | None


def latest(session: Session, review_id: int) -> Dispute | None:
    """Return the newest dispute about a review, or None."""
    return session.exec(select(Dispute).where(Dispute.review_id == review_id).order_by(col(Dispute.id).desc())).first()


def disputed_review(session: Session, review_id: int, *, or_shown: bool = False) -> Review:
    """Return a review that is or was disputed, whether readers see it or not.

    Args:
        or_shown: Whether one that readers see will do, disputed or not.

    Raises:
        NotFound: when there is none.
    """
    review = session.get(Review, review_id)
    if review is None or not (latest(session, review_id) is not None or (or_shown and review.status in VISIBLE)):
        raise NotFound(_("This review is not here any more."))
    return review


def may_appeal(dispute: Dispute, review: Review, *, as_reviewer: bool) -> bool:
    """Say whether the side that a decision went against can appeal: once, in time, while the review is where the decision left it."""
    in_time = dispute.decided_at is not None and clock.now() - dispute.decided_at <= rules.APPEAL_TIME
    against_them = rules.is_against_reviewer(dispute.outcome) == as_reviewer
    as_decided = review.status is ReviewStatus.REMOVED if as_reviewer else review.status in VISIBLE
    return dispute.status is DisputeStatus.DECIDED and in_time and against_them and as_decided


def of_reviews(session: Session, reviews_of_author: Sequence[Review]) -> dict[int, OfMine]:
    """Return the newest dispute about each of an author's reviews by the reviews' ids, in one SELECT; none that ended undecided."""
    by_id = {review.id: review for review in reviews_of_author}
    statement = select(Dispute).where(col(Dispute.review_id).in_(by_id)).order_by(col(Dispute.id))
    newest = {dispute.review_id: dispute for dispute in session.exec(statement).all()}
    return {
        id_: OfMine(dispute, may_appeal(dispute, by_id[id_], as_reviewer=True))
        for id_, dispute in newest.items()
        if dispute.status in OPEN or dispute.outcome is not None
    }


def may_call_off(dispute: Dispute) -> bool:
    """Say whether the side that filed a dispute can take it back: while nothing was decided."""
    return dispute.status in OPEN and dispute.outcome is None


def papers(session: Session, dispute: Dispute, *, author_id: int | None) -> Papers:
    """Return the documents of a dispute by the side that showed them.

    The practice's are those alone of whoever filed it or acts for the profile now: what anybody else showed, its page never names.
    """
    acting = set(session.exec(select(Membership.user_id).where(Membership.profile_id == dispute.profile_id)).all()) | {dispute.user_id}
    found = evidence.of(session, dispute_id=dispute.id)
    reviewer = [one for one in found if author_id is not None and one.user_id == author_id]
    practice = [one for one in found if one.user_id in acting and one not in reviewer]
    return Papers(practice, reviewer, [one for one in found if one not in reviewer and one not in practice])


def left_to_file(session: Session, review_id: int) -> int:
    """Return how often disputes about a review can still be called off: with none left, none is filed either."""
    called_off = (Dispute.review_id == review_id, Dispute.status == DisputeStatus.CALLED_OFF)
    return rules.MAX_CALLED_OFF - session.exec(select(func.count()).where(*called_off)).one()


def by_id(session: Session, dispute_id: int) -> Filed:
    """Return a dispute for a moderator.

    Raises:
        NotFound: when there is none.
    """
    row = session.execute(_filed().where(col(Dispute.id) == dispute_id)).first()
    if row is None:
        raise NotFound(_("There is no dispute of this number."))
    return _as_filed(*row)


def queue(session: Session, *, number: int = 1) -> Page[Filed]:
    """Return one page of the disputes that wait for a moderator, the oldest first, in two SELECTs.

    Raises:
        NotFound: when the list has no such page.
    """
    waits = col(Dispute.status).in_(DECIDABLE)
    total = session.exec(waiting()).one()
    statement = _filed().where(waits).order_by(col(Dispute.created_at), col(Dispute.id)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    page = Page([_as_filed(*row) for row in session.execute(statement).all()], number, PAGE_SIZE, total)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def waiting() -> Any:
    """Return the statement that counts the disputes that wait for a moderator."""
    return select(func.count(col(Dispute.id))).where(col(Dispute.status).in_(DECIDABLE))


def statistics(session: Session) -> Statistics:
    """Return what came of all disputes about real reviews, in one SELECT."""
    columns = (Dispute.status, Dispute.outcome, Dispute.appeal_outcome, Dispute.created_at, Dispute.decided_at, Dispute.appealed_at)
    is_reviewers = col(Dispute.appellant_id) == col(Review.author_id)
    joined = wide_select(*columns, is_reviewers).join(Review, col(Review.id) == col(Dispute.review_id))  # type: ignore[call-overload]
    rows = session.execute(joined.where(col(Review.is_sample).is_(False))).all()
    ends = Counter(row.appeal_outcome or row.outcome for row in rows)
    days = [(row.decided_at - row.created_at).total_seconds() / 86400 for row in rows if row.decided_at is not None]
    appeals = [row for row in rows if row.appealed_at is not None]
    by_reviewers = sum(1 for row in appeals if row[-1])
    return Statistics(
        filed=len(rows),
        open=sum(1 for row in rows if row.status in OPEN),
        called_off=sum(1 for row in rows if row.status is DisputeStatus.CALLED_OFF),
        closed=sum(1 for row in rows if row.status is DisputeStatus.CLOSED and row.outcome is None),
        kept=ends[DisputeOutcome.KEPT],
        amended=ends[DisputeOutcome.AMENDED],
        removed=ends[DisputeOutcome.REMOVED],
        by_practices=len(appeals) - by_reviewers,
        by_reviewers=by_reviewers,
        overturned=sum(1 for row in appeals if row.appeal_outcome is not None and row.appeal_outcome is not row.outcome),
        median_days=round(median(days), 1) if days else None,
    )


def _filed() -> Any:
    filer = aliased(User)
    return (
        wide_select(Dispute, Review, Profile, User, col(filer.display_name), col(Treatment.label))
        .join(Review, col(Review.id) == col(Dispute.review_id))
        .join(Profile, col(Profile.id) == col(Dispute.profile_id))
        .join(Treatment, col(Treatment.id) == col(Review.treatment_id))
        .outerjoin(User, col(User.id) == col(Review.author_id))
        .outerjoin(filer, col(filer.id) == col(Dispute.user_id))
    )


def _as_filed(dispute: Dispute, review: Review, profile: Profile, author: User | None, filer: str | None, treatment: str) -> Filed:
    since: datetime = dispute.appealed_at or dispute.answered_at or dispute.answer_due_at
    return Filed(
        dispute=dispute,
        profile_id=profile.id,
        name=profile.name,
        slug=profile.slug,
        title=review.title,
        text=review.body,
        treatment=treatment,
        month=review.month,
        written_at=review.created_at,
        member_since=author.created_at if author is not None else None,
        author_id=review.author_id,
        is_shown=review.status in VISIBLE,
        filer=filer or "",
        reviewer=author.display_name if author is not None else reviews.former(),
        concerned=frozenset(id_ for id_ in (dispute.user_id, review.author_id, dispute.appellant_id) if id_ is not None),
        is_late=dispute.status in DECIDABLE and clock.now() - since > LATE,
    )
