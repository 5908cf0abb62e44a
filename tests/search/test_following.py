"""Two hosts, one database, an index each: what the worker of one does, the other does too."""

from pathlib import Path

import pytest
from sqlmodel import Session

from directory import outbox, work
from directory.config import Settings
from directory.core.db import Database
from directory.search import finding, indexer
from directory.search.criteria import Criteria
from directory.search.port import index_folder
from directory.search.whoosh_engine import WhooshEngine
from directory.treatments import service as taxonomy
from tests.factories import Make


def host(folder: Path) -> Settings:
    return Settings(data_dir=folder, secret_key="tests-only-0123456789-abcdefghijklmnop", search_engine="whoosh")


@pytest.fixture
def hosts(tmp_path: Path, session: Session, make: Make, database: Database) -> tuple[Settings, Settings]:
    """The first has a worker that runs the jobs, the second follows."""
    taxonomy.sync(session)
    make.profile("Ada Marsh")
    session.commit()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return host(tmp_path / "one"), host(tmp_path / "two")


def names_found(settings: Settings, text: str) -> int:
    return WhooshEngine(index_folder(settings.data_dir)).search(None, Criteria(text=text)).total


def run_jobs(database: Database, settings: Settings) -> None:
    assert work.run_due(database, settings, indexer.HANDLERS)


def test_what_one_does_the_other_does_too(hosts, database, session, make):
    """A change, and nothing twice. Seen to fail with the jobs that wait in place of those that were ended."""
    one, two = hosts
    indexer.rebuild(database, one)
    following = indexer.follower(database, two)
    following.catch_up()
    assert names_found(two, "ada") == 1, "without an index one is made"
    zoe = make.profile("Zoe Marsh")
    outbox.enqueue(session, "search.profile_changed", key=f"search.profile_changed:{zoe.id}", profile_id=zoe.id)
    session.commit()
    assert following.catch_up() == 0, "nobody has done it yet"
    run_jobs(database, one)
    assert names_found(one, "zoe") == 1
    assert names_found(two, "zoe") == 0
    assert following.catch_up() == 1
    assert names_found(two, "zoe") == 1
    assert following.catch_up() == 0


def test_a_rebuild_elsewhere_is_one_here(hosts, database, session, make):
    """Seen to fail with the jobs that wait in place of those that were ended."""
    one, two = hosts
    indexer.rebuild(database, one)
    following = indexer.follower(database, two)
    following.catch_up()
    make.profile("Bo Okoye")  # as an import does it: many rows, one rebuild
    outbox.enqueue(session, "search.rebuild", key="search.rebuild")
    session.commit()
    run_jobs(database, one)
    following.catch_up()
    assert names_found(two, "okoye") == 1


def test_a_process_has_one_of_each_engine(hosts, database):
    """A job that opened the index anew would pay for that with every change. Seen to fail without `lru_cache`."""
    one, two = hosts
    assert finding.kept(one, database) is finding.kept(host(one.data_dir), database)
    assert finding.kept(one, database)[0] is not finding.kept(two, database)[0]
    assert finding.search_for(one, database).engine is finding.kept(one, database)[0]
