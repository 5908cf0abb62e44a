"""The keys of the evidence store: lines `id:base64 of 32 bytes`, the first seals, all of them open."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from directory.core import seal
from directory.core.errors import CannotOpen
from directory.core.i18n import _

KEY_LENGTH = 32
FILE_NAME = "evidence_keys"
_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


class BadKeys(ValueError):
    """The keys cannot be read; the text says in which line, and never what stands there."""


@dataclass(frozen=True, repr=False)
class KeyRing:
    """All keys, of which the current one seals.

    Args:
        current: The id of the key that seals.
        keys: Id -> 32 bytes.
    """

    current: str
    keys: Mapping[str, bytes]

    def seal(self, data: bytes, *, bound: bytes) -> tuple[str, bytes]:
        """Return the id of the current key, and what only that key and `bound` open again."""
        return self.current, seal.seal_bytes(data, key=self.keys[self.current], bound=bound)

    def open(self, sealed: bytes, *, key_id: str, bound: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            CannotOpen: when the key is not here, or the bytes belong to another row or were changed.
        """
        key = self.keys.get(key_id)
        if key is None:
            raise CannotOpen(_("The key of this document is not on this site any more."))
        return seal.open_bytes(sealed, key=key, bound=bound)


def read(text: str) -> KeyRing:
    """Return the keys of a text.

    Raises:
        BadKeys: when a line is no key, or two have one id.
    """
    keys: dict[str, bytes] = {}
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if not line:
            continue
        key_id, _colon, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error as error:
            raise BadKeys(f"line {number} is no base64") from error
        if not _ID.fullmatch(key_id) or len(key) != KEY_LENGTH or key_id in keys:
            raise BadKeys(f"line {number} is not `id:base64 of {KEY_LENGTH} bytes` with an id of its own")
        keys[key_id] = key
    if not keys:
        raise BadKeys("there is no key")
    return KeyRing(next(iter(keys)), keys)


def of(text: str, *, data_dir: Path, production: bool) -> KeyRing | None:
    """Return the keys of the setting; without them those of the data folder in development, and none in production.

    Raises:
        BadKeys: when the setting cannot be read.
    """
    if text.strip():
        return read(text)
    return None if production else kept(data_dir)


def made(key_id: str) -> str:
    """Return the line of a new key."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_LENGTH)).decode()}"


def kept(data_dir: Path) -> KeyRing:
    """Return the data folder's own key, for development; the first call makes it, readable by its owner alone."""
    path = data_dir / FILE_NAME
    data_dir.mkdir(parents=True, exist_ok=True)
    partial = data_dir / f"{FILE_NAME}.{secrets.token_hex(6)}"
    if not path.exists():
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(made("development") + "\n")
        try:
            os.link(partial, path)  # whole or not at all, and never over another process's key
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return read(path.read_text("ascii"))
