"""Reads of replies: the one of a review, what it said before, which reviews wait for one, and what the guard must know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased, joinedload
from sqlmodel import Session, case, col, func, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.models.accounts import User
from directory.models.moderation import ReasonClass
from directory.models.profiles import Location, Organization, Practitioner, PractitionerRole, Profile
from directory.models.replies import Dispute, Reply, ReplyRevision, ReplyStatus
from directory.models.reviews import VISIBLE, Review
from directory.reviews import queries as reviews
from directory.reviews import reasons

PAGE_SIZE = 20


@dataclass(frozen=True)
class Own:
    """What is a profile's own, and may stand in its replies.

    Args:
        names: Of the profile, of its people or of the practices where the person works.
        phones: Its listed numbers.
        websites: Its listed website.
    """

    names: tuple[str, ...]
    phones: tuple[str, ...]
    websites: tuple[str, ...]


@dataclass(frozen=True)
class ToAnswer:
    """A review as those see it who act for its profile.

    Args:
        reply: What they answered, in whatever state, or None.
        is_disputed: Whether a dispute about it is open.
        was_decided: Whether a dispute about it was decided: another one cannot be filed.
    """

    review: Review
    author: str
    reply: Reply | None
    is_disputed: bool
    was_decided: bool

    @property
    def is_answered(self) -> bool:
        """Whether there is a reply in its place, shown or taken down."""
        return self.reply is not None and self.reply.status is not ReplyStatus.WITHDRAWN


@dataclass(frozen=True)
class Version:
    """What a reply said, from when until when (None: it says so now); nothing where its words were taken out for privacy."""

    body: str
    since: datetime
    until: datetime | None


def of_review(session: Session, review_id: int) -> Reply | None:
    """Return the reply to a review in whatever state, or None."""
    return session.exec(select(Reply).where(Reply.review_id == review_id)).first()


def by_id(session: Session, reply_id: int) -> Reply:
    """Return a reply that readers see.

    Raises:
        NotFound: when there is none, or none that is shown, or its review is not.
    """
    joined = select(Reply).join(Review, col(Review.id) == col(Reply.review_id))
    found = session.exec(joined.where(Reply.id == reply_id, Reply.status == ReplyStatus.VISIBLE, col(Review.status).in_(VISIBLE))).first()
    if found is None:
        raise NotFound(_("This reply is not here any more."))
    return found


def history(session: Session, review_id: int) -> tuple[Reply, Sequence[Version]]:
    """Return the shown reply to a review and everything that it has said, the newest first.

    Raises:
        NotFound: when readers see none.
    """
    reply = of_review(session, review_id)
    if reply is None:
        raise NotFound(_("This reply is not here any more."))
    by_id(session, reply.id)
    earlier = session.exec(
        select(ReplyRevision)
        .where(ReplyRevision.reply_id == reply.id)
        .order_by(col(ReplyRevision.replaced_at).desc(), col(ReplyRevision.id).desc())
    ).all()
    now = Version(reply.body, reply.edited_at or reply.created_at, None)
    return reply, [now, *(Version(row.body, row.written_at, row.replaced_at) for row in earlier)]


def bodies(session: Session, review_id: int) -> Sequence[str]:
    """Return what the reply to a review says and said before, without words that were taken out; nothing where none is shown."""
    reply = of_review(session, review_id)
    if reply is None or reply.status is not ReplyStatus.VISIBLE:
        return []
    earlier = session.exec(select(ReplyRevision.body).where(ReplyRevision.reply_id == reply.id, ReplyRevision.body != "")).all()
    return [reply.body, *earlier]


def to_answer(session: Session, profile: Profile, *, number: int = 1) -> Page[ToAnswer]:
    """Return one page of a profile's shown reviews, those without a reply first, then the newest, in two SELECTs.

    Raises:
        NotFound: when the list has no such page.
    """
    shown = (Review.profile_id == profile.id, col(Review.status).in_(VISIBLE))
    answered = case((col(Reply.id).is_(None), 0), (col(Reply.status) == ReplyStatus.WITHDRAWN, 0), else_=1)
    earlier = aliased(Dispute)
    decided = select(earlier.id).where(earlier.review_id == col(Review.id), col(earlier.outcome).is_not(None)).exists()
    statement = (
        select(Review, Reply, col(Dispute.id), decided)
        .outerjoin(Reply, col(Reply.review_id) == col(Review.id))
        .outerjoin(Dispute, (col(Dispute.review_id) == col(Review.id)) & reviews.is_open())
        .where(*shown)
        .options(joinedload(Review.author).load_only(User.display_name))
        .order_by(answered, col(Review.published_at).desc(), col(Review.id).desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    total = session.exec(select(func.count()).where(*shown)).one()
    rows = [
        ToAnswer(review, reviews.author_of(review), reply, dispute is not None, was_decided)
        for review, reply, dispute, was_decided in session.execute(statement).all()
    ]
    page = Page(rows, number, PAGE_SIZE, total)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def waiting(session: Session, profile_id: int) -> int:
    """Return how many of a profile's shown reviews have no reply."""
    without = (col(Reply.id).is_(None)) | (col(Reply.status) == ReplyStatus.WITHDRAWN)
    joined = select(func.count(col(Review.id))).outerjoin(Reply, col(Reply.review_id) == col(Review.id))
    return session.exec(joined.where(Review.profile_id == profile_id, col(Review.status).in_(VISIBLE), without)).one()


def own(session: Session, profile: Profile) -> Own:
    """Return what is a profile's own: its names, its listed numbers and its website."""
    person = session.exec(select(Practitioner).where(Practitioner.profile_id == profile.id)).first()
    practice = session.exec(select(Organization).where(Organization.profile_id == profile.id)).first()
    phones = session.exec(select(Location.phone).where(Location.profile_id == profile.id)).all()
    roles = (
        select(Profile.name)
        .join(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .join(PractitionerRole, col(PractitionerRole.practitioner_id) == col(Practitioner.id))
        .join(Organization, col(Organization.id) == col(PractitionerRole.organization_id))
        .where(Organization.profile_id == profile.id)
    )
    names = [profile.name, *session.exec(roles).all()]
    names += [f"{person.given_name} {person.family_name}"] if person is not None else []
    names += [practice.legal_name] if practice is not None else []
    websites = [row.website for row in (person, practice) if row is not None]
    return Own(tuple(filter(None, names)), tuple(filter(None, phones)), tuple(filter(None, websites)))


def removed(session: Session) -> Sequence[reviews.Removed]:
    """Return how many replies were taken down, by class of reason, those to made-up reviews left out; the most frequent first."""
    statement = (
        select(Reply.removed_for, func.count())
        .join(Review, col(Review.id) == col(Reply.review_id))
        .where(Reply.status == ReplyStatus.REMOVED, col(Review.is_sample).is_(False))
        .group_by(col(Reply.removed_for))
        .order_by(func.count().desc(), col(Reply.removed_for))
    )
    return [reviews.Removed(str(reasons.LABELS[ReasonClass(reason)]), count) for reason, count in session.exec(statement).all()]
