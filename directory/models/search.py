"""What the two engines that live in the database keep: one row a listed profile, the words that occur, and how it all stands."""

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Connection, Index, MetaData, Text, event
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from directory.models.base import Record, byte_ordered, metadata, postgres_index

#: Of PostgreSQL's own additions: words that are spelled alike. A trusted one: whoever owns the database may add it.
EXTENSION = "pg_trgm"


@event.listens_for(metadata, "before_create")
def _add_extension(_tables: MetaData, connection: Connection, **_more: Any) -> None:
    """Add what the indexes of words need before any table is made without migrations."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")


class SearchDocument(Record, table=True):
    """What is looked for of a listed profile beyond its own columns. Made from other tables; safe to lose."""

    __tablename__ = "search_documents"
    __table_args__ = (
        postgres_index("ix_search_documents_words", "words"),
        Index("ix_search_documents_lat_lon", "lat", "lon"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL) AND (lat IS NULL) = (x IS NULL)", name="a_point_is_whole"),
    )
    profile_id: int = Field(primary_key=True, foreign_key="profiles.id", ondelete="CASCADE", sa_column_kwargs={"autoincrement": False})
    #: All tokens, each with the field it stands in, as `search.sql_words` writes them for either database.
    words: str = Field(sa_type=Text().with_variant(TSVECTOR(), "postgresql"))
    #: Degrees north and east: of the first address, else of the place.
    lat: float | None = None
    lon: float | None = None
    #: The same point on a ball of radius 1, so that distances are plain arithmetic on both databases.
    x: float | None = None
    y: float | None = None
    z: float | None = None
    #: The currency of the country where it stands, and the lowest published price of a whole visit in it, in minor units.
    currency: str | None = Field(default=None, max_length=3)
    price: int | None = Field(default=None, sa_type=BigInteger)
    #: BCP 47 tags.
    languages: list[str] = Field(default_factory=list, sa_type=JSON().with_variant(JSONB(), "postgresql"))
    #: The rebuild that was last begun when the row was written; at its end older rows are of profiles that are listed no more.
    build: int


class SearchWord(Record, table=True):
    """A word that occurs, so that a misspelled one can be mended. Kept where the engine `postgres` works."""

    __tablename__ = "search_words"
    __table_args__ = (postgres_index("ix_search_words_word_alike", "word", postgresql_ops={"word": "gin_trgm_ops"}),)
    word: str = Field(max_length=24, sa_type=byte_ordered(24), primary_key=True)
    #: Profiles that have it.
    documents: int


class SearchState(Record, table=True):
    """How the rows above stand: one row."""

    __tablename__ = "search_states"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    #: The rebuild that was last begun.
    build: int = 0
    #: Of which analysis the words are, by the last rebuild that came to its end; empty before that.
    version: str = Field(default="", max_length=64)
    #: The number of the last job that was applied.
    applied: int = 0
    #: Rows, kept with every change: the worker asks every few seconds.
    documents: int = 0
