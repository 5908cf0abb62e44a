"""Password hashes: the recipe, the unknown account, the memory of the host."""

import threading

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from directory.accounts import passwords, rules
from directory.core.errors import Refused, TooMany
from tests.factories import PASSWORD, password_hash

GREEN = "three calm green mornings"


def test_the_recipe_is_the_one_of_owasp() -> None:
    """argon2id, 19 MiB, two passes, one lane. Seen to fail with the library's own default."""
    assert passwords.choose(GREEN, email="a@b.example", name="Ada").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_fits_its_hash_alone() -> None:
    """Seen to fail with `verify` answering True for any account."""
    hashed = passwords.choose(GREEN, email="a@b.example", name="Ada")
    assert passwords.verify(GREEN, hashed) == (True, None)
    assert passwords.verify(GREEN + " ", hashed) == (False, None)
    assert passwords.verify("", hashed) == (False, None)


def test_nothing_is_cut_off() -> None:
    """The last of 200 characters counts. Seen to fail with the password cut to 72."""
    long = "".join(chr(0x4E00 + i * 7) for i in range(rules.MAX_PASSWORD))
    hashed = passwords.choose(long, email="a@b.example", name="Ada")
    assert passwords.verify(long, hashed)[0]
    assert not passwords.verify(long[:-1] + "x", hashed)[0]


def test_two_ways_to_write_a_letter_are_one() -> None:
    """Keyboards differ in how they write é. Seen to fail without the normal form."""
    hashed = passwords.choose("caf\u00e9 au lait froid", email="a@b.example", name="Ada")
    assert passwords.verify("cafe\u0301 au lait froid", hashed)[0]


def test_an_older_recipe_is_made_anew() -> None:
    """Seen to fail with `verify` in place of `verify_and_update`."""
    fits, newer = passwords.verify(PASSWORD, password_hash())
    assert fits
    assert newer is not None
    assert "m=19456,t=2,p=1" in newer
    assert passwords.verify(PASSWORD, newer) == (True, None)


@pytest.mark.parametrize("stored", [None, passwords.UNUSABLE, "", "not a hash"])
def test_without_a_usable_hash_nothing_fits(stored: str | None) -> None:
    """Not even what the stand-in was made of. Seen to fail with the stand-in's words typed and no check of the limit on NUL."""
    assert passwords.verify(GREEN, stored) == (False, None)


def test_a_password_over_the_limit_is_never_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes would keep a processor busy. Seen to fail without the check in `verify`."""

    def refuse(*_args: object) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr(passwords, "_hasher", PasswordHash((Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1),)))
    monkeypatch.setattr(passwords, "_prepared", refuse)
    assert passwords.verify("x" * (rules.MAX_PASSWORD + 1), password_hash()) == (False, None)
    with pytest.raises(Refused):
        passwords.choose("x" * (rules.MAX_PASSWORD + 1), email="a@b.example", name="Ada")


def test_no_more_hashes_at_once_than_the_memory_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long is asked to come back. Seen to fail without the semaphore."""
    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    with passwords._place(), pytest.raises(TooMany) as refusal:
        passwords.verify(GREEN, None)
    assert refusal.value.retry_after > 0
    assert passwords.verify(GREEN, None) == (False, None)
