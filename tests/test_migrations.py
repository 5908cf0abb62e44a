"""The schema that migrations make is the schema that the models say, and changing it loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask_alembic import Alembic

import tests.postgres
from directory.app import create_app
from directory.config import Settings
from directory.core.db import BrokenKeys, Database, migration_engine
from directory.models.accounts import User
from directory.web import schema
from tests.factories import Make


@pytest.fixture
def empty_app(empty_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Settings]]:
    settings = Settings(data_dir=tmp_path, database_url=empty_url, secret_key="tests-only-0123456789-abcdefghijklmnop")
    app = create_app(settings)
    yield app, settings
    app.extensions["hairline_database"].dispose()
    app.extensions["alembic"].engines["default"].dispose()


def _schema(url: str) -> dict[str, object]:
    """Describe every table: columns with types and nullability, indexes, keys, checks."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    look = sa.inspect(engine)
    found: dict[str, object] = {}
    for table in sorted(look.get_table_names()):
        found[table] = (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)),
            sorted((i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in look.get_indexes(table)),
            sorted((u["name"], tuple(u["column_names"])) for u in look.get_unique_constraints(table)),
            sorted((str(f["name"]), tuple(f["constrained_columns"]), f["referred_table"]) for f in look.get_foreign_keys(table)),
            sorted(str(c["name"]) for c in look.get_check_constraints(table)),
        )
    engine.dispose()
    return found


def test_the_newest_revision_is_what_the_models_say(empty_app: tuple[Flask, Settings]) -> None:
    """Seen to fail with a column added to a model."""
    app, settings = empty_app
    assert schema.migrate(app, settings)
    with app.app_context():
        differences = app.extensions["alembic"].compare_metadata()
    assert differences == []
    assert schema.is_current(app)
    assert not schema.migrate(app, settings), "a second run has nothing to do"


def test_every_revision_goes_up_and_down(empty_app: tuple[Flask, Settings]) -> None:
    """Seen to fail with a table forgotten in a downgrade."""
    app, settings = empty_app
    alembic: Alembic = app.extensions["alembic"]
    with app.app_context():
        revisions = [script.revision for script in reversed(alembic.log())]
    seen: list[dict[str, object]] = [{}]
    for revision in revisions:
        with app.app_context():
            alembic.upgrade(revision)
        seen.append(_schema(settings.database))
    for before in reversed(seen[:-1]):
        with app.app_context():
            alembic.downgrade(-1)
        now = _schema(settings.database)
        now.pop("alembic_version", None)
        before.pop("alembic_version", None)
        assert now == before


def test_the_number_of_a_deleted_account_is_not_given_again(empty_app: tuple[Flask, Settings]) -> None:
    """The log names accounts by number. Seen to fail on SQLite without AUTOINCREMENT."""
    app, settings = empty_app
    schema.migrate(app, settings)
    database: Database = app.extensions["hairline_database"]
    with database.transaction() as session:
        make = Make(session)
        first, last = make.user(), make.user()
        number = last.id
        session.delete(session.get_one(User, number))
        session.flush()
        assert make.user().id > number > first.id


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'batch.sqlite3'}"


def _family(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql(
            "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parents VALUES (1, 'a')")
        connection.exec_driver_sql("INSERT INTO children VALUES (1, 1), (2, 1)")


def _rebuild(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection, opts={"transactional_ddl": True}))
        with operations.batch_alter_table("parents", recreate="always") as batch:
            batch.add_column(sa.Column("note", sa.Text()))


def _children(url: str) -> int:
    with sa.create_engine(url).connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM children").scalar_one()


def test_rebuilding_a_table_keeps_its_children(sqlite_url: str) -> None:
    """Alembic's batch mode with foreign keys on deletes every child row: shown with the everyday engine, then with ours."""
    _family(Database(sqlite_url).engine)
    _rebuild(migration_engine(sqlite_url))
    assert _children(sqlite_url) == 2


def test_the_everyday_engine_would_have_lost_them(sqlite_url: str) -> None:
    """The offender: if this ever stops losing rows, the care above can go."""
    engine = Database(sqlite_url).engine
    _family(engine)
    _rebuild(engine)
    assert _children(sqlite_url) == 0


def test_a_row_that_points_nowhere_stops_the_migration(sqlite_url: str) -> None:
    """Seen to fail without the check at commit."""
    engine = migration_engine(sqlite_url)
    _family(engine)
    with pytest.raises(BrokenKeys, match="children"), engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM parents")
    assert _children(sqlite_url) == 2
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM parents").scalar_one() == 1, "nothing was kept"


def test_a_migration_that_fails_in_the_middle_leaves_nothing(sqlite_url: str) -> None:
    """Seen to fail with the driver's own transactions: the new table stays, half of the change done."""
    engine = migration_engine(sqlite_url)
    _family(engine)
    with pytest.raises(sa.exc.OperationalError), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN x TEXT")
    assert set(sa.inspect(sa.create_engine(sqlite_url)).get_table_names()) == {"parents", "children"}


def test_a_role_that_may_not_add_the_extension_is_told_what_to_do(postgres_url: str, tmp_path: Path) -> None:
    """Nothing is changed; once an administrator has added it, the migration goes through. Seen to fail without the look beforehand."""
    with tests.postgres.own_database(postgres_url) as url:
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP ROLE IF EXISTS no_owner")
            connection.exec_driver_sql("CREATE ROLE no_owner LOGIN")
            connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO no_owner")
        own = sa.make_url(url).set(username="no_owner", password=None).render_as_string(hide_password=False)
        settings = Settings(data_dir=tmp_path, database_url=own, secret_key="tests-only-0123456789-abcdefghijklmnop")
        app = create_app(settings)
        try:
            with pytest.raises(RuntimeError, match="CREATE EXTENSION pg_trgm"):
                schema.migrate(app, settings)
            assert not sa.inspect(admin).get_table_names()
            with admin.connect() as connection:
                connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
            assert schema.migrate(app, settings)
        finally:
            app.extensions["hairline_database"].dispose()
            app.extensions["alembic"].engines["default"].dispose()
    with sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        connection.exec_driver_sql("DROP ROLE no_owner")
