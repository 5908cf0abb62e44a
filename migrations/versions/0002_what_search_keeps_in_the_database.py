"""What search keeps in the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_states",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("build", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_states_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_states")),
    )
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(length=24).with_variant(sa.String(length=24, collation="C"), "postgresql"), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )
    op.create_table(
        "search_documents",
        sa.Column("profile_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("z", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("build", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lat IS NULL) = (lon IS NULL) AND (lat IS NULL) = (x IS NULL)", name=op.f("ck_search_documents_a_point_is_whole")
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_search_documents_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_lat_lon", "search_documents", ["lat", "lon"])
    if op.get_bind().dialect.name == "postgresql":
        _add_extension()
        op.create_index("ix_search_documents_words", "search_documents", ["words"], postgresql_using="gin")
        alike = {"postgresql_using": "gin", "postgresql_ops": {"word": "gin_trgm_ops"}}
        op.create_index("ix_search_words_word_alike", "search_words", ["word"], **alike)


def downgrade() -> None:
    # The extension stays: others may use it, and it was perhaps there before.
    op.drop_table("search_documents")
    op.drop_table("search_words")
    op.drop_table("search_states")


def _add_extension() -> None:
    """Add what compares words that are spelled alike; a role that may not can have it added by one that may."""
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").first():
        return
    try:
        connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
    except sa.exc.DBAPIError as error:
        raise RuntimeError(
            "This database needs PostgreSQL's extension pg_trgm, and this role may not add it or the server does not have it. "
            "Have an administrator run `CREATE EXTENSION pg_trgm` in this database, then migrate again. Nothing was changed."
        ) from error
