"""How the databases answer: by an index where one is there for it."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from directory.core.db import Database
from directory.search import documents, sql_engine
from directory.search.criteria import Centre, Criteria, Sort
from directory.search.port import SearchEngine
from directory.search.postgres_engine import PostgresEngine
from directory.search.sql_engine import SqlEngine
from tests.factories import Make


@pytest.fixture
def engine(database: Database, make: Make) -> SearchEngine:
    """A few profiles and their rows."""
    for number in range(30):
        make.profile(f"Ada Marsh {number}")
    made = SqlEngine(database) if database.is_sqlite else PostgresEngine(database)
    made.rebuild(documents.batches(database), total=30)
    return made


def plan(session: Session, database: Database, criteria: Criteria) -> str:
    """Return how the page of a question is read."""
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "count(*) OVER" in statement:
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        sql_engine.answer(session, criteria)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    if not database.is_sqlite:
        # A table of thirty rows is read whole, or row by row, otherwise.
        off = "('enable_seqscan', 'enable_indexscan', 'enable_nestloop')"
        session.execute(text(f"SELECT set_config(name, 'off', true) FROM pg_settings WHERE name IN {off}"))
    rows = session.connection().exec_driver_sql(f"{explain} {sent[0][0]}", sent[0][1]).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_a_city_by_score_is_read_from_its_index(session, database, engine, make):
    """Also with distances to its centre. Seen to fail with the place's condition on another table."""
    place = make.place()
    for centre in (None, Centre(place.lat, place.lon)):
        read = plan(session, database, Criteria(place_id=place.id, centre=centre, sort=Sort.SCORE))
        assert "ix_profiles_listing_score" in read or "ix_profiles_place_id" in read, read


def test_what_is_around_a_city_is_read_from_its_square(session, database, engine, make):
    """Seen to fail with the square left out."""
    place = make.place()
    read = plan(session, database, Criteria(place_id=place.id, centre=Centre(place.lat, place.lon), radius=50))
    assert "ix_search_documents_lat_lon" in read, read
    assert "ix_places_lat_lon" in read, read


def test_words_are_read_from_their_index_where_there_is_one(session, database, engine):
    """Seen to fail with a function around the column."""
    read = plan(session, database, Criteria(text="marsh", sort=Sort.SCORE))
    assert database.is_sqlite or "ix_search_documents_words" in read, read


def test_names_are_not_joined_to_what_nobody_asks(session, database, engine, make):
    """A plain list reads no documents. Seen to fail with an inner join."""
    read = plan(session, database, Criteria(place_id=make.place().id))
    assert "search_documents" not in read, read
