"""Passkeys (WebAuthn): made, answered with, each answer taken once; the library checks signatures, this module what they mean."""

import re
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import delete, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from directory.accounts import service
from directory.core import clock, tokens
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import User
from directory.models.factors import Passkey, SpentSecret

MAX_NAME = 60
#: Nobody has more devices; a table is not filled from here.
MOST = 20
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,8000}")
#: What the library and those below it raise for nonsense.
_NONSENSE = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    struct.error,
    RecursionError,
)


class CountWentBack(Refused):
    """A key that counts gave a number that it had given before: somebody may have a copy of it.

    Args:
        user_id: Whose key it is.
    """

    def __init__(self, user_id: int) -> None:
        super().__init__(
            _("This passkey could be a copy, so that we did not take it. Log in another way, then remove it from your account.")
        )
        self.user_id = user_id


@dataclass(frozen=True)
class Site:
    """To whom passkeys answer: made of the settings alone, never of what a request says of its host.

    Args:
        id: The host name, to which a key is bound for good.
        origin: The address that browsers must name.
        name: What a browser may show.
    """

    id: str
    origin: str
    name: str


@dataclass(frozen=True)
class Made:
    """A key that was just made, checked."""

    credential_id: str
    public_key: bytes
    sign_count: int
    is_synced: bool


@dataclass(frozen=True)
class Answer:
    """What a key answered to a challenge, checked.

    Args:
        sign_count: The key's own count, or 0 where it does not count.
        is_verified: Whether the device asked for a finger, a face or a PIN: then the key is two factors in one.
        is_synced: Whether it lies in a key ring of several devices.
    """

    sign_count: int
    is_verified: bool
    is_synced: bool


def site(public_url: str, name: str) -> Site:
    """Return the site of an address as the settings have it."""
    parts = urlsplit(public_url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    host = parts.hostname or "localhost"
    return Site(host, f"{parts.scheme}://{host}{port}", name)


def new_challenge() -> str:
    """Return 256 random bits in base64url."""
    return bytes_to_base64url(secrets.token_bytes(32))


def all_of(session: Session, user_id: int) -> list[Passkey]:
    """Return a person's passkeys, the oldest first."""
    return list(session.exec(select(Passkey).where(col(Passkey.user_id) == user_id).order_by(col(Passkey.created_at), col(Passkey.id))))


def by_id(session: Session, passkey_id: int) -> Passkey:
    """Return one passkey, whosever it is.

    Raises:
        NotFound: when there is none of this id.
    """
    found = session.get(Passkey, passkey_id)
    if found is None:
        raise NotFound
    return found


def by_answer(session: Session, given: Mapping[str, Any]) -> tuple[Passkey, User] | None:
    """Return the passkey that answers, and whose it is; None when we have no such key, or its account may not be used."""
    id_ = given.get("id")
    if not isinstance(id_, str) or not _BASE64URL.fullmatch(id_):
        return None
    found = select(Passkey, User).join(User, col(Passkey.user_id) == col(User.id)).where(col(Passkey.credential_id) == id_)
    both = session.exec(found).first()
    return both if both is not None and both[1].is_active else None


def handle(session: Session, *, user_id: int) -> str:
    """Return what keys call the person: random, so that a key tells nothing of the account. The first call makes it."""
    user = service.load(session, user_id, lock=True)
    user.passkey_handle = user.passkey_handle or new_challenge()
    return user.passkey_handle


def creation_options(site: Site, *, user: User, handle: str, challenge: str, existing: Sequence[Passkey]) -> str:
    """Return as JSON what a browser needs to make a key. A device that has a key of this account makes no second one."""
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_name=user.email,
        user_display_name=user.display_name,
        user_id=base64url_to_bytes(handle),
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_listed(existing),
    )
    return webauthn.options_to_json(options)


def request_options(site: Site, *, challenge: str, verified: bool, existing: Sequence[Passkey] = ()) -> str:
    """Return as JSON what a browser needs to answer with a key.

    Args:
        site: To whom.
        challenge: From `new_challenge`.
        verified: Whether the device must ask for a finger, a face or a PIN.
        existing: The keys that may answer; at a log-in none is named, for nobody may learn which account has which.
    """
    wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = webauthn.generate_authentication_options(
        rp_id=site.id, challenge=base64url_to_bytes(challenge), allow_credentials=_listed(existing), user_verification=wanted
    )
    return webauthn.options_to_json(options)


def check_made(site: Site, given: Mapping[str, Any], *, challenge: str) -> Made:
    """Check what a browser says of a key that it made. Which make of device it is we do not ask, nor keep.

    Raises:
        Refused: when anything in it is not as it must be.
    """
    given = _shaped(given, ("attestationObject", "clientDataJSON"))
    try:
        made = webauthn.verify_registration_response(
            credential=given, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.id, expected_origin=site.origin
        )
        _refuse_frames(given)
    except _NONSENSE as error:
        raise Refused(_("This passkey was not made for this page. Load the page again, then try once more.")) from error
    synced = made.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return Made(bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count, synced)


def check_answer(
    site: Site, given: Mapping[str, Any], *, passkey: Passkey, challenge: str, verified: bool, named: bool, handle: str | None
) -> Answer:
    """Check what a key answered: for this site, to this challenge, signed by the very key.

    Args:
        site: To whom.
        given: The browser's word, as JSON.
        passkey: The key that it names.
        challenge: The one that was asked.
        verified: Whether the device must have asked for a finger, a face or a PIN.
        named: Whether the key must say whose it is.
        handle: What the key must call the person, where it says so.

    Raises:
        Refused: when anything in it is not as it must be.
    """
    given = _shaped(given, ("authenticatorData", "clientDataJSON", "signature"))
    says = given["response"].get("userHandle", "")
    try:
        seen = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            # What it counts is looked at in `use`, once the signature is known to be right.
            credential_current_sign_count=0,
            require_user_verification=verified,
        )
        _refuse_frames(given)
    except _NONSENSE as error:
        raise Refused(_("That did not work. Load the page again, then try once more.")) from error
    if (says or named) and says != handle:
        raise Refused(_("That did not work. Load the page again, then try once more."))
    return Answer(seen.new_sign_count, seen.user_verified, seen.credential_device_type is CredentialDeviceType.MULTI_DEVICE)


def add(session: Session, *, user_id: int, made: Made, name: str) -> Passkey:
    """Keep a new key.

    Raises:
        Refused: when it is known already, or there are too many.
    """
    service.load(session, user_id, lock=True)
    if session.exec(select(func.count()).select_from(Passkey).where(col(Passkey.user_id) == user_id)).one() >= MOST:
        raise Refused(_("You have %(most)d passkeys. Remove one that you no longer use.", most=MOST))
    passkey = Passkey(
        user_id=user_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name[:MAX_NAME] or _("Passkey"),
        is_synced=made.is_synced,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise Refused(_("This passkey is in use already.")) from error
    return passkey


def use(session: Session, *, passkey: Passkey, answer: Answer) -> None:
    """Note that a key was used; of two answers with one count one succeeds.

    Raises:
        CountWentBack: when its count is not above the last one.
    """
    later = or_(col(Passkey.sign_count) < answer.sign_count, (col(Passkey.sign_count) == 0) & (answer.sign_count == 0))
    values = {"sign_count": answer.sign_count, "last_used_at": clock.now(), "is_synced": answer.is_synced}
    done = session.execute(update(Passkey).where(col(Passkey.id) == passkey.id, later).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise CountWentBack(passkey.user_id)


def rename(session: Session, *, passkey_id: int, name: str) -> None:
    """Give a key another name."""
    by_id(session, passkey_id).name = name[:MAX_NAME]


def remove(session: Session, *, passkey_id: int) -> bool:
    """Forget a key; say whether it was still there."""
    return bool(session.execute(delete(Passkey).where(col(Passkey.id) == passkey_id)).rowcount)  # type: ignore[attr-defined]


def spend(session: Session, *, challenge: str, until: datetime) -> None:
    """Use a challenge up: whoever overheard its answer cannot give it again.

    Args:
        session: One that writes.
        challenge: The one that was answered.
        until: When it would end anyway.

    Raises:
        Refused: when it was answered before.
    """
    try:
        with session.begin_nested():
            session.add(SpentSecret(digest=tokens.digest(challenge), expires_at=until))
    except IntegrityError as error:
        raise Refused(_("This was used already. Load the page again, then try once more.")) from error


def _listed(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id)) for passkey in passkeys]


def _shaped(given: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """Return only what is asked of an answer, each part in the form that it must have."""
    inner = given.get("response")
    inner = inner if isinstance(inner, dict) else {}
    texts = [given.get("id"), given.get("rawId"), *(inner.get(part) for part in parts), inner.get("userHandle") or "x"]
    if given.get("type") != "public-key" or not all(isinstance(text, str) and _BASE64URL.fullmatch(text) for text in texts):
        raise Refused(_("That did not work. Load the page again, then try once more."))
    response = {part: inner[part] for part in parts} | ({"userHandle": inner["userHandle"]} if inner.get("userHandle") else {})
    return {"id": given["id"], "rawId": given["rawId"], "type": "public-key", "response": response}


def _refuse_frames(given: Mapping[str, Any]) -> None:
    """Refuse what was made inside another site's page; the library lets it pass."""
    if parse_client_data_json(base64url_to_bytes(given["response"]["clientDataJSON"])).cross_origin:
        raise ValueError("made in a frame of another site")
