"""Passwords: made into argon2id hashes, checked, made anew when the recipe changes. Never called inside a transaction."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from directory.accounts import rules
from directory.core.errors import TooMany
from directory.core.i18n import _

#: The least that the OWASP Password Storage Cheat Sheet asks of argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))

#: Stands in place of a hash where no password may ever fit.
UNUSABLE = "!"

#: Each hash takes 19 MiB: a flood of log-ins must not take the memory of the host. Hashes at once in one process, and seconds to wait.
AT_ONCE = 4
PATIENCE = 10
_room = threading.BoundedSemaphore(AT_ONCE)


def choose(password: str, *, email: str, name: str, field: str = "password") -> str:
    """Return the hash of a new password.

    Args:
        password: As typed.
        email: The account's address, which it may not be made of.
        name: The account's shown name, likewise.
        field: The form field to blame.

    Raises:
        Refused: when the password is too short, too long or guessed too easily.
        TooMany: when the host is busy with other passwords.
    """
    rules.check_password(password, email=email, name=name, field=field)
    with _place():
        return _hasher.hash(_prepared(password))


def hashed(secret: str) -> str:
    """Return the hash of a secret that we made ourselves and that somebody will type, such as a recovery code.

    Raises:
        TooMany: when the host is busy with other passwords.
    """
    with _place():
        return _hasher.hash(_prepared(secret))


def verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Say whether a password fits, and return a new hash where the old one was made by an older recipe.

    Without an account (None), or with a hash that no password fits, just as much work is done: the time does not
    tell whether there is an account. A password over the limit fits nothing and is never hashed.

    Raises:
        TooMany: when the host is busy with other passwords.
    """
    if len(password) > rules.MAX_PASSWORD:
        return False, None
    with _place():
        try:
            return _hasher.verify_and_update(_prepared(password), password_hash or _nobodys())
        except UnknownHashError:
            _hasher.verify(_prepared(password), _nobodys())
            return False, None


def _prepared(password: str) -> str:
    """Return the password in one Unicode form: keyboards write "é" in two ways."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    """Return a hash that fits no password that anybody can type: the work is the same as for a real one."""
    return _hasher.hash("\0 nobody's \0")


@contextmanager
def _place() -> Iterator[None]:
    if not _room.acquire(timeout=PATIENCE):
        raise TooMany(_("Many people are logging in just now. Wait a few seconds, then try again."), retry_after=PATIENCE)
    try:
        yield
    finally:
        _room.release()
