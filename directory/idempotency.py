"""One answer to one form, however often it is sent: the key and where it led are part of the same transaction."""

import re
from collections.abc import Callable

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from directory.core import clock
from directory.models.ops import IdempotencyKey

#: What our own keys look like; any other is as good as none.
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def clean_key(value: object) -> str:
    """Return a key as it came with a form if it can be one of ours, else ""."""
    return value if isinstance(value, str) and _KEY.fullmatch(value) else ""


def earlier(session: Session, *, actor: str, key: str) -> str | None:
    """Return where a form with this key led before, or None: to answer a repeat even where what it asked for can no longer be asked."""
    if not key:
        return None
    return session.exec(select(IdempotencyKey.url).where(col(IdempotencyKey.actor) == actor, col(IdempotencyKey.key) == key)).first()


def once(session: Session, *, actor: str, key: str, act: Callable[[], str]) -> str:
    """Do `act` the first time and return the URL that it gives; on every repeat return that URL and do nothing.

    Two requests with the same key at the same time: on PostgreSQL the second waits on the unique index until the
    first has committed, on SQLite on the write lock; then it sees the first one's URL.

    Args:
        actor: `user:7`, or `form` for somebody without an account.
        key: The random key that the form carried; empty means that there is none, and `act` is done.
        act: Does the work in `session` and returns where to lead the visitor.
    """
    if not key:
        return act()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"actor": actor, "key": key, "created_at": clock.now()}
    taken = session.execute(insert(IdempotencyKey).values(**row).on_conflict_do_nothing().returning(col(IdempotencyKey.id))).scalar()
    mine = (col(IdempotencyKey.actor) == actor, col(IdempotencyKey.key) == key)
    if taken is None:
        earlier = session.exec(select(IdempotencyKey.url).where(*mine)).one()
        if earlier is not None:
            return earlier
    url = act()
    session.execute(update(IdempotencyKey).where(*mine).values(url=url))
    return url
