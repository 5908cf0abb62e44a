"""Several web processes count the same profiles and several workers add the counts up: not one is lost, not one twice."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from directory import jobs
from directory.app import create_app
from directory.cli.schema import bring_up_to_date
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.disclosures import ProfileDay
from directory.profiles.days import Count
from directory.web import tally
from tests.drills import size
from tests.factories import SECRET_KEY, Make

pytestmark = pytest.mark.drill

PROCESSES = 2


def _settings(folder: str, url: str) -> Settings:
    return Settings(data_dir=Path(folder), secret_key=SECRET_KEY, database_url=url)


def _count(folder: str, url: str, profile_ids: list[int], rounds: int, backwards: bool, done: Any) -> None:
    """Count each profile once a round, hand over, and work on whatever waits."""
    app = create_app(_settings(folder, url))
    for _round in range(rounds):
        order = reversed(profile_ids) if backwards else profile_ids
        tally.of(app).add({(number, clock.today()): Count(1, 2) for number in order})
        tally.flush(app)
        jobs.run_due(app)
    done.put(True)


def test_what_two_processes_count_adds_up(empty_url: str, tmp_path: Path) -> None:
    """On both databases. Seen to fail with the sum read first and written back."""
    settings = _settings(str(tmp_path), empty_url)
    app = create_app(settings)
    bring_up_to_date(app, settings)
    database: Database = app.extensions["hairline_database"]
    with database.transaction() as session:
        made = Make(session)
        ids = [made.profile().id for _profile in range(5)]
    rounds = size(small=10, full=200)
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    running = [context.Process(target=_count, args=(str(tmp_path), empty_url, ids, rounds, bool(n), done)) for n in range(PROCESSES)]
    for process in running:
        process.start()
    assert [done.get(timeout=300) for _process in running] == [True] * PROCESSES
    for process in running:
        process.join()
    jobs.run_due(app)
    with database.session() as reading:
        found = {row.profile_id: (row.views, row.appearances) for row in reading.exec(select(ProfileDay)).all()}
    assert found == dict.fromkeys(ids, (PROCESSES * rounds, 2 * PROCESSES * rounds))
    app.extensions["alembic"].engines["default"].dispose()
    database.dispose()
