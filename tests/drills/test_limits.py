"""Several processes take posts at once: as many get through as are allowed, and not one more."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import User
from directory.models.base import metadata
from tests.drills import size
from tests.factories import Make

pytestmark = pytest.mark.drill

PROCESSES = 4
SECRET = "drill-0123456789-abcdefghijklmnopqrstuvwxyz"


def _post(url: str, folder: str, slug: str, user_id: int, many: int, counted_alone: bool, ready: Any, outcome: Any) -> None:
    """Be this person in one of several web processes and send an empty comment `many` times; put the statuses into `outcome`."""
    from directory.app import create_app  # noqa: PLC0415  (each process builds its own)
    from directory.web import counts  # noqa: PLC0415
    from tests.clients import Visitor  # noqa: PLC0415

    if counted_alone:  # the offender: each process counts for itself
        memory = counts.MemoryCounts()
        counts.SqlCounts.incr = lambda self, key, expiry, amount=1: memory.incr(key, expiry, amount)  # type: ignore[method-assign]
    app = create_app(Settings(data_dir=Path(folder), database_url=url, secret_key=SECRET))
    with app.extensions["hairline_database"].session() as session:
        visitor = Visitor(app).sign_in(session.get_one(User, user_id))
    page = visitor.get(f"/p/{slug}/comment")
    ready.wait()
    outcome.put([visitor.fill(page, body="", follow=False).status_code for _turn in range(many)])


def _race(url: str, folder: Path, many: int, *, counted_alone: bool = False) -> list[int]:
    """Return the statuses of all answers."""
    database = Database(url)
    metadata.create_all(database.engine)
    with database.transaction() as session:
        make = Make(session)
        slug, user_id = make.profile().slug, make.user("Bo", created_at=clock.now()).id
    database.dispose()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["directory.app", "tests.clients"])
    outcome, ready = context.Queue(), context.Barrier(PROCESSES)
    given = (url, str(folder), slug, user_id, many, counted_alone, ready, outcome)
    processes = [context.Process(target=_post, args=given) for _number in range(PROCESSES)]
    for process in processes:
        process.start()
    statuses = [status for _process in processes for status in outcome.get(timeout=240)]
    for process in processes:
        process.join()
    return statuses


def _allowed() -> int:
    from directory.web.limits import CHANGES, Group  # noqa: PLC0415

    return int(CHANGES[Group.WRITING].account.partition("/")[0])


def test_four_processes_let_through_what_one_would(empty_url: str, tmp_path: Path) -> None:
    """Seen to fail when each counts for itself: see the next test."""
    many = size(small=25, full=60)
    statuses = _race(empty_url, tmp_path, many)
    assert len(statuses) == PROCESSES * many
    assert {status: statuses.count(status) for status in set(statuses)} == {422: _allowed(), 429: PROCESSES * many - _allowed()}


def test_counted_by_each_process_alone_too_many_get_through(empty_url: str, tmp_path: Path) -> None:
    """The offender: 100 posts in four processes, of which 60 are allowed, and all of them get through."""
    assert _race(empty_url, tmp_path, 25, counted_alone=True).count(422) > _allowed()
