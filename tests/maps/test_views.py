"""What the map's script asks for: pins, names, and the list of an area."""

from typing import Any

import pytest
from sqlmodel import select

from directory.core.db import Database
from directory.models.profiles import Location, Profile
from directory.web import atlas
from tests.clients import Visitor
from tests.counting import statements
from tests.factories import Make
from tests.world import World

TORONTO = "/ca/ontario/toronto/"


def pins(visitor: Visitor, query: str = "") -> dict[str, Any]:
    answer = visitor.get(f"/map/pins?at={TORONTO}{query}")
    assert answer.status_code == 200
    return answer.json


def names(answer: dict[str, Any]) -> list[str]:
    return [pin["name"] for pin in answer["pins"]]


def homeless(world: World, profile: Profile) -> Profile:
    """Take a profile's address away."""
    for location in world.session.exec(select(Location).where(Location.profile_id == profile.id)).all():
        world.session.delete(location)
    world.session.commit()
    return profile


class TestPins:
    def test_a_pin_says_what_the_popup_shows(self, world: World, visitor: Visitor):
        """Seen to fail with the mean shown from one review on, and with the point of the city for everybody."""
        ada = world.profile("Ada Marsh", stars=[5, 4, 4])
        pin = pins(visitor)["pins"][0]
        assert (pin["id"], pin["lat"], pin["lon"]) == (ada.id, 43.7, -79.4)
        assert (pin["name"], pin["url"]) == ("Ada Marsh", f"/p/{ada.slug}")
        assert pin["rating"] == "4.3 of 5, average of 3 reviews"
        assert pin["way"] == "https://www.openstreetmap.org/directions?route=%3B43.700000%2C-79.400000"
        assert "vague" not in pin

    @pytest.mark.parametrize(
        ("stars", "said"), [([], "No reviews yet"), ([5], "1 review, too few for a score"), ([5, 5], "2 reviews, too few")]
    )
    def test_no_mean_is_shown_under_three_reviews(self, world: World, visitor: Visitor, stars: list[int], said: str):
        """Seen to fail with the mean shown from one review on."""
        world.profile(stars=stars)
        assert pins(visitor)["pins"][0]["rating"].startswith(said)

    def test_without_an_address_the_city_stands_for_it_and_is_said_to(self, world: World, visitor: Visitor):
        """Seen to fail with `vague` left out: 50 people would seem to work on one corner."""
        homeless(world, world.profile("Nim Okoye"))
        answer = pins(visitor)
        pin = answer["pins"][0]
        assert (pin["lat"], pin["lon"]) == (43.7, -79.42)
        assert pin["vague"] == "Somewhere in Toronto; no address is known"
        assert "way" not in pin, "there is no way to somewhere"
        assert "For 1 no address is known" in answer["says"]

    def test_it_takes_the_filters_of_the_list(self, world: World, visitor: Visitor):
        """Seen to fail with the query string left out."""
        world.profile("Ada Marsh", offers=["smp"])
        world.profile("Scalp House", offers=["fue"])
        world.profile("Of Hamilton", place=world.hamilton)
        assert sorted(names(pins(visitor))) == ["Ada Marsh", "Scalp House"]
        assert names(pins(visitor, "&treatment=smp")) == ["Ada Marsh"]
        assert len(names(visitor.get("/map/pins?at=/search").json)) == 3

    def test_the_page_hands_the_script_the_question_of_its_list(self, world: World, visitor: Visitor):
        world.profile()
        page = visitor.get(f"{TORONTO}?treatment=smp&sort=name")
        assert 'data-pins="/map/pins?at=%2Fca%2Fontario%2Ftoronto%2F&amp;treatment=smp&amp;sort=name"' in page.text

    @pytest.mark.parametrize("evidence", ["", "&evidence=any"])
    def test_register_entries_are_not_mixed_in(self, world: World, visitor: Visitor, evidence: str):
        """Seen to fail with the question's own evidence passed on."""
        world.profile("Ada Marsh")
        world.studio("Brow and Ink")
        assert names(pins(visitor, evidence)) == ["Ada Marsh"]
        assert names(pins(visitor, "&evidence=register")) == ["Brow and Ink"]

    def test_it_says_how_many_of_how_many(self, world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
        """Seen to fail with the number of pins said to be all there are."""
        for _number in range(3):
            world.profile()
        assert pins(visitor)["says"] == "All 3 of the list are on the map."
        monkeypatch.setattr(atlas, "MOST", 2)
        answer = pins(visitor, "&page=2")
        assert len(answer["pins"]) == 2
        assert answer["says"] == "2 of 3 are on the map: the first of the list."

    def test_one_select_reads_the_pins_however_many(self, world: World, visitor: Visitor, database: Database):
        """Seen to fail with a SELECT for each pin."""
        world.profile()
        with statements(database) as few:
            pins(visitor)
        for _number in range(5):
            world.profile()
        with statements(database) as many:
            pins(visitor)
        assert len(many) == len(few) <= 6

    def test_everybody_may_keep_it(self, world: World, visitor: Visitor):
        world.profile()
        answer = visitor.get(f"/map/pins?at={TORONTO}")
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("at", ["/ca/ontario/nowhere/", "/CA/Ontario/Toronto/", "/zz/", "/../etc/passwd", "%00", "x" * 500])
    def test_a_path_that_is_no_page_is_not_found(self, world: World, visitor: Visitor, at: str):
        assert visitor.get(f"/map/pins?at={at}").status_code == 404

    def test_markup_in_a_name_stays_a_name(self, world: World, visitor: Visitor):
        """What the popup does with it: tests/browser/test_map.py."""
        world.profile("<img src=x onerror=alert(1)>")
        answer = visitor.get(f"/map/pins?at={TORONTO}")
        assert answer.content_type.startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert names(answer.json) == ["<img src=x onerror=alert(1)>"]


class TestNames:
    def test_the_largest_places_of_a_square(self, make: Make, session, visitor: Visitor):
        """Seen to fail with the order turned round."""
        make.place("Toronto", region="Ontario", country="CA", lat=43.7, lon=-79.42, population=2_700_000)
        make.place("Thornhill", region="Ontario", country="CA", lat=43.8, lon=-79.4, population=110_000)
        make.place("Los Angeles")
        session.commit()
        answer = visitor.get("/map/labels/7/35/46.json")
        assert [row[0] for row in answer.json] == ["Toronto", "Thornhill"]
        assert answer.headers["Cache-Control"] == "public, max-age=86400"

    @pytest.mark.parametrize("square", ["3/1/1", "12/0/0", "5/32/0", "5/0/32", "99999/1/1", "5/99999999999999999999/1"])
    def test_outside_of_the_grid_there_is_nothing(self, visitor: Visitor, square: str):
        assert visitor.get(f"/map/labels/{square}.json").status_code == 404


class TestArea:
    def area(self, visitor: Visitor, query: str):
        return visitor.get(f"/map/area?{query}", follow=False)

    def test_it_goes_to_the_place_in_the_middle_with_a_radius_that_fits(self, world: World, visitor: Visitor):
        """Seen to fail with the largest radius for every map."""
        answer = self.area(visitor, "lat=43.7&lon=-79.4&radius=18&treatment=smp&page=3")
        assert answer.status_code == 303
        assert answer.location == "/ca/ontario/toronto/?radius=25&treatment=smp"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_the_next_address_holds_no_coordinates(self, world: World, visitor: Visitor):
        """Seen to fail with the query string passed on whole."""
        answer = self.area(visitor, "lat=43.3&lon=-79.9&radius=3&q=smp&lat=1")
        assert answer.location == "/ca/ontario/hamilton/?q=smp&radius=5"

    def test_miles_where_the_country_counts_in_miles(self, make: Make, session, visitor: Visitor):
        """A radius fits in one unit: that of the country. Seen to fail with kilometres taken for miles, and the unit asked for kept."""
        make.place("Los Angeles")
        session.commit()
        assert self.area(visitor, "lat=34.0&lon=-118.2&radius=38&unit=km").location == "/us/california/los-angeles/?radius=25"

    def test_at_sea_the_nearest_place_is_meant(self, world: World, visitor: Visitor):
        assert self.area(visitor, "lat=-60&lon=10&radius=20000").location.endswith("?radius=200")

    @pytest.mark.parametrize(
        "query",
        [
            *("", "lat=43.7&lon=-79.4", "lat=nan&lon=nan&radius=5", "lat=inf&lon=0&radius=5", "lat=91&lon=0&radius=5"),
            *(
                "lat=0&lon=181&radius=5",
                "lat=0&lon=0&radius=0",
                "lat=0&lon=0&radius=-5",
                "lat=0&lon=0&radius=nan",
                "lat=0&lon=0&radius=1e9",
            ),
            *("lat=a&lon=b&radius=c", "lat=43.7'--&lon=0&radius=5", f"lat={'1' * 5000}&lon=0&radius=5"),
        ],
    )
    def test_what_is_no_part_of_the_map_is_refused(self, world: World, visitor: Visitor, query: str):
        """Seen to fail with float() alone: NaN passes every comparison."""
        assert self.area(visitor, query).status_code == 400

    def test_the_log_holds_no_coordinates(self, world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture):
        """Seen to fail with the path logged in place of the rule."""
        caplog.set_level("INFO")
        self.area(visitor, "lat=43.7&lon=-79.4&radius=18")
        assert "/map/area" in caplog.text
        assert "43.7" not in caplog.text
