"""Where a person is signed in, for themselves to see and to end."""

from sqlmodel import Session, col, select

from directory.accounts import history, rules, service
from directory.accounts.history import Whence
from directory.core import clock
from directory.core.errors import NotFound
from directory.models.accounts import AuthSession, EventKind, User


def live(session: Session, user: User) -> list[AuthSession]:
    """Return the sign-ins that still hold, the one last used first."""
    moment = clock.now()
    holds = (
        col(AuthSession.user_id) == user.id,
        col(AuthSession.awaits_factor).is_(False),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > moment,
        col(AuthSession.last_seen_at) > moment - rules.life_of(user.role).idle,
    )
    newest = (col(AuthSession.last_seen_at).desc(), col(AuthSession.id).desc())
    return list(session.exec(select(AuthSession).where(*holds).order_by(*newest)))


def one(session: Session, session_id: int) -> AuthSession:
    """Return a sign-in that was not ended yet.

    Raises:
        NotFound: when there is none of this id.
    """
    row = session.get(AuthSession, session_id)
    if row is None or row.revoked_at is not None or row.awaits_factor:
        raise NotFound
    return row


def end(session: Session, *, user_id: int, session_id: int, whence: Whence) -> None:
    """Sign a person out in one browser, by their own word."""
    service.close_one(session, user_id=user_id, session_id=session_id)
    history.record(session, user_id=user_id, kind=EventKind.SIGNED_OUT_ELSEWHERE, whence=whence)


def end_all(session: Session, *, user_id: int, but: int = 0, whence: Whence) -> None:
    """Sign a person out everywhere, by their own word, save in the sign-in of the id `but`."""
    service.close_all(session, user_id=user_id, but=but)
    history.record(session, user_id=user_id, kind=EventKind.SIGNED_OUT_ELSEWHERE, whence=whence)
