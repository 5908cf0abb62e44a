"""Reads of reviews: a profile's numbers, its list, and what was taken down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select as wide_select
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.models.accounts import User
from directory.models.moderation import ReasonClass
from directory.models.profiles import Profile
from directory.models.replies import OPEN, Dispute, Reply, ReplyStatus
from directory.models.reviews import LIVE, VISIBLE, Review, ReviewStatus
from directory.models.treatments import Treatment
from directory.reviews import reasons, rules

#: Reviews on a page of the list, and on the profile's own page.
PAGE_SIZE = 20
SECTION_SIZE = 6


#: The states in which its author can see a review and take it back.
OWN = (*VISIBLE, ReviewStatus.AUTO_HOLD)


class Order(StrEnum):
    """How a list of reviews is ordered; never by default by what they say (T-5)."""

    NEWEST = "newest"
    OLDEST = "oldest"
    HIGHEST = "highest"
    LOWEST = "lowest"

    @classmethod
    def read(cls, text: str | None) -> "Order":
        """Read an order from a URL; whatever is no order is the newest first."""
        return cls(text) if text in set(cls) else cls.NEWEST


@dataclass(frozen=True)
class Summary:
    """What the published reviews of a profile add up to.

    Args:
        count: Published reviews.
        counts: How many gave 1, 2, 3, 4 and 5 stars.
        score_micro: The published, weighted score in millionths of a star.
        policy_version: The rules that made it.
    """

    count: int
    counts: tuple[int, int, int, int, int]
    score_micro: int
    policy_version: int

    @property
    def total(self) -> int:
        """Stars given in all."""
        return sum(stars * count for stars, count in enumerate(self.counts, 1))

    @property
    def is_shown(self) -> bool:
        """Whether there are enough reviews for a mean."""
        return self.count >= rules.MIN_SHOWN

    @property
    def mean(self) -> float | None:
        """The plain mean in stars; None while it is not shown."""
        return self.total / self.count if self.is_shown else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The likely range of the mean in stars; None under 10 reviews."""
        found = rules.interval(self.counts)
        return None if found is None else (found[0] / rules.MILLION, found[1] / rules.MILLION)

    @property
    def score(self) -> float:
        """The weighted score in stars."""
        return self.score_micro / rules.MILLION

    @property
    def start(self) -> float:
        """Where the weighted score starts, in stars."""
        return rules.PRIOR_SCORE / rules.MILLION

    @property
    def start_weight(self) -> int:
        """As if how many patients had given that."""
        return rules.PRIOR_WEIGHT


@dataclass(frozen=True)
class ShownReply:
    """The profile's answer to a review, or the stone in its place.

    Args:
        name: Of the profile.
        edited_at: When it was last changed; what it said before is readable.
        tombstone: The sentence that stands in place of a reply that was taken down; empty where it was not.
    """

    id: int
    name: str
    created_at: datetime
    edited_at: datetime | None
    paragraphs: tuple[str, ...]
    tombstone: str


@dataclass(frozen=True)
class Shown:
    """One review as readers see it."""

    id: int
    #: None: its author has left and took their name along.
    author_id: int | None
    author: str
    published_at: datetime
    overall: int
    title: str
    paragraphs: tuple[str, ...]
    treatment: str
    #: Of the treatment; the month stays private.
    year: str
    is_sample: bool
    reply: ShownReply | None = None
    #: Whether a dispute about it is open: it is shown and counted meanwhile.
    is_disputed: bool = False


@dataclass(frozen=True)
class Removed:
    """How many reviews were taken down for one class of reason."""

    reason: str
    count: int


@dataclass(frozen=True)
class Section:
    """The reviews on a profile's page: what `reviews/_section.html` shows."""

    summary: Summary
    page: Page[Shown]
    removed: Sequence[Removed]


def summary(profile: Profile) -> Summary:
    """Return the numbers of a profile; asks no database."""
    counts = (profile.stars_1, profile.stars_2, profile.stars_3, profile.stars_4, profile.stars_5)
    return Summary(profile.review_count, counts, profile.score_micro, profile.policy_version)


def section(session: Session, profile: Profile) -> Section:
    """Return the reviews on a profile's page, newest first, in two SELECTs."""
    return Section(summary(profile), published(session, profile, size=SECTION_SIZE), removed(session, profile_id=profile.id))


def published(session: Session, profile: Profile, *, number: int = 1, order: Order = Order.NEWEST, size: int = PAGE_SIZE) -> Page[Shown]:
    """Return one page of all published reviews of a profile, with author, treatment and reply, in one SELECT.

    Raises:
        NotFound: when the list has no such page.
    """
    statement = (
        wide_select(Review, Reply, col(Dispute.id))
        .outerjoin(Reply, col(Reply.review_id) == col(Review.id))
        .outerjoin(Dispute, (col(Dispute.review_id) == col(Review.id)) & is_open())
        .where(*_shown_on(profile))
        .order_by(*_ORDERS[order])
        .limit(size)
        .offset((number - 1) * size)
        .options(
            joinedload(Review.author).load_only(User.display_name),
            joinedload(Review.treatment, innerjoin=True).load_only(Treatment.label),
        )
    )
    rows = session.execute(statement).all()
    page = Page([_as_shown(review, reply, dispute, profile) for review, reply, dispute in rows], number, size, profile.review_count)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def is_open() -> Any:
    """Return the condition of disputes that are open; a review has one of them at most."""
    return col(Dispute.status).in_(OPEN)


def by_id(session: Session, review_id: int) -> Review:
    """Return a review that readers see.

    Raises:
        NotFound: when there is none, or none that is shown.
    """
    found = session.exec(_with_author().where(Review.id == review_id, col(Review.status).in_(VISIBLE))).first()
    if found is None:
        raise NotFound(_("This review is not here any more."))
    return found


def shown_or_held(session: Session, review_id: int) -> Review:
    """Return a review that its author sees, whether readers do yet or not.

    Raises:
        NotFound: when there is none.
    """
    found = session.exec(_with_author().where(Review.id == review_id, col(Review.status).in_(OWN))).first()
    if found is None:
        raise NotFound(_("This review is not here any more."))
    return found


def live(session: Session, *, profile_id: int, author_id: int) -> Review | None:
    """Return the review of a profile by a person that stands in the way of another, or None."""
    mine = (Review.profile_id == profile_id, Review.author_id == author_id, col(Review.status).in_(LIVE))
    return session.exec(select(Review).where(*mine)).first()


def author_of(review: Review) -> str:
    """Return the name that readers see as the author of a review that was loaded with its author."""
    return former() if review.author is None else review.author.display_name


def former() -> str:
    """Return what stands in place of the name of somebody who has left."""
    return _("Former member")


def of_author(session: Session, author_id: int, *, limit: int = 100) -> Sequence[tuple[Review, Profile]]:
    """Return what a person has written about whom, in every state, the newest first."""
    joined = select(Review, Profile).join(Profile, col(Review.profile_id) == col(Profile.id)).where(Review.author_id == author_id)
    return session.exec(joined.order_by(col(Review.created_at).desc(), col(Review.id).desc()).limit(limit)).all()


def profile_of(session: Session, review: Review) -> Profile:
    """Return the profile that a review is about."""
    return session.exec(select(Profile).where(Profile.id == review.profile_id)).one()


def removed(session: Session, *, profile_id: int | None = None) -> Sequence[Removed]:
    """Return how many reviews were taken down, by class of reason, of one profile or of all; the most frequent first.

    Sample reviews are made up and not counted when all are asked for.
    """
    mine = Review.profile_id == profile_id if profile_id is not None else col(Review.is_sample).is_(False)
    statement = (
        select(Review.removed_for, func.count())
        .where(Review.status == ReviewStatus.REMOVED, mine)
        .group_by(col(Review.removed_for))
        .order_by(func.count().desc(), col(Review.removed_for))
    )
    return [Removed(str(reasons.LABELS[ReasonClass(reason)]), count) for reason, count in session.exec(statement).all()]


def recount(session: Session, profile: Profile) -> tuple[Summary, datetime | None]:
    """Count the published reviews of a profile from their rows.

    Returns:
        What they add up to, and when the newest was published.
    """
    statement = select(Review.overall, func.count(), func.max(Review.published_at)).where(*_shown_on(profile)).group_by(col(Review.overall))
    found = {stars: (count, newest) for stars, count, newest in session.exec(statement).all()}
    one, two, three, four, five = (found.get(stars, (0, None))[0] for stars in range(1, 6))
    total = one + 2 * two + 3 * three + 4 * four + 5 * five
    count = one + two + three + four + five
    newest = max((newest for _count, newest in found.values() if newest is not None), default=None)
    return Summary(count, (one, two, three, four, five), rules.weighted(total, count), rules.POLICY_VERSION), newest


def drifted(session: Session, *, limit: int = 100) -> list[int]:
    """Return the ids of profiles whose stored numbers are not those of their reviews: none, unless something is broken."""
    shown = (col(Review.status).in_(VISIBLE)) & ((col(Review.is_sample).is_(False)) | (col(Profile.is_sample).is_(True)))
    stored = (Profile.stars_1, Profile.stars_2, Profile.stars_3, Profile.stars_4, Profile.stars_5)
    differs = [column != func.count(col(Review.id)).filter(col(Review.overall) == stars) for stars, column in enumerate(stored, 1)]
    statement = (
        select(Profile.id)
        .outerjoin(Review, (col(Review.profile_id) == col(Profile.id)) & shown)
        .group_by(col(Profile.id), *stored)
        .having(or_(*differs))
        .order_by(col(Profile.id))
        .limit(limit)
    )
    return list(session.exec(statement).all())


def _shown_on(profile: Profile) -> tuple[Any, ...]:
    """Return what holds of the reviews shown and counted on a profile: made-up ones count on made-up profiles alone (T-6)."""
    visible = (Review.profile_id == profile.id, col(Review.status).in_(VISIBLE))
    return visible if profile.is_sample else (*visible, col(Review.is_sample).is_(False))


def _with_author() -> SelectOfScalar[Review]:
    return select(Review).options(joinedload(Review.author), joinedload(Review.treatment, innerjoin=True))


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in body.split("\n\n") if part.strip())


def _as_reply(reply: Reply | None, profile: Profile) -> ShownReply | None:
    if reply is None or reply.status is ReplyStatus.WITHDRAWN:
        return None
    stone = ""
    if reply.removed_for is not None:
        stone = _("A reply by the practice stood here. It was removed: %(reason)s.", reason=reasons.LABELS[reply.removed_for])
    return ShownReply(
        id=reply.id,
        name=profile.name,
        created_at=reply.created_at,
        edited_at=reply.edited_at,
        paragraphs=() if stone else _paragraphs(reply.body),
        tombstone=stone,
    )


def _as_shown(review: Review, reply: Reply | None, dispute: int | None, profile: Profile) -> Shown:
    return Shown(
        id=review.id,
        author_id=review.author_id,
        author=author_of(review),
        published_at=review.published_at or review.created_at,
        overall=review.overall,
        title=review.title,
        paragraphs=_paragraphs(review.body),
        treatment=review.treatment.label,
        year=review.month[:4],
        is_sample=review.is_sample,
        reply=_as_reply(reply, profile),
        is_disputed=dispute is not None,
    )


#: Each order is total: the id breaks every tie.
_ORDERS: Mapping[Order, tuple[Any, ...]] = {
    Order.NEWEST: (col(Review.published_at).desc(), col(Review.id).desc()),
    Order.OLDEST: (col(Review.published_at).asc(), col(Review.id).asc()),
    Order.HIGHEST: (col(Review.overall).desc(), col(Review.published_at).desc(), col(Review.id).desc()),
    Order.LOWEST: (col(Review.overall).asc(), col(Review.published_at).desc(), col(Review.id).desc()),
}
