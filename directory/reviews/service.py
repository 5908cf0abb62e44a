"""Writing reviews: publish or hold, amend, release, withdraw, take down, put back; and the recount that belongs to each."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from directory import outbox
from directory.accounts import making, memberships, trust
from directory.accounts import queries as accounts
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.moderation import HoldReason, ReasonClass
from directory.models.profiles import Profile
from directory.models.reviews import VISIBLE, Review, ReviewStatus
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.reviews import disputed, queries, rules
from directory.treatments import queries as treatments


def submit(
    session: Session,
    *,
    profile_id: int,
    author_id: int,
    overall: int,
    treatment: str,
    month: str,
    body: str,
    own_experience: bool,
    title: str = "",
    suspicion: HoldReason | None = None,
) -> Review:
    """Publish a patient's review at once, whatever its stars, and recount the profile's rating; or hold it for a moderator's look.

    Args:
        overall: Stars, 1 to 5.
        treatment: The code of a treatment.
        month: Of the treatment, as typed: see `rules.month`.
        own_experience: The declaration that it is the author's own, or of somebody in their care (T-1).
        suspicion: What the request gave away; see `trust.hold`, which never asks for the stars.

    Raises:
        Refused: without stars or the declaration, when the month is none, when the author has a live review of this profile,
            or has written too many today.
        NotFound: when there is no such profile or treatment.
        NotAllowed: when the author acts for the profile (T-3).
    """
    making.author(session, author_id)
    profile = profiles.lock(session, profile_id)  # before the insert: a recount must see every review that came before it
    if memberships.role_of(session, user_id=author_id, profile_id=profile.id) is not None:
        raise NotAllowed(_("You act for this profile, so you cannot review it."))
    if not 1 <= overall <= 5:
        raise Refused(_("Choose one of the five ratings."), field="overall")
    if not own_experience:
        raise Refused(_("Please confirm that this is your own experience."), field="own_experience")
    writer, moment = accounts.writer(session, author_id), clock.now()
    _refuse_flood(session, author_id, most=trust.A_DAY[writer.trust(moment)].reviews)
    held_for = trust.hold(writer, title, body, now=moment, suspicion=suspicion)
    review = Review(
        profile_id=profile.id,
        author_id=author_id,
        treatment_id=treatments.by_code(session, treatment).id,
        month=rules.month(month, today=moment.date()),
        overall=overall,
        title=title,
        body=body,
        own_experience=own_experience,
        status=ReviewStatus.AUTO_HOLD if held_for else ReviewStatus.PUBLISHED,
        held_for=held_for,
        created_at=moment,
        published_at=None if held_for else moment,
    )
    try:
        with session.begin_nested():  # a double click loses only this insert
            session.add(review)
    except IntegrityError as error:
        raise Refused(_("You have already reviewed this profile. Withdraw that review to write another.")) from error
    refresh_rating(session, profile)
    if held_for is None:
        _tell(session, review)
    return review


def withdraw(session: Session, *, review_id: int, author_id: int) -> Review:
    """Take back one's own review for good: its words are deleted, its stars no longer count.

    Raises:
        NotFound: when there is none that is shown or held, and also when it is somebody else's.
    """
    review, profile = lock(session, review_id)
    if review.author_id != author_id or review.status not in queries.OWN:
        raise NotFound(_("This review is not here any more."))
    review.status = ReviewStatus.WITHDRAWN_BY_AUTHOR
    review.title = review.body = ""
    disputed.close(session, review_id)
    refresh_rating(session, profile)
    return review


def amend(
    session: Session, *, review_id: int, author_id: int, overall: int, title: str, body: str, suspicion: HoldReason | None = None
) -> Review:
    """Change one's own review while it is disputed; what is new in it is held like a new review, and its day stays.

    Raises:
        Refused: when it is not disputed, or without stars.
        NotFound: when it is not shown or held, and also when it is somebody else's.
    """
    making.author(session, author_id)
    review, profile = lock(session, review_id)
    if review.author_id != author_id or review.status not in queries.OWN:
        raise NotFound(_("This review is not here any more."))
    if not disputed.is_open(session, review_id):
        raise Refused(_("Nobody disputes this review any more. Nothing was changed."))
    if not 1 <= overall <= 5:
        raise Refused(_("Choose one of the five ratings."), field="overall")
    held_for = None
    if (title, body) != (review.title, review.body):
        held_for = trust.hold(accounts.writer(session, author_id), title, body, now=clock.now(), suspicion=suspicion)
    review.overall, review.title, review.body = overall, title, body
    if held_for is not None:
        review.status, review.held_for = ReviewStatus.AUTO_HOLD, held_for
    refresh_rating(session, profile)
    return review


def mark_disputed(session: Session, *, review_id: int, is_disputed: bool) -> None:
    """Say of a shown review that its profile disputes it, or that this is over. It is shown and counted either way.

    One whose author has left keeps the state that says so. The caller holds its lock.
    """
    review = session.get_one(Review, review_id)
    was, becomes = (ReviewStatus.PUBLISHED, ReviewStatus.DISPUTED) if is_disputed else (ReviewStatus.DISPUTED, ReviewStatus.PUBLISHED)
    if review.status is was:
        review.status = becomes
        session.flush()


def hide(session: Session, *, review_id: int, reason: ReasonClass) -> Review:
    """Take a review down; the row is kept and counted among the removed ones.

    Raises:
        NotFound: when there is no such review.
        Refused: when it is neither shown nor held.
    """
    review, profile = lock(session, review_id)
    if review.status not in (*VISIBLE, ReviewStatus.AUTO_HOLD):
        raise Refused(_("This review is not shown any more: somebody else has decided, or its author took it back."))
    review.status = ReviewStatus.REMOVED
    review.removed_for = reason
    disputed.close(session, review_id)
    refresh_rating(session, profile)
    return review


def restore(session: Session, *, review_id: int) -> Review:
    """Put a review back that was taken down; it keeps its day, and stays without a name where its author has left.

    Raises:
        NotFound: when there is no such review.
        Refused: when it was not taken down.
    """
    review, profile = lock(session, review_id)
    if review.status is not ReviewStatus.REMOVED:
        raise Refused(_("This review is not among the removed ones."))
    if not review.body:
        raise Refused(_("Its author has taken its words back since. There is nothing to show."))
    review.status = ReviewStatus.PUBLISHED if review.author_id is not None else ReviewStatus.ANONYMISED
    review.removed_for = None
    _publish(session, review)
    disputed.close(session, review_id)
    refresh_rating(session, profile)
    return review


def release(session: Session, *, review_id: int) -> Review:
    """Publish a review that was held; it counts from now on.

    Raises:
        NotFound: when there is no such review.
        Refused: when it is not held.
    """
    review, profile = lock(session, review_id)
    if review.status is not ReviewStatus.AUTO_HOLD:
        raise Refused(_("This review does not wait any more: somebody else has decided, or its author took it back."))
    review.status = ReviewStatus.DISPUTED if disputed.is_open(session, review_id) else ReviewStatus.PUBLISHED
    _publish(session, review)
    refresh_rating(session, profile)
    return review


def lock(session: Session, review_id: int) -> tuple[Review, Profile]:
    """Lock a review's profile, then the review, and return both as they stand now.

    Raises:
        NotFound: when there is no such review.
    """
    profile_id = session.exec(select(Review.profile_id).where(Review.id == review_id)).first()
    if profile_id is None:
        raise NotFound(_("This review is not here any more."))
    profile = profiles.lock(session, profile_id)
    statement = select(Review).where(Review.id == review_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one(), profile


def refresh_rating(session: Session, profile: Profile) -> None:
    """Count a profile's published reviews anew, from their rows, and have its search entry made anew.

    The caller holds the lock of the profile's row.
    """
    session.flush()  # the rows must say what the caller has just changed
    found, newest = queries.recount(session, profile)
    profile.review_count = found.count
    profile.stars_1, profile.stars_2, profile.stars_3, profile.stars_4, profile.stars_5 = found.counts
    profile.mean_micro = rules.mean_micro(found.total, found.count)
    profile.score_micro = found.score_micro
    profile.policy_version = found.policy_version
    profile.newest_review_at = newest
    session.add(profile)
    session.flush()
    outbox.enqueue(session, "search.profile_changed", key=f"search.profile_changed:{profile.id}", profile_id=profile.id)


def _publish(session: Session, review: Review) -> None:
    """Give a review its day where it has none yet: it is shown for the first time, and those who act for its profile are told."""
    if review.published_at is None:
        review.published_at = clock.now()
        _tell(session, review)


def _tell(session: Session, review: Review) -> None:
    """Tell everybody who acts for the profile, in one mail each, whatever the stars."""
    for user_id in memberships.who_acts(session, review.profile_id):
        mail.review_arrived(session, review_id=review.id, user_id=user_id)


def _refuse_flood(session: Session, author_id: int, *, most: int) -> None:
    since = clock.now() - timedelta(days=1)
    written = session.exec(select(func.count()).where(Review.author_id == author_id, col(Review.created_at) > since)).one()
    if written >= most:
        raise Refused(_("You have written %(count)s reviews since yesterday. Please come back tomorrow.", count=written))
