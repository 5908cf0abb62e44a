"""From a file to the tables: batches, resuming, and what is refused before anything is written."""

import gzip
import lzma
from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import select

from directory.core.errors import Refused
from directory.ingest import bodysafe, pipeline, sheet
from directory.ingest.batches import HIGH, LARGEST, LOW, SMALLEST, Pace
from directory.ingest.listing import Feed, Refusal, Skipped
from directory.models.profiles import PriceUnit, Profile
from directory.models.sources import ImportRun, RunStatus, SourceRecord
from directory.profiles.listing import IdentifierRow, Listing, LocationRow, OfferingRow, PersonRow
from directory.treatments import service as treatments
from tests.counting import statements
from tests.ingest.conftest import everything, one
from tests.natural import said


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


def listing(n, **more):
    values = {
        "key": f"k{n}",
        "line": n + 1,
        "raw": {"n": n},
        "name": f"Person {n % 7}",
        "person": PersonRow("smp_artist"),
        "locations": (LocationRow("CA", "Toronto", "ON"),),
    }
    return Listing(**values | more)


def feed(*items, dies_at=None, code="test"):
    """A source that gives these items, and is killed before the given one."""

    def read(file) -> Iterator:
        for n, item in enumerate(items):
            if n == dies_at:
                raise Killed
            yield item

    return Feed(code, "A test", "", "", "", "", read, lambda path: date(2026, 1, 1))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("the bytes that make the hash")
    return path


def pace(size):
    """A pace that stays."""
    fixed = Pace(size)
    fixed.took = lambda seconds, listings: None
    return fixed


ITEMS = [
    *(listing(n) for n in range(20)),
    Refusal(30, "name", "No.", "k3"),
    Skipped(31, "other service", "k5", ("Nails",)),
    listing(21, name="Other", works_at="nobody"),
    listing(4, name="Person again"),
    *(listing(n) for n in range(22, 30)),
]


class TestBatches:
    @pytest.mark.parametrize("size", [1, 3, 7])
    def test_the_cut_into_batches_makes_no_difference(self, database, session, run, file, size):
        """Seen to fail: counting the numbers of slugs within a batch; looking for double keys within a batch only."""
        run(feed(*ITEMS, code="one-batch"), file, pace=pace(1000))
        whole = {name: [row.replace("one-batch", "X") for row in rows] for name, rows in said(database).items()}
        for row in session.exec(select(Profile)):
            session.delete(row)
        for row in session.exec(select(SourceRecord)):
            session.delete(row)
        session.commit()
        report = run(feed(*ITEMS, code="many-batches"), file, pace=pace(size))
        cut = {name: [row.replace("many-batches", "X") for row in rows] for name, rows in said(database).items()}
        assert {name: rows for name, rows in cut.items() if name not in {"sources", "place_counts"}} == {
            name: rows for name, rows in whole.items() if name not in {"sources", "place_counts"}
        }
        assert (report.new, report.refused, report.skipped["other service"]) == (28, 3, 1)

    def test_a_batch_asks_a_fixed_number_of_times(self, database, make, session, run, file):
        """Seen to fail: an upsert for each place."""
        towns = [make.place(f"Town {n}", region="", country="CA").name for n in range(50)]
        session.commit()
        sent = []
        for size in (5, 50):
            items = [listing(n, name=f"Name {n} {size}", locations=(LocationRow("CA", towns[n]),)) for n in range(size)]
            with statements(database) as asked:
                run(feed(*items, code=f"s{size}"), file, pace=pace(1000))
            sent.append(len(asked))
        assert sent[0] == sent[1]

    def test_a_batch_learns_its_size(self):
        """Seen to fail: a size made from rows per second spirals down to one on a busy machine."""
        learner = Pace()
        for _n in range(50):
            learner.took(LOW / 2, learner.size)
        assert learner.size == LARGEST
        for _n in range(50):
            learner.took(HIGH * 2, learner.size)
        assert learner.size == SMALLEST
        learner.took(LOW / 2, 3)
        assert learner.size == SMALLEST


class TestResume:
    def test_a_killed_run_goes_on_where_it_stood(self, database, session, run, file):
        """Seen to fail: starting anew refuses all rows as double; not passing over what was read doubles the counts."""
        with pytest.raises(Killed):
            run(feed(*ITEMS, dies_at=11), file, pace=pace(4))
        half = one(session, ImportRun)
        assert (half.status, half.position, half.new) == (RunStatus.RUNNING, 8, 8)
        report = run(feed(*ITEMS), file, pace=pace(4))
        assert report.resumed
        assert (report.new, report.same, report.refused, dict(report.skipped)) == (28, 0, 3, {"other service": 1})
        assert (one(session, ImportRun).status, one(session, ImportRun).new) == (RunStatus.FINISHED, 28)

    def test_only_a_whole_file_lets_go(self, session, run, file, tmp_path):
        """Seen to fail: calling `finish` in a `finally`."""
        run(feed(*(listing(n) for n in range(6))), file)
        other = tmp_path / "other.csv"
        other.write_text("other bytes")
        with pytest.raises(Killed):
            run(feed(listing(0), listing(1), dies_at=1), other, pace=pace(1))
        assert session.exec(select(SourceRecord).where(SourceRecord.gone_on.is_not(None))).all() == []
        assert run(feed(listing(0), listing(1)), other).gone == 4

    def test_another_file_gives_the_run_up(self, session, run, file, tmp_path):
        with pytest.raises(Killed):
            run(feed(*ITEMS, dies_at=11), file, pace=pace(4))
        other = tmp_path / "other.csv"
        other.write_text("other bytes")
        report = run(feed(listing(0), listing(50)), other)
        assert (report.resumed, report.same, report.new, report.gone) == (False, 1, 1, 7)
        assert [row.status for row in session.exec(select(ImportRun).order_by(ImportRun.id))] == [RunStatus.FAILED, RunStatus.FINISHED]
        again = run(feed(*ITEMS), file)
        assert (again.resumed, again.new, again.changed, again.gone) == (False, 20, 7, 1)

    def test_two_processes_never_write_the_same_rows_twice(self, session, run, file):
        """Seen to fail: without the position in the WHERE of the note."""
        with pytest.raises(Killed):
            run(feed(*ITEMS, dies_at=11), file, pace=pace(4))

        def overtaken(_file):
            for n, item in enumerate(ITEMS):
                if n == 14:
                    with pytest.raises(Killed):
                        run(feed(*ITEMS, dies_at=18), file, pace=pace(4))
                yield item

        slow = Feed("test", "A test", "", "", "", "", overtaken, lambda path: date(2026, 1, 1))
        with pytest.raises(Refused, match="Another process"):
            run(slow, file, pace=pace(4))
        assert one(session, ImportRun).position == 16
        assert run(feed(*ITEMS), file, pace=pace(4)).new == 28


class TestRefused:
    def test_nothing_is_written_for_a_file_of_another_kind(self, session, run, tmp_path):
        path = tmp_path / "x-2026-01-01.csv"
        path.write_text("a,b\n1,2\n")
        before = everything(session)
        for source in (bodysafe.FEED, sheet.feed(name="A list")):
            with pytest.raises(Refused):
                run(source, path)
        assert everything(session) == before

    def test_a_file_without_rows_does_not_delist_everybody(self, session, run, tmp_path):
        """Seen to fail: without the look at the first item, the whole register is gone."""
        path = tmp_path / "x-2026-01-01.csv"
        path.write_text(",".join(sheet.COLUMNS) + "\n")
        with pytest.raises(Refused, match="no rows"):
            run(sheet.feed(name="A list"), path)
        assert session.exec(select(ImportRun)).all() == []

    def test_the_day_must_be_known(self, run, tmp_path):
        path = tmp_path / "toronto_bodysafe.csv"
        path.write_text("x")
        with pytest.raises(Refused, match="--as-of"):
            run(bodysafe.FEED, path)

    def test_without_places_nothing_is_read(self, database, session, file):
        treatments.sync(session)
        session.commit()
        with pytest.raises(Refused, match="places build"):
            pipeline.run(database, feed(listing(1)), file)

    def test_without_treatments_nothing_is_read(self, database, session, make, file):
        make.place()
        session.commit()
        with pytest.raises(Refused, match="migrate"):
            pipeline.run(database, feed(listing(1)), file)

    @pytest.mark.parametrize(
        "more",
        [
            {"name": ""},
            {"key": ""},
            {"name": "x" * 201},
            {"key": "x" * 121},
            {"person": None},
            {"locations": (LocationRow("Canada"),)},
            {"locations": (LocationRow("CA", lat=1.0),)},
            {"locations": (LocationRow("CA", lat=91.0, lon=1.0),)},
            {"locations": (LocationRow("CA", "x" * 121),)},
            {"locations": (LocationRow("ca"),)},
            {"role_title": "x" * 101},
            {"identifiers": (IdentifierRow("npi", "1"), IdentifierRow("npi", "1"))},
            {"offerings": (OfferingRow("smp"), OfferingRow("smp"))},
            {"offerings": (OfferingRow("smp", max_price=1),)},
            {"offerings": (OfferingRow("smp", min_price=1),)},
            {"offerings": (OfferingRow("smp", "", 2, 1, "CAD", PriceUnit.PER_HOUR, date(2026, 1, 1)),)},
            {"offerings": (OfferingRow("smp", "", 2**31, None, "CAD", PriceUnit.PER_HOUR, date(2026, 1, 1)),)},
        ],
    )
    def test_what_the_tables_cannot_keep_is_refused_whatever_its_source(self, run, file, more):
        """Seen to fail: each rule taken out of `check`."""
        report = run(feed(listing(1), listing(2, **more)), file)
        assert (report.new, report.refused) == (1, 1)


class TestFile:
    @pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bytes])
    def test_a_file_may_be_packed(self, run, tmp_path, pack):
        path = tmp_path / "x-2026-01-01.csv.packed"
        path.write_bytes(pack(sheet.template().encode()))
        assert run(sheet.feed(name="A list"), path).new == 1

    def test_an_archive_is_not_guessed_at(self, run, tmp_path):
        path = tmp_path / "x-2026-01-01.zip"
        path.write_bytes(b"PK\x03\x04....")
        with pytest.raises(Refused, match="Unpack"):
            run(sheet.feed(name="A list"), path)

    def test_progress_tells_bytes(self, run, tmp_path):
        told = []
        path = tmp_path / "x-2026-01-01.csv"
        path.write_text(sheet.template())
        run(sheet.feed(name="A list"), path, progress=lambda what, done, total: told.append((what, done, total)))
        assert told == [("A list", path.stat().st_size, path.stat().st_size)]
