"""Loading the gazetteer: whole, twice, after a kill, beside rows that others point to."""

import csv
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from directory.core.db import Database
from directory.models.places import AreaName, Country, GazetteerFile, Place, PlaceAlias, PlaceCount, Region, UsZip
from directory.places import build as machinery
from directory.places import service
from directory.places.gazetteer import Gazetteer
from tests.places.conftest import FIXTURE

TABLES: tuple[type[SQLModel], ...] = (Country, Region, Place, PlaceAlias, AreaName, UsZip)


def contents(database: Database) -> list[list[tuple[object, ...]]]:
    """All rows by natural keys, without the numbers that a database gives."""
    with database.session() as session:
        regions = dict(session.exec(select(Region.id, Region.code)).all())
        found = []
        for model in TABLES:
            rows = [row.model_dump(exclude={"id"} if model is not Place else set()) for row in session.exec(select(model)).all()]
            named = [{name: regions.get(value) if name == "region_id" else value for name, value in row.items()} for row in rows]
            found.append(sorted(tuple(sorted((name, str(value)) for name, value in row.items())) for row in named))
    return found


class Killed(BaseException):
    """The machine was switched off."""


def killed_after(batches: int) -> Callable[[str, int, int], None]:
    def progress(what: str, done: int, total: int) -> None:
        nonlocal batches
        batches -= 1
        if batches < 0:
            raise Killed

    return progress


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Callable[[list[dict[str, str]]], list[dict[str, str]]]], Gazetteer]:
    """A copy of the small gazetteer whose places were changed."""

    def edit(change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Gazetteer:
        folder = tmp_path / "gazetteer"
        shutil.copytree(FIXTURE.folder, folder)
        rows = change(list(FIXTURE.lines("places")))
        with lzma.open(folder / "places.csv.xz", "wt", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return Gazetteer(folder)

    return edit


def count(session: Session, model: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


class TestBuild:
    def test_it_loads_every_place_once(self, database: Database) -> None:
        """Seen to fail without the last, unfilled batch."""
        report = service.build(database, gazetteer=FIXTURE)
        assert report.tallies["places"].new == len(FIXTURE.places())
        assert report.tallies["us_zips"].new == 9
        with database.session() as session:
            assert count(session, Place) == len(FIXTURE.places())
            la = session.get(Place, 5368361)
            assert la is not None
            assert (la.path, la.slug, la.key, la.timezone) == (
                "us/california/los-angeles",
                "los-angeles",
                "los angeles",
                "America/Los_Angeles",
            )

    def test_a_second_run_writes_nothing_and_says_so(self, database: Database) -> None:
        """Seen to fail with the update of rows that are the same."""
        service.build(database, gazetteer=FIXTURE)
        before = contents(database)
        for check in (False, True):
            again = service.build(database, gazetteer=FIXTURE, check=check)
            assert again.writes == 0
            assert "Nothing to change" in str(again)
        assert contents(database) == before

    @pytest.mark.parametrize("after", [1, 4, 9])
    def test_a_run_that_was_killed_is_finished_by_the_next(self, database: Database, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail with the file remembered before it is loaded."""
        monkeypatch.setattr(machinery, "BATCH", 100)
        with pytest.raises(Killed):
            service.build(database, gazetteer=FIXTURE, progress=killed_after(after))
        service.build(database, gazetteer=FIXTURE)
        resumed = contents(database)
        assert service.build(database, gazetteer=FIXTURE, check=True).writes == 0
        assert len(resumed[2]) == len(FIXTURE.places())

    def test_a_newer_file_changes_what_differs(self, database: Database, edited: Callable[..., Gazetteer]) -> None:
        """Seen to fail without the drop of old aliases, and with paths made anew: the town that grew took the other's address."""

        def newer(rows: list[dict[str, str]]) -> list[dict[str, str]]:
            for row in rows:
                if row["geonameid"] == "5368361":
                    row |= {"population": "4000000", "aliases": "LA|Tinseltown"}
            return rows

        service.build(database, gazetteer=FIXTURE)
        report = service.build(database, gazetteer=edited(newer))
        assert report.tallies["places"] == machinery.Tally(changed=1, same=len(FIXTURE.places()) - 1)
        assert report.tallies["place_aliases"].new == 1
        assert report.tallies["place_aliases"].dropped > 50
        with database.session() as session:
            aliases = session.exec(select(PlaceAlias.key).where(col(PlaceAlias.place_id) == 5368361)).all()
        assert sorted(aliases) == ["la", "tinseltown"]

    def test_a_path_stays_when_another_place_grows(self, database: Database, edited: Callable[..., Gazetteer]) -> None:
        """Seen to fail without the kept paths."""

        def grown(rows: list[dict[str, str]]) -> list[dict[str, str]]:
            twin = next(row for row in rows if row["geonameid"] == "4250542")
            return [*rows, twin | {"geonameid": "99999999", "population": "9000000", "aliases": ""}]

        service.build(database, gazetteer=FIXTURE)
        service.build(database, gazetteer=edited(grown))
        with database.session() as session:
            paths = session.exec(select(Place.path).where(col(Place.id).in_([4250542, 99999999])).order_by(col(Place.id))).all()
        assert paths == ["us/illinois/springfield", "us/illinois/springfield-99999999"]

    def test_a_place_that_the_file_lost_stays(self, database: Database, edited: Callable[..., Gazetteer]) -> None:
        """A profile may stand there. Seen to fail with `drops` for places and every row between two bounds counted."""
        service.build(database, gazetteer=FIXTURE)
        with database.transaction() as session:
            session.add(PlaceCount(place_id=5368361, hair_count=1))
        service.build(database, gazetteer=edited(lambda rows: [row for row in rows if row["geonameid"] != "5368361"]))
        with database.session() as session:
            assert session.get(Place, 5368361) is not None
            assert session.get(PlaceCount, 5368361) is not None

    def test_a_part_of_the_world_is_loaded_on_request(self, database: Database) -> None:
        """Seen to fail with the file remembered after a part: the whole was never loaded."""
        service.build(database, gazetteer=FIXTURE, countries={"CA"})
        service.build(database, gazetteer=FIXTURE, limit=20)
        with database.session() as session:
            assert count(session, GazetteerFile) == 0
            assert 20 < count(session, Place) < 60
        assert service.build(database, gazetteer=FIXTURE).tallies["places"].new > 200

    def test_a_part_of_the_world_leaves_the_rest_alone(self, database: Database) -> None:
        """Seen to fail with every row between the bounds of a batch counted: the rest of the world lost its other names."""
        service.build(database, gazetteer=FIXTURE)
        before = contents(database)[3]
        service.build(database, gazetteer=FIXTURE, countries={"CA", "US"})
        assert contents(database)[3] == before

    def test_rows_lost_from_the_database_come_back(self, database: Database) -> None:
        """Seen to fail with the fingerprint alone believed."""
        service.build(database, gazetteer=FIXTURE)
        with database.transaction() as session:
            session.delete(session.get(UsZip, "90012"))
        assert service.build(database, gazetteer=FIXTURE).writes == 1

    def test_batches_of_any_size_give_the_same_rows(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail with a batch cut inside a place's aliases: the second half dropped the first."""
        service.build(database, gazetteer=FIXTURE)
        monkeypatch.setattr(machinery, "BATCH", 61)
        monkeypatch.setattr(machinery, "LARGEST_BATCH", 61)
        assert service.build(database, gazetteer=FIXTURE, check=True).writes == 0

    def test_a_region_and_a_city_under_the_country_never_share_a_path(self, database: Database) -> None:
        """Seen to fail with the region paths left out of `place_paths`, once a region has the name."""
        service.build(database, gazetteer=FIXTURE)
        with database.session() as session:
            regions = {region.path for region in session.exec(select(Region)).all()}
            assert not regions & set(session.exec(select(Place.path)).all())


class TestPace:
    def test_batches_grow_where_it_is_quick_and_shrink_where_it_is_slow(self) -> None:
        """Seen to fail with the comparison turned round."""
        pace = machinery.Pace()
        pace.took(0.001)
        assert pace.rows == 2 * machinery.BATCH
        for _ in range(20):
            pace.took(1.0)
        assert pace.rows == machinery.BATCH // 5
        for _ in range(20):
            pace.took(0.0)
        assert pace.rows == machinery.LARGEST_BATCH
