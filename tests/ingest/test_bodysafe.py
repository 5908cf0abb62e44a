"""Toronto's register of personal-service settings, on the files that ship."""

import io
import lzma
from collections import Counter
from datetime import date

import pytest
from sqlmodel import func, select

from directory.core.errors import Refused
from directory.ingest import bodysafe
from directory.ingest.listing import Refusal, Skipped
from directory.models.ops import Job
from directory.models.places import PlaceCount
from directory.models.profiles import HairEvidence, Identifier, Inspection, Location, Organization, Profile, ProfileKind, ProfileStatus
from directory.models.sources import ImportRun, SourceRecord
from directory.profiles import queries
from directory.profiles.listing import Listing
from tests.ingest.conftest import everything, one

JANUARY = bodysafe.SHIPPED / "toronto_bodysafe_2024-01-31.csv.xz"
JULY = bodysafe.SHIPPED / "toronto_bodysafe_2024-07-31.csv.xz"

HEADER = (
    "_id,estId,estName,addrFull,srvType,insStatus,insDate,observation,infCategory,defDesc,infType,actionDesc,"
    "OutcomeDate,OutcomeDesc,fineAmount,geometry\n"
)
POINT = "\"{'type': 'MultiPoint', 'coordinates': [[-79.5, 43.6]]}\""


def row(key="7", name="DOT & CO", service="Micropigmentation/Microblading", outcome="Pass", day="2024-01-02", found="None", point=POINT):
    return f"1,{key},{name},1 MAIN ST,{service},{outcome},{day},x,None,{found},None,None,,None,,{point}\n"


def read(*rows):
    return list(bodysafe.read(io.BytesIO((HEADER + "".join(rows)).encode())))


class TestRead:
    def test_rows_of_one_establishment_are_one_listing(self):
        """Seen to fail: grouping neighbours only."""
        items = read(row(), row("8", "ELSE"), row(day="2024-03-04", outcome="Close", found="No sink"))
        assert [(item.key, len(item.inspections)) for item in items] == [("7", 2), ("8", 1)]
        newest = items[0].inspections[0]
        assert (newest.inspected_on, newest.outcome, newest.infractions) == (date(2024, 3, 4), "Closed", ((("text", "No sink"),),))

    def test_the_gravest_outcome_of_a_day_stands(self):
        """Seen to fail: taking the first row's."""
        items = read(row(), row(outcome="Conditional Pass"))
        assert [visit.outcome for visit in items[0].inspections] == ["Conditional Pass"]

    def test_other_services_are_neither_listed_nor_shown(self):
        items = read(row(), row(service="Nails", day="2024-05-05"), row("8", service="Electrolysis   (N/A. Use the other)"))
        assert [len(item.inspections) for item in items if isinstance(item, Listing)] == [1]
        assert [item for item in items if isinstance(item, Skipped)] == [Skipped(4, "other service", "8", ("Electrolysis",))]

    def test_a_point_is_read_as_python_and_as_json(self):
        for text in (POINT, '"{""type"": ""Point"", ""coordinates"": [-79.5, 43.6]}"'):
            place = read(row(point=text))[0].locations[0]
            assert (place.lat, place.lon) == (43.6, -79.5)

    @pytest.mark.parametrize(
        ("bad", "column"),
        [
            (row("", "NO KEY"), "estId"),
            (row("9", ""), "estName"),
            (row("9", day="soon"), "insDate"),
            (row("9", outcome="None"), "insStatus"),
            (row("9", point="here"), "geometry"),
            ("1,9,too,few\n", ""),
        ],
    )
    def test_a_malformed_row_is_refused_and_the_rest_goes_in(self, bad, column):
        """Seen to fail: each check taken out."""
        items = read(row(), bad, row("8"))
        refused = [item for item in items if isinstance(item, Refusal)]
        assert [(item.line, item.column) for item in refused] == [(3, column)]
        assert refused[0].reason
        assert [item.key for item in items if isinstance(item, Listing)] == ["7", "8"]

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER, HEADER + row(service="Nails"), "\x89PNG\r\n\x1a\n\0\0"])
    def test_a_file_of_another_kind_is_refused_at_once(self, text):
        with pytest.raises(Refused):
            bodysafe.read(io.BytesIO(text.encode("latin-1")))


class TestShippedFiles:
    @pytest.mark.parametrize(("path", "establishments", "inspections"), [(JANUARY, 85, 102), (JULY, 111, 133)])
    def test_the_files_hold_what_was_counted_by_hand(self, path, establishments, inspections):
        with lzma.open(path) as file:
            items = list(bodysafe.read(file))
        listings = [item for item in items if isinstance(item, Listing)]
        assert not [item for item in items if isinstance(item, Refusal)]
        assert (len(listings), sum(len(listing.inspections) for listing in listings)) == (establishments, inspections)


class TestImport:
    def test_january_becomes_practices_in_toronto(self, session, run, toronto):
        report = run(bodysafe.FEED, JANUARY)
        assert (report.new, report.changed, report.same, report.gone, report.refused) == (85, 0, 0, 0, 0)
        assert session.exec(select(func.count()).select_from(Inspection)).one() == 102
        profiles = session.exec(select(Profile)).all()
        assert {(row.kind, row.status, row.place_id, row.hair_evidence) for row in profiles} == {
            (ProfileKind.PRACTICE, ProfileStatus.PUBLISHED_UNCLAIMED, toronto.id, HairEvidence.UNKNOWN)
        }
        assert one(session, PlaceCount).register_count == 85
        assert one(session, PlaceCount).hair_count == 0
        assert session.exec(select(func.count()).select_from(Organization)).one() == 85
        assert {row.source_record_id is None for model in (Location, Identifier, Inspection) for row in session.exec(select(model))} == {
            False
        }

    def test_every_fact_shows_its_source_and_day(self, session, run):
        run(bodysafe.FEED, JANUARY)
        profile = session.exec(select(Profile).order_by(Profile.slug)).first()
        facts = queries.facts(session, profile)
        said = facts.source_of(facts.inspections[0].source_record_id)
        assert (said.record.as_of, said.source.licence) == (date(2024, 1, 31), "Open Government Licence – Toronto")
        assert facts.identifiers[0].system == "toronto-bodysafe"

    def test_july_after_january(self, session, run):
        """Seen to fail: without `let_go` nothing is gone; without notes no other service is told."""
        run(bodysafe.FEED, JANUARY)
        report = run(bodysafe.FEED, JULY)
        assert (report.new, report.gone, report.changed + report.same) == (53, 27, 58)
        gone = session.exec(select(SourceRecord).where(SourceRecord.gone_on == date(2024, 7, 31))).all()
        assert len(gone) == 27
        assert sum(bool(record.gone_note) for record in gone) == 6
        assert Counter(note for record in gone for note in record.gone_note)["Aesthetics"] == 6
        statuses = {one(session, Profile, id=record.profile_id).status for record in gone}
        assert statuses == {ProfileStatus.DELISTED}
        assert one(session, PlaceCount).register_count == 111
        held = select(func.count()).select_from(Inspection).join(SourceRecord, SourceRecord.id == Inspection.source_record_id)
        assert session.exec(held.where(SourceRecord.gone_on.is_(None))).one() == 133

    def test_the_same_file_again_changes_nothing_but_its_run(self, session, run):
        """Seen to fail: marking each row as seen by every run."""
        run(bodysafe.FEED, JANUARY)
        run(bodysafe.FEED, JULY)
        before = everything(session, "import_runs")
        report = run(bodysafe.FEED, JULY)
        assert (report.same, report.new, report.changed, report.gone) == (111, 0, 0, 0)
        assert everything(session, "import_runs") == before
        assert session.exec(select(func.count()).select_from(ImportRun)).one() == 3
        assert [job.name for job in session.exec(select(Job)).all()] == ["search.rebuild"]

    def test_what_comes_back_is_listed_again(self, session, run, tmp_path):
        """Seen to fail: leaving DELISTED as it is when a record returns."""
        run(bodysafe.FEED, JANUARY)
        run(bodysafe.FEED, JULY)
        later = tmp_path / "toronto_bodysafe_2024-12-31.csv"
        later.write_bytes(lzma.decompress(JANUARY.read_bytes()))
        report = run(bodysafe.FEED, later)
        assert (report.new, report.gone, report.changed + report.same) == (0, 53, 85)
        assert session.exec(select(func.count()).select_from(Profile).where(Profile.status == ProfileStatus.DELISTED)).one() == 53
        assert one(session, PlaceCount).register_count == 85
        assert {tuple(row.gone_note) for row in session.exec(select(SourceRecord).where(SourceRecord.gone_on.is_(None)))} == {()}

    def test_an_older_file_is_refused(self, session, run):
        """Seen to fail: without `refuse_older`."""
        run(bodysafe.FEED, JULY)
        before = everything(session)
        with pytest.raises(Refused, match="2024-07-31"):
            run(bodysafe.FEED, JANUARY)
        assert everything(session) == before
