"""Near me: a browser's point becomes the address of a place, and is nowhere afterwards (T-25)."""

import re

import pytest
from flask import Flask

from directory.places import centres, sphere
from tests.clients import Visitor, forms_of, words_of
from tests.world import World

TORONTO = "/ca/ontario/toronto/"
HERE = {"lat": "43.6543219", "lon": "-79.3876543"}
POINT = re.compile(r"43\.65|79\.3[89]")


class TestPoint:
    @pytest.mark.parametrize(
        ("lat", "lon", "found"),
        [
            ("43.6543219", "-79.3876543", (43.65, -79.39)),
            ("90", "180", (90.0, 180.0)),
            ("-0", "+0.004", (0.0, 0.0)),
            *(
                (lat, "0", None)
                for lat in ("", None, "nan", "NaN", "inf", "-inf", "1e1", "90.01", "-91", "४", "4३", "1,5", "0x1", " 1 2", "1" * 400)
            ),
            *(("0", lon, None) for lon in ("", None, "nan", "180.01", "-181", "infinity", "1e400")),
        ],
    )
    def test_only_points_of_the_earth_are_read_and_they_are_rounded(self, lat, lon, found):
        """Seen to fail with `float()` alone (nan), and without rounding."""
        assert sphere.point(lat, lon) == found


class TestClosest:
    def test_the_nearest_place_is_found_with_and_without_anybody(self, session, make):
        """Seen to fail with the order by population."""
        world = World(session, make)
        world.profile("Ada Marsh")
        assert centres.closest(session, 43.65, -79.39).id == world.toronto.id
        assert centres.closest(session, 43.25, -79.9).id == world.hamilton.id

    def test_far_from_everything_and_across_the_date_line(self, session, make):
        """Seen to fail with the square alone: nobody at the poles, and the wrong side of the date line."""
        assert centres.closest(session, 0, 0) is None
        east, west = (
            make.place("Taveuni", region="Cakaudrove", country="FJ", lat=-16.8, lon=-179.95),
            make.place("Suva", region="Rewa", country="FJ", lat=-16.8, lon=179.6),
        )
        assert centres.closest(session, -16.8, 179.99).id == east.id
        assert centres.closest(session, -16.8, 179.7).id == west.id
        assert centres.closest(session, 90, 0) is not None


@pytest.fixture
def world(session, make) -> World:
    world = World(session, make)
    session.commit()
    return world


class TestPage:
    def test_it_says_what_happens_and_is_kept_by_nobody(self, world, visitor: Visitor):
        """Seen to fail without `private()`, and with the usual referrer policy."""
        page = visitor.get("/near?treatment=fue")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert '<meta name="robots" content="noindex">' in page.text
        assert "roughly where you are" in words_of(page)
        post = next(form for form in forms_of(page) if form.method == "post")
        assert (post.action, post.values["treatment"]) == ("/near", ["fue"])
        assert post.values["lat"] == post.values["lon"] == [""]
        typed = next(form for form in forms_of(page) if form.button == "Show this place")
        assert (typed.action, typed.method, typed.values["what"]) == ("/search", "get", ["fue"])

    def test_the_nearest_place_is_gone_to_with_the_filters_that_came_along(self, world, visitor):
        """Seen to fail with `request.values` passed on as it came."""
        asked = "/near?treatment=fue&kind=surgeon&lang=es&rating=4&repairs=1&verified=1&kind=dentist&q=words&page=3&evil=1"
        answer = visitor.send(asked, follow=False, **HERE)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{TORONTO}?radius=25&treatment=fue&kind=surgeon&lang=es&rating=4&repairs=1"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not POINT.search(str(answer.headers) + answer.text)

    @pytest.mark.parametrize(
        "point",
        [
            {},
            {"lat": "43.65"},
            {"lat": "nan", "lon": "1"},
            {"lat": "91", "lon": "0"},
            {"lat": "0", "lon": "1e9"},
            {"lat": "inf", "lon": "-inf"},
            {"lat": "\0", "lon": "🙂"},
        ],
        ids=repr,
    )
    def test_what_is_no_point_gets_the_form_again_and_a_reason(self, world, visitor, point):
        """Seen to fail with 500 for nan, and with the point printed again."""
        page = visitor.send("/near?treatment=fue", **point)
        assert page.status_code == 400
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "gave no place that we can read" in words_of(page)
        post = next(form for form in forms_of(page) if form.method == "post")
        assert post.values["lat"] == post.values["lon"] == [""]
        assert post.values["treatment"] == ["fue"]

    def test_another_site_cannot_send_it(self, world, visitor):
        """Seen to fail with `csrf.exempt`."""
        page = visitor.post("/near", HERE, follow=False)
        assert page.status_code == 400
        assert "open for too long" in words_of(page)

    def test_the_point_is_in_no_log(self, world, visitor, capfd, caplog):
        """Seen to fail with the form's data in the line of the request."""
        visitor.send("/near", **HERE)
        visitor.send("/near", lat="43.6543219", lon="nan")
        visitor.get("/near?lat=43.6543219&lon=-79.3876543")
        said = "".join(capfd.readouterr()) + caplog.text
        assert "/near" in said, "the log was read"
        assert not POINT.search(said)

    def test_a_point_in_the_address_is_not_read(self, world, visitor):
        """Seen to fail with `request.values` given to the form."""
        page = visitor.get("/near?lat=43.6543219&lon=-79.3876543")
        assert page.status_code == 200
        assert not POINT.search(page.text)


class TestLists:
    @pytest.mark.parametrize("path", [TORONTO, "/ca/ontario/", "/ca/", "/search?q=ada"])
    def test_no_list_takes_a_point_or_passes_one_on(self, world, visitor, path):
        """No results URL holds a person's coordinates. Seen to fail with `request.args` in the links of pages."""
        world.profile("Ada Marsh", offers=["smp", "fue"])
        world.profile("Ada Wells")
        point = "lat=43.6543219&lon=-79.3876543&near=43.6543219,-79.3876543"
        plain = visitor.get(path)
        given = visitor.get(f"{path}{'&' if '?' in path else '?'}{point}")
        assert given.status_code == plain.status_code == 200
        assert given.text == plain.text
        fields = {name for form in forms_of(plain) for name in form.names}
        assert not fields & {"lat", "lon", "latitude", "longitude", "near", "ll"}

    def test_lists_and_the_first_page_lead_there_with_the_filters(self, world, visitor):
        """Seen to fail without the link, and with the words or the price in it."""
        world.profile("Ada Marsh")
        assert 'href="/near"' in visitor.get("/").text
        page = visitor.get(f"{TORONTO}?treatment=smp&q=ada&price=0-500&sort=name&radius=25")
        assert 'href="/near?treatment=smp"' in page.text


def test_the_app_has_one_way_in(app: Flask):
    """Coordinates travel in the body alone. Seen to fail with GET added to the view."""
    methods = {rule.endpoint: rule.methods for rule in app.url_map.iter_rules() if rule.rule == "/near"}
    assert methods["near.find"] & {"GET", "POST"} == {"POST"}
