"""The authenticator app (RFC 6238): set up in two steps, each code taken once."""

import io
import re
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from directory.accounts import service
from directory.core import clock, seal, tokens
from directory.core.errors import CannotOpen, NotFound, Refused
from directory.core.i18n import _
from directory.models.factors import TotpDevice

#: Seconds that a code is shown, and how many steps a clock may be wrong: a code then works for a minute and a half.
STEP = 30
DRIFT = 1
DIGITS = 6
_BLANKS = re.compile(r"[\s\-]+")


@dataclass(frozen=True)
class Setup:
    """What an app needs to learn a secret, by camera or by hand.

    Args:
        groups: The secret in groups of four letters.
        uri: The same as a link that an app on this device opens.
        picture: A QR code of it as SVG.
    """

    groups: tuple[str, ...]
    uri: str
    picture: str


def device(session: Session, user_id: int) -> TotpDevice | None:
    """Return a person's app, confirmed or not yet."""
    return session.exec(select(TotpDevice).where(col(TotpDevice.user_id) == user_id)).first()


def begin(session: Session, *, user_id: int, key: str) -> None:
    """Make a secret for a new app. It counts once `confirm` has seen a code of it; begun again, it is another secret.

    Args:
        session: One that writes.
        user_id: Whose.
        key: The site's key, which seals the secret.

    Raises:
        Refused: when there is an app already.
    """
    service.load(session, user_id, lock=True)
    if is_on(session, user_id):
        raise Refused(_("You have an authenticator app already. Remove it first to set another one up."))
    session.execute(delete(TotpDevice).where(col(TotpDevice.user_id) == user_id))
    put(session, user_id=user_id, secret=pyotp.random_base32(), key=key)


def put(session: Session, *, user_id: int, secret: str, key: str, confirmed_at: datetime | None = None) -> None:
    """Keep a secret, sealed."""
    sealed = seal.seal(secret, purpose=_purpose(user_id), key=key)
    session.add(TotpDevice(user_id=user_id, sealed_secret=sealed, confirmed_at=confirmed_at, created_at=clock.now()))
    session.flush()


def is_on(session: Session, user_id: int) -> bool:
    """Say whether the account asks for codes of an app."""
    found = device(session, user_id)
    return found is not None and found.confirmed_at is not None


def setup(session: Session, *, user_id: int, label: str, issuer: str, key: str) -> Setup:
    """Return what an app needs to learn the secret that waits for its first code; of a confirmed app nothing is ever shown again.

    Args:
        session: One that reads.
        user_id: Whose.
        label: What the app calls the account: its address.
        issuer: What it calls the site.
        key: The site's key.

    Raises:
        NotFound: when none waits.
    """
    found = device(session, user_id)
    if found is None or found.confirmed_at is not None:
        raise NotFound
    secret = _secret(found, key)
    uri = pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer)
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, svgclass="qr__picture", lineclass="qr__lines", omitsize=True, nl=False
    )
    return Setup(tuple(secret[i : i + 4] for i in range(0, len(secret), 4)), uri, out.getvalue().decode())


def confirm(session: Session, *, user_id: int, code: str, key: str) -> None:
    """Turn a new app on after its first code.

    Raises:
        Refused: when the code does not fit, or none waits.
    """
    found = device(session, user_id)
    if found is None or found.confirmed_at is not None:
        raise Refused(_("Begin again: there is no app that waits for its first code."))
    step = matching_step(_secret(found, key), code)
    if step is None:
        raise Refused(
            _("This code does not fit. Wait for the next one in the app, then type it; is the clock of your phone right?"), field="code"
        )
    waiting = (col(TotpDevice.id) == found.id, col(TotpDevice.confirmed_at).is_(None))
    values = {"confirmed_at": clock.now(), "last_step": step}
    if session.execute(update(TotpDevice).where(*waiting).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(_("Begin again: there is no app that waits for its first code."))


def use(session: Session, *, user_id: int, code: str, key: str) -> bool:
    """Take a code and say whether it fits; it and all before it are used up, so that whoever saw it typed cannot use it.

    Of two requests with one code at the same moment one succeeds: the step is compared in the statement that sets it.

    Raises:
        Refused: when the secret cannot be read, because the site's key was changed.
    """
    found = device(session, user_id)
    if found is None or found.confirmed_at is None:
        return False
    step = matching_step(_secret(found, key), code)
    if step is None:
        return False
    newer = or_(col(TotpDevice.last_step).is_(None), col(TotpDevice.last_step) < step)
    taken = session.execute(update(TotpDevice).where(col(TotpDevice.id) == found.id, newer).values(last_step=step))
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def remove(session: Session, *, user_id: int) -> bool:
    """Forget a person's app; say whether there was one that counted."""
    was_on = is_on(session, user_id)
    session.execute(delete(TotpDevice).where(col(TotpDevice.user_id) == user_id))
    return was_on


def is_code(typed: str) -> bool:
    """Say whether somebody typed what an app shows, rather than a recovery code."""
    bare = _BLANKS.sub("", typed)
    return len(bare) == DIGITS and bare.isascii() and bare.isdigit()


def matching_step(secret: str, typed: str) -> int | None:
    """Return the time step whose code was typed, at most `DRIFT` steps from now; None when it fits none of them."""
    if not is_code(typed):
        return None
    made, now = pyotp.TOTP(secret, digits=DIGITS, interval=STEP), int(clock.now().timestamp()) // STEP
    bare = _BLANKS.sub("", typed)
    # All are compared, whichever fits: the time tells nothing.
    fitting = [step for step in range(now - DRIFT, now + DRIFT + 1) if tokens.same(made.generate_otp(step), bare)]
    return fitting[-1] if fitting else None


def _secret(found: TotpDevice, key: str) -> str:
    try:
        return seal.unseal(found.sealed_secret, purpose=_purpose(found.user_id), key=key)
    except CannotOpen as error:
        message = _("We can no longer check the codes of your app: the key of this site was changed. Use a passkey or a recovery code.")
        raise Refused(message, field="code") from error


def _purpose(user_id: int) -> str:
    return f"totp:{user_id}"
