"""The authenticator of sample staff: its secret is made of the site's key, so that whoever runs the demonstration can ask for a code."""

import base64

import pyotp
from sqlmodel import Session, col, select

from directory.accounts import rules, totp
from directory.core import clock, tokens
from directory.core.db import Database
from directory.models.accounts import User
from directory.sample.service import LOGINS, Login

#: Sample log-ins that may do nothing without a second factor.
STAFF = tuple(login for login in LOGINS if login.role in rules.STAFF)


def ensure(database: Database, *, key: str) -> int:
    """Give each of them its authenticator where it has none; return how many got one."""
    with database.transaction() as session:
        missing = [user for user in _users(session) if not totp.is_on(session, user.id)]
        for user in missing:
            totp.remove(session, user_id=user.id)
            totp.put(session, user_id=user.id, secret=secret(user.email_key, key=key), key=key, confirmed_at=clock.now())
    return len(missing)


def code(login: Login, *, key: str) -> str:
    """Return the code that the authenticator of a sample log-in shows now."""
    return pyotp.TOTP(secret(login.email, key=key)).at(clock.now())


def secret(email: str, *, key: str) -> str:
    """Return a sample account's secret: another one on each installation, for its key is another."""
    made = bytes.fromhex(tokens.keyed_digest(f"sample authenticator\n{email}", key=key))
    return base64.b32encode(made[:20]).decode()


def _users(session: Session) -> list[User]:
    emails = [login.email for login in STAFF]
    return list(session.exec(select(User).where(col(User.email_key).in_(emails), col(User.is_sample)).order_by(col(User.id))))
