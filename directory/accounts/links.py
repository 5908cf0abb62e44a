"""The secrets of mailed links: made when the mail is made, kept as digests, used once."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from directory.core import clock, tokens
from directory.core.errors import Gone
from directory.core.i18n import _
from directory.models.accounts import MailedToken, TokenPurpose, User, UserStatus

#: How long each kind of link works.
LIVES = {
    TokenPurpose.CONFIRM_EMAIL: timedelta(days=3),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
    TokenPurpose.RELEASE_EMAIL: timedelta(hours=24),
    TokenPurpose.TAKE_EMAIL: timedelta(hours=24),
}


def mint(session: Session, *, user: User, purpose: TokenPurpose, next_path: str = "/", browser_hash: str = "") -> str:
    """Make the secret of a link for the mail that is being written, and return it: nothing else knows it.

    A new link for a password ends the ones before it. Confirmations stay: whichever mail is opened works.

    Args:
        session: One that writes; best the one that holds the mail's job.
        user: Who gets the mail.
        purpose: What the link is for.
        next_path: Where it leads on to.
        browser_hash: See `MailedToken`.
    """
    token, moment = tokens.new_token(), clock.now()
    if purpose is TokenPurpose.RESET_PASSWORD:
        unused = (col(MailedToken.user_id) == user.id, col(MailedToken.purpose) == purpose, col(MailedToken.used_at).is_(None))
        session.execute(delete(MailedToken).where(*unused))
    session.add(
        MailedToken(
            token_hash=tokens.digest(token),
            user_id=user.id,
            purpose=purpose,
            email_key=user.email_key,
            password_version=user.password_version,
            created_at=moment,
            expires_at=moment + LIVES[purpose],
            next_path=next_path,
            browser_hash=browser_hash,
        )
    )
    return token


def find(session: Session, *, token: str, purpose: TokenPurpose) -> tuple[MailedToken, User] | None:
    """Return a link that still works and whose it is, without using it; None when it is unknown, used, over or overtaken.

    Overtaken means that the address or the password has changed since, or that the account was suspended.
    """
    live = (
        col(MailedToken.token_hash) == tokens.digest(token),
        col(MailedToken.purpose) == purpose,
        col(MailedToken.used_at).is_(None),
        col(MailedToken.expires_at) > clock.now(),
        col(MailedToken.email_key) == col(User.email_key),
        col(MailedToken.password_version) == col(User.password_version),
        col(User.status) == UserStatus.ACTIVE,
    )
    return session.exec(select(MailedToken, User).join(User, col(MailedToken.user_id) == col(User.id)).where(*live)).first()


def use(session: Session, *, token: str, purpose: TokenPurpose) -> tuple[MailedToken, User]:
    """Use a link up and return it and whose it is. Of two at the same time one succeeds.

    Raises:
        Gone: when it works no longer.
    """
    found = find(session, token=token, purpose=purpose)
    if found is not None:
        mine = (col(MailedToken.id) == found[0].id, col(MailedToken.used_at).is_(None))
        if session.execute(update(MailedToken).where(*mine).values(used_at=clock.now())).rowcount == 1:  # type: ignore[attr-defined]
            return found[0], found[1]
    raise Gone(_("This link works no longer: it was used, it is too old, or a newer one was sent."))
