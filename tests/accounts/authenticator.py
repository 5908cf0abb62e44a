"""An authenticator in software: makes passkeys and answers with them as a phone would, or as an attacker would like to."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost:8000"
RP_ID = "localhost"
#: User present, user verified, backup eligible, backed up, attested data.
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


@dataclass
class Key:
    """One passkey: its private half, and what it calls its person."""

    id: bytes
    private: ec.EllipticCurvePrivateKey
    handle: str
    count: int = 0


@dataclass
class Authenticator:
    """A device that holds passkeys.

    Args:
        origin: What the browser says where it is.
        rp_id: For whom it signs.
        verifies: Whether it asks for a finger or a PIN.
        counts: Whether its keys count their answers.
        attestation: "none", or "packed" with a signature by the key itself.
        cross: Whether the browser says that it was in a frame of another site.
    """

    origin: str = ORIGIN
    rp_id: str = RP_ID
    verifies: bool = True
    counts: bool = True
    attestation: str = "none"
    cross: bool = False
    keys: list[Key] = field(default_factory=list)

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Make a passkey as `navigator.credentials.create` does, and return what the page's script would send."""
        key = Key(secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1()), options["user"]["id"])
        self.keys.append(key)
        numbers = key.private.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        data = self._data(AT, 0) + b"\0" * 16 + len(key.id).to_bytes(2, "big") + key.id + cose
        client = self._client("webauthn.create", options["challenge"])
        statement: dict[str, Any] = {}
        if self.attestation == "packed":
            statement = {"alg": -7, "sig": key.private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))}
        made = cbor2.dumps({"fmt": self.attestation, "attStmt": statement, "authData": data})
        return _credential(key, {"attestationObject": text(made), "clientDataJSON": text(client)})

    def answer(self, options: Mapping[str, Any], *, key: Key | None = None, count: int | None = None, named: bool = True) -> dict[str, Any]:
        """Answer as `navigator.credentials.get` does."""
        allowed = {one["id"] for one in options.get("allowCredentials", [])}
        key = key or next(one for one in self.keys if not allowed or text(one.id) in allowed)
        key.count = count if count is not None else key.count + self.counts
        data, client = self._data(0, key.count), self._client("webauthn.get", options["challenge"])
        signature = key.private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": text(data), "clientDataJSON": text(client), "signature": text(signature)}
        return _credential(key, parts | ({"userHandle": key.handle} if named else {}))

    def _data(self, more: int, count: int) -> bytes:
        flags = UP | more | (UV if self.verifies else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross}).encode()


def _credential(key: Key, response: dict[str, str]) -> dict[str, Any]:
    return {"id": text(key.id), "rawId": text(key.id), "type": "public-key", "response": response}
