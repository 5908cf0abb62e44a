"""Making the row of an account, with what its two unique keys say; and looking at it once more before it writes something."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from directory.accounts import queries, rules
from directory.core import clock
from directory.core.errors import NotAllowed, Refused
from directory.core.i18n import _
from directory.models.accounts import User


def insert(session: Session, *, email: str, display_name: str, password_hash: str, birth_year: int) -> User | None:
    """Insert a patient; return None where the address has an account.

    Which of the two unique keys stood in the way is asked in this order, so that a taken name is said of known and
    unknown addresses alike.

    Raises:
        Refused: when the name cannot be taken, or the address is none.
    """
    rules.check_name(display_name)
    user = User(
        email=rules.clean_email(email),
        email_key=rules.email_key(email),
        display_name=display_name,
        display_name_key=rules.name_key(display_name),
        password_hash=password_hash,
        birth_year=birth_year,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        refuse_taken(session, display_name)
        return None
    return user


def refuse_taken(session: Session, display_name: str) -> None:
    """Refuse a name that somebody is shown under.

    Raises:
        Refused: saying so.
    """
    if queries.name_is_taken(session, display_name):
        raise Refused(_("Somebody is shown under this name, or one that looks like it. Take another."), field="display_name")


def author(session: Session, user_id: int) -> User:
    """Lock whoever is about to write, before anything else is locked, and see that they still may.

    Between the page and the transaction they may have taken their consent back or been suspended: whoever does that locks the
    same row first.

    Raises:
        NotAllowed: when they may not.
    """
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or not user.is_active or not queries.has_consent(session, user_id):
        raise NotAllowed(_("Your account or your consent has changed a moment ago. Nothing was written."))
    return user
