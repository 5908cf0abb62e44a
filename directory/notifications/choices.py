"""Which kinds of mail a person wants: kept where they chose, asked when a mail is about to be sent."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from directory.models.accounts import NotificationChoice
from directory.notifications.kinds import OPTIONAL, Kind


def wants(session: Session, user_id: int, kind: Kind) -> bool:
    """Say whether a person gets mails of a kind: always if it is fixed, otherwise unless they have switched it off."""
    return kind.is_fixed or kind.word in wanted(session, user_id)


def wanted(session: Session, user_id: int) -> set[str]:
    """Return the words of the kinds that a person may switch off and has not."""
    chosen = select(NotificationChoice.kind).where(NotificationChoice.user_id == user_id, col(NotificationChoice.wanted).is_(False))
    return set(OPTIONAL) - set(session.exec(chosen))


def choose(session: Session, *, user_id: int, kind: Kind, wanted: bool) -> None:
    """Keep whether a person wants mails of a kind; of a fixed kind nothing is kept."""
    if kind.is_fixed:
        return
    insert = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(NotificationChoice)
    row = insert.values(user_id=user_id, kind=kind.word, wanted=wanted)
    session.execute(row.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"wanted": wanted}))
