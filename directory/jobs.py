"""Which handler does which job, and the worker that runs them inside the app."""

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog
from flask import Flask
from sqlmodel import Session

from directory import outbox, work
from directory.accounts import history
from directory.accounts import service as accounts
from directory.accounts.history import Whence
from directory.config import Settings
from directory.core.db import Database
from directory.core.locks import FileLock
from directory.credentials import clockwork
from directory.disputes import service as disputes
from directory.models.accounts import EventKind, User
from directory.places import blob
from directory.privacy import erasure, retention
from directory.profiles import days
from directory.profiles.days import Count
from directory.search import indexer
from directory.web import answers, claim_mails, claiming, credential_mails, farewell, mails, owner_mails, team_mails
from directory.work import Handler, Work

log = structlog.get_logger("jobs")

#: Seconds between two batches of the sweep: whoever waits for the database comes in between.
PAUSE = 0.002


def sweep(work: Work) -> None:
    """Handler: let the retention clock end what is too old, see to erasures that are due, and come back tomorrow."""
    for rule, count in retention.run(work.transaction):
        log.info("retention", rule=rule, rows=count)
        time.sleep(PAUSE)
    claiming.sweep(work)
    for turn in (clockwork.turn, clockwork.remind):
        while _some(work, turn):
            time.sleep(PAUSE)
    with work.transaction() as session:
        erasure.schedule_due(session)
        outbox.enqueue(session, "ops.sweep", key="ops.sweep", delay=timedelta(days=1))
        work.finish(session)


def _some(work: Work, turn: Callable[[Session], int]) -> int:
    with work.transaction() as session:
        return turn(session)


def seen(work: Work) -> None:
    """Handler: write when sign-ins were last used (`web/seen.py`)."""
    at = {int(key): datetime.fromisoformat(moment) for key, moment in work.payload["at"].items()}
    with work.transaction() as session:
        accounts.seen(session, at=at)
        work.finish(session)


def counted(work: Work) -> None:
    """Handler: add what web processes counted to the sums of profiles (`web/tally.py`); run twice it adds once."""
    sums = {(number, date.fromisoformat(day)): Count(views, appearances) for number, day, views, appearances in work.payload["rows"]}
    with work.transaction() as session:
        days.add(session, sums)
        work.finish(session)


def sign_in_failed(work: Work) -> None:
    """Handler: write a failed sign-in into the history of the account, if there is one."""
    user_id = work.payload["user_id"]
    with work.transaction() as session:
        if user_id is not None and session.get(User, user_id) is not None:
            whence = Whence(work.payload["agent"], work.payload["network"])
            history.record(session, user_id=user_id, kind=EventKind.SIGN_IN_FAILED, whence=whence)
        work.finish(session)


def dispute_due(work: Work) -> None:
    """Handler: a reviewer's time to answer a dispute is over, so that a moderator decides."""
    with work.transaction() as session:
        disputes.due(session, dispute_id=work.payload["dispute_id"])
        work.finish(session)


#: Job name -> function. Each is safe to run twice.
HANDLERS: dict[str, Handler] = {
    "ops.sweep": sweep,
    "accounts.seen": seen,
    "profiles.counted": counted,
    "accounts.sign_in_failed": sign_in_failed,
    disputes.DUE: dispute_due,
    **indexer.HANDLERS,
    **mails.HANDLERS,
    **claim_mails.HANDLERS,
    **claiming.HANDLERS,
    **credential_mails.HANDLERS,
    **owner_mails.HANDLERS,
    **team_mails.HANDLERS,
    **answers.HANDLERS,  # and those of `mails`, among which they stand
    **farewell.HANDLERS,
}


def run_due(app: Flask) -> int:
    """Run everything that is due now, in the app's context; return how many jobs that was."""
    with app.app_context():
        return work.run_due(app.extensions["hairline_database"], app.extensions["hairline_settings"], HANDLERS)


def start(app: Flask, stop: threading.Event) -> bool:
    """Work until `stop` is set. Return False at once when this host has a worker already."""
    settings: Settings = app.extensions["hairline_settings"]
    database: Database = app.extensions["hairline_database"]
    with FileLock(settings.data_dir / "worker.lock").try_hold() as alone:
        if not alone:
            return False
        with database.transaction() as session:
            outbox.enqueue(session, "ops.sweep", key="ops.sweep")
        # Each host has a file of its own, so it is no job, which any host's worker might take.
        with database.session() as reading:
            blob.ensure(reading, blob.path_in(settings.data_dir))
        watching = threading.Thread(target=indexer.watch, args=(database, settings, stop), name="search-watch", daemon=True)
        watching.start()
        with app.app_context():
            work.loop(database, settings, HANDLERS, stop)
        watching.join(timeout=5)
    return True
