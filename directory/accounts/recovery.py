"""Recovery codes: ten for whoever loses their device, shown once, kept as argon2 hashes, each used once.

Hashes are made and compared outside of transactions.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from directory.accounts import passwords, service
from directory.core import clock
from directory.models.factors import RecoveryCode

MANY = 10
#: Small letters and digits without those that look like another: 31 ** 10 codes are 49 bits, behind argon2 and a limit of tries.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10


def make() -> list[str]:
    """Return ten new codes as they are shown: `k7w2m-9hxqr`."""
    return ["-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH // 2)) for _ in range(2)) for _ in range(MANY)]


def hashes(codes: Sequence[str]) -> list[str]:
    """Return their hashes; takes half a second.

    Raises:
        TooMany: when the host is busy with other passwords.
    """
    return [passwords.hashed(read(code)) for code in codes]


def read(typed: str) -> str:
    """Return a code as it is hashed: whatever case, spaces and dashes it was typed with."""
    return "".join(c for c in typed.lower() if c.isalnum())


def replace(session: Session, *, user_id: int, hashes: Sequence[str]) -> None:
    """Keep these codes; those before them end."""
    service.load(session, user_id, lock=True)
    forget(session, user_id=user_id)
    moment = clock.now()
    session.add_all([RecoveryCode(user_id=user_id, code_hash=one, created_at=moment) for one in hashes])
    session.flush()


def forget(session: Session, *, user_id: int) -> None:
    """Delete a person's codes."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


def find(session: Session, *, user_id: int, typed: str) -> int | None:
    """Return the id of the unused code that was typed, or None. Call it outside of a transaction: it compares up to ten hashes.

    Raises:
        TooMany: when the host is busy with other passwords.
    """
    bare = read(typed)
    if len(bare) != LENGTH or not bare.isascii():
        return None
    unused = select(RecoveryCode.id, RecoveryCode.code_hash).where(*_unused(user_id)).order_by(col(RecoveryCode.id))
    found = session.exec(unused).all()
    return next((code_id for code_id, code_hash in found if passwords.verify(bare, code_hash)[0]), None)


def use(session: Session, *, code_id: int) -> bool:
    """Use a code up; of two requests at the same moment one succeeds."""
    mine = (col(RecoveryCode.id) == code_id, col(RecoveryCode.used_at).is_(None))
    taken = session.execute(update(RecoveryCode).where(*mine).values(used_at=clock.now()))
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def left(session: Session, user_id: int) -> int:
    """Return how many codes can still be used."""
    return session.exec(select(func.count()).select_from(RecoveryCode).where(*_unused(user_id))).one()


def _unused(user_id: int) -> tuple[object, ...]:
    return col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
