"""The sheet that anyone can fill in."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from directory.core.errors import Refused
from directory.ingest import check, sheet
from directory.ingest.listing import Refusal
from directory.models.profiles import (
    CredentialStatus,
    HairEvidence,
    Location,
    Practitioner,
    PractitionerRole,
    Profile,
    ServiceOffering,
)
from directory.models.sources import ImportRun, Source, SourceRecord
from directory.models.treatments import Treatment
from directory.profiles import queries
from directory.profiles.listing import Listing
from tests.ingest.conftest import everything, one

STUDIO = {"key": "s1", "kind": "practice", "name": "Dot & Follicle", "city": "Toronto", "region": "ON", "country": "Canada"}
ADA = {"key": "p1", "kind": "person", "name": "Ada Marsh", "practitioner_kind": "smp_artist", "city": "Toronto", "country": "CA"}


def text(*rows, delimiter=","):
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read(data, **more):
    return list(sheet.feed(name="A list", **more).read(io.BytesIO(data)))


def refused(**more):
    """Return (column, reason) of the one refusal that a row with these fields meets."""
    base = ADA if more.get("kind", "person") == "person" else STUDIO
    items = read(text(base | more))
    assert len(items) == 1, items
    assert isinstance(items[0], Refusal), items
    assert (items[0].line, bool(items[0].reason)) == (2, True)
    return items[0].column


class TestFile:
    def test_the_template_is_a_sheet(self):
        """Seen to fail: an example that breaks a rule of its own."""
        items = read(sheet.template().encode())
        assert [item.key for item in items] == ["studio-1"]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_commas_semicolons_tabs_and_a_mark(self, delimiter, mark):
        item = read(mark + text(STUDIO | {"name": "Studio; Café, Ltd"}, delimiter=delimiter))[0]
        assert (item.key, item.name) == ("s1", "Studio; Café, Ltd")

    @pytest.mark.parametrize("data", [text(ADA | {"name": "Zoë"}).decode().encode(code) for code in ("latin-1", "utf-16", "utf-32")])
    def test_another_encoding_is_refused_at_once(self, data):
        """Seen to fail: without the decoding of the whole file, rows of Latin-1 are refused one by one."""
        with pytest.raises(Refused, match="UTF-8"):
            read(data)

    def test_the_line_that_is_no_utf8_is_named(self):
        with pytest.raises(Refused, match="Line 3 "):
            read(text(ADA, ADA | {"name": "Zoë"}).decode().encode("latin-1"))

    @pytest.mark.parametrize("data", [b"", b"\n", b"key,kind,name\n1,person,Ada\n", b"\x00\x01", b"key,key,kind,name,city,country\n"])
    def test_a_file_of_another_kind_is_refused_at_once(self, data):
        with pytest.raises(Refused, match="column"):
            read(data)

    def test_columns_are_mapped_and_their_spelling_forgiven(self):
        data = text({"ID": "1", "Kind": "practice", "Studio": "Dot", "City": "Toronto", "COUNTRY": "CA", "Price Min": "", "mine": "x"})
        item = read(data, columns={"ID": "key", "Studio": "name"})[0]
        assert (item.key, item.name, item.raw["mine"]) == ("1", "Dot", "x")

    def test_a_column_is_mapped_to_ours_only(self):
        with pytest.raises(Refused, match="stars"):
            sheet.feed(name="A list", columns={"Stars": "stars"})

    @pytest.mark.parametrize("name", ["", "💈", "x" * 100])
    def test_a_source_has_a_name(self, name):
        with pytest.raises(Refused):
            sheet.feed(name=name)

    def test_broken_rows_are_refused_and_the_rest_goes_in(self):
        """Seen to fail: without the width check a short row is taken with the wrong columns."""
        data = text(ADA) + b"too,few\n" + text(ADA | {"key": "p2"}).split(b"\r\n", 1)[1] + b"\r\n,,,,,\r\n"
        items = read(data)
        assert [getattr(item, "key", "") for item in items] == ["p1", "", "p2"]
        assert (items[1].line, items[1].column) == (3, "")

    def test_a_quote_too_many_takes_no_more_than_one_field_may_hold(self):
        rows = [f"k{n},person,Ada,smp_artist,Toronto,CA\n" for n in range(9000)]
        rows[3] = rows[3].replace("Ada", '"Ada')
        items = read((",".join(ADA) + "\n" + "".join(rows)).encode())
        refusals = [item for item in items if isinstance(item, Refusal)]
        assert [item.line for item in refusals] == [5]
        assert len(items) > 5000


class TestRow:
    def test_a_practice_and_its_facts(self):
        more = {"treatments": "SMP; Scar camouflage ;hair tattoo", "price_min": "1500.50", "price_max": "4000", "currency": "cad"}
        more |= {"price_unit": "package_total", "price_date": "2026-11-01", "phone": "(416) 555-0100", "website": "studio.example"}
        item = read(text(STUDIO | more))[0]
        assert [(row.treatment, row.min_price, row.max_price, row.currency) for row in item.offerings] == [
            ("smp", 150_050, 400_000, "CAD"),
            ("smp-scar", None, None, None),
        ]
        assert (item.locations[0].country_code, item.locations[0].phone) == ("CA", "+14165550100")
        assert item.practice.website == "https://studio.example"

    def test_money_without_minor_units(self):
        price = {"treatments": "smp", "price_min": "30000", "currency": "JPY", "price_unit": "per_session", "price_date": "2026-11-01"}
        assert read(text(ADA | price))[0].offerings[0].min_price == 30_000

    @pytest.mark.parametrize(
        ("fields", "column"),
        [
            ({"key": ""}, "key"),
            ({"name": " \u202e "}, "name"),
            ({"city": ""}, "city"),
            ({"kind": "robot"}, "kind"),
            ({"country": "Atlantis"}, "country"),
            ({"practitioner_kind": ""}, "practitioner_kind"),
            ({"practitioner_kind": "barber"}, "practitioner_kind"),
            ({"name": "x" * 201}, "name"),
            ({"address": "x" * 301}, "address"),
            ({"lat": "43.1"}, "lon"),
            ({"lat": "nan", "lon": "1"}, "lat"),
            ({"lat": "43.1", "lon": "1000"}, "lon"),
            ({"phone": "call me"}, "phone"),
            ({"website": "javascript:alert(1)"}, "website"),
            ({"website": "https://user:secret@x.example"}, "website"),
            ({"website": "http://[::1"}, "website"),
            ({"languages": "English!"}, "languages"),
            ({"year_started": "19x4"}, "year_started"),
            ({"treatments": "smp; leeches"}, "treatments"),
            ({"price_min": "100"}, "currency"),
            ({"price_max": "100"}, "price_max"),
            (
                {"treatments": "smp", "price_min": "1,500", "currency": "CAD", "price_unit": "per_hour", "price_date": "2026-01-01"},
                "price_min",
            ),
            (
                {"treatments": "smp", "price_min": "1e9", "currency": "CAD", "price_unit": "per_hour", "price_date": "2026-01-01"},
                "price_min",
            ),
            ({"treatments": "smp", "price_min": "9", "currency": "CAD", "price_unit": "a head", "price_date": "2026-01-01"}, "price_unit"),
            ({"treatments": "smp", "price_min": "9", "currency": "CAD", "price_unit": "per_hour", "price_date": "1 May"}, "price_date"),
            ({"price_min": "9", "currency": "CAD", "price_unit": "per_hour", "price_date": "2026-01-01"}, "price_min"),
            (
                {
                    "treatments": "smp",
                    "price_min": "9",
                    "price_max": "8",
                    "currency": "CAD",
                    "price_unit": "per_hour",
                    "price_date": "2026-01-01",
                },
                "price_max",
            ),
            ({"credential_issuer": "City"}, "credential_title"),
            ({"credential_title": "Permit"}, "credential_issuer"),
            ({"hair_evidence": "sure"}, "hair_evidence"),
            ({"hair_evidence": "confirmed"}, "hair_evidence"),
            ({"hair_evidence": "confirmed", "hair_evidence_url": "https://x.example"}, "hair_evidence"),
            ({"kind": "practice", "practice_key": "s1"}, "practice_key"),
        ],
    )
    def test_what_cannot_be_taken_is_told_by_its_column(self, fields, column):
        """Seen to fail: each check taken out of `_Sheet`."""
        assert refused(**fields) == column

    @pytest.mark.parametrize(
        ("fields", "evidence"),
        [
            ({}, None),
            ({"treatments": "smp"}, None),
            ({"hair_evidence": "unknown"}, HairEvidence.UNKNOWN),
            ({"hair_evidence": "stated_by_owner"}, HairEvidence.STATED_BY_OWNER),
            (
                {"hair_evidence": "confirmed", "hair_evidence_url": "https://x.example/work", "hair_evidence_checked_on": "2026-11-01"},
                HairEvidence.CONFIRMED,
            ),
        ],
    )
    def test_hair_work_is_taken_on_evidence_only(self, fields, evidence):
        """Seen to fail: confirming whoever lists a treatment."""
        assert read(text(ADA | fields))[0].evidence is evidence

    def test_a_credential_is_checked_with_source_and_day_only(self):
        said = {"credential_title": "Permit", "credential_issuer": "City"}
        assert read(text(ADA | said))[0].credentials[0].status is CredentialStatus.CLAIMED
        looked = said | {"credential_source_url": "https://c.example", "credential_checked_on": "2026-11-01"}
        assert read(text(ADA | looked))[0].credentials[0].status is CredentialStatus.CHECKED_OK

    @pytest.mark.parametrize("value", ["مركز الشعر", "💈✂️", "a\u0000b", "tab\tand\nline", "'; DROP TABLE profiles; --", "<script>"])
    def test_odd_text_stands_in_any_field_or_is_refused(self, value):
        """Seen to fail: a NUL in the raw row, which PostgreSQL does not store."""
        for name in sheet.COLUMNS:
            for item in read(text(ADA | {name: value})):
                assert isinstance(item, Listing | Refusal)
                if isinstance(item, Listing):
                    assert check.problem(item) is None
                    assert "\0" not in "".join((item.name, *item.raw.values()))

    @settings(max_examples=150, deadline=None)
    @given(st.dictionaries(st.sampled_from(list(sheet.COLUMNS)), st.text(max_size=60), max_size=12))
    def test_the_parser_never_raises(self, fields):
        for item in read(text(ADA | fields)):
            assert isinstance(item, Listing | Refusal)

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=400))
    def test_bytes_behind_a_good_header_never_raise(self, data):
        try:
            items = read(text(ADA) + data)
        except Refused:
            return
        assert isinstance(items[0], Listing)


class TestImport:
    @pytest.fixture
    def take(self, run, tmp_path):
        def take(*rows, day="2026-11-01", **more):
            path = tmp_path / f"list-{day}.csv"
            path.write_bytes(text(*rows))
            return run(sheet.feed(name="A list", licence="CC0", url="https://list.example"), path, **more)

        return take

    def test_people_work_at_the_practice_above(self, session, take):
        """Seen to fail: linking before the practice of the same batch is written."""
        report = take(STUDIO, ADA | {"practice_key": "s1", "role_title": "Artist"}, ADA | {"key": "p2", "practice_key": "s9"})
        assert (report.new, report.refused) == (2, 1)
        assert (report.refusals[0].line, report.refusals[0].column) == (4, "practice_key")
        role = one(session, PractitionerRole)
        assert (role.title, role.location_id) == ("Artist", session.exec(select(Location).order_by(Location.id)).first().id)
        studio = one(session, Profile, name="Dot & Follicle")
        assert [fact.profile.name for fact in queries.facts(session, studio).roles] == ["Ada Marsh"]

    def test_the_source_tells_its_terms(self, session, take):
        take(STUDIO)
        source = one(session, Source)
        assert (source.code, source.name, source.licence, source.url) == ("sheet:a-list", "A list", "CC0", "https://list.example")

    def test_a_changed_row_changes_its_facts_and_keeps_their_numbers(self, session, take):
        """Seen to fail: deleting and inserting anew gives the location another number and empties the role."""
        price = {"price_min": "100", "currency": "CAD", "price_unit": "per_hour", "price_date": "2026-01-01"}
        take(STUDIO | {"treatments": "smp; fue"} | price, ADA | {"practice_key": "s1"})
        before = one(session, PractitionerRole).location_id
        report = take(STUDIO | {"treatments": "fue; fut", "address": "9 New Road"}, ADA | {"practice_key": "s1"}, day="2026-11-02")
        assert (report.changed, report.same, report.gone) == (1, 1, 0)
        assert one(session, PractitionerRole).location_id == before
        assert one(session, Location, id=before).address == "9 New Road"
        assert {row.min_price for row in session.exec(select(ServiceOffering))} == {None}
        assert len(session.exec(select(ServiceOffering)).all()) == 2

    def test_a_person_who_left_the_practice(self, session, take):
        take(STUDIO, ADA | {"practice_key": "s1"})
        take(STUDIO, ADA | {"practice_key": ""}, day="2026-11-02")
        assert session.exec(select(PractitionerRole)).all() == []

    def test_what_an_owner_wrote_stays(self, session, take):
        """Seen to fail: without leaving the claimed out of the second update."""
        take(ADA | {"suffix": "SPCP"})
        ada = one(session, Profile)
        ada.status, ada.name, ada.hair_evidence = "claimed", "Augusta", HairEvidence.CONFIRMED
        session.add(ada)
        session.commit()
        take(ADA | {"name": "Ada M.", "suffix": "X", "hair_evidence": "unknown", "address": "9 New Road"}, day="2026-11-02")
        ada = one(session, Profile)
        assert (ada.name, ada.status, ada.hair_evidence) == ("Augusta", "claimed", HairEvidence.CONFIRMED)
        assert one(session, Practitioner).suffix == "SPCP"
        assert one(session, Location).address == "9 New Road"

    def test_a_fact_of_the_owner_is_neither_changed_nor_doubled(self, session, take):
        """Seen to fail: comparing with the rows of the own record only breaks the unique key."""
        take(ADA)
        ada = one(session, Profile)
        session.add(ServiceOffering(profile_id=ada.id, treatment_id=one(session, Treatment, code="smp").id))
        session.commit()
        take(ADA | {"treatments": "smp; fue"}, day="2026-11-02")
        assert sorted(bool(row.source_record_id) for row in session.exec(select(ServiceOffering))) == [False, True]
        take(ADA | {"treatments": "fue"}, day="2026-11-03")
        assert len(session.exec(select(ServiceOffering)).all()) == 2

    def test_a_key_used_twice_is_refused_the_second_time(self, session, take):
        report = take(ADA, ADA | {"name": "Other"})
        assert (report.new, report.refusals[0].line, report.refusals[0].column) == (1, 3, "key")
        again = take(ADA, ADA | {"name": "Other"})
        assert (again.same, again.refused, again.changed) == (1, 1, 0)

    def test_a_row_that_breaks_later_is_not_gone(self, session, take):
        """Seen to fail: without mentions a slip in one field delists the profile."""
        take(ADA, STUDIO)
        report = take(ADA | {"phone": "x"}, STUDIO, day="2026-11-02")
        assert (report.refused, report.gone, report.same) == (1, 0, 1)
        assert one(session, SourceRecord, key="p1").as_of == date(2026, 11, 1)

    def test_a_profile_that_was_removed_stays_away(self, session, take):
        """Seen to fail: treating a record without a profile as new breaks its unique key."""
        take(ADA)
        session.delete(one(session, Profile))
        session.commit()
        report = take(ADA | {"name": "Ada again"}, day="2026-11-02")
        assert (report.new, report.changed, dict(report.skipped)) == (0, 0, {"taken down here": 1})
        assert session.exec(select(Profile)).all() == []

    def test_person_and_practice_are_not_exchanged(self, take):
        take(ADA)
        report = take(STUDIO | {"key": "p1"}, day="2026-11-02")
        assert report.refusals[0].column == "kind"

    def test_a_dry_run_writes_nothing_and_tells_the_same(self, session, take):
        """Seen to fail: starting the ImportRun before asking."""
        rows = (STUDIO, ADA | {"practice_key": "s1"}, ADA, {**ADA, "key": "p3", "phone": "x"})
        before = everything(session)
        dry = take(*rows, dry_run=True)
        assert everything(session) == before
        real = take(*rows)
        told = [(r.new, r.changed, r.same, r.gone, r.refused, r.refusals) for r in (dry, real)]
        assert told[0] == told[1]
        before = everything(session)
        dry = take(STUDIO | {"name": "Dot"}, day="2026-11-02", dry_run=True)
        assert everything(session) == before
        assert (dry.new, dry.changed, dry.gone) == (0, 1, 1)
        assert session.exec(select(ImportRun)).one().new == 2

    def test_odd_text_is_stored_on_both_databases(self, session, take):
        """Seen to fail: PostgreSQL refuses a NUL in the raw row."""
        odd = [
            ADA | {"key": f"k{n}", "name": f"{value} x", "address": value} for n, value in enumerate(["مركز", "💈", "a\0b", "\u202eabc"])
        ]
        assert take(*odd).new == 4
        assert one(session, SourceRecord, key="k2").raw["address"] == "a\ufffdb"
