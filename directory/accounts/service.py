"""Writes about people: accounts, sessions, passwords, roles. Hashes are made before, by `passwords`."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, delete, or_, update
from sqlmodel import Session, col, select

from directory import outbox
from directory.accounts import blocks, history, links, making, queries, rules
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.history import NOWHERE, Whence
from directory.core import clock, tokens
from directory.core.errors import Gone, NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import (
    AuthSession,
    Consent,
    EmailChange,
    ErasureRequest,
    EventKind,
    MailedToken,
    Role,
    SignInMethod,
    TokenPurpose,
    User,
    UserStatus,
)
from directory.models.moderation import AuditEntry
from directory.notifications import mail


def register(
    session: Session,
    *,
    email: str,
    display_name: str,
    password_hash: str,
    birth_year: int,
    consent_version: str | None,
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
        consent_version: The version of `HEALTH_DATA` that they ticked; None where they were not asked: they are before they write.
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
    if consent_version not in {None, HEALTH_DATA.version}:
        raise Refused(_("This text has changed since you opened the page. Read it again, then tick it."), field="consent")
    if blocks.email_is_blocked(session, email, secret=secret):
        # What `making.insert` says of a name is said all the same: else a taken name would tell which addresses are blocked.
        rules.check_name(display_name)
        making.refuse_taken(session, display_name)
        return
    user = making.insert(session, email=email, display_name=display_name, password_hash=password_hash, birth_year=birth_year)
    if user is None:
        known = queries.existing_by_email(session, email)
        mail.already_registered(session, user_id=known.id)
        return
    if consent_version is not None:
        session.add(Consent(user_id=user.id, purpose=HEALTH_DATA.purpose, version=HEALTH_DATA.version, given_at=clock.now()))
    mail.confirm_email(session, user_id=user.id, next_path=next_path, browser_hash=browser_hash)


def create(session: Session, *, email: str, display_name: str, password_hash: str, birth_year: int, role: Role) -> User:
    """Make a confirmed account by the operator's word.

    Raises:
        Refused: when the address or the name is taken, or cannot be accepted.
    """
    rules.check_age(birth_year, clock.today())
    user = making.insert(session, email=email, display_name=display_name, password_hash=password_hash, birth_year=birth_year)
    if user is None:
        raise Refused(_("There is an account with this address already."), field="email")
    user.role, user.email_confirmed_at = role, clock.now()
    audit(session, actor_id=None, action="user.create", user_id=user.id, role=role.value)
    return user


def sign_in(
    session: Session,
    *,
    user_id: int,
    made_of: str,
    newer: str | None,
    replaces: str,
    whence: Whence = NOWHERE,
) -> tuple[str, bool]:
    """Sign in somebody whose password was checked.

    Args:
        session: One that writes.
        user_id: Who.
        made_of: The hash that the password was checked against.
        newer: The same password by the newer recipe, to be kept from now on.
        replaces: The token that the browser sent, or "".
        whence: Where from.

    Returns:
        The token for their cookie, and whether a second factor has to follow before it signs anybody in.

    Raises:
        Refused: when the password was changed in the meantime, or the account is suspended.
    """
    user = load(session, user_id, lock=True)
    if user.password_hash != made_of:
        raise Refused(_("Your password was changed a moment ago. Use the new one."))
    _refuse_suspended(user)
    user.password_hash = newer or made_of
    half = queries.has_second_factor(session, user_id)
    return open_session(session, user=user, replaces=replaces, whence=whence, awaits_factor=half), half


def open_session(
    session: Session,
    *,
    user: User,
    replaces: str = "",
    method: SignInMethod = SignInMethod.PASSWORD,
    whence: Whence = NOWHERE,
    awaits_factor: bool = False,
    greets: bool = True,
) -> str:
    """Sign a person in and return the new token; the browser's earlier one ends, so that nobody can hand them a known one.

    Args:
        session: One that writes.
        user: Who signs in.
        replaces: The token that the browser sent, or "".
        method: How they showed who they are.
        whence: Where from.
        awaits_factor: Whether the second factor has still to be shown; nobody is signed in until then.
        greets: Whether it is a log-in for the history; not where somebody who is in goes on.
    """
    close_session(session, token=replaces)
    token, moment = tokens.new_token(), clock.now()
    row = AuthSession(
        token_hash=tokens.digest(token),
        user_id=user.id,
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + (rules.HALF_SESSION if awaits_factor else rules.life_of(user.role).absolute),
        method=method,
        awaits_factor=awaits_factor,
        stepped_up_at=None if awaits_factor else moment,
        agent=whence.agent,
        network=whence.network,
    )
    session.add(row)
    if greets and not awaits_factor:
        history.greet(session, user=user, whence=whence)
    return token


def note_failure(session: Session, *, user_id: int | None, whence: Whence) -> None:
    """Have a failed sign-in written into the account's history by a job: the same work with an account and without one (None)."""
    outbox.enqueue(session, "accounts.sign_in_failed", user_id=user_id, agent=whence.agent, network=whence.network)


def step_up(session: Session, *, token: str, method: SignInMethod | None = None, whence: Whence = NOWHERE) -> str:
    """Note that somebody has just shown again who they are, and return the new token of the same sign-in.

    Args:
        session: One that writes.
        token: The one that ends: who knows it has it no longer.
        method: How they showed it, where that was more than at sign-in.
        whence: Where from.

    Raises:
        Gone: when the sign-in is over.
    """
    mine = (col(AuthSession.token_hash) == tokens.digest(token), col(AuthSession.revoked_at).is_(None))
    row = session.exec(select(AuthSession).where(*mine, col(AuthSession.awaits_factor).is_(False)).with_for_update()).first()
    if row is None:
        raise Gone(_("You are logged out. Log in again."))
    fresh = tokens.new_token()
    row.token_hash, row.stepped_up_at, row.last_seen_at = tokens.digest(fresh), clock.now(), clock.now()
    row.method = method or row.method
    history.record(session, user_id=row.user_id, kind=EventKind.STEPPED_UP, whence=whence)
    return fresh


def close_session(session: Session, *, token: str) -> None:
    """Sign one browser out."""
    if token:
        _revoke(session, col(AuthSession.token_hash) == tokens.digest(token))


def close_all(session: Session, *, user_id: int, but: int = 0) -> bool:
    """Sign a person out everywhere, save in the sign-in of the id `but`; say whether there was any."""
    return _revoke(session, and_(col(AuthSession.user_id) == user_id, col(AuthSession.id) != but))


def close_one(session: Session, *, user_id: int, session_id: int) -> None:
    """Sign a person out in one of their browsers."""
    _revoke(session, and_(col(AuthSession.user_id) == user_id, col(AuthSession.id) == session_id))


def seen(session: Session, *, at: Mapping[int, datetime]) -> None:
    """Write when sign-ins were last used; a newer moment than the given one stays.

    Args:
        session: One that writes.
        at: A sign-in's id -> when.
    """
    for session_id, moment in sorted(at.items()):
        older = (col(AuthSession.id) == session_id, col(AuthSession.last_seen_at) < moment)
        user_id = session.execute(
            update(AuthSession).where(*older).values(last_seen_at=moment).returning(col(AuthSession.user_id))
        ).scalar()
        if user_id is not None:
            before = or_(col(User.last_seen_at).is_(None), col(User.last_seen_at) < moment)
            session.execute(update(User).where(col(User.id) == user_id, before).values(last_seen_at=moment))


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


def reset_password(session: Session, *, token: str, password_hash: str, whence: Whence = NOWHERE) -> User:
    """Set a new password by a mailed link. The link also shows that the address is theirs.

    Raises:
        Gone: when the link works no longer.
    """
    link, user = links.use(session, token=token, purpose=TokenPurpose.RESET_PASSWORD)
    user.email_confirmed_at = user.email_confirmed_at or link.used_at or clock.now()
    _set_password(session, user, password_hash, whence)
    return user


def change_password(session: Session, *, user_id: int, made_of: str, password_hash: str, whence: Whence = NOWHERE) -> User:
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
    _set_password(session, user, password_hash, whence)
    return user


def set_role(session: Session, *, user_id: int, role: Role, actor_id: int | None = None) -> None:
    """Change what a person may do; they sign in anew, and it is written into the log. None as actor is the command line.

    Raises:
        Refused: when they have it already, when nobody would be left who can say who is a moderator, or when the address was
            never confirmed.
    """
    user = locked(session, user_id)
    if role is user.role:
        raise Refused(_("They have this role already."), field="role")
    if role in rules.STAFF and not user.is_confirmed:
        raise Refused(_("The address of this account was never confirmed. It cannot be staff."))
    refuse_last_admin(session, user)
    audit(session, actor_id=actor_id, action="user.role", user_id=user_id, before=user.role.value, after=role.value)
    user.role = role
    close_all(session, user_id=user_id)
    history.record(session, user_id=user_id, kind=EventKind.ROLE_CHANGED)
    mail.role_changed(session, user_id=user_id)


def suspend(session: Session, *, user_id: int, actor_id: int | None = None) -> None:
    """Close an account for the time being: signed out at once, no log-in. What they wrote stays.

    Raises:
        Refused: when it is the last one that can say who is a moderator.
    """
    user = locked(session, user_id)
    refuse_last_admin(session, user)
    user.status = UserStatus.SUSPENDED
    close_all(session, user_id=user_id)
    audit(session, actor_id=actor_id, action="user.suspend", user_id=user_id)


def unsuspend(session: Session, *, user_id: int, actor_id: int | None = None) -> None:
    """Open a suspended account again.

    Raises:
        Refused: while it is being erased.
    """
    due = (ErasureRequest.user_id == user_id, col(ErasureRequest.due_at) <= clock.now())
    if session.exec(select(ErasureRequest.id).where(*due)).first() is not None:
        raise Refused(_("This account is being deleted at its person's wish."))
    load(session, user_id, lock=True).status = UserStatus.ACTIVE
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


def _set_password(session: Session, user: User, password_hash: str, whence: Whence) -> None:
    user.password_hash = password_hash
    user.password_version += 1
    # Whoever asked for another address may have been somebody else; its links are dead with the old password.
    session.execute(delete(EmailChange).where(col(EmailChange.user_id) == user.id))
    close_all(session, user_id=user.id)
    history.record(session, user_id=user.id, kind=EventKind.PASSWORD_CHANGED, whence=whence)
    mail.password_changed(session, user_id=user.id)


def _refuse_suspended(user: User) -> None:
    if not user.is_active:
        raise Refused(_("This account is suspended. The reason was sent to you by e-mail; you can answer that mail."))


def refuse_last_admin(session: Session, user: User) -> None:
    """Refuse where nobody would be left who can say who is a moderator: whoever is to be erased does not count.

    Raises:
        Refused: saying so.
    """
    leaving = select(ErasureRequest.user_id)
    stays = (User.role == Role.ADMIN, User.status == UserStatus.ACTIVE, User.id != user.id, col(User.id).not_in(leaving))
    if user.role is Role.ADMIN and session.exec(select(User.id).where(*stays).limit(1)).first() is None:
        raise Refused(_("This is the last administrator. Name another one first."))


def locked(session: Session, user_id: int) -> User:
    """Lock all administrators and a person, in one order: two who take rights away at once see what the other did."""
    admins = select(User.id).where((col(User.role) == Role.ADMIN) | (col(User.id) == user_id)).order_by(col(User.id)).with_for_update()
    session.exec(admins).all()
    return load(session, user_id, lock=True)


def _revoke(session: Session, which: object) -> bool:
    live = update(AuthSession).where(which, col(AuthSession.revoked_at).is_(None))
    return bool(session.execute(live.values(revoked_at=clock.now())).rowcount)  # type: ignore[attr-defined]
