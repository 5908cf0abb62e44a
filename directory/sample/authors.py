"""The made-up people who write reviews and comments."""

from random import Random

from directory.accounts import passwords
from directory.accounts.rules import name_key
from directory.models.accounts import User
from directory.sample import dice, shelf
from directory.sample.days import OPENED, moment
from directory.sample.rows import Row, blank

_USER = blank(User)
#: RFC 2606: nobody can own it, so no mail to it ever arrives anywhere.
DOMAIN = "patients.example"
LETTERS = "ABCDEFGHIJKLMNOPRSTVWZ"


def authors(many: int) -> list[Row]:
    """Return that many accounts with confirmed addresses, into which no password leads."""
    rows: list[Row] = []
    taken: set[str] = set()
    for number in range(many):
        rng = dice.roll("author", number)
        name = _name(rng)
        while name_key(name) in taken:
            name = _name(rng)
        taken.add(name_key(name))
        rows.append(account(f"sample{number + 1}@{DOMAIN}", name, rng.randrange(1952, 2005)))
    return rows


def account(email: str, name: str, birth_year: int) -> Row:
    """Return a made-up account as a row of `users`; its password fits nothing that can be typed."""
    since = moment(OPENED, dice.roll("since", email))
    return _USER | {
        "email": email,
        "email_key": email,
        "email_confirmed_at": since,
        "display_name": name,
        "display_name_key": name_key(name),
        "password_hash": passwords.UNUSABLE,
        "birth_year": birth_year,
        "is_sample": True,
        "created_at": since,
    }


def _name(rng: Random) -> str:
    words = shelf.toml("authors")
    if rng.random() < 0.6:
        return f"{rng.choice(words['given'])} {rng.choice(LETTERS)}."
    return f"{rng.choice(words['word'])}{rng.randrange(2, 99)}"
