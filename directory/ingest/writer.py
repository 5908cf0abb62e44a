"""Where batches go: into the tables, or nowhere in a dry run."""

import time
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from directory import outbox
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.ingest.batches import Batch, Pace
from directory.ingest.listing import Feed, Refusal
from directory.ingest.report import Report
from directory.models.profiles import ProfileKind
from directory.models.sources import ImportRun, RunStatus, SourceRecord
from directory.profiles import conflicts, recording
from directory.profiles.recording import Reading
from directory.sources import queries as sources
from directory.sources import service
from directory.treatments import queries as treatments
from directory.treatments import rules as taxonomy

#: Between two batches whoever waits for the write lock gets it. Seconds.
PAUSE = 0.002
#: So many records are let go of in one transaction.
LET_GO = 200


class Writer:
    """Writes batches, each together with the position that it leads to.

    Raises:
        Refused: when a newer file was read already, or the treatments are not loaded.
    """

    def __init__(self, database: Database, feed: Feed, digest: str, report: Report) -> None:
        self._database = database
        self._report = report
        with database.transaction() as session:
            treatment_ids = {row.code: row.id for row in treatments.all_(session)}
            if not {node.code for node in taxonomy.shipped()} <= set(treatment_ids):
                raise Refused(_("The treatments are not loaded. Load them with: hairline migrate"))
            terms = {name: getattr(feed, name) for name in ("name", "url", "licence", "licence_url", "attribution")}
            source = service.ensure(session, code=feed.code, **terms)
            asked = service.asked(file_hash=digest, options={**feed.options, "part": report.part}, as_of=report.as_of)
            run, report.resumed = service.start_run(session, source=source, file_name=report.file_name, asked=asked)
            self._reading = Reading(source.id, run.id, report.as_of, run.marks, treatment_ids)
            self.position = run.position
            report.run_id = run.id
            for name in _COUNTED:
                setattr(report, name, getattr(run, name))
            report.skipped.update(run.skipped)
            report.refusals += [Refusal(**row) for row in run.refusals]

    def write(self, batch: Batch, pace: Pace) -> None:
        """Write a batch.

        Raises:
            Refused: when another process has taken the run over; the batch is not written.
        """
        with self._database.transaction() as session:
            started = time.perf_counter()
            decided = recording.record_listings(session, self._reading, batch.entries, batch.notes)
            batch.add_to(self._report, decided)
            self._note(session, self.position + batch.items)
        pace.took(time.perf_counter() - started, len(batch.entries))
        time.sleep(PAUSE)

    def finish(self) -> None:
        """Let go of what the whole file did not hold, and close the run."""
        while self._reading.marks:
            with self._database.transaction() as session:
                gone = recording.let_go(session, self._reading, said_only=self._report.part, limit=LET_GO)
                self._report.gone += gone
                self._note(session, self.position)
            time.sleep(PAUSE)
            if gone < LET_GO:
                break
        with self._database.transaction() as session:
            if self._reading.marks:
                recording.forget_notes(session, self._reading, whole=not self._report.part)
            self._report.conflicts = conflicts.new_in(session, run_id=self._reading.run_id)
            self._note(session, self.position, status=RunStatus.FINISHED, finished_at=clock.now())
            if self._report.wrote:
                outbox.enqueue(session, "search.rebuild", key="search.rebuild")

    def _note(self, session: Session, position: int, **more: Any) -> None:
        """Note how far the run came; who finds the position moved by another has lost the run."""
        report = self._report
        values = {name: getattr(report, name) for name in _COUNTED} | {
            "position": position,
            "skipped": dict(report.skipped),
            "refusals": [refusal._asdict() for refusal in report.refusals],
        }
        mine = (col(ImportRun.id) == self._reading.run_id, col(ImportRun.position) == self.position)
        alive = col(ImportRun.status) == RunStatus.RUNNING
        if session.execute(update(ImportRun).where(*mine, alive).values(**values, **more)).rowcount != 1:  # type: ignore[attr-defined]
            raise Refused(_("Another process reads this source now. This one stopped; nothing was written twice."))
        self.position = position


class DryWriter:
    """Decides as `Writer` does, and writes nothing."""

    position = 0

    def __init__(self, database: Database, feed: Feed, digest: str, report: Report) -> None:
        self._database = database
        self._report = report
        self._seen: dict[str, ProfileKind | None] = {}
        self._held = 0
        self._said_gone = 0
        self._marks = True
        with database.session() as session:
            source = sources.by_code(session, feed.code)
            self._source_id = source.id if source else 0
            if source:
                asked = service.asked(file_hash=digest, options={**feed.options, "part": report.part}, as_of=report.as_of)
                service.refuse_older(session, source.id, report.as_of)
                self._marks = not service.read_last(session, source.id, asked)

    def write(self, batch: Batch, pace: Pace) -> None:
        """Count what would become of a batch."""
        with self._database.session() as session:
            stored = recording.known(session, self._source_id, recording.keys_of(batch.entries) | set(batch.notes))
        decided = recording.decide(batch.entries, stored, self._seen, run_id=-1, marks=self._marks)
        batch.add_to(self._report, decided)
        held = [*decided.same, *decided.changed, *decided.removed, *decided.mentioned]
        self._held += sum(old.gone_on is None for _entry, old in held)
        self._said_gone += sum(key in stored and stored[key].gone_on is None for key in batch.notes)

    def finish(self) -> None:
        """Count what would be gone."""
        if self._report.part:
            self._report.gone = self._said_gone
        elif self._marks:
            with self._database.session() as session:
                mine = (col(SourceRecord.source_id) == self._source_id, col(SourceRecord.gone_on).is_(None))
                self._report.gone = session.exec(select(func.count()).select_from(SourceRecord).where(*mine)).one() - self._held


_COUNTED = ("new", "changed", "same", "gone", "refused")
