"""Whatever happens to the index, the site answers and the worker mends it by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory import work
from directory.config import Settings
from directory.core.db import Database
from directory.models.base import metadata
from directory.search import finding, generations, indexer
from directory.search.criteria import Criteria
from directory.search.port import index_folder
from directory.treatments import service as taxonomy
from tests.factories import Make


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Database, Settings]]:
    """A site with an index and one profile."""
    settings = Settings(data_dir=tmp_path, secret_key="tests-only-0123456789-abcdefghijklmnop")
    database = Database(f"sqlite:///{tmp_path / 'hairline.sqlite3'}")
    metadata.create_all(database.engine)
    with database.transaction() as session:
        taxonomy.sync(session)
        Make(session).profile("Ada Marsh", about="Calm and natural work")
    indexer.rebuild(database, settings)
    yield database, settings
    database.dispose()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("pattern", ["*.seg", "*.toc", "MANIFEST", "../CURRENT"])
@pytest.mark.parametrize("damage", [flip, lambda path: path.write_bytes(b""), Path.unlink], ids=["flipped", "emptied", "missing"])
def test_damage_is_answered_for_and_mended(own: tuple[Database, Settings], pattern: str, damage: Callable[[Path], None]) -> None:
    """The worker is started, as after a crash. Seen to fail without the watch, and with the error passed on to the visitor."""
    database, settings = own
    live = generations.live(index_folder(settings.data_dir))
    assert live is not None
    damage(next(live.glob(pattern)) if not pattern.startswith("..") else live.parent / "CURRENT")
    search = finding.search_for(settings, database)
    with database.session() as session:
        assert search.find(session, Criteria(text="natural")).total == 1
    stop = threading.Event()
    watching = threading.Thread(target=indexer.watch, args=(database, settings, stop))
    watching.start()
    end = time.monotonic() + 30
    while time.monotonic() < end and not work.run_due(database, settings, indexer.HANDLERS):
        time.sleep(0.05)
    stop.set()
    watching.join()
    with database.session() as session:
        found = search.find(session, Criteria(text="natural"))
    assert (found.total, found.is_fallback) == (1, False)
    assert not search.engine.state(deep=True).faults


def test_a_database_that_is_away_for_a_moment_does_not_end_the_watch(tmp_path: Path) -> None:
    """Here it has no tables yet. Seen to fail with the error let through: nobody looked after the index any more."""
    settings = Settings(data_dir=tmp_path, secret_key="tests-only-0123456789-abcdefghijklmnop")
    database = Database(f"sqlite:///{tmp_path / 'hairline.sqlite3'}")
    stop = threading.Event()
    watching = threading.Thread(target=indexer.watch, args=(database, settings, stop))
    watching.start()
    time.sleep(0.5)
    metadata.create_all(database.engine)
    with database.transaction() as session:
        taxonomy.sync(session)
        Make(session).profile("Ada Marsh")
    end = time.monotonic() + 30
    while time.monotonic() < end and not work.run_due(database, settings, indexer.HANDLERS):
        time.sleep(0.05)
    stop.set()
    watching.join()
    found = finding.search_for(settings, database).engine.state()
    database.dispose()
    assert found.documents == 1
