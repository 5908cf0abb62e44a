"""Reads about people."""

from sqlmodel import Session, col, func, select

from directory.accounts import passwords, rules
from directory.accounts.trust import Writer
from directory.core import clock, tokens
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.accounts import AuthSession, User, UserStatus
from directory.models.comments import Comment, CommentStatus
from directory.models.reviews import VISIBLE, Review


def by_session_token(session: Session, token: str) -> User | None:
    """Return the person signed in with this token: one query; None when it is unknown, over, or the account is suspended."""
    live = (
        col(AuthSession.token_hash) == tokens.digest(token),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > clock.now(),
        col(User.status) == UserStatus.ACTIVE,
    )
    return session.exec(select(User).join(AuthSession, col(AuthSession.user_id) == col(User.id)).where(*live)).first()


def by_email(session: Session, email: str) -> User | None:
    """Return the account of an address however it is written, or None."""
    return session.exec(select(User).where(col(User.email_key) == rules.email_key(email))).first()


def existing_by_email(session: Session, email: str) -> User:
    """Return the account of an address.

    Raises:
        NotFound: when there is none. For the command line alone: no page may tell.
    """
    found = by_email(session, email)
    if found is None:
        raise NotFound(_("There is no account with the address %(email)s.", email=email))
    return found


def name_is_taken(session: Session, name: str, *, but: int = 0) -> bool:
    """Say whether an account other than `but` is shown under a name that looks like this one."""
    alike = (col(User.display_name_key) == rules.name_key(name), col(User.id) != but)
    return session.exec(select(User.id).where(*alike)).first() is not None


def sample_account_can_sign_in(session: Session) -> bool:
    """Say whether a made-up account has a password that somebody can type."""
    open_door = (col(User.is_sample), col(User.password_hash) != passwords.UNUSABLE, col(User.status) == UserStatus.ACTIVE)
    return session.exec(select(User.id).where(*open_door).limit(1)).first() is not None


def writer(session: Session, user_id: int) -> Writer:
    """Return what the rules of trust look at of somebody who writes: two counts by their number, never by stars.

    Raises:
        NotFound: when there is nobody of this number.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    reviews = select(func.count()).where(Review.author_id == user_id, col(Review.status).in_(VISIBLE))
    comments = select(func.count()).where(Comment.author_id == user_id, Comment.status == CommentStatus.VISIBLE)
    return Writer(user.created_at, session.exec(reviews).one() + session.exec(comments).one(), is_staff=user.is_moderator)
