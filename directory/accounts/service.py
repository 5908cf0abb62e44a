"""Writes about people: accounts, sessions, passwords, roles. Hashes are made before, by `passwords`."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from directory.accounts import blocks, links, queries, rules
from directory.accounts.consents import HEALTH_DATA
from directory.core import clock, tokens
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import AuthSession, Consent, LoginFailure, MailedToken, Role, TokenPurpose, User, UserStatus
from directory.models.limits import Block, RateCount
from directory.models.moderation import AuditEntry
from directory.notifications import mail

#: How long a sign-in holds, whatever is done with it.
SESSION_LIFE = timedelta(days=30)
#: How long what is over is kept: long enough to look into a complaint.
KEEP = timedelta(days=14)


def register(
    session: Session,
    *,
    email: str,
    display_name: str,
    password_hash: str,
    birth_year: int,
    consent_version: str,
    network: str,
    secret: str,
    next_path: str = "/",
    browser_hash: str = "",
) -> None:
    """Make an account and mail its confirmation; for an address that has one, mail that it has one; for a blocked one do nothing.

    Nothing that the caller sees tells the three apart.

    Args:
        session: One that writes.
        email: As typed.
        display_name: Shown beside what they write.
        password_hash: From `passwords.choose`.
        birth_year: Four digits.
        consent_version: The version of `HEALTH_DATA` that they ticked.
        network: Where they are, from `throttle.network`.
        secret: Keys the digests of blocked addresses.
        next_path: Where they were going, a path on this site.
        browser_hash: See `MailedToken`.

    Raises:
        Refused: naming the field that cannot be accepted.
        NotAllowed: when no accounts are made from their network.
    """
    blocks.refuse_network(session, network)
    rules.check_age(birth_year, clock.today())
    if consent_version != HEALTH_DATA.version:
        raise Refused(_("This text has changed since you opened the page. Read it again, then tick it."), field="consent")
    if blocks.email_is_blocked(session, email, secret=secret):
        _check_as_insert_does(session, display_name)
        return
    user = _insert(session, email=email, display_name=display_name, password_hash=password_hash, birth_year=birth_year)
    if user is None:
        known = queries.existing_by_email(session, email)
        mail.already_registered(session, user_id=known.id)
        return
    session.add(Consent(user_id=user.id, purpose=HEALTH_DATA.purpose, version=HEALTH_DATA.version, given_at=clock.now()))
    mail.confirm_email(session, user_id=user.id, next_path=next_path, browser_hash=browser_hash)


def create(session: Session, *, email: str, display_name: str, password_hash: str, birth_year: int, role: Role) -> User:
    """Make a confirmed account by the operator's word.

    Raises:
        Refused: when the address or the name is taken, or cannot be accepted.
    """
    rules.check_age(birth_year, clock.today())
    user = _insert(session, email=email, display_name=display_name, password_hash=password_hash, birth_year=birth_year)
    if user is None:
        raise Refused(_("There is an account with this address already."), field="email")
    user.role, user.email_confirmed_at = role, clock.now()
    audit(session, actor_id=None, action="user.create", user_id=user.id, role=role.value)
    return user


def sign_in(session: Session, *, user_id: int, made_of: str, newer: str | None, replaces: str) -> str:
    """Sign in somebody whose password was checked, and return the token for their cookie.

    Args:
        session: One that writes.
        user_id: Who.
        made_of: The hash that the password was checked against.
        newer: The same password by the newer recipe, to be kept from now on.
        replaces: The token that the browser sent, or "".

    Raises:
        Refused: when the password was changed in the meantime, or the account is suspended.
    """
    user = load(session, user_id, lock=True)
    if user.password_hash != made_of:
        raise Refused(_("Your password was changed a moment ago. Use the new one."))
    if not user.is_active:
        raise Refused(_("This account is suspended. The reason was sent to you by e-mail; you can answer that mail."))
    user.password_hash = newer or made_of
    return open_session(session, user=user, replaces=replaces)


def open_session(session: Session, *, user: User, replaces: str = "") -> str:
    """Sign a person in and return the new token; the browser's earlier one ends, so that nobody can hand them a known one.

    Args:
        session: One that writes.
        user: Who signs in.
        replaces: The token that the browser sent, or "".
    """
    close_session(session, token=replaces)
    token, moment = tokens.new_token(), clock.now()
    row = AuthSession(
        token_hash=tokens.digest(token), user_id=user.id, created_at=moment, last_seen_at=moment, expires_at=moment + SESSION_LIFE
    )
    session.add(row)
    return token


def close_session(session: Session, *, token: str) -> None:
    """Sign one browser out."""
    if token:
        _revoke(session, col(AuthSession.token_hash) == tokens.digest(token))


def close_all(session: Session, *, user_id: int) -> None:
    """Sign a person out everywhere."""
    _revoke(session, col(AuthSession.user_id) == user_id)


def confirm_email(session: Session, *, token: str) -> tuple[MailedToken, User]:
    """Use a confirmation link up: the address is theirs.

    Raises:
        Gone: when the link works no longer.
    """
    link, user = links.use(session, token=token, purpose=TokenPurpose.CONFIRM_EMAIL)
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    return link, user


def resend_confirmation(session: Session, *, user_id: int, next_path: str = "/") -> None:
    """Mail another confirmation; to a confirmed account nothing is sent."""
    if not load(session, user_id).is_confirmed:
        mail.confirm_email(session, user_id=user_id, next_path=next_path)


def request_reset(session: Session, *, email: str) -> None:
    """Mail a link that sets a new password, where the address has an account that may be used; else do nothing, silently."""
    user = queries.by_email(session, email)
    if user is not None and user.is_active:
        mail.password_reset(session, user_id=user.id)


def reset_password(session: Session, *, token: str, password_hash: str) -> User:
    """Set a new password by a mailed link. The link also shows that the address is theirs.

    Raises:
        Gone: when the link works no longer.
    """
    link, user = links.use(session, token=token, purpose=TokenPurpose.RESET_PASSWORD)
    user.email_confirmed_at = user.email_confirmed_at or link.used_at or clock.now()
    _set_password(session, user, password_hash)
    return user


def change_password(session: Session, *, user_id: int, made_of: str, password_hash: str) -> User:
    """Set a new password for somebody who knows the old one; they are signed out everywhere.

    Args:
        session: One that writes.
        user_id: Whose.
        made_of: The hash that their present password was checked against.
        password_hash: The new one.

    Raises:
        Refused: when the password was changed in the meantime.
    """
    user = load(session, user_id, lock=True)
    if user.password_hash != made_of:
        raise Refused(_("Your password was changed a moment ago. Use the new one."), field="password")
    _set_password(session, user, password_hash)
    return user


def set_role(session: Session, *, user_id: int, role: Role, actor_id: int | None = None) -> None:
    """Change what a person may do; written into the log. None as actor is the command line."""
    user = load(session, user_id)
    audit(session, actor_id=actor_id, action="user.role", user_id=user_id, before=user.role.value, after=role.value)
    user.role = role


def suspend(session: Session, *, user_id: int, actor_id: int | None = None) -> None:
    """Close an account for the time being: signed out at once, no log-in. What they wrote stays."""
    load(session, user_id).status = UserStatus.SUSPENDED
    close_all(session, user_id=user_id)
    audit(session, actor_id=actor_id, action="user.suspend", user_id=user_id)


def unsuspend(session: Session, *, user_id: int, actor_id: int | None = None) -> None:
    """Open a suspended account again."""
    load(session, user_id).status = UserStatus.ACTIVE
    audit(session, actor_id=actor_id, action="user.unsuspend", user_id=user_id)


def load(session: Session, user_id: int, *, lock: bool = False) -> User:
    """Return a person as the database has them now, locked until the end of the transaction if asked.

    Raises:
        NotFound: when there is none of this id.
    """
    user = session.get(User, user_id, with_for_update=lock or None, populate_existing=True)
    if user is None:
        raise NotFound
    return user


def audit(session: Session, *, actor_id: int | None, action: str, user_id: int, **details: str) -> None:
    """Write down who did what to an account."""
    entry = AuditEntry(actor_id=actor_id, action=action, subject=f"user:{user_id}", details=details, created_at=clock.now())
    session.add(entry)


def forget_old(session: Session) -> None:
    """Delete sign-ins, links, counts and blocks that are over (the daily sweep)."""
    old = clock.now() - KEEP
    session.execute(delete(AuthSession).where(col(AuthSession.expires_at) < old))
    session.execute(delete(AuthSession).where(col(AuthSession.revoked_at) < old))
    session.execute(delete(MailedToken).where(col(MailedToken.expires_at) < old))
    session.execute(delete(LoginFailure).where(col(LoginFailure.window_start) < old))
    session.execute(delete(RateCount).where(col(RateCount.expires_at) <= clock.now()))
    session.execute(delete(Block).where(col(Block.expires_at) < old))


def _insert(session: Session, *, email: str, display_name: str, password_hash: str, birth_year: int) -> User | None:
    """Insert a patient; return None where the address has an account.

    Which of the two unique keys stood in the way is asked in this order, so that a taken name is said of known and
    unknown addresses alike.
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
        _refuse_taken(session, display_name)
        return None
    return user


def _check_as_insert_does(session: Session, display_name: str) -> None:
    """Say of a name what `_insert` would: else a taken name would tell which addresses are blocked."""
    rules.check_name(display_name)
    _refuse_taken(session, display_name)


def _refuse_taken(session: Session, display_name: str) -> None:
    if queries.name_is_taken(session, display_name):
        raise Refused(_("Somebody is shown under this name, or one that looks like it. Take another."), field="display_name")


def _set_password(session: Session, user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    user.password_version += 1
    close_all(session, user_id=user.id)
    mail.password_changed(session, user_id=user.id)


def _revoke(session: Session, which: object) -> None:
    session.execute(update(AuthSession).where(which, col(AuthSession.revoked_at).is_(None)).values(revoked_at=clock.now()))
