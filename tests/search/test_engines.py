"""Lists without words, words in every engine, and names while an index is away: one set of rows, hand-counted answers."""

import gc
import os
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from directory import work
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.ops import Job
from directory.models.profiles import (
    HairEvidence,
    Organization,
    Practitioner,
    PractitionerKind,
    PractitionerRole,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.search import documents, finding, generations, indexer, sql_engine, sql_store
from directory.search.finding import Search, search_for
from directory.search.port import (
    Ability,
    Criteria,
    Evidence,
    IndexBroken,
    Kind,
    SearchEngine,
    Sort,
    Spelling,
    WhyEmpty,
    index_folder,
)
from directory.search.postgres_engine import PostgresEngine
from directory.search.sql_engine import SqlEngine
from directory.search.whoosh_engine import WhooshEngine
from directory.treatments import queries as treatments
from directory.treatments import service as taxonomy
from tests.counting import statements
from tests.factories import Make


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings with a data folder of this test's own."""
    return Settings(data_dir=tmp_path, secret_key="tests-only-0123456789-abcdefghijklmnop")


@pytest.fixture
def world(session: Session, make: Make) -> dict[str, Profile]:
    """Five people and practices in three cities, two of them not to be found in the usual list."""
    taxonomy.sync(session)
    toronto = make.place("Toronto", region="Ontario", country="CA")
    ottawa = make.place("Ottawa", region="Ontario", country="CA")
    paris = make.place("Paris", region="Île-de-France", country="FR")
    world = {
        "ada": make.profile("Ada Marsh", place=toronto, review_count=3, stars_5=3, mean_micro=5_000_000, score_micro=3_950_000),
        "bay": make.profile("Bay Scalp Studio", place=toronto, kind=ProfileKind.PRACTICE, newest_review_at=clock.now()),
        "zoe": make.profile("Zoë Müller-Yılmaz", place=ottawa, review_count=1, stars_1=1, mean_micro=1_000_000, score_micro=3_187_500),
        "ink": make.profile("Brow and Ink", place=toronto, kind=ProfileKind.PRACTICE, hair_evidence=HairEvidence.UNKNOWN),
        "gone": make.profile("Ada Gone", place=toronto, status=ProfileStatus.CLOSED),
        "luc": make.profile("Luc Ada", place=paris, newest_review_at=clock.now() - timedelta(days=9)),
    }
    for key, code in (("ada", "fue-manual"), ("bay", "smp-scar"), ("zoe", "fue"), ("luc", "smp")):
        treatment = treatments.by_code(session, code)
        session.add(ServiceOffering(profile_id=world[key].id, treatment_id=treatment.id))
    session.flush()
    person_of(session, world["zoe"]).kind = PractitionerKind.SURGEON
    session.flush()
    return world


def person_of(session: Session, profile: Profile) -> Practitioner:
    return session.exec(select(Practitioner).where(Practitioner.profile_id == profile.id)).one()


def found(world: dict[str, Profile], ids: tuple[int, ...]) -> list[str]:
    keys = {profile.id: key for key, profile in world.items()}
    return [keys[number] for number in ids]


def in_toronto(world: dict[str, Profile], **more: object) -> Criteria:
    return Criteria(place_id=world["ada"].place_id, **more)  # type: ignore[arg-type]


class TestListing:
    def test_only_listed_profiles_with_hair_work_count(self, session, world):
        """Seen to fail without the status, and without the evidence, in the conditions."""
        answer = sql_engine.answer(session, in_toronto(world))
        assert (found(world, answer.ids), answer.total) == (["ada", "bay"], 2)

    def test_the_register_is_a_list_of_its_own(self, session, world):
        """Seen to fail with evidence ANY for the register."""
        assert found(world, sql_engine.answer(session, in_toronto(world, evidence=Evidence.REGISTER)).ids) == ["ink"]
        assert sql_engine.answer(session, in_toronto(world, evidence=Evidence.ANY)).total == 3

    def test_regions_and_countries_hold_their_places(self, session, world, make):
        """Seen to fail with the region's condition on the country."""
        ontario = make.region("Ontario", country="CA")
        make.profile("Mo Roy", place=make.place("Montréal", region="Quebec", country="CA"))
        assert found(world, sql_engine.answer(session, Criteria(region_id=ontario.id)).ids) == ["ada", "bay", "zoe"]
        assert sql_engine.answer(session, Criteria(country_code="CA")).total == 4
        assert sql_engine.answer(session, Criteria(country_code="FR")).total == 1
        assert sql_engine.answer(session, Criteria()).total == 5

    def test_a_treatment_is_found_with_all_below_it(self, session, world):
        """Seen to fail without `with_below`."""
        all_ = treatments.all_(session)
        wanted = Criteria.from_args(_Args({"treatment": ["hair-transplant"]}), taxonomy=all_)
        assert found(world, sql_engine.answer(session, wanted).ids) == ["ada", "zoe"]
        either = Criteria.from_args(_Args({"treatment": ["smp", "fue"]}), taxonomy=all_)
        assert sql_engine.answer(session, either).total == 4

    def test_kinds_are_professions_and_practices(self, session, world):
        """Seen to fail with AND between the kinds."""
        assert found(world, sql_engine.answer(session, Criteria(kinds=(Kind.SURGEON,))).ids) == ["zoe"]
        assert found(world, sql_engine.answer(session, Criteria(kinds=(Kind.PRACTICE,))).ids) == ["bay"]
        assert sql_engine.answer(session, Criteria(kinds=(Kind.PRACTICE, Kind.SURGEON))).total == 2
        assert sql_engine.answer(session, Criteria(kinds=(Kind.NURSE,))).total == 0

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            (Sort.SCORE, ["ada", "bay", "luc", "zoe"]),
            (Sort.REVIEWS, ["ada", "zoe", "bay", "luc"]),
            (Sort.NAME, ["ada", "bay", "luc", "zoe"]),
            (Sort.NEWEST, ["bay", "luc", "ada", "zoe"]),
        ],
    )
    def test_every_order_is_total(self, session, world, sort, order):
        """Nobody's review counts as 3.5, so one bad review stands below none. Seen to fail with each key turned round."""
        assert found(world, sql_engine.answer(session, Criteria(sort=sort)).ids) == order

    def test_pages_are_exact_and_one_statement_each(self, session, world, database):
        """Seen to fail without the count behind the last page."""
        with statements(database) as sent:
            pages = [sql_engine.answer(session, Criteria(number=number, size=3)) for number in (1, 2)]
        assert len(sent) == 2
        assert [(len(page.ids), page.total) for page in pages] == [(3, 4), (1, 4)]
        behind = sql_engine.answer(session, Criteria(number=9, size=3))
        assert (behind.ids, behind.total) == ((), 4)


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "order"),
        [
            ("marsh", ["ada"]),
            ("ada", ["ada", "luc"]),
            ("MULLER yılmaz", ["zoe"]),
            ("mull", ["zoe"]),
            ("scalp toronto", ["bay"]),
            ("hair tattoo", ["bay", "luc"]),
            ("strip scar", ["bay"]),
            ("manual fue", ["ada"]),
            ("brow", []),
            ("gone", []),
            ("ada surgeonzzz", []),
            ("mu", []),
        ],
    )
    def test_every_word_is_met_and_the_last_may_be_begun(self, session, database, own, world, typed, order):
        """Register entries and closed profiles are not found. Seen to fail with OR between words, and without beginnings."""
        for engine in filled(database, own):
            answer = engine.search(session, Criteria(text=typed, sort=Sort.RELEVANCE, as_typed=not order))
            assert sorted(found(world, answer.ids)) == sorted(order), engine.name
            assert answer.total == len(order)

    def test_a_name_weighs_more_than_a_place(self, database, session, own, world, make):
        """Seen to fail with equal weights."""
        far = make.profile("Toronto Hair", place=make.place("Lyon", region="Rhône", country="FR"))
        for engine in filled(database, own):
            answer = engine.search(session, Criteria(text="toronto", sort=Sort.RELEVANCE))
            assert answer.ids[0] == far.id, engine.name
            assert answer.total == 3

    def test_filters_hold_for_words_too(self, session, database, own, world, make):
        """The same totals as the list without words, filter by filter. Seen to fail without the filters."""
        ontario = make.region("Ontario", country="CA").id
        fue = treatments.with_below(session, "fue")
        offered = {"treatments": ("fue",), "treatment_ids": frozenset(row.id for row in fue)}
        for engine in filled(database, own):

            def ask(text: str, engine: SearchEngine = engine, **more: object) -> list[str]:
                return found(world, engine.search(session, Criteria(text=text, as_typed=True, **more)).ids)

            assert ask("ada", place_id=world["ada"].place_id) == ["ada"]
            assert ask("ada", region_id=ontario) == ["ada"]
            assert ask("ada", country_code="FR") == ["luc"]
            assert ask("ada", **offered) == ["ada"]
            assert ask("zoe", kinds=(Kind.SURGEON, Kind.NURSE)) == ["zoe"]
            assert ask("zoe", kinds=(Kind.NURSE,)) == []
            assert ask("brow", evidence=Evidence.REGISTER) == ["ink"]
            assert ask("brow", evidence=Evidence.ANY) == ["ink"]

    @pytest.mark.parametrize("sort", [Sort.SCORE, Sort.REVIEWS, Sort.NAME, Sort.NEWEST])
    def test_orders_are_those_of_lists_without_words(self, session, database, own, world, sort, make):
        """Seen to fail with each key turned round."""
        for number in range(12):
            make.profile(f"Ada Clone {number}", review_count=number % 3, stars_4=number % 3, score_micro=3_500_000 + 1000 * (number % 4))
        by_name = sql_engine.answer(session, Criteria(text="ada", sort=sort))
        assert by_name.is_fallback
        for engine in filled(database, own):
            by_index = engine.search(session, Criteria(text="ada", sort=sort))
            assert by_index.ids == by_name.ids, engine.name
            assert by_index.total == by_name.total == 14

    def test_pages_of_words_are_exact(self, session, database, own, make):
        """Seen to fail with the size of a page as the total."""
        made = {make.profile(f"Same Name {number}").id for number in range(45)}
        for engine in filled(database, own):
            pages = [engine.search(session, Criteria(text="same name", sort=Sort.RELEVANCE, number=number)) for number in (1, 2, 3, 4)]
            assert [len(page.ids) for page in pages] == [20, 20, 5, 0]
            assert {page.total for page in pages} == {45}
            assert {number for page in pages for number in page.ids} == made

    def test_names_of_the_practice_find_the_person(self, session, database, own, world):
        """And the other way round. Seen to fail without `_company`."""
        practice = session.exec(select(Organization).where(Organization.profile_id == world["bay"].id)).one()
        session.add(PractitionerRole(practitioner_id=person_of(session, world["zoe"]).id, organization_id=practice.id))
        session.flush()
        for engine in filled(database, own):
            assert sorted(found(world, engine.search(session, Criteria(text="bay scalp")).ids)) == ["bay", "zoe"], engine.name
            assert sorted(found(world, engine.search(session, Criteria(text="muller")).ids)) == ["bay", "zoe"], engine.name


class TestSlips:
    @pytest.fixture
    def engine(self, session, database, world, make) -> SearchEngine:
        """PostgreSQL's engine, or the one of the same tables that forgives nothing."""
        for number in range(12):
            make.profile(f"Martin {number}")
        made = SqlEngine(database) if database.is_sqlite else PostgresEngine(database)
        made.rebuild(documents.batches(database), total=20)
        return made

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("marhs", "marsh"), ("yilmz", "yilmaz"), ("torotno", "toronto"), ("scallp", "scalp"), ("muler yilmas", "muller yilmaz")],
    )
    def test_a_word_that_occurs_nowhere_is_mended(self, session, engine, typed, meant):
        """A letter more, less, another, two swapped. Seen to fail with the likeness at 0.6."""
        answer = engine.search(session, Criteria(text=typed, sort=Sort.RELEVANCE))
        if Ability.TYPOS not in engine.supports:
            assert answer.why_empty is WhyEmpty.UNKNOWN_WORDS
            return
        assert answer.spelling == Spelling(meant, used=True)
        assert answer.ids == engine.search(session, Criteria(text=meant, sort=Sort.RELEVANCE)).ids

    def test_a_rare_word_is_doubted_and_not_changed(self, session, engine, make, database):
        """Seen to fail with every word that finds few replaced."""
        rare = make.profile("Martim")
        engine.apply(documents.Reader(session).read([rare.id]), [])
        answer = engine.search(session, Criteria(text="martim", sort=Sort.RELEVANCE))
        assert answer.ids == (rare.id,)
        assert answer.spelling == (Spelling("martin", used=False) if Ability.TYPOS in engine.supports else None)

    def test_a_word_that_has_gone_is_unknown_again(self, session, engine, make):
        """Seen to fail without taking the words of changed rows off the counts."""
        rare = make.profile("Quetzalina")
        read = documents.Reader(session).read([rare.id])
        for _ in range(2):
            engine.apply(read, [])
        found_ = engine.search(session, Criteria(text="quetzalima", sort=Sort.RELEVANCE))
        assert found_.total == (1 if Ability.TYPOS in engine.supports else 0)
        engine.apply([], [rare.id])
        session.info.clear()  # as the next page's
        gone = engine.search(session, Criteria(text="quetzalima", sort=Sort.RELEVANCE))
        assert (gone.total, gone.spelling, gone.why_empty) == (0, None, WhyEmpty.UNKNOWN_WORDS)

    def test_a_mended_word_that_nobody_here_has_is_no_unknown_word(self, session, engine):
        """Seen to fail with every word that stands nowhere unknown."""
        answer = engine.search(session, Criteria(text="marhs", country_code="FR", sort=Sort.RELEVANCE))
        assert answer.why_empty is (WhyEmpty.WORDS if Ability.TYPOS in engine.supports else WhyEmpty.UNKNOWN_WORDS)


class TestAway:
    @pytest.fixture
    def swept(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """What the test leaves open is complained of in it and not in another one: the log holds on to errors until then."""
        yield
        caplog.clear()
        gc.collect()

    def test_without_an_index_names_answer_and_say_so(self, session, database, own, world):
        """Seen to fail with the error passed on."""
        search = search_for(own, database)
        answer = search.find(session, Criteria(text="ada"))
        assert answer.is_fallback
        assert found(world, answer.ids) == ["ada", "luc"]
        assert search.find(session, Criteria(text="a% m_rsh")).total == 0
        assert search.find(session, Criteria(text="mul ZOË")).total == 1
        assert list(search.suggest(session, "ada", limit=9)) == list(answer.ids)

    def test_a_table_of_another_version_is_none(self, session, database, own, world, monkeypatch):
        """Seen to fail without the version in the row of the state."""
        engine = PostgresEngine(database)
        made = SqlEngine(database) if database.is_sqlite else engine
        made.rebuild(documents.batches(database), total=5)
        monkeypatch.setattr(sql_store, "VERSION", 999)
        assert sql_engine.answer(session, Criteria(text="toronto")).is_fallback
        with pytest.raises(IndexBroken):
            engine.search(session, Criteria(text="ada"))
        with pytest.raises(IndexBroken):
            made.apply([], [])
        assert made.state().faults

    # Whoosh leaves the table of contents to the garbage collector when it cannot be read.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_a_damaged_index_is_never_an_error(self, session, database, own, world, swept):
        """Files missing, cut short, overwritten: forty ways. Seen to fail with OSError alone as damage."""
        _damaged_forty_ways(session, database, own)


class TestIndexer:
    def test_a_change_is_in_the_index_after_its_job(self, session, database, own, world):
        """A reader that was open before sees it too. Seen to fail with a reader that is kept for good."""
        indexer.rebuild(database, own)
        engine = finding.kept(own, database)[0]
        assert engine.search(session, Criteria(text="marsh")).total == 1
        ada = world["ada"]
        ada.name, ada.sort_key = "Ada Lovelace", "ada lovelace"
        session.add(ada)
        session.flush()
        for _ in range(2):  # safe to run twice
            run(session, database, own, "search.profile_changed", profile_id=ada.id)
        for one in finding.kept(own, database):
            assert one.search(session, Criteria(text="marsh", as_typed=True)).total == 0, one.name
            assert one.search(session, Criteria(text="lovelace")).ids == (ada.id,), one.name
            assert one.state().documents == 5
        assert engine.search(session, Criteria(text="lovelace")).ids == (ada.id,)

    def test_a_closed_profile_leaves_the_index(self, session, database, own, world):
        """Seen to fail without the delete before the add."""
        indexer.rebuild(database, own)
        world["ada"].status = ProfileStatus.CLOSED
        session.add(world["ada"])
        session.flush()
        run(session, database, own, "search.profile_changed", profile_id=world["ada"].id)
        for engine in finding.kept(own, database):
            assert engine.search(session, Criteria(text="marsh", as_typed=True)).total == 0, engine.name
            assert engine.state(deep=True).documents == 4, engine.name

    def test_without_an_index_a_change_asks_for_a_whole_one(self, session, database, own, world):
        """Seen to fail with the change dropped."""
        run(session, database, own, "search.profile_changed", profile_id=world["ada"].id)
        assert all(one.is_whole for one in indexer.status(database, own))

    def test_ensure_builds_once(self, database, own, world):
        """Seen to fail without the comparison with the database."""
        assert indexer.ensure(database, own) == "5 profiles"
        assert "up to date" in indexer.ensure(database, own)

    def test_a_rebuild_that_is_ended_leaves_the_live_index(self, session, database, own, world):
        """Seen to fail without `drop` in the error path, and with the table emptied first."""
        indexer.rebuild(database, own)

        def end() -> None:
            raise work.LeaseLost("another worker has it")

        for engine in filled(database, own):
            with pytest.raises(work.LeaseLost):
                engine.rebuild(documents.batches(database), total=5, alive=end)
            assert engine.search(session, Criteria(text="marsh")).total == 1, engine.name
            assert engine.state(deep=True).faults == (), engine.name

    def test_a_rebuild_takes_away_who_is_listed_no_more(self, session, database, own, world):
        """Seen to fail without the number of the rebuild in each row."""
        engines = filled(database, own)
        world["ada"].status = ProfileStatus.CLOSED
        session.add(world["ada"])
        session.flush()
        assert SqlEngine(database).state(deep=True).faults, "a row too many is seen"
        for engine in engines:
            assert engine.rebuild(documents.batches(database), total=4) == 4
            assert (engine.state(deep=True).documents, engine.state(deep=True).faults) == (4, ()), engine.name

    def test_reading_costs_the_same_for_one_and_for_many(self, session, database, world):
        """Seen to fail with the practice's name read for each profile."""
        counts = []
        for ids in ([world["ada"].id], [profile.id for profile in world.values()]):
            reader = documents.Reader(session)
            with statements(database) as sent:
                reader.read(ids)
            counts.append(len(sent))
        assert counts[0] == counts[1] <= 4


def filled(database: Database, settings: Settings) -> list[SearchEngine]:
    """Return every engine that works on a database, with all profiles in it."""
    made: list[SearchEngine] = [WhooshEngine(index_folder(settings.data_dir)), SqlEngine(database)]
    made += [] if database.is_sqlite else [PostgresEngine(database)]
    for engine in made:
        engine.rebuild(documents.batches(database), total=5)
    return made


def run(session: Session, database: Database, own: Settings, name: str, **payload: object) -> None:
    """Run a job, and whatever it asked for, as the worker does."""
    session.add(Job(name=name, payload=payload, run_at=clock.now() - timedelta(seconds=1), created_at=clock.now()))
    session.flush()
    assert work.run_due(database, own, indexer.HANDLERS) >= 1


def _damaged_forty_ways(session: Session, database: Database, own: Settings) -> None:
    chance = random.Random(11)
    folder = index_folder(own.data_dir)
    WhooshEngine(folder).rebuild(documents.batches(database), total=5)
    path = generations.live(folder)
    assert path is not None
    whole = shutil.copytree(path, own.data_dir / "whole")
    for _ in range(40):
        shutil.rmtree(path)
        shutil.copytree(whole, path)
        victim = chance.choice(sorted(file for file in path.iterdir() if file.is_file()))
        _damage(chance, victim)
        answer = Search(WhooshEngine(folder)).find(session, Criteria(text="ada", sort=Sort.RELEVANCE))
        if answer.is_fallback:
            assert answer.total == 2


def _damage(chance: random.Random, victim: Path) -> None:
    way = chance.randrange(3)
    if way == 0:
        victim.unlink()
    elif way == 1:
        os.truncate(victim, chance.randrange(victim.stat().st_size + 1))
    else:
        content = bytearray(victim.read_bytes())
        for _ in range(20):
            if content:
                content[chance.randrange(len(content))] = chance.randrange(256)
        victim.write_bytes(content)


class _Args:
    """A query string."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    def get(self, key: str, /) -> str | None:
        return self._values.get(key, [None])[0]  # type: ignore[list-item]

    def getlist(self, key: str, /) -> list[str]:
        return self._values.get(key, [])
