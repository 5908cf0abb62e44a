"""Another e-mail address: the present one lets the account go, the new one takes it, and only then it moves."""

from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.accounts import history, links, queries, rules, service
from directory.accounts.history import NOWHERE, Whence
from directory.core import clock
from directory.core.errors import Gone, Refused
from directory.core.i18n import _
from directory.models.accounts import EmailChange, EventKind, MailedToken, TokenPurpose, User
from directory.notifications import mail

#: The links of a change.
PURPOSES = (TokenPurpose.RELEASE_EMAIL, TokenPurpose.TAKE_EMAIL)


class Outcome(StrEnum):
    """What came of one address agreeing."""

    #: The other one has still to agree.
    WAITS = "waits"
    #: The account has moved.
    CHANGED = "changed"
    #: Somebody has made an account with the new address meanwhile: nothing has changed, and the change is off.
    TAKEN = "taken"


def pending(session: Session, user_id: int) -> EmailChange | None:
    """Return the change that a person asked for and that both addresses have not agreed to yet, or None."""
    mine = (col(EmailChange.user_id) == user_id, col(EmailChange.expires_at) > clock.now())
    return session.exec(select(EmailChange).where(*mine)).first()


def ask(session: Session, *, user_id: int, email: str, whence: Whence = NOWHERE) -> None:
    """Ask both addresses whether the account may move; a change asked for before ends, and so do its links.

    An address that was never shown to be theirs has nothing to let go of: then the new one alone is asked. Whether the new
    address has an account is looked at when its mail is written, so that nothing here tells.

    Raises:
        Refused: when it is no address, or the present one.
    """
    user = service.load(session, user_id, lock=True)
    address, key, moment = rules.clean_email(email), rules.email_key(email), clock.now()
    if key == user.email_key:
        raise Refused(_("That is the address of your account already."), field="email")
    forget(session, user_id)
    released = None if user.is_confirmed else moment
    ends = moment + links.LIVES[TokenPurpose.TAKE_EMAIL]
    row = EmailChange(user_id=user_id, email=address, email_key=key, requested_at=moment, expires_at=ends, released_at=released)
    session.add(row)
    history.record(session, user_id=user_id, kind=EventKind.EMAIL_CHANGE_ASKED, whence=whence)
    if released is None:
        mail.release_email(session, user_id=user_id)
    mail.take_email(session, user_id=user_id)


def forget(session: Session, user_id: int) -> None:
    """End a change that is under way, with its links; where there is none, do nothing."""
    session.execute(delete(EmailChange).where(col(EmailChange.user_id) == user_id))
    mine = (col(MailedToken.user_id) == user_id, col(MailedToken.purpose).in_(PURPOSES), col(MailedToken.used_at).is_(None))
    session.execute(delete(MailedToken).where(*mine))


def agree(session: Session, *, token: str, purpose: TokenPurpose, but: int = 0, whence: Whence = NOWHERE) -> tuple[Outcome, User]:
    """Take the word of one address; with the second the account moves, and every other sign-in ends.

    Args:
        session: One that writes.
        token: Of the mailed link.
        purpose: Which of the two links.
        but: The sign-in that may stay.
        whence: Where from.

    Raises:
        Gone: when the link works no longer.
    """
    _link, found = links.use(session, token=token, purpose=purpose)
    user, moment = service.load(session, found.id, lock=True), clock.now()
    mine = select(EmailChange).where(EmailChange.user_id == user.id).execution_options(populate_existing=True)
    change = session.exec(mine.with_for_update()).first()
    if change is None:  # called off a moment ago
        raise Gone(_("This change of address was called off."))
    if purpose is TokenPurpose.RELEASE_EMAIL:
        change.released_at = change.released_at or moment
    else:
        change.taken_at = change.taken_at or moment
    if change.released_at is None or change.taken_at is None:
        return Outcome.WAITS, user
    released = _release_link(session, user.id)
    moved = _move(session, user, change)
    forget(session, user.id)
    if not moved:
        return Outcome.TAKEN, user
    service.close_all(session, user_id=user.id, but=but)
    history.record(session, user_id=user.id, kind=EventKind.EMAIL_CHANGED, whence=whence)
    mail.email_changed(session, user_id=user.id)
    if released is not None:
        mail.email_left(session, link_id=released)
    return Outcome.CHANGED, user


def _move(session: Session, user: User, change: EmailChange) -> bool:
    """Give the account its new address; the unique key says whether somebody has it."""
    try:
        with session.begin_nested():
            user.email, user.email_key, user.email_confirmed_at = change.email, change.email_key, change.taken_at
    except IntegrityError:
        session.refresh(user)
        return False
    return True


def _release_link(session: Session, user_id: int) -> int | None:
    """Return the used link that holds the address which the account leaves: the mail to it is written after it is gone from the account."""
    mine = (
        col(MailedToken.user_id) == user_id,
        col(MailedToken.purpose) == TokenPurpose.RELEASE_EMAIL,
        col(MailedToken.used_at).is_not(None),
    )
    return session.exec(select(MailedToken.id).where(*mine).order_by(col(MailedToken.id).desc())).first()


def is_taken(session: Session, change: EmailChange) -> bool:
    """Say whether the new address of a change has an account, for the mail that is sent to it."""
    found = queries.by_email(session, change.email)
    return found is not None and found.id != change.user_id
