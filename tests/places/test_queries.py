"""What typed places mean, what stands at a path, and who is near; on both databases."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, col, select

from directory.core.db import Database
from directory.core.errors import Moved, NotFound
from directory.models.places import Country, Place, PlaceCount, Region
from directory.places import centres, queries, sphere
from directory.places.centres import Spot
from directory.places.postcodes import Postcode, System
from directory.places.queries import Kind, Resolution
from tests.counting import statements

pytestmark = pytest.mark.db

LA, TORONTO, NEW_YORK, LONDON, BEVERLY_HILLS, SINGAPORE, GUELPH = 5368361, 6167865, 5128581, 2643743, 5328041, 1880252, 5967629

Point = tuple[float, float]
#: What nobody means and somebody types.
ODD = (
    *("", "   ", "\x00", "x" * 5000, "ﷺ" * 119, "\U0001f600\U0001f485", "\ud800", "%", "_"),
    *("'; drop table places; --", ",,,,", ", ,", "a b c d e f g h i j k, l m"),
)
ODD_PATHS = ("", "/", "zz", "zz/zz/zz", "x" * 500, "us/\x00/\ud800", "us/-/--9", "a/b/c/d/e", f"us/california/-{9**20}")


def place(session: Session, number: int) -> Place:
    found = session.get(Place, number)
    assert found is not None
    return found


class TestResolve:
    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("toronto", "/ca/ontario/toronto/"),
            ("  TORONTO ", "/ca/ontario/toronto/"),
            ("frisco", "/us/texas/frisco/"),
            ("Rio", "/br/rio-de-janeiro/rio-de-janeiro/"),
            ("NYC", "/us/new-york/new-york-city/"),
            ("new york", "/us/new-york/new-york-city/"),
            ("München", "/de/bavaria/munich/"),
            ("muenchen", "/de/bavaria/munich/"),
            ("İSTANBUL", "/tr/istanbul/istanbul/"),
            ("القاهرة", "/eg/cairo/cairo/"),
            ("東京", "/jp/tokyo/tokyo/"),
            ("singapore", "/sg/singapore/"),
            ("san francisco", "/us/california/san-francisco/"),
            ("springfield, il", "/us/illinois/springfield/"),
            ("Springfield, Illinois, USA", "/us/illinois/springfield/"),
            ("springfield il", "/us/illinois/springfield/"),
            ("paris, france", "/fr/ile-de-france/paris/"),
            ("paris tx", "/us/texas/paris/"),
            ("london ontario", "/ca/ontario/london/"),
            ("London, ON, Canada", "/ca/ontario/london/"),
            ("london", "/gb/england/london/"),
            ("los angeles california usa", "/us/california/los-angeles/"),
            ("san jose costa rica", "/cr/san-jose/san-jose/"),
            ("st louis", "/us/missouri/st-louis/"),
            ("washington dc", "/us/district-of-columbia/washington/"),
            ("12 Main St, Springfield, IL", "/us/illinois/springfield/"),
            ("\u202etoronto\x00", "/ca/ontario/toronto/"),
            ("canada", "/ca/"),
            ("Deutschland", "/de/"),
            ("uk", "/gb/"),
            ("illinois", "/us/illinois/"),
            ("illinois, usa", "/us/illinois/"),
        ],
    )
    def test_it_goes_straight_to_what_is_meant(self, reading: Session, text: str, path: str) -> None:
        """Seen to fail, each group of lines, with its rule of `rules` or `typed` taken out (their tests name them)."""
        found = queries.resolve(reading, text)
        assert found.path == path
        assert found.kind in {Kind.PLACE, Kind.AREA}

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("SW1A 1AA", "/gb/england/london/"),
            ("sw1a1aa", "/gb/england/london/"),
            ("M5V 2T6", "/ca/ontario/toronto/"),
            ("m5v", "/ca/ontario/toronto/"),
            ("10001", "/us/new-york/new-york-city/"),
            ("60601", "/us/illinois/chicago/"),
            ("90012-1234", "/us/california/los-angeles/"),
            ("90012", "/us/california/los-angeles/"),
            ("Los Angeles, CA 90012", "/us/california/los-angeles/"),
            ("90210", "/us/california/beverly-hills/"),
            ("77001", "/us/texas/houston/"),
            ("00601", "/pr/adjuntas/adjuntas/"),
            ("X0A 0H0", "/ca/nunavut/iqaluit/"),
        ],
    )
    def test_postcodes_are_found_by_their_first_part(self, reading: Session, text: str, path: str) -> None:
        """Seen to fail with whole codes looked up, with the nearest quarter taken, and without the territories."""
        found = queries.resolve(reading, text)
        assert (found.kind, found.path) == (Kind.POSTCODE, path)
        assert found.spot is not None

    def test_a_code_of_two_countries_is_a_choice(self, reading: Session) -> None:
        """N1C lies in Guelph and at King's Cross. Seen to fail with the first taken."""
        found = queries.resolve(reading, "N1C")
        assert found.kind is Kind.CHOICES
        assert {choice.label for choice in found.choices} == {"Guelph, Ontario, Canada", "London, England, United Kingdom"}

    def test_a_name_of_many_is_a_page_of_choices_the_largest_first(self, reading: Session) -> None:
        """Seen to fail with the largest taken at once."""
        found = queries.resolve(reading, "springfield")
        assert found.kind is Kind.CHOICES
        assert found.path is None
        assert len(found.choices) == 12
        assert [choice.label for choice in found.choices][:2] == [
            "Springfield, Missouri, United States",
            "Springfield, Massachusetts, United States",
        ]

    def test_countries_and_regions_are_among_the_choices(self, reading: Session) -> None:
        """Seen to fail with places alone."""
        found = queries.resolve(reading, "georgia")
        assert {type(choice) for choice in found.choices} == {Country, Region}

    @pytest.mark.parametrize("text", ["toronto, ontaro", "springfield, atlantis"])
    def test_an_area_that_nobody_knows_leaves_a_choice(self, reading: Session, text: str) -> None:
        """Seen to fail with a guess gone to."""
        assert queries.resolve(reading, text).kind is Kind.CHOICES

    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("torotno", "Toronto, Ontario, Canada"),
            ("torono", "Toronto, Ontario, Canada"),
            ("sanfrancisco", "San Francisco, California, United States"),
            ("muenchn", "Munich, Bavaria, Germany"),
            ("toronoto ontario", "Toronto, Ontario, Canada"),
            ("torotno, on", "Toronto, Ontario, Canada"),
            ("springfie", "Springfield, Missouri, United States"),
            ("12 Main St, Toronto", "Toronto, Ontario, Canada"),
        ],
    )
    def test_unknown_text_is_answered_with_the_nearest_spelling(self, reading: Session, text: str, label: str) -> None:
        """Seen to fail without each of: the slips, the slips of aliases, the beginnings, the rest behind a comma."""
        found = queries.resolve(reading, text)
        assert found.kind is Kind.NOTHING
        assert found.nearest[0].label == label

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "   ",
            "\x00",
            "x" * 5000,
            "ﷺ" * 119,
            "\U0001f600\U0001f485",
            "\ud800",
            "%",
            "_",
            "'; drop table places; --",
            ",,,,",
            ", ,",
            "a b c d e f g h i j k, l m",
        ],
    )
    def test_nothing_that_can_be_typed_is_an_error(self, reading: Session, text: str) -> None:
        """Seen to fail without the bound on what is typed."""
        found = queries.resolve(reading, text)
        assert found == Resolution(Kind.NOTHING, found.typed)
        assert len(found.typed) <= queries.MAX_TYPED

    def test_what_was_typed_is_fit_to_be_shown_again(self, reading: Session) -> None:
        """Seen to fail with the text as typed: its marks turned round what follows it on the page."""
        assert queries.resolve(reading, "\u202etor\x00 onto\u2067 ").typed == "tor onto"

    def test_the_number_of_queries_does_not_grow_with_the_choices(self, world: Database) -> None:
        """Seen to fail with labels loaded one by one."""
        counts = []
        for text in ("los angeles", "springfield", "georgia"):
            with world.session() as session, statements(world) as sent:
                found = queries.resolve(session, text)
                assert all(choice.label for choice in found.choices)
            counts.append(len(sent))
        assert max(counts) <= 5


class TestPaths:
    @pytest.mark.parametrize("path", ["us", "us/california", "us/california/los-angeles", "sg/singapore", "mk/petrovec/petrovec"])
    def test_a_path_leads_to_its_row(self, reading: Session, path: str) -> None:
        """Seen to fail for sg/singapore with regions alone in the second place."""
        assert queries.by_path(reading, path).path == path
        assert queries.by_path(reading, f"/{path}/").label

    def test_the_larger_of_two_keeps_the_plain_path(self, reading: Session) -> None:
        """Seen to fail with paths given by number."""
        numbered = [row for row in reading.exec(select(Place)).all() if row.path.endswith(f"-{row.id}")]
        assert numbered
        for row in numbered:
            plain = queries.by_path(reading, row.path.removesuffix(f"-{row.id}"))
            assert isinstance(plain, Place)
            assert plain.population >= row.population

    def test_a_looser_form_moves_to_the_path(self, reading: Session) -> None:
        """Seen to fail without the comparison: two addresses for one page."""
        for path in ("US/California/Los-Angeles", f"us/california/los-angeles-{LA}", f"us/somewhere/else-{LA}"):
            with pytest.raises(Moved) as moved:
                queries.by_path(reading, path)
            assert moved.value.to == "/us/california/los-angeles/"

    @pytest.mark.parametrize(
        ("path", "nearest"),
        [
            ("us/california/los-angelos", "/us/california/los-angeles/"),
            ("us/los-angeles", "/us/california/los-angeles/"),
            ("us/ontario/toronto", "/ca/ontario/toronto/"),
            ("ca/paris", "/ca/ontario/paris/"),
            ("ca/ontario/toronto/downtown", "/ca/ontario/toronto/"),
            ("ca/ontario/xqxqxqxq", "/ca/ontario/"),
            ("ca/\u202eontari", "/ca/"),
        ],
    )
    def test_an_unknown_path_is_answered_with_the_nearest_match(self, reading: Session, path: str, nearest: str) -> None:
        """Seen to fail without the country, without the world, and without the parent."""
        with pytest.raises(NotFound) as refusal:
            queries.by_path(reading, path)
        assert nearest in [to for _label, to in refusal.value.nearest]
        assert all(label for label, _to in refusal.value.nearest)

    @pytest.mark.parametrize(
        "path", ["", "/", "zz", "zz/zz/zz", "x" * 500, "us/\x00/\ud800", "us/-/--9", "a/b/c/d/e", "us/california/-99999999999999999999"]
    )
    def test_any_path_gets_an_answer(self, reading: Session, path: str) -> None:
        """Seen to fail on PostgreSQL with numbers of any length: they are too large for the column."""
        with pytest.raises(NotFound):
            queries.by_path(reading, path)

    def test_a_page_costs_one_query(self, world: Database) -> None:
        """Seen to fail without the joins: the label needs region and country."""
        with world.session() as session, statements(world) as sent:
            assert queries.by_path(session, "us/california/los-angeles").label == "Los Angeles, California, United States"
        assert len(sent) == 1


@pytest.fixture(scope="module")
def listed(world: Database) -> Iterator[Database]:
    """Profiles in four cities, one in London that a register alone knows, and in Guelph nobody any more."""
    counts = {LA: (9, 2), BEVERLY_HILLS: (1, 0), NEW_YORK: (5, 0), SINGAPORE: (3, 0), LONDON: (0, 1), GUELPH: (0, 0)}
    with world.transaction() as session:
        session.add_all(
            PlaceCount(place_id=number, hair_count=hair, register_count=register) for number, (hair, register) in counts.items()
        )
    yield world
    with world.transaction() as session:
        for row in session.exec(select(PlaceCount)).all():
            session.delete(row)


class TestNear:
    def test_the_nearest_places_with_profiles_come_first(self, listed: Database) -> None:
        """Seen to fail with the order turned round, and with places without profiles let in."""
        with listed.session() as session:
            found = queries.nearest(session, place(session, TORONTO), limit=3)
            assert [near.place.id for near in found] == [NEW_YORK, LA, BEVERLY_HILLS]
            assert found[0].distance == "555 km"
            assert found[0].km == pytest.approx(555, abs=1)
            assert [(near.hair_count, near.register_count) for near in found] == [(5, 0), (9, 2), (1, 0)]

    def test_a_place_is_not_near_itself_and_speaks_its_countrys_miles(self, listed: Database) -> None:
        """Seen to fail without the exclusion."""
        with listed.session() as session:
            found = queries.nearest(session, place(session, LA), limit=5)
        assert [near.place.id for near in found] == [BEVERLY_HILLS, NEW_YORK, LONDON, SINGAPORE]
        assert found[0].distance == "9 miles"

    @pytest.mark.parametrize(
        ("origin", "near", "far"),
        [
            ((-48.0, 100.0), (-50.2, 100.0), (-49.95, 102.7)),  # the second lies in the corner of the square, the first outside
            ((-48.0, 179.9), (-48.0, -179.9), (-48.0, 179.0)),  # over the date line
            ((-89.9, 0.0), (-89.9, 180.0), (-89.0, 0.0)),  # over the pole
        ],
    )
    def test_degrees_do_not_deceive(self, listed: Database, origin: Point, near: Point, far: Point) -> None:
        """Seen to fail with the square believed to its corners, and with it laid over the date line and the pole."""
        with listed.transaction() as session:
            for number, (lat, lon) in {99_000_001: far, 99_000_002: near}.items():
                point = sphere.vector(lat, lon)._asdict()
                session.add(
                    Place(**(place(session, LA).model_dump() | {"id": number, "path": str(number), "lat": lat, "lon": lon} | point))
                )
                session.flush()
                session.add(PlaceCount(place_id=number, hair_count=1))
        spot = Spot(Postcode(System.US, "00000"), "US", *origin)
        with listed.session() as session:
            assert [found.place.id for found in queries.nearest(session, spot, limit=1)] == [99_000_002]
        with listed.transaction() as session:
            for model, key in ((PlaceCount, col(PlaceCount.place_id)), (Place, col(Place.id))):
                session.execute(delete(model).where(key > 99_000_000))

    def test_a_postcode_has_neighbours_too(self, listed: Database) -> None:
        """Seen to fail with a place demanded."""
        with listed.session() as session:
            spot = queries.resolve(session, "90210").spot
            assert spot is not None
            assert queries.nearest(session, spot)[0].place.id == BEVERLY_HILLS

    def test_it_is_one_query_next_door_and_two_far_away(self, listed: Database) -> None:
        """Seen to fail with labels loaded one by one, and with the whole world looked at each time."""
        for origin, limit, number in ((BEVERLY_HILLS, 1, 1), (TORONTO, 1, 2), (TORONTO, 5, 2)):
            with listed.session() as session:
                start = place(session, origin)
                with statements(listed) as sent:
                    assert [near.place.label for near in queries.nearest(session, start, limit=limit)]
            assert len(sent) == number

    @given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
    def test_whatever_lies_within_the_reach_lies_in_the_square(self, lat: float, lon: float) -> None:
        """Seen to fail with the width of the point's own latitude: the circle bulges towards the pole."""
        reach, square = centres.around(lat, lon)
        if not reach:
            return
        (low, high), (west, east) = [(side.right.clauses[0].value, side.right.clauses[1].value) for side in square]
        here = sphere.vector(lat, lon)
        for step in range(101):
            for point in ((low, west + (east - west) * step / 100), (high, west + (east - west) * step / 100)):
                assert sphere.kilometres(here, sphere.vector(*point)) > reach - 0.001
            for point in ((low + (high - low) * step / 100, west), (low + (high - low) * step / 100, east)):
                assert sphere.kilometres(here, sphere.vector(*point)) > reach - 0.001


class TestCounts:
    def test_countries_and_regions_add_up_their_places(self, listed: Database) -> None:
        """Seen to fail with places of no profile counted in."""
        with listed.session() as session:
            countries = [
                (counted.row.label, counted.hair_count, counted.register_count) for counted in queries.countries_with_counts(session)
            ]
            assert countries == [("Singapore", 3, 0), ("United Kingdom", 0, 1), ("United States", 15, 2)]
            states = queries.regions_with_counts(session, session.get_one(Country, "US"))
            assert [(counted.row.label, counted.hair_count) for counted in states] == [
                ("California, United States", 10),
                ("New York, United States", 5),
            ]

    def test_places_of_an_area_are_listed_fullest_first(self, listed: Database) -> None:
        """Seen to fail without the cities right under a country."""
        with listed.session() as session:
            california = queries.by_path(session, "us/california")
            singapore = queries.by_path(session, "sg")
            assert isinstance(california, Region)
            assert isinstance(singapore, Country)
            assert [counted.row.path for counted in queries.places_with_counts(session, california)] == [
                "us/california/los-angeles",
                "us/california/beverly-hills",
            ]
            assert [counted.row.path for counted in queries.places_with_counts(session, singapore)] == ["sg/singapore"]
            assert queries.largest_places(session, california, limit=1)[0].id == LA
            assert queries.largest_places(session, singapore, limit=1)[0].id == SINGAPORE

    def test_the_home_page_shows_hair_work_alone(self, listed: Database) -> None:
        """Seen to fail with the registers' entries let in: London."""
        with listed.session() as session:
            assert [counted.row.id for counted in queries.largest(session, limit=3)] == [LA, NEW_YORK, SINGAPORE]
            assert LONDON not in [counted.row.id for counted in queries.largest(session)]
            assert queries.counts_of(session, place(session, LA)) == (9, 2)
            assert queries.counts_of(session, place(session, TORONTO)) == (0, 0)

    def test_the_sitemap_names_each_page_with_somebody_on_it(self, listed: Database) -> None:
        """Seen to fail without the pages above."""
        with listed.session() as session:
            paths = queries.listed_paths(session)
        assert {"us", "us/california", "us/california/los-angeles", "sg", "sg/singapore"} <= set(paths)
        assert "ca" not in paths

    def test_each_list_is_one_query(self, listed: Database) -> None:
        """Seen to fail with labels loaded one by one."""
        with listed.session() as session:
            country = session.get_one(Country, "US")
            california = queries.by_path(session, "us/california")
            assert isinstance(california, Region)
            for read in (
                lambda: queries.countries_with_counts(session),
                lambda: queries.regions_with_counts(session, country),
                lambda: queries.places_with_counts(session, california),
                lambda: queries.largest(session),
            ):
                with statements(listed) as sent:
                    assert [counted.row.label for counted in read()]
                assert len(sent) == 1
