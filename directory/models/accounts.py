"""People with an account, how they are recognised, and what they agreed to."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, where, words


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
        Index("ix_users_passkey_handle", "passkey_handle", unique=True),
        # A number is given once: the log names by number who was deleted.
        {"sqlite_autoincrement": True},
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
    #: Written at most hourly, by a job.
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: What passkeys call the person: random, so that a key tells nothing of the account. Made with the first passkey.
    passkey_handle: str | None = Field(default=None, max_length=64)

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

    @property
    def is_admin(self) -> bool:
        """Whether they may say who is a moderator."""
        return self.role is Role.ADMIN


class SignInMethod(StrEnum):
    """How somebody showed who they are. A passkey that asked for a finger or a PIN is two factors in one."""

    PASSWORD = "password"  # noqa: S105  (a way to sign in, not a password)
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105
    PASSWORD_AND_RECOVERY = "password_and_recovery"  # noqa: S105
    PASSWORD_AND_PASSKEY = "password_and_passkey"  # noqa: S105
    PASSKEY = "passkey"


class AuthSession(Record, table=True):
    """One browser where a person is signed in; the cookie holds the token, this row its digest."""

    __tablename__ = "auth_sessions"
    __table_args__ = (one_of("method", SignInMethod),)
    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    method: SignInMethod = Field(default=SignInMethod.PASSWORD, sa_type=words(SignInMethod))
    #: The password fitted and the second factor has not been shown yet: nobody is signed in by such a row.
    awaits_factor: bool = False
    #: When they last showed who they are, for what asks for it again (`rules.STEP_UP`).
    stepped_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: "Firefox on Linux": enough for the person to know it again.
    agent: str = Field(default="", max_length=120)
    #: The network, never the whole address: a /24 or /64.
    network: str = Field(default="", max_length=64)

    @property
    def two_factors(self) -> bool:
        """Whether two factors were shown."""
        return self.method is not SignInMethod.PASSWORD


class TokenPurpose(StrEnum):
    """What a mailed link is for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, not a password)
    #: To the present address: may the account leave it?
    RELEASE_EMAIL = "release_email"
    #: To the new address: is it theirs?
    TAKE_EMAIL = "take_email"


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
    # Taken back and given again is two rows: the history is the proof.
    __table_args__ = (Index("one_live_consent", "user_id", "purpose", "version", unique=True, **where("withdrawn_at IS NULL")),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
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


class EmailChange(Record, table=True):
    """A new address that somebody asked for; it is theirs once both addresses have agreed."""

    __tablename__ = "email_changes"
    __table_args__ = (UniqueConstraint("user_id"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    email: str = Field(max_length=254)
    email_key: str = Field(max_length=254)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    #: When the present address let go, and when the new one was shown to be theirs.
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EventKind(StrEnum):
    """What happened to an account, for its owner to read."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    STEPPED_UP = "stepped_up"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    NAME_CHANGED = "name_changed"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    ROLE_CHANGED = "role_changed"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    EXPORTED = "exported"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_CANCELLED = "erasure_cancelled"


class AccountEvent(Record, table=True):
    """One line of an account's history: its owner reads it, and the retention clock deletes it."""

    __tablename__ = "account_events"
    __table_args__ = (one_of("kind", EventKind), Index("ix_account_events_user_id_created_at", "user_id", "created_at", "id"))
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: EventKind = Field(sa_type=words(EventKind))
    agent: str = Field(default="", max_length=120)
    network: str = Field(default="", max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class NotificationChoice(Record, table=True):
    """Whether a person wants one kind of mail; without a row the kind's own default holds."""

    __tablename__ = "notification_choices"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    #: A word of `notifications/kinds.py`.
    kind: str = Field(max_length=40)
    wanted: bool


class ErasureRequest(Record, table=True):
    """Somebody wants to be forgotten; until `due_at` they can change their mind."""

    __tablename__ = "erasure_requests"
    __table_args__ = (UniqueConstraint("user_id"),)
    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    #: Leave published reviews without a name; otherwise they go too.
    keeps_reviews: bool
    requested_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
