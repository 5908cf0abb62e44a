"""People with an account, how they are recognised, and what they agreed to."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class Role(StrEnum):
    """What a person may do beside their own things."""

    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    MODERATOR = "moderator"
    ADMIN = "admin"


class UserStatus(StrEnum):
    """Whether the account may be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class User(UserMixin, Record, table=True):  # type: ignore[misc]
    """A person with an account. The mixin stands first: it gives equality by id."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        one_of("status", UserStatus),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year_sane"),
    )
    id: int = Field(default=None, primary_key=True)
    #: As typed, trimmed; mails go here.
    email: str = Field(max_length=254)
    #: Lower case: what makes an account unique.
    email_key: str = Field(max_length=254, unique=True)
    email_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    display_name: str = Field(max_length=60)
    #: Folded, so that two people cannot look alike.
    display_name_key: str = Field(max_length=120, unique=True)
    password_hash: str = Field(max_length=200)
    #: Counts up with each new password: links mailed before no longer work.
    password_version: int = 1
    birth_year: int
    role: Role = Field(default=Role.PATIENT, sa_type=words(Role))
    status: UserStatus = Field(default=UserStatus.ACTIVE, sa_type=words(UserStatus))
    is_sample: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def is_confirmed(self) -> bool:
        """Whether the e-mail address was shown to be theirs."""
        return self.email_confirmed_at is not None

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (Flask-Login asks)."""
        return self.status is UserStatus.ACTIVE

    @property
    def is_moderator(self) -> bool:
        """Whether they may hide and restore what others wrote."""
        return self.role in {Role.MODERATOR, Role.ADMIN}


class AuthSession(Record, table=True):
    """One browser where a person is signed in; the cookie holds the token, this row its digest."""

    __tablename__ = "auth_sessions"
    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TokenPurpose(StrEnum):
    """What a mailed link is for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, not a password)


class MailedToken(Record, table=True):
    """The secret of a mailed link: kept as a digest, used once."""

    __tablename__ = "mailed_tokens"
    __table_args__ = (one_of("purpose", TokenPurpose),)
    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    purpose: TokenPurpose = Field(sa_type=words(TokenPurpose))
    #: The address it proves, or the password it replaces: when either has changed the link is dead.
    email_key: str = Field(max_length=254)
    password_version: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Where the person was going when they registered: a path on this site.
    next_path: str = Field(default="/", max_length=500)
    #: The digest of a secret that the browser they registered in keeps; used there, the link also signs in.
    browser_hash: str = Field(default="", max_length=64)


class Consent(Record, table=True):
    """What a person agreed to, in which version of the text, and when (T-18)."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("user_id", "purpose", "version"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    purpose: str = Field(max_length=40)
    version: str = Field(max_length=20)
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginFailure(Record, table=True):
    """How often something that is limited was tried since `window_start`, above all failed log-ins (see `accounts/throttle.py`)."""

    __tablename__ = "login_failures"
    __table_args__ = (UniqueConstraint("key"),)
    id: int = Field(default=None, primary_key=True)
    #: A keyed digest of what is limited and for whom (an e-mail address, a network prefix): neither is kept in clear.
    key: str = Field(max_length=64)
    count: int
    window_start: datetime = Field(sa_type=UtcDateTime, index=True)
