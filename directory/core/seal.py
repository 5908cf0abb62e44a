"""Secrets that must be read again later, sealed with a key that does not stand in the database (AES-256-GCM)."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from directory.core.errors import CannotOpen
from directory.core.i18n import _

#: The recipe; another one gets another word, so that old texts still tell how they were made.
VERSION = "s1"
_NONCE = 12
_SALT = b"hairline.seal.s1"


def seal(text: str, *, purpose: str, key: str) -> str:
    """Return a text that only the same key and purpose open again: `s1.<key id>.<nonce and ciphertext>`.

    Args:
        text: What to hide.
        purpose: What it is for and whose it is ("totp:7"): moved to another row it cannot be opened.
        key: The site's secret key.
    """
    nonce = os.urandom(_NONCE)
    hidden = AESGCM(_derived(purpose, key)).encrypt(nonce, text.encode(), VERSION.encode())
    return f"{VERSION}.{_key_id(key)}.{base64.urlsafe_b64encode(nonce + hidden).decode().rstrip('=')}"


def unseal(sealed: str, *, purpose: str, key: str) -> str:
    """Return the text that `seal` was given.

    Raises:
        CannotOpen: when it was sealed with another key or for another purpose, or was changed since.
    """
    version, _dot, rest = sealed.partition(".")
    key_id, _dot, body = rest.partition(".")
    if version != VERSION or key_id != _key_id(key):
        raise CannotOpen(_("This was kept with another key of this site."))
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return AESGCM(_derived(purpose, key)).decrypt(raw[:_NONCE], raw[_NONCE:], VERSION.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise CannotOpen(_("This was kept for something else, or it was changed.")) from error


def _derived(purpose: str, key: str, length: int = 32) -> bytes:
    """Return a key of its own for each purpose (HKDF-SHA-256): one that leaks opens nothing else."""
    return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=purpose.encode()).derive(key.encode())


def _key_id(key: str) -> str:
    """Return what tells keys apart and nothing about them."""
    return _derived("key id", key, 6).hex()


def seal_bytes(data: bytes, *, key: bytes, bound: bytes) -> bytes:
    """Return bytes that only the same key and `bound` open again: a nonce, then the ciphertext.

    Args:
        data: What to hide.
        key: 32 random bytes.
        bound: What they belong to: beside anything else they cannot be opened.
    """
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, bound)


def open_bytes(sealed: bytes, *, key: bytes, bound: bytes) -> bytes:
    """Return what `seal_bytes` was given.

    Raises:
        CannotOpen: when it was sealed with another key or belongs to something else, or was changed since.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(_("This was kept for something else, or it was changed.")) from error
