"""What a person agreed to: its history, giving it, and taking it back with everything that rests on it (T-18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from directory.accounts import history
from directory.accounts import service as accounts
from directory.accounts.consents import HEALTH_DATA, TEXTS
from directory.accounts.history import NOWHERE, Whence
from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.models.accounts import Consent, EventKind
from directory.models.comments import Comment, CommentStatus
from directory.models.reviews import Review, ReviewStatus
from directory.profiles import service as profiles
from directory.reviews import service as reviews

#: What keeps its state when its words go: it is gone already, and counted for why.
_GONE_REVIEWS = (ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN_BY_AUTHOR)
_GONE_COMMENTS = (CommentStatus.REMOVED, CommentStatus.REJECTED, CommentStatus.DELETED_BY_AUTHOR)


@dataclass(frozen=True)
class Agreed:
    """One time that a person agreed.

    Args:
        text: What they agreed to, word for word; "" for a version that nobody can find any more.
        version: The version of the text.
        given_at: When.
        withdrawn_at: When they took it back; None while it holds.
    """

    text: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Written:
    """How much rests on the consent."""

    reviews: int
    comments: int


def agreed(session: Session, user_id: int) -> Sequence[Agreed]:
    """Return everything that a person agreed to, the newest first."""
    newest = (col(Consent.given_at).desc(), col(Consent.id).desc())
    rows = session.exec(select(Consent).where(Consent.user_id == user_id).order_by(*newest)).all()
    found = ((row, TEXTS.get((row.purpose, row.version))) for row in rows)
    return [Agreed(str(text.text) if text else "", row.version, row.given_at, row.withdrawn_at) for row, text in found]


def written(session: Session, user_id: int) -> Written:
    """Return how many reviews and comments of a person still have words."""
    reviewed = select(func.count()).where(Review.author_id == user_id, Review.body != "")
    commented = select(func.count()).where(Comment.author_id == user_id, Comment.body != "")
    return Written(session.exec(reviewed).one(), session.exec(commented).one())


def give(session: Session, *, user_id: int, version: str, whence: Whence = NOWHERE) -> None:
    """Write down that a person agrees to the present text; earlier rows stay as they are.

    Raises:
        Refused: when the text has changed since they read it. To agree twice is not refused: it holds once.
    """
    if version != HEALTH_DATA.version:
        raise Refused(_("This text has changed since you opened the page. Read it again, then tick it."), field="consent")
    row = Consent(user_id=user_id, purpose=HEALTH_DATA.purpose, version=version, given_at=clock.now())
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return
    history.record(session, user_id=user_id, kind=EventKind.CONSENT_GIVEN, whence=whence)


def withdraw(session: Session, *, user_id: int, whence: Whence = NOWHERE) -> None:
    """Take a person's consent back: the words of all that they wrote are deleted, and nothing of it is shown or counted.

    What a moderator removed stays counted as removed; its words go too.

    Raises:
        Refused: when nothing is agreed to.
    """
    accounts.load(session, user_id, lock=True)  # first of all: what is being written now is written before this, or not at all
    live = (col(Consent.user_id) == user_id, col(Consent.purpose) == HEALTH_DATA.purpose, col(Consent.withdrawn_at).is_(None))
    taken = session.execute(update(Consent).where(*live).values(withdrawn_at=clock.now()))
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Refused(_("You have not agreed to this, or you have taken it back already."))
    history.record(session, user_id=user_id, kind=EventKind.CONSENT_WITHDRAWN, whence=whence)
    about = select(Review.profile_id).where(Review.author_id == user_id).distinct().order_by(col(Review.profile_id))
    for profile_id in session.exec(about).all():  # in one order: two who take back at once never wait for each other in a circle
        _withdraw_reviews(session, user_id, profile_id)
    mine = col(Comment.author_id) == user_id
    shown = mine & col(Comment.status).not_in(_GONE_COMMENTS)
    session.execute(update(Comment).where(shown).values(status=CommentStatus.DELETED_BY_AUTHOR))
    session.execute(update(Comment).where(mine).values(body=""))


def _withdraw_reviews(session: Session, user_id: int, profile_id: int) -> None:
    profile = profiles.lock(session, profile_id)
    mine = (col(Review.author_id) == user_id) & (col(Review.profile_id) == profile_id)
    there = mine & col(Review.status).not_in(_GONE_REVIEWS)
    session.execute(update(Review).where(there).values(status=ReviewStatus.WITHDRAWN_BY_AUTHOR))
    session.execute(update(Review).where(mine).values(title="", body=""))
    reviews.refresh_rating(session, profile)
