"""One schema per run and database; per test a transaction that is undone; no network."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from sqlmodel import Session

import tests.postgres
from directory.config import Settings
from directory.core.db import Database
from directory.models.base import metadata
from directory.search.port import index_folder
from tests.clients import Visitor
from tests.factories import SECRET_KEY, Make
from tests.logs import listening

#: Both databases, for tests that ask for `database`, `session` or what stands on them.
BOTH = ("sqlite", "postgres")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the environment of whoever runs the tests out of them."""
    for name in [
        n for n in os.environ if n.startswith("HAIRLINE_") and n not in {"HAIRLINE_REQUIRE_BROWSER", "HAIRLINE_DRILL", "HAIRLINE_FUZZ"}
    ]:
        del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option of `make test`."""
    parser.addoption("--one-database", action="store_true", help="run each test of a page on one of the two databases")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by what it needs: `fast` is whatever asks for nothing, `page` whatever asks the site through its pages.

    Pages ask the database by way of queries and services, whose own tests meet both databases each time.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "house" in fixtures:
            item.add_marker("page")
        if "database" in fixtures or "postgres_url" in fixtures:
            item.add_marker("db")
        elif not any(item.iter_markers("browser")) and not any(item.iter_markers("drill")) and not any(item.iter_markers("db")):
            item.add_marker("fast")
    left_out = [item for item in items if _is_on_the_other(item)] if config.getoption("--one-database") else []
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _is_on_the_other(item: pytest.Item) -> bool:
    """Say whether this test of a page runs on the other database: which one it is hangs on its name alone."""
    database = item.callspec.params.get("schema") if hasattr(item, "callspec") else None
    if database not in BOTH or not any(item.iter_markers("page")):
        return False
    name = item.nodeid.replace(f"[{database}", "[", 1)
    return BOTH[crc32(name.encode()) % len(BOTH)] != database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, started for this run and stopped after it."""
    from tests.postgres import started  # noqa: PLC0415  (only where it is asked for)

    with started() as url:
        yield url


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A folder for this run."""
    with tempfile.TemporaryDirectory(prefix="hairline-tests-") as name:
        yield Path(name)


@pytest.fixture(scope="session", params=BOTH)
def schema(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Database]:
    """A database with all tables and no rows, on SQLite and on PostgreSQL."""
    url = f"sqlite:///{data_dir / 'tests.sqlite3'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    metadata.drop_all(database.engine)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def database(schema: Database) -> Iterator[Database]:
    """The database of this test: whatever is committed in it is undone."""
    with schema.pinned():
        yield schema


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that may write, on the connection of this test."""
    with database._make(Session) as session:
        yield session


@pytest.fixture
def make(session: Session) -> Make:
    """Rows that are valid by default: `make.profile(name="Ada")`."""
    return Make(session)


@pytest.fixture(scope="session")
def settings(data_dir: Path) -> Settings:
    """Settings as in development."""
    return Settings(data_dir=data_dir, secret_key=SECRET_KEY)


@pytest.fixture(scope="session")
def house(schema: Database, settings: Settings) -> Flask:
    """The site on the schema of this run: built once, so that templates are compiled once."""
    from directory.app import create_app  # noqa: PLC0415  (tests of the lower floors need no view)

    app = create_app(settings, database=schema)
    app.testing = True
    return app


@pytest.fixture
def app(house: Flask, database: Database, settings: Settings) -> Flask:
    """The site on the database of this test, without an index or counts that another test may have left: the database answers."""
    shutil.rmtree(index_folder(settings.data_dir), ignore_errors=True)
    house.extensions["hairline_limits"].reset()
    return house


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser, signed out; `Visitor(app)` makes another."""
    return Visitor(app)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own without any table: for migrations and for tests with several processes."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    with tests.postgres.own_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def log_lines() -> Iterator[Callable[[], str]]:
    """What the log says during this test."""
    with listening() as said:
        yield said
