"""What passkeys, apps and recovery codes have in common: how a sign-in is finished, and what follows when one comes or goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from directory.accounts import history, passkeys, queries, recovery, rules, service, totp
from directory.accounts.history import NOWHERE, Whence
from directory.core import clock, tokens
from directory.core.errors import Gone, Refused
from directory.core.i18n import _
from directory.models.accounts import AuthSession, EventKind, SignInMethod, User
from directory.models.factors import Passkey, TotpDevice
from directory.notifications import mail


@dataclass(frozen=True)
class Factors:
    """What an account has beside its password.

    Args:
        passkeys: The oldest first.
        app: An authenticator app from which a code was typed, or None.
        codes_left: Recovery codes that can still be used.
    """

    passkeys: Sequence[Passkey]
    app: TotpDevice | None
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether a second factor is asked for at log-in. Recovery codes alone are none."""
        return bool(self.passkeys) or self.app is not None


def of(session: Session, user_id: int) -> Factors:
    """Return what a person has."""
    app = totp.device(session, user_id)
    confirmed = app if app is not None and app.confirmed_at is not None else None
    return Factors(passkeys.all_of(session, user_id), confirmed, recovery.left(session, user_id))


def finish(session: Session, *, token: str, method: SignInMethod, whence: Whence = NOWHERE) -> str:
    """Sign somebody in who has shown the second factor too; return the new token: the half one opens nothing any more.

    Args:
        session: One that writes.
        token: That of the sign-in that waits.
        method: How both factors were shown.
        whence: Where from.

    Raises:
        Gone: when it waits no longer: over, ended by a new password, or finished by another request.
    """
    waiting = (
        col(AuthSession.token_hash) == tokens.digest(token),
        col(AuthSession.awaits_factor),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > clock.now(),
    )
    row = session.exec(select(AuthSession).where(*waiting).with_for_update()).first()
    if row is None:
        raise Gone(_("That took too long. Log in once more."))
    user = service.load(session, row.user_id, lock=True)
    if not user.is_active:
        raise Gone(_("That took too long. Log in once more."))
    return service.open_session(session, user=user, replaces=token, method=method, whence=whence)


def code_used(session: Session, *, user_id: int, whence: Whence = NOWHERE) -> None:
    """Write down that a recovery code was used, and tell the person."""
    history.record(session, user_id=user_id, kind=EventKind.RECOVERY_CODE_USED, whence=whence)
    mail.recovery_code_used(session, user_id=user_id)


def codes_made(session: Session, *, user_id: int, hashes: Sequence[str], whence: Whence = NOWHERE) -> None:
    """Keep new recovery codes in place of the old, write it down and tell the person.

    Raises:
        Refused: when there is no factor that they could stand in for.
    """
    if not queries.has_second_factor(session, user_id):
        raise Refused(_("Add a passkey or an authenticator app first; recovery codes stand in for it."))
    recovery.replace(session, user_id=user_id, hashes=hashes)
    history.record(session, user_id=user_id, kind=EventKind.RECOVERY_CODES_MADE, whence=whence)
    mail.recovery_codes_made(session, user_id=user_id)


def added(
    session: Session, *, user_id: int, kind: EventKind, hashes: Sequence[str], session_id: int, ends_others: bool, whence: Whence = NOWHERE
) -> bool:
    """Do what follows when a factor was added; return whether recovery codes were made with it.

    With the first one they are; and whoever is signed in elsewhere has to show the factor before they change anything that
    asks who they are: a sign-in by a stolen password must not add a second key a minute later.

    Args:
        session: One that writes, with the new factor in it.
        user_id: Whose.
        kind: What was added.
        hashes: Of recovery codes, made before; used where the person has none.
        session_id: The sign-in that did it.
        ends_others: Whether to sign the person out everywhere else.
        whence: Where from.
    """
    has = of(session, user_id)
    first = len(has.passkeys) + (has.app is not None) == 1
    history.record(session, user_id=user_id, kind=kind, whence=whence)
    {EventKind.PASSKEY_ADDED: mail.passkey_added, EventKind.TOTP_ADDED: mail.totp_added}[kind](session, user_id=user_id)
    if first:
        others = (col(AuthSession.user_id) == user_id, col(AuthSession.id) != session_id)
        session.execute(update(AuthSession).where(*others).values(stepped_up_at=None))
    if ends_others:
        end_others(session, user_id=user_id, session_id=session_id, whence=whence)
    with_codes = first and bool(hashes)
    if with_codes:
        recovery.replace(session, user_id=user_id, hashes=hashes)
        history.record(session, user_id=user_id, kind=EventKind.RECOVERY_CODES_MADE, whence=whence)
    return with_codes


def removed(session: Session, *, user: User, kind: EventKind, session_id: int, ends_others: bool, whence: Whence = NOWHERE) -> None:
    """Do what follows when a factor was removed. With the last one the recovery codes go too.

    Args:
        session: One that writes, where the factor is gone already; its person's row is locked.
        user: Whose.
        kind: What was removed.
        session_id: The sign-in that did it.
        ends_others: Whether to sign the person out everywhere else.
        whence: Where from.

    Raises:
        Refused: when it was the last one of somebody who may do nothing without.
    """
    if not queries.has_second_factor(session, user.id):
        if user.role in rules.STAFF:
            raise Refused(_("Whoever moderates needs a second factor. Add another one first, then remove this one."))
        recovery.forget(session, user_id=user.id)
    history.record(session, user_id=user.id, kind=kind, whence=whence)
    {EventKind.PASSKEY_REMOVED: mail.passkey_removed, EventKind.TOTP_REMOVED: mail.totp_removed}[kind](session, user_id=user.id)
    if ends_others:
        end_others(session, user_id=user.id, session_id=session_id, whence=whence)


def end_others(session: Session, *, user_id: int, session_id: int, whence: Whence = NOWHERE) -> None:
    """Sign a person out everywhere but here, and write it down."""
    if service.close_all(session, user_id=user_id, but=session_id):
        history.record(session, user_id=user_id, kind=EventKind.SIGNED_OUT_ELSEWHERE, whence=whence)


def reset(session: Session, *, user_id: int) -> bool:
    """Take every factor away by the operator's word, for somebody who has lost them all; say whether there was one.

    They are signed out everywhere and told by mail.
    """
    service.load(session, user_id, lock=True)
    had_app = totp.remove(session, user_id=user_id)
    had_keys = [passkeys.remove(session, passkey_id=one.id) for one in passkeys.all_of(session, user_id)]
    recovery.forget(session, user_id=user_id)
    service.close_all(session, user_id=user_id)
    service.audit(session, actor_id=None, action="user.reset_factors", user_id=user_id)
    if had_app:
        history.record(session, user_id=user_id, kind=EventKind.TOTP_REMOVED)
        mail.totp_removed(session, user_id=user_id)
    if had_keys:
        history.record(session, user_id=user_id, kind=EventKind.PASSKEY_REMOVED)
        mail.passkey_removed(session, user_id=user_id)
    return had_app or bool(had_keys)


def upgraded(session: AuthSession, method: SignInMethod) -> SignInMethod | None:
    """Return what a sign-in counts as once `method` was shown in it too; None where that is no more than before."""
    return None if session.two_factors or method is SignInMethod.PASSWORD else method
