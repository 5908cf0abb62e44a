"""Second factors, step by step: count the try, look at what was typed outside any transaction, use it up in the one that lets in."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from flask import session
from sqlmodel import Session

from directory.accounts import factors, passkeys, recovery, service, throttle, totp
from directory.accounts import queries as accounts
from directory.accounts.passkeys import Answer, CountWentBack, Site
from directory.core import clock, seal
from directory.core.errors import CannotOpen, Refused, TooMany
from directory.core.i18n import _
from directory.models.accounts import AuthSession, EventKind, SignInMethod, User
from directory.models.factors import Passkey
from directory.notifications import mail
from directory.web import challenges, db, events, login
from directory.web.auth import auth_session, session_token, signed_in, whence
from directory.web.challenges import Purpose
from directory.web.events import Event
from directory.web.mailer import app_settings

T = TypeVar("T")
#: Looks at what was shown and returns how; raises where it does not fit.
Spend = Callable[[Session], SignInMethod]

log = structlog.get_logger("accounts")

#: How long new recovery codes wait to be shown.
SHOWN_FOR = timedelta(minutes=10)
_CODES = "recovery_codes"


class WrongCode(Refused):
    """What was typed is no code of this account that still works."""


def key() -> str:
    """Return the key that seals secrets."""
    return app_settings().secret_key


def site() -> Site:
    """Return to whom passkeys answer."""
    return passkeys.site(app_settings().public_url, app_settings().site_name)


def waiting() -> tuple[AuthSession, User] | None:
    """Return the sign-in of this browser that waits for its second factor, and whose it is."""
    token = session_token()
    return accounts.by_session_token(db.session(), token, half=True) if token else None


def with_code(user: User, code: str, act: Callable[[Session, SignInMethod], T]) -> T:
    """Do something once a code has shown who it is: of the app, or a recovery code. Both happen or neither.

    The try is counted before the code is looked at, for the account: many sign-ins at once share one count.

    Args:
        user: Whose code it must be.
        code: As typed.
        act: What to do, given how it was shown.

    Raises:
        TooMany: after five wrong codes in 15 minutes.
        WrongCode: when it does not fit, or was used before.
    """
    (account,) = login.keys(throttle.SECOND_FACTOR, str(user.id))
    throttle.check(db.session(), throttle.SECOND_FACTOR, keys=(account,))
    with db.transaction() as writing:
        throttle.count(writing, throttle.SECOND_FACTOR, keys=(account,))
    spend = _code(user.id, code)
    try:
        with db.transaction() as writing:
            method = spend(writing)
            done = act(writing, method)
            throttle.forget(writing, key=account)
    except WrongCode:
        events.note(Event.NOT_PROVED, user_id=user.id, factor="code")
        _note_wrong(user.id, account)
        raise
    events.note(Event.PROVED, user_id=user.id, factor="recovery" if method is SignInMethod.PASSWORD_AND_RECOVERY else "totp")
    return done


def with_passkey(purpose: Purpose, given: Mapping[str, Any], user: User | None, act: Callable[[Session, User, Answer], T]) -> T:
    """Do something once a passkey has shown who it is. Both happen or neither.

    Args:
        purpose: What the challenge was asked for. To log in with a passkey alone, the device must have looked who holds it.
        given: What the browser sent.
        user: Whose passkey it must be; None at a log-in, where it says so itself.
        act: What to do, given whose it is and what it answered.

    Raises:
        Refused: when it does not fit.
    """
    found = passkeys.by_answer(db.session(), given)
    try:
        done = _with_passkey(purpose, given, user, found, act)
    except Refused:
        events.note(Event.NOT_PROVED, user_id=found[1].id if found else None, factor="passkey")
        raise
    events.note(Event.PROVED, user_id=found[1].id if found else None, factor="passkey")
    return done


def _with_passkey(
    purpose: Purpose,
    given: Mapping[str, Any],
    user: User | None,
    found: tuple[Passkey, User] | None,
    act: Callable[[Session, User, Answer], T],
) -> T:
    challenge, until = challenges.asked(purpose)
    if found is None or (user is not None and found[1].id != user.id):
        raise Refused(_("This passkey is not known here. Choose another one, or log in another way."))
    passkey, owner = found
    alone = purpose is Purpose.LOG_IN
    answer = passkeys.check_answer(
        site(), given, passkey=passkey, challenge=challenge, verified=alone, named=alone, handle=owner.passkey_handle
    )
    try:
        with db.transaction() as writing:
            passkeys.spend(writing, challenge=challenge, until=until)
            passkeys.use(writing, passkey=passkey, answer=answer)
            return act(writing, owner, answer)
    except CountWentBack as error:
        log.warning("passkey.count_went_back", user_id=error.user_id, passkey_id=passkey.id)
        with db.transaction() as writing:
            service.note_failure(writing, user_id=error.user_id, whence=whence())
            mail.passkey_copied(writing, user_id=error.user_id)
        raise


def finish(writing: Session, method: SignInMethod) -> str:
    """Sign in whoever waits, and return the token for the cookie."""
    return factors.finish(writing, token=session_token(), method=method, whence=whence())


def step_up(writing: Session, method: SignInMethod) -> str:
    """Note that the person has shown again who they are, and return the new token for the cookie."""
    more = factors.upgraded(auth_session(), method)
    return service.step_up(writing, token=session_token(), method=more, whence=whence())


def step_up_typed(user: User, password: str, code: str) -> str:
    """Step up by the password, and by a code where the account has a second factor; return the new token.

    Raises:
        TooMany: after five failures in 15 minutes; they count as failed log-ins.
        Refused: naming the field that does not fit.
    """
    needs_code = accounts.has_second_factor(db.session(), user.id)
    if needs_code and not code.strip():
        raise Refused(_("Type a code from your app, or a recovery code."), field="code")
    if not login.confirmed(user, password):
        raise Refused(_("That is not your password."), field="password")
    if needs_code:
        return with_code(user, code, step_up)
    with db.transaction() as writing:
        return step_up(writing, SignInMethod.PASSWORD)


def add(act: Callable[[Session], object], *, kind: EventKind, method: SignInMethod, ends_others: bool) -> tuple[str, bool]:
    """Add a factor; return the new token for the cookie, and whether recovery codes wait to be shown.

    Args:
        act: Writes the factor.
        kind: What it is.
        method: What this sign-in counts as with it, where it was by password alone.
        ends_others: Whether to sign the person out everywhere else.
    """
    user_id, session_id = signed_in().id, auth_session().id
    codes = [] if accounts.has_second_factor(db.session(), user_id) else recovery.make()
    hashes = recovery.hashes(codes)
    with db.transaction() as writing:
        service.load(writing, user_id, lock=True)
        act(writing)
        with_codes = factors.added(
            writing, user_id=user_id, kind=kind, hashes=hashes, session_id=session_id, ends_others=ends_others, whence=whence()
        )
        token = step_up(writing, method)
    events.note(Event.FACTOR_CHANGED, user_id=user_id, factor=kind.value)
    if with_codes:
        keep_codes(codes)
    return token, with_codes


def remove(act: Callable[[Session], bool], *, kind: EventKind, ends_others: bool) -> None:
    """Remove a factor; gone already, nothing happens.

    Raises:
        Refused: when it was the last one of somebody who needs one.
    """
    session_id = auth_session().id
    with db.transaction() as writing:
        user = service.load(writing, signed_in().id, lock=True)
        gone = act(writing)
        if gone:
            factors.removed(writing, user=user, kind=kind, session_id=session_id, ends_others=ends_others, whence=whence())
    if gone:
        events.note(Event.FACTOR_CHANGED, user_id=signed_in().id, factor=kind.value)


def keep_codes(codes: list[str]) -> None:
    """Keep new recovery codes, sealed, in this browser until the next page shows them: nothing else has them in clear."""
    text = f"{int(clock.now().timestamp())} {' '.join(codes)}"
    session[_CODES] = seal.seal(text, purpose=_shown_to(), key=key())


def codes_to_show() -> list[str]:
    """Return the recovery codes that were just made, once; none afterwards."""
    with suppress(CannotOpen):
        at, *codes = seal.unseal(session.pop(_CODES, ""), purpose=_shown_to(), key=key()).split()
        if clock.now().timestamp() - int(at) < SHOWN_FOR.total_seconds():
            return codes
    return []


def _shown_to() -> str:
    return f"recovery codes:{signed_in().id}"


def _code(user_id: int, code: str) -> Spend:
    """Look at a code, and return what uses it up."""
    if totp.is_code(code):
        return lambda writing: _of_the_app(writing, user_id, code)
    code_id = recovery.find(db.session(), user_id=user_id, typed=code)
    return lambda writing: _of_recovery(writing, user_id, code_id)


def _of_the_app(writing: Session, user_id: int, code: str) -> SignInMethod:
    if not totp.use(writing, user_id=user_id, code=code, key=key()):
        raise WrongCode(
            _("This code does not fit, or it was used already. Each works once: wait for the next one in the app."), field="code"
        )
    return SignInMethod.PASSWORD_AND_CODE


def _of_recovery(writing: Session, user_id: int, code_id: int | None) -> SignInMethod:
    if code_id is None or not recovery.use(writing, code_id=code_id):
        raise WrongCode(_("This is none of your recovery codes that can still be used. Each works once: try another one."), field="code")
    factors.code_used(writing, user_id=user_id, whence=whence())
    return SignInMethod.PASSWORD_AND_RECOVERY


def _note_wrong(user_id: int, account: str) -> None:
    """Write a wrong code down; after the last that is taken tell the person, for whoever typed it knows the password."""
    with db.transaction() as writing:
        service.note_failure(writing, user_id=user_id, whence=whence())
    try:
        throttle.check(db.session(), throttle.SECOND_FACTOR, keys=(account,))
    except TooMany:
        with db.transaction() as writing:
            mail.second_factor_failed(writing, user_id=user_id)
