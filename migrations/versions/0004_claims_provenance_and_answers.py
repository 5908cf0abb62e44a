"""Claims, provenance, answers: who a profile belongs to, who said what of it, and what is answered to reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = ()
depends_on = None

_TARGETS = ("profile_id", "review_id", "comment_id")


def upgrade() -> None:
    _claims()
    _provenance()
    _answers()
    _disclosures()
    op.add_column("profiles", sa.Column("accepting_clients", sa.Boolean(), nullable=True))
    _add_references("credentials", "users", "SET NULL", "checked_by_id", "stated_by_id")
    op.add_column("credentials", sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True))
    _add_references("reports", "replies", "CASCADE", "reply_id")
    _add_references("decisions", "replies", "CASCADE", "reply_id")
    _one_target(*_TARGETS, "reply_id")
    _evidence()


def downgrade() -> None:
    op.execute("DELETE FROM reports WHERE reply_id IS NOT NULL")
    op.execute("DELETE FROM decisions WHERE reply_id IS NOT NULL")
    _one_target(*_TARGETS)
    for table, columns in (
        ("evidence_blobs", ()),
        ("evidence", ()),
        ("decisions", ("reply_id",)),
        ("reports", ("reply_id",)),
        ("credentials", ("stated_by_id", "checked_by_id")),
    ):
        _drop_references(table, columns) if columns else op.drop_table(table)
    op.drop_column("credentials", "stated_at")
    op.drop_column("profiles", "accepting_clients")
    for table in (
        *("profile_days", "team_disclosures", "disputes", "reply_revisions", "replies", "edit_suggestions", "field_assertions"),
        *("role_proposals", "invitations", "claim_proofs", "claims"),
    ):
        op.drop_table(table)


def _add_references(table: str, to: str, on_delete: str, *columns: str) -> None:
    """Add columns that may point to a row of another table."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_{column}"), to, [column], ["id"], ondelete=on_delete)
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _drop_references(table: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        op.drop_index(f"ix_{table}_{column}", table)
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.drop_constraint(op.f(f"fk_{table}_{column}"), type_="foreignkey")
            batch.drop_column(column)


def _one_target(*columns: str) -> None:
    """Say between which columns a report has its one target."""
    summed = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns)
    with op.batch_alter_table("reports") as batch:
        batch.drop_constraint(op.f("ck_reports_one_target"), type_="check")
        batch.create_check_constraint(op.f("ck_reports_one_target"), f"{summed} = 1")


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("contests_id", sa.Integer(), nullable=True),
        sa.Column("seconded_by_id", sa.Integer(), nullable=True),
        sa.Column("recheck_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'manager', 'responder')", name=op.f("ck_claims_role_known")),
        sa.CheckConstraint(
            "status IN ('started', 'challenge_sent', 'proof_received', 'in_review', 'approved', 'contested', 'denied', 'expired', 'withdrawn', 'revoked', 'transferred')",
            name=op.f("ck_claims_status_known"),
        ),
        sa.ForeignKeyConstraint(["contests_id"], ["claims.id"], name=op.f("fk_claims_contests_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_claims_decided_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_claims_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seconded_by_id"], ["users.id"], name=op.f("fk_claims_seconded_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_claims_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_contests_id", "claims", ["contests_id"])
    op.create_index("ix_claims_decided_by_id", "claims", ["decided_by_id"])
    op.create_index("ix_claims_expires_at", "claims", ["expires_at"])
    op.create_index("ix_claims_profile_id", "claims", ["profile_id"])
    op.create_index("ix_claims_queue", "claims", ["status", "updated_at", "id"])
    op.create_index("ix_claims_recheck_at", "claims", ["recheck_at"])
    op.create_index("ix_claims_seconded_by_id", "claims", ["seconded_by_id"])
    op.create_index("ix_claims_user_id", "claims", ["user_id"])
    op.create_index(
        "one_open_claim",
        "claims",
        ["profile_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('started', 'challenge_sent', 'proof_received', 'in_review')"),
        postgresql_where=sa.text("status IN ('started', 'challenge_sent', 'proof_received', 'in_review')"),
    )
    op.create_index(
        "one_owner",
        "claims",
        ["profile_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('approved', 'contested')"),
        postgresql_where=sa.text("status IN ('approved', 'contested')"),
    )
    op.create_table(
        "claim_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "method IN ('email_at_domain', 'dns_txt', 'well_known', 'meta_tag', 'phone_code', 'letter_code', 'licence_document', 'photo_id', 'registry_match')",
            name=op.f("ck_claim_proofs_method_known"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'proved', 'failed', 'expired', 'lapsed')", name=op.f("ck_claim_proofs_status_known")
        ),
        sa.CheckConstraint("tries_left >= 0", name=op.f("ck_claim_proofs_tries_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_proofs_claim_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_proofs")),
        sa.UniqueConstraint("claim_id", "method", name=op.f("uq_claim_proofs_claim_id_method")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'manager', 'responder')", name=op.f("ck_invitations_role_known")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_invitations_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("profile_id", "email_key", name=op.f("uq_invitations_profile_id_email_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])
    op.create_index("ix_invitations_invited_by_id", "invitations", ["invited_by_id"])
    op.create_table(
        "role_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("proposed_by_profile_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_role_proposals_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioners.id"], name=op.f("fk_role_proposals_practitioner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_profile_id"], ["profiles.id"], name=op.f("fk_role_proposals_proposed_by_profile_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_role_proposals_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_proposals")),
        sa.UniqueConstraint("practitioner_id", "organization_id", name=op.f("uq_role_proposals_practitioner_id_organization_id")),
    )
    op.create_index("ix_role_proposals_organization_id", "role_proposals", ["organization_id"])
    op.create_index("ix_role_proposals_proposed_by_profile_id", "role_proposals", ["proposed_by_profile_id"])
    op.create_index("ix_role_proposals_user_id", "role_proposals", ["user_id"])


def _provenance() -> None:
    op.create_table(
        "field_assertions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("rank", sa.String(length=40), nullable=False),
        sa.Column("source_record_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("asserted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rank IN ('guess', 'register', 'owner', 'moderator')", name=op.f("ck_field_assertions_rank_known")),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_field_assertions_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["source_record_id"], ["source_records.id"], name=op.f("fk_field_assertions_source_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_field_assertions_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_assertions")),
    )
    op.create_index("ix_field_assertions_profile_id_field", "field_assertions", ["profile_id", "field", "id"])
    op.create_index("ix_field_assertions_source_record_id", "field_assertions", ["source_record_id"])
    op.create_index("ix_field_assertions_user_id", "field_assertions", ["user_id"])
    op.create_index(
        "one_word_of_a_source",
        "field_assertions",
        ["profile_id", "field", "source_record_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND rank = 'register'"),
        postgresql_where=sa.text("ended_at IS NULL AND rank = 'register'"),
    )
    op.create_index(
        "one_word_of_moderators",
        "field_assertions",
        ["profile_id", "field"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND rank = 'moderator'"),
        postgresql_where=sa.text("ended_at IS NULL AND rank = 'moderator'"),
    )
    op.create_index(
        "one_word_of_the_owner",
        "field_assertions",
        ["profile_id", "field"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND rank = 'owner'"),
        postgresql_where=sa.text("ended_at IS NULL AND rank = 'owner'"),
    )
    op.create_table(
        "edit_suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'accepted', 'declined')", name=op.f("ck_edit_suggestions_status_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_edit_suggestions_decided_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_edit_suggestions_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_edit_suggestions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_suggestions")),
    )
    op.create_index("ix_edit_suggestions_decided_by_id", "edit_suggestions", ["decided_by_id"])
    op.create_index("ix_edit_suggestions_profile_id", "edit_suggestions", ["profile_id"])
    op.create_index("ix_edit_suggestions_queue", "edit_suggestions", ["status", "created_at", "id"])
    op.create_index("ix_edit_suggestions_user_id", "edit_suggestions", ["user_id"])


def _answers() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=3000), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("removed_for", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'removed') = (removed_for IS NOT NULL)", name=op.f("ck_replies_removed_for_a_reason")),
        sa.CheckConstraint(
            "removed_for IN ('not_own_experience', 'conflict_of_interest', 'private_information', 'abuse', 'illegal', 'spam', 'wrong_profile', 'mistake', 'corrected', 'no_rule_broken')",
            name=op.f("ck_replies_removed_for_known"),
        ),
        sa.CheckConstraint("status IN ('visible', 'removed', 'withdrawn')", name=op.f("ck_replies_status_known")),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_replies_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_replies_review_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_replies_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("review_id", name=op.f("uq_replies_review_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_replies_profile_id", "replies", ["profile_id"])
    op.create_index("ix_replies_user_id", "replies", ["user_id"])
    op.create_table(
        "reply_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=3000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_reply_revisions_reply_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reply_revisions_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_revisions")),
    )
    op.create_index("ix_reply_revisions_reply_id", "reply_revisions", ["reply_id"])
    op.create_index("ix_reply_revisions_user_id", "reply_revisions", ["user_id"])
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=3000), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=3000), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("decision", sa.String(length=2000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("appellant_id", sa.Integer(), nullable=True),
        sa.Column("appeal", sa.String(length=3000), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_outcome", sa.String(length=40), nullable=True),
        sa.Column("appeal_decision", sa.String(length=2000), nullable=False),
        sa.Column("appeal_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("appeal_outcome IN ('kept', 'amended', 'removed')", name=op.f("ck_disputes_appeal_outcome_known")),
        sa.CheckConstraint("outcome IN ('kept', 'amended', 'removed')", name=op.f("ck_disputes_outcome_known")),
        sa.CheckConstraint(
            "reason IN ('never_a_patient', 'wrong_profile', 'false_fact', 'conflict_of_interest', 'private_information', 'abuse')",
            name=op.f("ck_disputes_reason_known"),
        ),
        sa.CheckConstraint(
            "status IN ('reviewer_notified', 'answered', 'no_answer', 'reviewer_amended', 'decided', 'appealed', 'final', 'closed',"
            " 'called_off')",
            name=op.f("ck_disputes_status_known"),
        ),
        sa.ForeignKeyConstraint(["appeal_decided_by_id"], ["users.id"], name=op.f("fk_disputes_appeal_decided_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["appellant_id"], ["users.id"], name=op.f("fk_disputes_appellant_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_disputes_decided_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_disputes_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_disputes_review_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_disputes_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index("ix_disputes_answer_due_at", "disputes", ["answer_due_at"])
    op.create_index("ix_disputes_appeal_decided_by_id", "disputes", ["appeal_decided_by_id"])
    op.create_index("ix_disputes_appellant_id", "disputes", ["appellant_id"])
    op.create_index("ix_disputes_decided_by_id", "disputes", ["decided_by_id"])
    op.create_index("ix_disputes_profile_id", "disputes", ["profile_id"])
    op.create_index("ix_disputes_queue", "disputes", ["status", "created_at", "id"])
    op.create_index("ix_disputes_review_id", "disputes", ["review_id"])
    op.create_index("ix_disputes_user_id", "disputes", ["user_id"])
    op.create_index(
        "one_open_dispute",
        "disputes",
        ["review_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('reviewer_notified', 'answered', 'no_answer', 'reviewer_amended', 'appealed')"),
        postgresql_where=sa.text("status IN ('reviewer_notified', 'answered', 'no_answer', 'reviewer_amended', 'appealed')"),
    )


def _disclosures() -> None:
    op.create_table(
        "team_disclosures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("evaluation", sa.String(length=40), nullable=True),
        sa.Column("design", sa.String(length=40), nullable=True),
        sa.Column("extraction", sa.String(length=40), nullable=True),
        sa.Column("sites", sa.String(length=40), nullable=True),
        sa.Column("implantation", sa.String(length=40), nullable=True),
        sa.Column("patients_per_day", sa.Integer(), nullable=True),
        sa.Column("is_insured", sa.Boolean(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "design IN ('physician', 'nurse', 'technician', 'smp_artist', 'varies', 'not_done')",
            name=op.f("ck_team_disclosures_design_known"),
        ),
        sa.CheckConstraint(
            "evaluation IN ('physician', 'nurse', 'technician', 'smp_artist', 'varies', 'not_done')",
            name=op.f("ck_team_disclosures_evaluation_known"),
        ),
        sa.CheckConstraint(
            "extraction IN ('physician', 'nurse', 'technician', 'smp_artist', 'varies', 'not_done')",
            name=op.f("ck_team_disclosures_extraction_known"),
        ),
        sa.CheckConstraint(
            "implantation IN ('physician', 'nurse', 'technician', 'smp_artist', 'varies', 'not_done')",
            name=op.f("ck_team_disclosures_implantation_known"),
        ),
        sa.CheckConstraint(
            "sites IN ('physician', 'nurse', 'technician', 'smp_artist', 'varies', 'not_done')",
            name=op.f("ck_team_disclosures_sites_known"),
        ),
        sa.CheckConstraint("patients_per_day BETWEEN 1 AND 50", name=op.f("ck_team_disclosures_patients_per_day_sane")),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_team_disclosures_profile_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_disclosures_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_disclosures")),
        sa.UniqueConstraint("profile_id", name=op.f("uq_team_disclosures_profile_id")),
    )
    op.create_index("ix_team_disclosures_user_id", "team_disclosures", ["user_id"])
    op.create_table(
        "profile_days",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("appearances", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_profile_days_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("profile_id", "day", name=op.f("pk_profile_days")),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("credential_id", sa.Integer(), nullable=True),
        sa.Column("dispute_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('licence', 'photo_id', 'certificate', 'correspondence', 'other')", name=op.f("ck_evidence_kind_known")
        ),
        sa.CheckConstraint(
            "(CASE WHEN claim_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN credential_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN dispute_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_evidence_one_subject"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_evidence_claim_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_evidence_credential_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_evidence_dispute_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_evidence_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_claim_id", "evidence", ["claim_id"])
    op.create_index("ix_evidence_credential_id", "evidence", ["credential_id"])
    op.create_index("ix_evidence_dispute_id", "evidence", ["dispute_id"])
    op.create_index("ix_evidence_purge_at", "evidence", ["purge_at"])
    op.create_index("ix_evidence_user_id", "evidence", ["user_id"])
    op.create_table(
        "evidence_blobs",
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_blobs_evidence_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_blobs")),
    )
