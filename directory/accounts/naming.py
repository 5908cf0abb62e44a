"""The name that people are shown under: offered at first, changed now and then."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.accounts import history, pseudonyms, queries, rules, service
from directory.accounts.history import NOWHERE, Whence
from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.models.accounts import AccountEvent, EventKind

#: How often another name is tried before one that may be taken is offered.
TRIES = 5


def offer(session: Session) -> str:
    """Return a made-up name that nobody has at this moment."""
    offers = (pseudonyms.offer() for _try in range(TRIES))
    return next((name for name in offers if not queries.name_is_taken(session, name)), pseudonyms.offer())


def changes_left(session: Session, user_id: int) -> int:
    """Return how often a person may change their name within the present span."""
    return max(0, rules.NAME_CHANGES - len(_lately(session, user_id)))


def rename(session: Session, *, user_id: int, name: str, whence: Whence = NOWHERE) -> None:
    """Show a person under another name from now on, also beside what they wrote before.

    Raises:
        Refused: when the name cannot be taken, or was changed too often lately.
    """
    user = service.load(session, user_id, lock=True)
    if name == user.display_name:
        raise Refused(_("That is your name already."), field="display_name")
    rules.check_name(name)
    if len(_lately(session, user_id)) >= rules.NAME_CHANGES:
        message = _("You have changed your name %(times)d times in %(days)d days. Wait a while, then change it again.")
        raise Refused(message % {"times": rules.NAME_CHANGES, "days": rules.NAME_SPAN.days}, field="display_name")
    try:
        with session.begin_nested():
            user.display_name, user.display_name_key = name, rules.name_key(name)
    except IntegrityError as error:
        raise Refused(_("Somebody is shown under this name, or one that looks like it. Take another."), field="display_name") from error
    history.record(session, user_id=user_id, kind=EventKind.NAME_CHANGED, whence=whence)


def _lately(session: Session, user_id: int) -> list[int]:
    changed = (AccountEvent.user_id == user_id, AccountEvent.kind == EventKind.NAME_CHANGED)
    since = col(AccountEvent.created_at) > clock.now() - rules.NAME_SPAN
    return list(session.exec(select(AccountEvent.id).where(*changed, since)))
