"""Reads about people."""

from sqlalchemy import and_, bindparam, or_
from sqlmodel import Session, col, func, select

from directory.accounts import passwords, rules
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.trust import Writer
from directory.core import clock, tokens
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.accounts import AuthSession, Consent, User, UserStatus
from directory.models.comments import Comment, CommentStatus
from directory.models.factors import Passkey, TotpDevice
from directory.models.reviews import VISIBLE, Review

#: One question for both kinds.
_FACTORS = (
    select(col(Passkey.id))
    .where(col(Passkey.user_id) == bindparam("user_id"))
    .union_all(select(col(TotpDevice.id)).where(col(TotpDevice.user_id) == bindparam("user_id"), col(TotpDevice.confirmed_at).is_not(None)))
)


def by_session_token(session: Session, token: str, *, half: bool = False) -> tuple[AuthSession, User] | None:
    """Return the sign-in of this token and whose it is, in one query.

    None when it is unknown, over or idle for too long, or the account is suspended.

    Args:
        session: One that reads.
        token: From the cookie.
        half: Whether to look for a sign-in that waits for its second factor; such a one signs nobody in.
    """
    moment = clock.now()
    staff = (col(User.role).in_(rules.STAFF), col(AuthSession.last_seen_at) > moment - rules.STAFF_LIFE.idle)
    others = (col(User.role).not_in(rules.STAFF), col(AuthSession.last_seen_at) > moment - rules.LIFE.idle)
    live = (
        col(AuthSession.token_hash) == tokens.digest(token),
        col(AuthSession.awaits_factor).is_(half),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > moment,
        or_(and_(*staff), and_(*others)),
        col(User.status) == UserStatus.ACTIVE,
    )
    return session.exec(select(AuthSession, User).join(User, col(AuthSession.user_id) == col(User.id)).where(*live)).first()


def has_consent(session: Session, user_id: int) -> bool:
    """Say whether a person agrees to the use of health information in its present wording (T-18)."""
    agreed = (Consent.user_id == user_id, Consent.purpose == HEALTH_DATA.purpose, Consent.version == HEALTH_DATA.version)
    return session.exec(select(Consent.id).where(*agreed, col(Consent.withdrawn_at).is_(None))).first() is not None


def has_second_factor(session: Session, user_id: int) -> bool:
    """Say whether an account asks for a second factor: a passkey, or an authenticator app from which a code was typed once."""
    return session.execute(_FACTORS.limit(1), {"user_id": user_id}).first() is not None


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
