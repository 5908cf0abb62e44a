"""The second factors of an account: passkeys, an authenticator app, recovery codes; and secrets that were used up."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime


class Passkey(Record, table=True):
    """A key pair in a person's device or key ring (WebAuthn); we hold the public half."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("credential_id"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    #: base64url without padding; WebAuthn allows 1,023 bytes.
    credential_id: str = Field(max_length=1400)
    #: COSE, as the device gave it.
    public_key: bytes = Field(sa_type=LargeBinary)
    #: Counts up in keys that count; a smaller number than before tells of a copy.
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str = Field(max_length=60)
    #: Whether the key is kept in a key ring that other devices of the person have too.
    is_synced: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TotpDevice(Record, table=True):
    """An authenticator app (RFC 6238). It counts from the moment that a first code was typed from it."""

    __tablename__ = "totp_devices"
    __table_args__ = (UniqueConstraint("user_id"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    #: The shared secret, sealed with a key that is not in the database (`core/seal.py`).
    sealed_secret: str = Field(max_length=255)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: The time step of the newest code that was taken: it and all before it are used up.
    last_step: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)


class RecoveryCode(Record, table=True):
    """One of the codes that let a person in without their device: kept as an argon2 hash, used once."""

    __tablename__ = "recovery_codes"
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    code_hash: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SpentSecret(Record, table=True):
    """The digest of a challenge that was answered: whoever overheard the answer cannot give it again."""

    __tablename__ = "spent_secrets"
    digest: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
