"""Jobs: part of the transaction that asks for them, done by one worker at a time, written by nobody who lost them."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from directory import outbox, work
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.base import metadata
from directory.models.moderation import AuditEntry
from directory.models.ops import Job, JobStatus
from directory.work import Hopeless, LeaseLost, Work


@pytest.fixture
def own(empty_url: str) -> Iterator[Database]:
    """A database of its own, where transactions really end and several connections meet."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def put(database: Database, name: str = "note", *, key: str | None = None, delay: timedelta = timedelta(0), **payload: Any) -> int:
    with database.transaction() as session:
        return outbox.enqueue(session, name, key=key, delay=delay, **payload)


def jobs(database: Database) -> list[Job]:
    with database.session() as session:
        return list(session.exec(select(Job).order_by(col(Job.id))))


def taken(database: Database, settings: Settings) -> Work:
    found = work.lease(database, settings)
    assert found is not None
    return found


def note(session: Session, action: str) -> None:
    session.add(AuditEntry(action=action, subject="job", created_at=clock.now()))


def notes(database: Database) -> list[str]:
    with database.session() as session:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))))


def write_note(work: Work) -> None:
    """A handler whose effect and end are one transaction."""
    with work.transaction() as session:
        note(session, str(work.payload.get("word", work.job_id)))
        work.finish(session)


def let_the_lease_run_out(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))


class TestEnqueue:
    def test_a_job_is_part_of_the_transaction(self, database: Database) -> None:
        """Seen to fail with a session of its own inside `enqueue`."""
        with pytest.raises(ZeroDivisionError), database.transaction() as session:
            outbox.enqueue(session, "note")
            raise ZeroDivisionError
        assert jobs(database) == []

    def test_many_changes_to_one_thing_are_one_job(self, database: Database) -> None:
        """Seen to fail with the key left out of the row."""
        first = put(database, key="profile:7", profile_id=7)
        assert put(database, key="profile:7", profile_id=7) == first
        put(database, key="profile:8", profile_id=8)
        put(database)
        put(database)
        assert [job.key for job in jobs(database)] == ["profile:7", "profile:8", None, None]

    def test_the_earlier_of_two_times_counts(self, database: Database) -> None:
        """Seen to fail with `on_conflict_do_nothing`: the sweep of tomorrow swallowed the one asked for now."""
        put(database, key="sweep", delay=timedelta(days=1))
        put(database, key="sweep")
        put(database, key="sweep", delay=timedelta(days=2))
        (job,) = jobs(database)
        assert job.run_at <= clock.now()

    def test_a_job_that_was_begun_does_not_swallow_the_next_change(self, database: Database, settings: Settings) -> None:
        """Seen to fail with an index over all waiting jobs: what changed after the handler looked would never be indexed."""
        put(database, key="profile:7")
        taken(database, settings)
        put(database, key="profile:7")
        assert [(job.key, job.fence) for job in jobs(database)] == [("profile:7", 1), ("profile:7", 0)]

    def test_a_job_that_failed_and_waits_again_does_not_swallow_it_either(self, database: Database, settings: Settings) -> None:
        """The one that failed has lost its place in the index for good: two may run, none is lost."""
        put(database, "breaks", key="profile:7")
        work.run(taken(database, settings), {"breaks": _break})
        put(database, "breaks", key="profile:7")
        assert [(job.status, job.fence) for job in jobs(database)] == [(JobStatus.WAITING, 1), (JobStatus.WAITING, 0)]

    def test_a_merged_job_waits_for_the_change_that_asked_for_it(self, own: Database, settings: Settings) -> None:
        """Seen to fail on PostgreSQL with `on_conflict_do_nothing`: the worker did the job before the second change could be seen."""
        if own.is_sqlite:
            pytest.skip("on SQLite the write lock keeps the worker out")
        put(own, key="profile:7")
        with own.transaction() as session:
            outbox.enqueue(session, "note", key="profile:7")
            found: list[Work | None] = []
            worker = threading.Thread(target=lambda: found.append(work.lease(own, settings)))
            worker.start()
            worker.join(timeout=20)
            assert found == [None]
        assert work.lease(own, settings) is not None


class TestLease:
    def test_what_is_leased_is_not_leased_again(self, database: Database, settings: Settings) -> None:
        """Seen to fail with the lease's end left out of what is due."""
        put(database)
        taken(database, settings)
        assert work.lease(database, settings) is None

    def test_what_is_not_due_waits(self, database: Database, settings: Settings) -> None:
        """Seen to fail with the time left out of what is due."""
        put(database, delay=timedelta(minutes=5))
        assert work.lease(database, settings) is None

    def test_the_longest_due_comes_first(self, database: Database, settings: Settings) -> None:
        """Seen to fail with the order turned round."""
        late, early = put(database, delay=timedelta(seconds=-5)), put(database, delay=timedelta(seconds=-60))
        assert [taken(database, settings).job_id, taken(database, settings).job_id] == [early, late]

    def test_one_job_can_be_asked_for(self, database: Database, settings: Settings) -> None:
        """Seen to fail with `only` left out of what is due."""
        put(database, delay=timedelta(seconds=-60))
        wanted = put(database)
        found = work.lease(database, settings, only=wanted)
        assert found is not None
        assert found.job_id == wanted

    def test_a_dead_workers_job_is_taken_over(self, database: Database, settings: Settings) -> None:
        """Seen to fail with leases that never end."""
        put(database)
        first = taken(database, settings)
        let_the_lease_run_out(database)
        second = taken(database, settings)
        assert (second.job_id, second.fence) == (first.job_id, first.fence + 1)


class TestFence:
    def test_a_lost_lease_makes_writes_fail(self, database: Database, settings: Settings) -> None:
        """Seen to fail with the fence left out of `Work._set`: the slow worker's note stood beside the new one's."""
        put(database, word="new")
        slow = taken(database, settings)
        let_the_lease_run_out(database)
        new = taken(database, settings)
        with pytest.raises(LeaseLost), slow.transaction() as session:
            note(session, "slow")
        write_note(new)
        with pytest.raises(LeaseLost), slow.transaction() as session:
            note(session, "slow")
        assert notes(database) == ["new"]

    def test_a_lost_lease_cannot_end_the_job(self, database: Database, settings: Settings) -> None:
        """Seen to fail without the fence: the slow worker called the job done while the new one was at it."""
        put(database)
        slow = taken(database, settings)
        let_the_lease_run_out(database)
        taken(database, settings)
        assert not work.run(slow, {"note": lambda _work: None})
        (job,) = jobs(database)
        assert (job.status, job.fence, job.last_error) == (JobStatus.WAITING, 2, "")

    def test_a_failure_after_the_lease_was_lost_changes_nothing(self, database: Database, settings: Settings) -> None:
        """Seen to fail without the fence: the new worker's job was put off under its hands."""
        put(database, "breaks")
        slow = taken(database, settings)
        let_the_lease_run_out(database)
        taken(database, settings)
        assert not work.run(slow, {"breaks": _break})
        assert jobs(database)[0].last_error == ""

    def test_every_write_prolongs_the_lease(self, database: Database, settings: Settings) -> None:
        """Seen to fail with `_hold` taken out of `transaction`."""
        put(database)
        long = taken(database, settings)
        let_the_lease_run_out(database)
        with long.transaction():
            pass
        assert work.lease(database, settings) is None


class TestRun:
    def test_effect_and_end_are_one(self, database: Database, settings: Settings) -> None:
        """Run again after its end, the job has no second effect. Seen to fail with DONE jobs accepted by `Work._set`."""
        put(database, word="once")
        one = taken(database, settings)
        assert work.run(one, {"note": write_note})
        assert not work.run(one, {"note": write_note})
        assert notes(database) == ["once"]
        assert jobs(database)[0].status is JobStatus.DONE

    def test_a_failure_is_written_down_and_tried_later(self, database: Database, settings: Settings) -> None:
        """Seen to fail with the time of the next try left as it was."""
        put(database, "breaks")
        assert not work.run(taken(database, settings), {"breaks": _break})
        (job,) = jobs(database)
        assert job.status is JobStatus.WAITING
        assert job.last_error == "ValueError: broken on purpose"
        assert timedelta(seconds=1) < job.run_at - clock.now() < timedelta(seconds=3)

    def test_a_job_without_a_handler_waits_for_the_version_that_has_one(self, database: Database, settings: Settings) -> None:
        """Seen to fail with an unknown name called done."""
        put(database, "unheard.of")
        assert not work.run(taken(database, settings), {})
        assert jobs(database)[0].status is JobStatus.WAITING

    def test_after_its_last_try_a_job_is_given_up(self, database: Database, settings: Settings) -> None:
        """Seen to fail with `>` in place of `>=` in `_put_off`."""
        job_id = put(database, "breaks")
        for _turn in range(work.MAX_TRIES):
            with database.transaction() as session:
                session.execute(update(Job).values(run_at=clock.now()))
            work.run(taken(database, settings), {"breaks": _break})
        (job,) = jobs(database)
        assert (job.id, job.status, job.fence) == (job_id, JobStatus.DEAD, work.MAX_TRIES)
        assert job.finished_at is not None

    def test_a_job_that_kills_its_workers_is_given_up_too(self, database: Database, settings: Settings) -> None:
        """Seen to fail without the count in `lease`: nobody ever came back to give it up."""
        put(database)
        for _turn in range(work.MAX_TRIES):
            taken(database, settings)
            let_the_lease_run_out(database)
        assert work.lease(database, settings) is None
        assert jobs(database)[0].status is JobStatus.DEAD

    def test_what_cannot_help_is_not_tried_again(self, database: Database, settings: Settings) -> None:
        """Seen to fail with `Hopeless` treated like any error."""

        def give_up(_work: Work) -> None:
            raise Hopeless("no such address")

        put(database)
        assert not work.run(taken(database, settings), {"note": give_up})
        assert jobs(database)[0].status is JobStatus.DEAD

    def test_waits_grow_to_four_hours_and_last_for_more_than_a_day(self) -> None:
        """Seen to fail with the 12 tries that the first version had: they were over after an hour."""
        waits = [work._wait(tries) for tries in range(1, work.MAX_TRIES)]
        assert waits[0] < timedelta(seconds=3)
        assert max(waits) < timedelta(hours=5)
        assert sum(waits, timedelta()) > timedelta(hours=24)


def _break(_work: Work) -> None:
    raise ValueError("broken on purpose")


def _work_until_done(url: str, secret: str) -> None:
    """A worker in a process of its own."""
    database, settings = Database(url), Settings(secret_key=secret)

    def handler(work: Work) -> None:
        with work.database.transaction() as session:  # no fence, on purpose: what is done twice must show
            note(session, f"begin {work.job_id}")
        write_note(work)

    while work.run_due(database, settings, {"note": handler}):
        pass
    database.dispose()


class TestSeveralWorkers:
    def test_two_processes_never_have_one_job_at_once(self, own: Database, settings: Settings) -> None:
        """Each job is begun once and ended once. Seen to fail with the lease's end left out of what is due."""
        count = 30
        for number in range(count):
            put(own, word=f"end {number}")
        spawn = multiprocessing.get_context("spawn")
        url = own.url.render_as_string(hide_password=False)
        workers = [spawn.Process(target=_work_until_done, args=(url, settings.secret_key)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=120)
        assert [worker.exitcode for worker in workers] == [0, 0]
        counted = Counter(notes(own))
        assert len(counted) == 2 * count
        assert set(counted.values()) == {1}

    def test_many_connections_lease_each_job_once(self, own: Database, settings: Settings) -> None:
        """Seen to fail on PostgreSQL, in one run of two, with what is due asked in a subquery of the statement that locks:
        a job that another had just taken was taken again. On SQLite the write lock holds even then.
        """
        count, workers = 400, 12
        with own.transaction() as session:
            for _number in range(count):
                outbox.enqueue(session, "note")
        together = threading.Barrier(workers)

        def lease_all() -> None:
            together.wait()
            while any(job.fence == 0 for job in jobs(own)):
                while work.lease(own, settings) is not None:
                    pass

        threads = [threading.Thread(target=lease_all) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert Counter(job.fence for job in jobs(own)) == {1: count}

    def test_a_locked_job_is_passed_over(self, own: Database, settings: Settings) -> None:
        """Two connections to PostgreSQL: the second takes the next job and does not wait. Seen to hang without SKIP LOCKED."""
        if own.is_sqlite:
            pytest.skip("SQLite has one writer at a time")
        first, second = put(own, delay=timedelta(seconds=-9)), put(own)
        with own.engine.connect() as holding, holding.begin():
            holding.execute(text("SELECT id FROM jobs WHERE id = :id FOR UPDATE"), {"id": first})
            assert taken(own, settings).job_id == second


class TestAlong:
    def test_jobs_of_the_same_name_are_done_in_one_go(self, own, settings):
        """Seen to fail with jobs of every name, and without the end of each."""
        for number in range(5):
            put(own, number=number)
        put(own, "mail.other")
        mine = taken(own, settings)
        with work.along(mine, limit=3) as others:
            assert [other.payload["number"] for other in others] == [1, 2, 3]
            assert work.lease(own, settings, name="note", only=others[0].job_id) is None, "nobody else may take them"
        done = [job.status is JobStatus.DONE for job in jobs(own)]
        assert done == [False, True, True, True, False, False]

    def test_where_it_goes_wrong_they_wait_again_at_once(self, own, settings):
        """Seen to fail with their leases left to run out."""
        put(own)
        put(own)
        mine = taken(own, settings)
        with pytest.raises(RuntimeError), work.along(mine, limit=9) as others:
            assert len(others) == 1
            raise RuntimeError
        again = work.lease(own, settings)
        assert again is not None
        assert again.job_id == others[0].job_id
        assert again.fence == 2

    def test_only_one_name_may_be_asked_for(self, own, settings):
        """Seen to fail with the name left out of what is due."""
        put(own)
        wanted = put(own, "search.profile_changed")
        found = work.lease(own, settings, name="search.profile_changed")
        assert found is not None
        assert found.job_id == wanted
