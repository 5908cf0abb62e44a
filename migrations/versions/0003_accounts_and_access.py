"""Accounts and access: factors, devices, memberships, limits, erasure."""

import sqlalchemy as sa
from alembic import op

from directory.accounts.rules import name_key

revision = "0003"
down_revision = "0002"
branch_labels = ()
depends_on = None

_HOLDS = "'link', 'honeypot', 'too_quick', 'network'"
_METHODS = "'password', 'password_and_code', 'password_and_recovery', 'password_and_passkey', 'passkey'"
_EVENTS = (
    "'signed_in', 'sign_in_failed', 'stepped_up', 'signed_out_elsewhere', 'password_changed', 'name_changed', 'email_change_asked',"
    " 'email_changed', 'passkey_added', 'passkey_removed', 'totp_added', 'totp_removed', 'recovery_codes_made', 'recovery_code_used',"
    " 'role_changed', 'consent_given', 'consent_withdrawn', 'exported', 'erasure_asked', 'erasure_cancelled'"
)

#: What holds of reviews from now on.
_REVIEWS_NEW = {
    "author_or_anonymised": "author_id IS NOT NULL OR status IN ('anonymised', 'removed')",
    "held_for_known": f"held_for IN ({_HOLDS})",
}
_PURPOSES = "purpose IN ('confirm_email', 'reset_password')"
_PURPOSES_NEW = "purpose IN ('confirm_email', 'reset_password', 'release_email', 'take_email')"
_ACTIONS = "action IN ('hide', 'restore', 'suspend', 'unsuspend', 'keep')"
_ACTIONS_NEW = "action IN ('hide', 'restore', 'suspend', 'unsuspend', 'keep', 'release')"


def upgrade() -> None:
    op.add_column("users", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("passkey_handle", sa.String(length=64), nullable=True))
    op.create_index("ix_users_passkey_handle", "users", ["passkey_handle"], unique=True)
    # Staff sign in anew: what they hold would outlive the hours that it may have from now on.
    op.execute("DELETE FROM auth_sessions WHERE user_id IN (SELECT id FROM users WHERE role IN ('moderator', 'admin'))")
    _add_word("auth_sessions", "method", f"method IN ({_METHODS})", "VARCHAR(40) DEFAULT 'password' NOT NULL")
    op.add_column("auth_sessions", sa.Column("awaits_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("auth_sessions", sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("auth_sessions", sa.Column("agent", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("auth_sessions", sa.Column("network", sa.String(length=64), nullable=False, server_default=""))
    _add_word("comments", "held_for", f"held_for IN ({_HOLDS})", "VARCHAR(40)")
    _rebuild_reviews()
    _never_give_a_number_twice()
    _swap_check("mailed_tokens", "purpose_known", _PURPOSES_NEW)
    _swap_check("decisions", "action_known", _ACTIONS_NEW)
    with op.batch_alter_table("consents") as batch:
        batch.drop_constraint(op.f("uq_consents_user_id_purpose_version"), type_="unique")
    live = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "one_live_consent", "consents", ["user_id", "purpose", "version"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_index("ix_consents_user_id", "consents", ["user_id"])
    _factors()
    _account_tables()
    _limits()
    _name_keys()


def downgrade() -> None:
    for table in (
        *("blocks", "rate_counts", "memberships", "erasure_requests", "notification_choices", "account_events", "email_changes"),
        *("spent_secrets", "recovery_codes", "totp_devices", "passkeys"),
    ):
        op.drop_table(table)
    op.drop_index("ix_consents_user_id", "consents")
    op.drop_index("one_live_consent", "consents")
    # Of several in one version the newest stays.
    op.execute("DELETE FROM consents WHERE id NOT IN (SELECT MAX(id) FROM consents GROUP BY user_id, purpose, version)")
    with op.batch_alter_table("consents") as batch:
        batch.create_unique_constraint(op.f("uq_consents_user_id_purpose_version"), ["user_id", "purpose", "version"])
    op.execute("UPDATE decisions SET action = 'restore' WHERE action = 'release'")
    _swap_check("decisions", "action_known", _ACTIONS)
    op.execute("DELETE FROM mailed_tokens WHERE purpose IN ('release_email', 'take_email')")
    _swap_check("mailed_tokens", "purpose_known", _PURPOSES)
    _rebuild_reviews_as_before()
    with op.batch_alter_table("comments") as batch:
        batch.drop_constraint(op.f("ck_comments_held_for_known"), type_="check")
        batch.drop_column("held_for")
    op.execute("DELETE FROM auth_sessions WHERE awaits_factor")
    for column in ("network", "agent", "stepped_up_at", "awaits_factor", "method"):
        op.drop_column("auth_sessions", column)
    op.drop_index("ix_users_passkey_handle", "users")
    op.drop_column("users", "passkey_handle")
    op.drop_column("users", "last_seen_at")


def _add_word(table: str, column: str, check: str, kind: str) -> None:
    """Add a column with its CHECK in one statement: in place on both databases, without rebuilding the table."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT ck_{table}_{column}_known CHECK ({check})")


def _never_give_a_number_twice() -> None:
    """Let SQLite count on: it would give the number of what was deleted to the next, and the log would speak of another.

    PostgreSQL counts on by itself. It stays so on the way down: it does no harm there.
    """
    if op.get_context().dialect.name == "sqlite":
        for table in ("users", "reviews", "comments"):
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass


def _swap_check(table: str, name: str, condition: str) -> None:
    """Give a CHECK another condition."""
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _rebuild_reviews() -> None:
    """Let an erased person's review stand without its author."""
    with op.batch_alter_table("reviews") as batch:
        batch.add_column(sa.Column("held_for", sa.String(length=40), nullable=True))
        batch.alter_column("author_id", existing_type=sa.Integer(), nullable=True)
        batch.drop_constraint(op.f("fk_reviews_author_id"), type_="foreignkey")
        batch.create_foreign_key(op.f("fk_reviews_author_id"), "users", ["author_id"], ["id"], ondelete="SET NULL")
        for name, condition in _REVIEWS_NEW.items():
            batch.create_check_constraint(op.f(f"ck_reviews_{name}"), condition)


def _rebuild_reviews_as_before() -> None:
    """Reviews without an author cannot stay: the table had no room for them."""
    op.execute("DELETE FROM reviews WHERE author_id IS NULL")
    with op.batch_alter_table("reviews") as batch:
        for name in _REVIEWS_NEW:
            batch.drop_constraint(op.f(f"ck_reviews_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_reviews_author_id"), type_="foreignkey")
        batch.create_foreign_key(op.f("fk_reviews_author_id"), "users", ["author_id"], ["id"], ondelete="CASCADE")
        batch.alter_column("author_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("held_for")


def _name_keys() -> None:
    """Give each account the key of how its name looks.

    Of two that look alike the older keeps the key. The younger keeps its name too, since nobody may be renamed unasked; its key gets
    a sign that no key has by itself, so that the name is nobody else's, and the next change of name goes by the new rule.
    """
    users = sa.table("users", sa.column("id", sa.Integer), sa.column("display_name", sa.String), sa.column("display_name_key", sa.String))
    link = op.get_bind()
    people = link.execute(sa.select(users.c.id, users.c.display_name).order_by(users.c.id)).all()
    taken, keys = set(), {}
    for user_id, name in people:
        key = name_key(name) or f"~{user_id}"
        keys[user_id] = key = f"{key[:100]}~{user_id}" if key in taken else key
        taken.add(key)
    # In two steps: an old key may be somebody else's new one.
    link.execute(sa.update(users).values(display_name_key=sa.literal("~") + sa.cast(users.c.id, sa.String)))
    if keys:
        change = sa.update(users).where(users.c.id == sa.bindparam("user_id")).values(display_name_key=sa.bindparam("new_key"))
        link.execute(change, [{"user_id": user_id, "new_key": key} for user_id, key in keys.items()])


def _user(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE")
    return sa.Column("user_id", sa.Integer(), nullable=False), key


def _id(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _factors() -> None:
    op.create_table(
        "passkeys",
        *_id("passkeys"),
        *_user("passkeys"),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        _at("created_at"),
        _at("last_used_at", nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "totp_devices",
        *_id("totp_devices"),
        *_user("totp_devices"),
        sa.Column("sealed_secret", sa.String(length=255), nullable=False),
        _at("confirmed_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        _at("created_at"),
        sa.UniqueConstraint("user_id", name=op.f("uq_totp_devices_user_id")),
    )
    op.create_table(
        "recovery_codes",
        *_id("recovery_codes"),
        *_user("recovery_codes"),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        _at("created_at"),
        _at("used_at", nullable=True),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "spent_secrets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        _at("expires_at"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_secrets")),
    )
    op.create_index("ix_spent_secrets_expires_at", "spent_secrets", ["expires_at"])


def _account_tables() -> None:
    op.create_table(
        "email_changes",
        *_id("email_changes"),
        *_user("email_changes"),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        _at("requested_at"),
        _at("expires_at"),
        _at("released_at", nullable=True),
        _at("taken_at", nullable=True),
        sa.UniqueConstraint("user_id", name=op.f("uq_email_changes_user_id")),
    )
    op.create_index("ix_email_changes_expires_at", "email_changes", ["expires_at"])
    op.create_table(
        "account_events",
        *_id("account_events"),
        *_user("account_events"),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        _at("created_at"),
        sa.CheckConstraint(f"kind IN ({_EVENTS})", name=op.f("ck_account_events_kind_known")),
    )
    op.create_index("ix_account_events_user_id_created_at", "account_events", ["user_id", "created_at", "id"])
    op.create_index("ix_account_events_created_at", "account_events", ["created_at"])
    op.create_table(
        "notification_choices",
        *_id("notification_choices"),
        *_user("notification_choices"),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_notification_choices_user_id_kind")),
    )
    op.create_table(
        "erasure_requests",
        *_id("erasure_requests"),
        *_user("erasure_requests"),
        sa.Column("keeps_reviews", sa.Boolean(), nullable=False),
        _at("requested_at"),
        _at("due_at"),
        sa.UniqueConstraint("user_id", name=op.f("uq_erasure_requests_user_id")),
    )
    op.create_index("ix_erasure_requests_due_at", "erasure_requests", ["due_at"])
    op.create_table(
        "memberships",
        *_id("memberships"),
        *_user("memberships"),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        _at("created_at"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_memberships_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_memberships_granted_by_id"), ondelete="SET NULL"),
        sa.UniqueConstraint("user_id", "profile_id", name=op.f("uq_memberships_user_id_profile_id")),
        sa.CheckConstraint("role IN ('owner', 'manager', 'responder')", name=op.f("ck_memberships_role_known")),
    )
    op.create_index("ix_memberships_profile_id", "memberships", ["profile_id"])
    op.create_index("ix_memberships_granted_by_id", "memberships", ["granted_by_id"])


def _limits() -> None:
    op.create_table(
        "rate_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        _at("expires_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counts")),
    )
    op.create_index("ix_rate_counts_expires_at", "rate_counts", ["expires_at"])
    op.create_table(
        "blocks",
        *_id("blocks"),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        _at("created_at"),
        _at("expires_at", nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_blocks_created_by_id"), ondelete="SET NULL"),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_blocks_kind_value")),
        sa.CheckConstraint("kind IN ('email', 'email_domain', 'network')", name=op.f("ck_blocks_kind_known")),
    )
    op.create_index("ix_blocks_created_by_id", "blocks", ["created_by_id"])
