"""Reads about people."""

from sqlmodel import Session, col, select

from directory.core import clock, tokens
from directory.models.accounts import AuthSession, User, UserStatus


def by_session_token(session: Session, token: str) -> User | None:
    """Return the person signed in with this token: one query; None when it is unknown, over, or the account is suspended."""
    live = (
        col(AuthSession.token_hash) == tokens.digest(token),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > clock.now(),
        col(User.status) == UserStatus.ACTIVE,
    )
    return session.exec(select(User).join(AuthSession, col(AuthSession.user_id) == col(User.id)).where(*live)).first()
