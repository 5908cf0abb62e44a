"""How soon a password would be guessed: zxcvbn's reckoning, read our way."""

import threading
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from zxcvbn import zxcvbn

#: zxcvbn looks at every part of a text against every list: 72 characters take up to 30 ms, twice as many four times as long. What
#: stands behind them can only make a password harder to guess.
LOOKED_AT = 72
#: Of 0 to 4: from here on a hundred million guesses are not enough.
ENOUGH = 3
#: Guesses so few that every list of usual passwords begins with them.
FIRST = 1
#: The library keeps what is known of a person in one place for all threads: without turns, another person's words would be used.
_turn = threading.Lock()


class Weakness(StrEnum):
    """Why a password is guessed soon."""

    #: It is made of what others can see of the person, or of our name.
    OWN = "own"
    #: It stands on lists of usual passwords, with little changed.
    USUAL = "usual"
    #: It is a word or two, a date, a row of keys.
    SHORT = "short"


def weakness(password: str, *, known: Sequence[str]) -> Weakness | None:
    """Say why a password would be guessed soon, or None.

    The library counts ten guesses for a sign in which it sees no pattern, so that eight signs drawn by a machine fall just below its
    line. Where it sees no pattern at all and the signs are of three kinds, or of an alphabet without case, they are taken.

    Args:
        password: As typed, of at least the least length.
        known: What others can see of the person, and the site's name.
    """
    with _turn:
        found: dict[str, Any] = zxcvbn(password[:LOOKED_AT], user_inputs=list(known), max_length=LOOKED_AT)
    if found["score"] >= ENOUGH:
        return None
    parts = found["sequence"]
    if all(part["pattern"] == "bruteforce" for part in parts) and _is_varied(password):
        return None
    lists = {part.get("dictionary_name") for part in parts}
    if "user_inputs" in lists:
        return Weakness.OWN
    return Weakness.USUAL if found["score"] <= FIRST and "passwords" in lists else Weakness.SHORT


def _is_varied(password: str) -> bool:
    kinds = {("lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other") for c in password}
    return len(kinds) >= 3 or kinds == {"other"}
