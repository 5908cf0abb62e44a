"""What registers say stands as their word; what an owner says stays, and where the two differ is told."""

import importlib.util
import lzma
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import delete, select

from directory.core import clock
from directory.ingest import bodysafe, nppes, report, sheet
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.profiles import (
    Credential,
    HairEvidence,
    Identifier,
    Inspection,
    Location,
    Organization,
    Practitioner,
    Profile,
    ProfileStatus,
    ServiceOffering,
)
from directory.profiles import assertions
from directory.profiles.assertions import Speaker
from directory.provenance import fields
from tests.counting import statements
from tests.ingest.conftest import everything, one
from tests.ingest.test_bodysafe import JANUARY, JULY

NPPES = Path(__file__).with_name("nppes_329.csv")
MIGRATION = Path(__file__).parents[2] / "migrations/versions/0005_one_word_for_each_fact.py"
FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
ADA = {
    **{"key": "a1", "name": "Ada Marsh", "kind": "person", "practitioner_kind": "smp_artist", "city": "Toronto", "region": "ON"},
    **{"country": "CA", "address": "1 Old Road", "phone": "+1 416 555 0100", "website": "https://old.example", "languages": "en; fr"},
    **{"year_started": "2011", "treatments": "smp; smp-scar", "hair_evidence": "stated_by_owner"},
}
PRICE = {"min_price": 90000, "max_price": None, "currency": "CAD", "unit": "per_session", "price_date": "2026-11-20"}
FACTS = (Location, Identifier, Credential, Inspection, ServiceOffering)


@pytest.fixture
def take(run, tmp_path):
    """Read rows of a sheet."""

    def take(*rows, day=FIRST):
        path = tmp_path / f"list-{day}.csv"
        columns = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(columns), *(",".join(f'"{row.get(name, "")}"' for name in columns) for row in rows)]
        path.write_text("\n".join(lines), "utf-8")
        return run(sheet.feed(name="A list"), path)

    return take


@pytest.fixture
def owner(session, make):
    user = make.user("Oda 1")
    session.commit()

    def say(profile, **said):
        values = {name.replace("__", ":"): value for name, value in said.items()}
        profile.status = ProfileStatus.CLAIMED
        session.add(profile)
        assertions.say(session, profile_id=profile.id, values=values, speaker=Speaker(AssertionRank.OWNER, user.id))
        session.commit()

    return say


def words(session, **which):
    session.expire_all()
    rows = session.exec(select(FieldAssertion).filter_by(**which).order_by(FieldAssertion.id)).all()
    return {word.field: word for word in rows if word.ended_at is None}


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class TestRegister:
    def test_each_fact_is_its_word(self, session, take):
        """Seen to fail with one kind of fact left out of `words_of`."""
        take(ADA)
        said = words(session)
        assert {field: said[field].value for field in ("name", "website", "phone:0", "languages", "year_started", "kind")} == {
            **{"name": "Ada Marsh", "website": "https://old.example", "phone:0": "+14165550100", "languages": ["en", "fr"]},
            **{"year_started": 2011, "kind": "smp_artist"},
        }
        assert said["address:0"].value["address"] == "1 Old Road"
        assert {"offering:smp", "hair_evidence"} < set(said)
        assert {(word.rank, word.asserted_at, word.verified_at, word.user_id) for word in said.values()} == {
            (AssertionRank.REGISTER, midnight(FIRST), midnight(FIRST), None)
        }
        assert len({word.source_record_id for word in said.values()}) == 1

    def test_what_is_different_later_is_another_word(self, session, take):
        """Changed: the old one ends; same: its day is renewed; gone from the row: ended. Seen to fail without each of the three."""
        take(ADA)
        take(ADA | {"phone": "+1 416 555 0123", "website": ""}, day=SECOND)
        now = words(session)
        assert (now["phone:0"].value, now["phone:0"].asserted_at) == ("+14165550123", midnight(SECOND))
        assert (now["name"].asserted_at, now["name"].verified_at) == (midnight(FIRST), midnight(SECOND))
        assert "website" not in now
        ended = [word for word in session.exec(select(FieldAssertion)) if word.ended_at]
        assert sorted((word.field, word.ended_at) for word in ended) == [("phone:0", midnight(SECOND)), ("website", midnight(SECOND))]

    def test_a_row_that_is_the_same_renews_its_day(self, session, take):
        """Seen to fail without `confirm`."""
        take(ADA, ADA | {"key": "a2", "name": "Bo"})
        take(ADA, ADA | {"key": "a2", "name": "Bo", "phone": ""}, day=SECOND)
        assert {word.verified_at for word in session.exec(select(FieldAssertion)) if word.ended_at is None} == {midnight(SECOND)}

    def test_what_is_gone_says_nothing_any_more(self, session, take):
        """And says it again when it comes back. Seen to fail without `end`."""
        take(ADA, ADA | {"key": "a2", "name": "Bo"})
        ada = one(session, Profile, name="Ada Marsh")
        take(ADA | {"key": "a2", "name": "Bo"}, day=SECOND)
        assert words(session, profile_id=ada.id) == {}
        take(ADA, ADA | {"key": "a2", "name": "Bo"}, day=date(2026, 11, 3))
        assert words(session, profile_id=ada.id)["name"].asserted_at == midnight(date(2026, 11, 3))

    def test_the_same_file_again_writes_nothing(self, session, run):
        run(bodysafe.FEED, JANUARY)
        run(bodysafe.FEED, JULY)
        before = everything(session, "import_runs")
        run(bodysafe.FEED, JULY)
        assert everything(session, "import_runs") == before

    def test_an_import_asks_as_often_for_many_as_for_few(self, database, session, take):
        """Seen to fail with a statement for each word."""
        sent = []
        for size in (3, 30):
            rows = [ADA | {"key": f"{size}-{n}", "name": f"Name {size} {n}"} for n in range(size)]
            take(*rows, day=FIRST + timedelta(days=2 * size))
            with statements(database) as asked:
                take(*(row | {"phone": "+1 416 555 0123"} for row in rows), day=FIRST + timedelta(days=2 * size + 1))
            sent.append(len(asked))
        assert sent[1] <= sent[0] + 2

    def test_every_imported_fact_has_a_word(self, session, run, make):
        """BodySafe and NPPES, row by row. Seen to fail with identifiers left out."""
        run(bodysafe.FEED, JULY)
        run(nppes.feed(all_taxonomies=True), NPPES, as_of=SECOND)
        said = {(word.profile_id, word.field) for word in session.exec(select(FieldAssertion))}
        missing = [(row.profile_id, "name") for row in [*session.exec(select(Practitioner)), *session.exec(select(Organization))]]
        missing += [(row.profile_id, fields.address(row.position)) for row in session.exec(select(Location))]
        missing += [(row.profile_id, fields.phone(row.position)) for row in session.exec(select(Location)) if row.phone]
        missing += [(row.profile_id, fields.identifier(row.system)) for row in session.exec(select(Identifier))]
        missing += [(row.profile_id, fields.credential(row.type, row.reference)) for row in session.exec(select(Credential))]
        missing += [(row.profile_id, fields.inspection(row.system, row.inspected_on)) for row in session.exec(select(Inspection))]
        assert len(missing) > 400
        assert [one for one in missing if one not in said] == []


class TestMigration:
    def test_it_writes_what_an_import_writes(self, session, database, run, take):
        """Also what is gone has ended. Seen to fail with the day, and with the place of an address, left out."""
        run(bodysafe.FEED, JANUARY)
        run(bodysafe.FEED, JULY)
        run(nppes.feed(all_taxonomies=True), NPPES, as_of=SECOND)
        studio = {
            "key": "s1",
            "name": "Studio",
            "kind": "practice",
            "city": "Toronto",
            "region": "ON",
            "country": "CA",
            "treatments": "smp",
        }
        take(studio, ADA | {"practice_key": "s1", "role_title": "Artist"})

        def told():
            session.expire_all()
            return sorted(
                (
                    word.profile_id,
                    word.field,
                    word.rank,
                    word.source_record_id,
                    word.asserted_at,
                    word.verified_at,
                    word.ended_at,
                    repr(word.value),
                )
                for word in session.exec(select(FieldAssertion))
                # of words that ended before, a table of facts knows nothing; nor since when a word is the same
                if word.ended_at is None
            )

        imported = told()
        assert len(imported) > 500
        session.exec(delete(FieldAssertion))
        session.commit()
        spec = importlib.util.spec_from_file_location("migration", MIGRATION)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with database.transaction() as writing, Operations.context(MigrationContext.configure(writing.connection())):
            module.upgrade()
        migrated = told()
        first = {(row[0], row[1]): row for row in imported}
        assert [(row[0], row[1]) for row in migrated] == [(row[0], row[1]) for row in imported]
        for row in migrated:
            old = first[row[0], row[1]]
            assert (row[2], row[3], row[5], sorted(row[7])) == (old[2], old[3], old[5], sorted(old[7]))

    def test_what_has_no_record_is_the_owner_s_where_there_is_one(self, session, database, make):
        claimed, free = make.profile("Ada Marsh", status=ProfileStatus.CLAIMED), make.profile("Bo Reed")
        session.commit()
        spec = importlib.util.spec_from_file_location("migration", MIGRATION)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with database.transaction() as writing, Operations.context(MigrationContext.configure(writing.connection())):
            module.upgrade()
        assert {word.rank for word in words(session, profile_id=claimed.id).values()} == {AssertionRank.OWNER}
        assert {word.rank for word in words(session, profile_id=free.id).values()} == {AssertionRank.GUESS}
        with database.transaction() as writing, Operations.context(MigrationContext.configure(writing.connection())):
            module.downgrade()
        assert words(session) == {}


class TestOwner:
    OWN = {
        **{"name": "Ada of Toronto", "website": "https://ada.example", "phone__0": "+14165550111", "languages": ["de"]},
        **{"year_started": 2012, "hours__0": {"mo": [["09:00", "17:00"]]}, "about": "Calm.", "offering__smp": PRICE},
    }
    NEW = {
        **{"name": "Ada M.", "website": "https://new.example", "phone": "+1 416 555 0199", "languages": "en", "year_started": "2010"},
        **{"address": "9 New Road", "treatments": "smp; fue"},
    }

    def test_what_an_owner_said_stays_field_by_field(self, session, take, owner):
        """And the rest follows the register. Seen to fail with each field taken out of what is held."""
        take(ADA)
        owner(one(session, Profile), **self.OWN)
        report_ = take(ADA | self.NEW, day=SECOND)
        ada, person, place = one(session, Profile), one(session, Practitioner), one(session, Location)
        assert (ada.name, ada.about, person.website, person.languages, person.year_started) == (
            *("Ada of Toronto", "Calm.", "https://ada.example", ["de"], 2012),
        )
        assert (place.phone, place.hours) == ("+14165550111", self.OWN["hours__0"])
        assert place.address == "9 New Road", "of the address the owner said nothing"
        offered = {row.treatment_id: row.min_price for row in session.exec(select(ServiceOffering))}
        assert sorted(offered.values(), key=str) == [90000, None]
        told = {found.field: found.theirs for found in report_.conflicts}
        assert told == {
            **{"name": "Ada M.", "website": "https://new.example", "phone:0": "+14165550199", "languages": ["en"], "year_started": 2010},
            "offering:smp": dict.fromkeys(PRICE),
        }
        assert words(session, rank=AssertionRank.REGISTER)["phone:0"].value == "+14165550199", "the register's word is recorded"

    def test_an_address_stays_with_its_place(self, session, make, take, owner):
        """Seen to fail with the place of the profile taken from the file."""
        take(ADA)
        elsewhere = make.place("Hamilton", region="Ontario", country="CA")
        session.commit()
        said = {
            "address": "5 Own Street",
            "city": "Hamilton",
            "region": "ON",
            "postal_code": "",
            "country_code": "CA",
            "place_id": elsewhere.id,
        }
        owner(one(session, Profile), address__0=said)
        take(ADA | {"address": "9 New Road"}, day=SECOND)
        assert (one(session, Location).address, one(session, Location).place_id, one(session, Profile).place_id) == (
            *("5 Own Street", elsewhere.id, elsewhere.id),
        )

    def test_a_treatment_that_the_owner_took_away_stays_away(self, session, take, owner):
        """Seen to fail with held offerings inserted again."""
        take(ADA)
        owner(one(session, Profile), **{"offering__smp": None, "offering__smp-scar": None})
        take(ADA | {"address": "9 New Road"}, day=SECOND)
        assert session.exec(select(ServiceOffering)).all() == []

    def test_an_address_that_the_register_drops_stays_the_owner_s(self, session, take, owner):
        take(ADA)
        place = {"address": "5 Own Street", "city": "Toronto", "region": "ON", "postal_code": "", "country_code": "CA", "place_id": None}
        owner(one(session, Profile), address__0=place)
        bare = {name: value for name, value in ADA.items() if name not in {"address", "phone"}}
        take(bare | {"name": "Ada M."}, day=SECOND)
        assert one(session, Location).address == "5 Own Street"

    def test_a_claimed_profile_of_which_the_owner_said_nothing_follows_the_register(self, session, take, owner):
        take(ADA)
        owner(one(session, Profile), about="Calm.")
        take(ADA | {"hair_evidence": "unknown", "name": "Ada M."}, day=SECOND)
        assert (one(session, Profile).name, one(session, Profile).hair_evidence) == ("Ada M.", HairEvidence.UNKNOWN)


class TestConflicts:
    def test_each_is_told_once(self, session, take, owner):
        """Seen to fail without the look at the last run: told each time."""
        take(ADA)
        owner(one(session, Profile), phone__0="+14165550111")
        first = take(ADA, day=SECOND)
        assert [(found.field, found.theirs, found.ours) for found in first.conflicts] == [("phone:0", "+14165550100", "+14165550111")]
        assert take(ADA, day=date(2026, 11, 3)).conflicts == []
        again = take(ADA | {"phone": "+1 416 555 0199"}, day=date(2026, 11, 4))
        assert [found.theirs for found in again.conflicts] == ["+14165550199"]
        assert 'says "+14165550199", the page "+14165550111"' in "\n".join(report.lines(again))

    def test_the_same_words_are_no_conflict(self, session, take, owner):
        take(ADA)
        owner(one(session, Profile), phone__0="+14165550111")
        assert take(ADA | {"phone": "+1 416 555 0111"}, day=SECOND).conflicts == []

    @pytest.mark.parametrize("again", ["the same file", "a later file"])
    def test_bodysafe_over_owners(self, session, run, owner, tmp_path, again):
        """No field of an owner changes, and each conflict is listed. Seen to fail without `held`."""
        run(bodysafe.FEED, JULY)
        profiles = session.exec(select(Profile).order_by(Profile.id)).all()[::10]
        for n, profile in enumerate(profiles):
            owner(profile, name=f"Own name {n}", phone__0=f"+141655501{n:02}")
        kept = {(row.profile_id, row.phone) for row in session.exec(select(Location)) if row.phone}
        path = JULY
        if again == "a later file":
            path = tmp_path / "toronto_bodysafe_2024-12-31.csv"
            path.write_text(lzma.decompress(JULY.read_bytes()).decode().replace(" ST,", " STREET,").replace("AVE", "AVENUE"), "utf-8")
        told = run(bodysafe.FEED, path)
        assert Counter(found.field for found in told.conflicts)["name"] == len(profiles)
        session.expire_all()
        assert {profile.name for profile in profiles} == {f"Own name {n}" for n in range(len(profiles))}
        assert {(row.profile_id, row.phone) for row in session.exec(select(Location)) if row.phone} == kept

    def test_nppes_over_owners(self, session, make, run, owner, tmp_path):
        run(nppes.feed(all_taxonomies=True), NPPES, as_of=FIRST)
        profiles = session.exec(select(Profile).order_by(Profile.id)).all()[:12]
        for n, profile in enumerate(profiles):
            owner(profile, name=f"Own name {n}", phone__0=f"+121255501{n:02}")
        later = tmp_path / "npidata.csv"
        later.write_text(NPPES.read_text("utf-8").replace('"4', '"5'), "utf-8")
        for path, day in ((NPPES, FIRST), (later, SECOND)):
            told = run(nppes.feed(all_taxonomies=True), path, as_of=day)
            if day == FIRST:
                assert Counter(found.field for found in told.conflicts)["name"] == len(profiles)
        session.expire_all()
        assert [profile.name for profile in profiles] == [f"Own name {n}" for n in range(len(profiles))]
        phones = {row.profile_id: row.phone for row in session.exec(select(Location))}
        assert [phones[profile.id] for profile in profiles] == [f"+121255501{n:02}" for n in range(len(profiles))]
        assert clock.now() > midnight(SECOND) - timedelta(days=400)
