"""Countries, regions and cities in a browser without scripts."""

import re

import pytest
from flask import Flask, url_for

from directory.core.db import Database
from directory.models.profiles import HairEvidence, PractitionerKind
from directory.places import queries as places
from directory.places import sphere
from directory.profiles import queries as profiles
from directory.search.port import Kind
from directory.web import lists, words
from tests.clients import Visitor, forms_of, words_of
from tests.queries import count_queries
from tests.world import World

TORONTO = "/ca/ontario/toronto/"
#: Whether there is one row or there are fifty, a city asks no more than this; one of them counts what each filter would leave.
CITY_SELECTS = 8


def names(page) -> list[str]:
    """The names on the cards, in order."""
    return re.findall(r'card__title"><a href="/p/[^"]+">([^<]+)</a>', page.text)


class TestCity:
    def test_the_page_says_who_works_there(self, world: World, visitor: Visitor):
        """Seen to fail without the cards in the template."""
        world.profile("Ada Marsh", stars=[5, 5, 4])
        page = visitor.get(TORONTO)
        assert page.status_code == 200
        said = words_of(page)
        assert "Scalp micropigmentation and hair transplants in Toronto" in said
        assert "1 practitioner whose hair work is confirmed" in said
        assert names(page) == ["Ada Marsh"]
        assert "4.7" in said
        assert "CA$1,900" in said
        assert "advertised 11 Aug 2026" in said
        crumbs = re.findall(r'breadcrumb__item"><a href="([^"]+)"', page.text)
        assert crumbs == ["/places/", "/ca/", "/ca/ontario/"]

    def test_under_three_reviews_there_are_no_stars(self, world, visitor):
        """Seen to fail with the mean from one review on in `components/stars.html`."""
        world.profile("Ada Marsh", stars=[5, 5])
        page = visitor.get(TORONTO)
        assert "<strong>2 reviews</strong>, too few for a score" in page.text
        assert "of 5 stars" not in page.text

    def test_register_entries_stand_apart_and_in_no_count(self, world, visitor):
        """Seen to fail with evidence ANY in the list."""
        world.profile("Ada Marsh")
        world.studio("Brow and Ink")
        page = visitor.get(TORONTO)
        above, below = page.text.split('id="register"')
        assert "Ada Marsh" in above
        assert "Brow and Ink" not in above
        assert "Brow and Ink" in below
        assert "1 practitioner" in words_of(page)
        assert "On a public register; hair work not confirmed" in words_of(page)
        assert "Brow and Ink" not in visitor.get(f"{TORONTO}?treatment=smp").text

    def test_the_register_has_a_list_of_its_own(self, world, visitor):
        """Seen to fail with ten as the size of the list behind the link."""
        for number in range(12):
            world.studio(f"Studio {number:02}")
        page = visitor.get(TORONTO)
        assert len(names(page)) == 10
        assert "All 12 register entries" in words_of(page)
        assert "We know nobody here yet whose hair work is confirmed" in words_of(page)
        page = visitor.get(f"{TORONTO}?evidence=register")
        assert len(names(page)) == 12
        assert "Scar camouflage" not in page.text, "a register does not know treatments"

    def test_an_empty_city_is_not_listed_by_search_engines_and_shows_the_nearest(self, world, visitor):
        """Seen to fail with `indexed=True`."""
        world.profile("Ada Marsh", place=world.hamilton)
        page = visitor.get(TORONTO)
        words = words_of(page)
        assert page.status_code == 200
        assert '<meta name="robots" content="noindex">' in page.text
        assert "Nobody in Toronto, Ontario, Canada yet" in words
        assert "The nearest that we know of are in Hamilton, 61 km" in words
        assert "Suggest a practitioner" in words
        assert 'href="/new-entry"' in page.text
        assert 'href="/contact">Suggest' not in page.text
        assert 'href="/ca/ontario/hamilton/"' in page.text

    def test_a_city_with_somebody_is_listed(self, world, visitor):
        """Seen to fail with noindex for all, and with its last link leading to the page of addresses."""
        world.profile("Ada Marsh")
        page = visitor.get(TORONTO)
        assert '<a href="/new-entry" rel="nofollow">Suggest a practitioner</a>' in page.text
        assert "noindex" not in page.text
        assert '<link rel="canonical" href="http://localhost:8000/ca/ontario/toronto/">' in page.text

    @pytest.mark.parametrize("query", ["treatment=smp", "kind=surgeon", "sort=name", "q=ada", "evidence=register"])
    def test_filtered_and_sorted_lists_are_not(self, world, visitor, query):
        """Seen to fail with `is_plain` always true."""
        world.profile("Ada Marsh")
        page = visitor.get(f"{TORONTO}?{query}")
        assert '<meta name="robots" content="noindex">' in page.text
        assert '<link rel="canonical" href="http://localhost:8000/ca/ontario/toronto/">' in page.text

    def test_distances_are_in_the_measure_of_the_country(self, world, make, visitor):
        """Seen to fail with kilometres everywhere."""
        world.profile("Bo", place=make.place("San Diego", lat=32.7, lon=-117.2))
        make.place()
        assert "miles" in words_of(visitor.get("/us/california/los-angeles/"))
        assert " km" in words_of(visitor.get(TORONTO))
        assert sphere.spoken(100, "CA") == "100 km"

    def test_a_card_that_was_taken_down_while_the_page_was_made_is_left_out(self, world, monkeypatch, visitor):
        """Seen to fail with `found[id_]` unguarded."""
        world.profile("Ada Marsh")
        gone = world.profile("Bo Gone")
        cards = profiles.cards
        monkeypatch.setattr(lists.profiles, "cards", lambda session, ids: [card for card in cards(session, ids) if card.id != gone.id])
        assert names(visitor.get(TORONTO)) == ["Ada Marsh"]


class TestFilters:
    def test_the_form_works_without_scripts(self, world, visitor):
        """Seen to fail with the sort order lost by the form of filters."""
        world.profile("Ada Marsh", offers=["smp-scar"])
        world.profile("Cy Osei", offers=["fue"])
        world.profile("Bo Wells", offers=["fue"])
        page = visitor.get(f"{TORONTO}?sort=name&treatment=fue")
        assert names(page) == ["Bo Wells", "Cy Osei"]
        forms = {form.button: form for form in forms_of(page)}
        filters, order = forms["Show results"], forms["Sort"]
        assert filters.method == order.method == "get"
        assert filters.values["sort"] == ["name"]
        assert filters.values["treatment"] == ["fue"]
        assert order.values["treatment"] == ["fue"]
        assert order.values["sort"] == ["name"]
        assert {"treatment", "kind"} <= filters.names

    def test_a_branch_of_the_tree_is_found_under_its_trunk(self, world, visitor):
        """Seen to fail without `with_below`."""
        world.profile("Ada Marsh", offers=["smp-scar"])
        assert names(visitor.get(f"{TORONTO}?treatment=smp")) == ["Ada Marsh"]
        page = visitor.get(f"{TORONTO}?treatment=hair-transplant")
        assert names(page) == []
        assert "Nobody in Toronto matches" in words_of(page)

    def test_a_filter_is_taken_off_by_a_link(self, world, visitor):
        """Seen to fail with all filters in the link."""
        world.profile("Ada Marsh", offers=["smp", "fue"])
        page = visitor.get(f"{TORONTO}?treatment=smp&treatment=fue&sort=name")
        chips = re.findall(r'class="chip" href="([^"]+)"', page.text)
        assert chips == [f"{TORONTO}?treatment=fue&amp;sort=name", f"{TORONTO}?treatment=smp&amp;sort=name"]

    def test_kinds_and_unknown_values(self, world, visitor):
        """What nobody knows is left out and never an error. Seen to fail with `Kind(raw)`."""
        world.profile("Ada Marsh")
        assert names(visitor.get(f"{TORONTO}?kind=smp_artist")) == ["Ada Marsh"]
        assert names(visitor.get(f"{TORONTO}?kind=practice")) == []
        assert names(visitor.get(f"{TORONTO}?kind=dentist&treatment=teeth&sort=up&page=x&evidence=y")) == ["Ada Marsh"]

    def test_the_page_says_why_it_is_in_this_order(self, world, visitor):
        """T-12. Seen to fail without the sentence."""
        world.profile("Bo Wells", stars=[5, 5, 5])
        world.profile("Ada Marsh", stars=[1])
        assert names(visitor.get(TORONTO)) == ["Bo Wells", "Ada Marsh"]
        words = words_of(visitor.get(TORONTO))
        assert "By score: the average of all published reviews" in words
        assert "Nobody can pay for a place in it" in words
        assert names(visitor.get(f"{TORONTO}?sort=name")) == ["Ada Marsh", "Bo Wells"]
        assert "By name, from A to Z" in words_of(visitor.get(f"{TORONTO}?sort=name"))

    def test_a_bad_review_lowers_and_never_hides(self, world, visitor):
        """T-5: twins but for their stars are both there. Seen to fail with a condition on the mean in `conditions`."""
        for name, stars in (("One Star", 1), ("Five Stars", 5)):
            world.profile(name, stars=[stars] * 4)
        for sort in ("score", "reviews", "name", "newest"):
            assert sorted(names(visitor.get(f"{TORONTO}?sort={sort}"))) == ["Five Stars", "One Star"]


class TestPages:
    def test_pages_are_numbered_and_each_is_its_own(self, world, visitor):
        """Seen to fail with page 2 under the canonical address of page 1."""
        for number in range(23):
            world.profile(f"Person {number:02}")
        first, second = visitor.get(TORONTO), visitor.get(f"{TORONTO}?page=2")
        assert (len(names(first)), len(names(second))) == (20, 3)
        assert not set(names(first)) & set(names(second))
        assert f'href="{TORONTO}?page=2"' in first.text
        assert 'canonical" href="http://localhost:8000/ca/ontario/toronto/?page=2"' in second.text
        assert "noindex" not in second.text
        assert 'card__rank" aria-hidden="true">21<' in second.text

    @pytest.mark.parametrize("number", ["2", "999999"])
    def test_a_page_behind_the_last_is_not_here(self, world, visitor, number):
        """Seen to fail with an empty list instead."""
        world.profile("Ada Marsh")
        page = visitor.get(f"{TORONTO}?page={number}")
        assert page.status_code == 404
        assert f'href="{TORONTO}"' in page.text


class TestAddresses:
    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("/ca/ontario/toronto", TORONTO),
            ("/CA/Ontario/Toronto/", TORONTO),
            ("/CA", "/ca/"),
            ("/ca/ontario?page=2&treatment=smp", "/ca/ontario/?page=2&treatment=smp"),
            ("/CA/Ontario?sort=name", "/ca/ontario/?sort=name"),
        ],
    )
    def test_every_place_has_one_address(self, world, visitor, asked, told):
        """Seen to fail with the query dropped by `by_path`."""
        answer = visitor.get(asked, follow=False)
        assert (answer.status_code, answer.headers["Location"]) == (301, told)

    @pytest.mark.parametrize("path", ["/zz/", "/ca/ontario/torontoo/", "/ca/nowhere/toronto/", "/ca/a/b/c/", "/ca/%00/", "/ca/ontario/🙂/"])
    def test_an_unknown_place_is_not_here(self, world, visitor, path):
        """Seen to fail with a redirect to the country."""
        assert visitor.get(path).status_code == 404

    def test_an_unknown_place_names_the_nearest_match(self, world, visitor):
        """Seen to fail without `nearest`."""
        assert f'href="{TORONTO}"' in visitor.get("/ca/ontario/torontoo/").text

    def test_two_letters_belong_to_countries(self, app: Flask):
        """A planted offender is named."""
        assert two_letter_views(app) == []
        other = Flask("other")
        other.add_url_rule("/me/settings", "me", lambda: "")
        assert two_letter_views(other) == ["/me/settings"]

    def test_a_country_and_a_region_list_their_places(self, world, visitor):
        """Seen to fail without `regions`."""
        world.profile("Ada Marsh")
        world.profile("Bo Wells", place=world.hamilton)
        country, region = visitor.get("/ca/"), visitor.get("/ca/ontario/")
        assert 'href="/ca/ontario/"' in country.text
        assert f'href="{TORONTO}"' in region.text
        assert names(country) == names(region) == ["Ada Marsh", "Bo Wells"]
        assert "SMP artist, Hamilton" in words_of(region)

    def test_the_postcode_that_led_here_is_said(self, world, visitor):
        """And nothing else that stands in its place. Seen to fail with the text as it came."""
        world.profile("Ada Marsh")
        assert "For the postcode M5V we show Toronto, Ontario, Canada." in words_of(visitor.get(f"{TORONTO}?postcode=M5V"))
        page = visitor.get(f"{TORONTO}?postcode=<b>best</b>")
        assert "postcode" not in words_of(page).lower().replace("city or postcode", "")
        assert "noindex" in page.text


class TestSample:
    def test_made_up_people_are_said_to_be_and_not_listed(self, world, visitor):
        """Seen to fail with `is_sample_page` false."""
        world.profile("Ada Marsh", is_sample=True)
        page = visitor.get(TORONTO)
        assert "Every person, practice, price and review shown here is made up" in words_of(page)
        assert "noindex" in page.text

    def test_beside_real_people_only_what_is_marked(self, world, visitor):
        """Seen to fail with "some" read as all."""
        world.profile("Ada Marsh", is_sample=True)
        world.studio("Brow and Ink")
        assert "Whatever is marked so on this page is made up" in words_of(visitor.get(TORONTO))


class TestQueries:
    def test_a_city_asks_the_same_for_one_row_and_for_fifty(self, world: World, visitor: Visitor, database: Database):
        """Seen to fail with the place of each card loaded by itself."""
        counts = []
        for many in (1, 49):
            for number in range(many):
                world.profile(f"Person {many} {number}", offers=["smp", "fue"], stars=[4])
                world.studio(f"Studio {many} {number}")
            visitor.get(TORONTO)
            with count_queries(database) as queries:
                assert visitor.get(TORONTO).status_code == 200
            counts.append(len(queries.selects))
            assert queries.repeated == []
            assert queries.writes == []
        assert counts[0] == counts[1] <= CITY_SELECTS

    @pytest.mark.parametrize("path", ["/ca/", "/ca/ontario/", f"{TORONTO}?treatment=smp&sort=name", f"{TORONTO}?evidence=register"])
    def test_every_level_keeps_to_it(self, world, visitor, database, path):
        """Seen to fail with `largest_places` on the page of a country."""
        for number in range(25):
            world.profile(f"Person {number}")
            world.studio(f"Studio {number}")
        with count_queries(database) as queries:
            visitor.get(path)
        assert queries.repeated == []
        assert len(queries.selects) <= CITY_SELECTS

    def test_who_is_signed_in_costs_two_more_at_most(self, world, make, visitor, database):
        """Seen to fail with three."""
        world.profile("Ada Marsh")
        visitor.sign_in(make.user())
        with count_queries(database) as queries:
            visitor.get(TORONTO)
        assert len(queries.selects) <= CITY_SELECTS + 2

    def test_a_query_in_a_loop_is_named(self, world, visitor, database, monkeypatch):
        """A planted offender: each card asks for its place."""
        for number in range(3):
            world.profile(f"Person {number}")
        card = lists.cards.drawn
        loop = lambda found, how: (places.by_path(lists.db.session(), found.place_path), card(found, how))[1]  # noqa: E731
        monkeypatch.setattr(lists.cards, "drawn", loop)
        with count_queries(database) as queries:
            visitor.get(TORONTO)
        assert len(queries.repeated) == 1
        assert "FROM places" in queries.repeated[0]


def two_letter_views(app: Flask) -> list[str]:
    """Name every rule but that of places whose first part has two letters."""
    rules = (rule.rule for rule in app.url_map.iter_rules())
    return [rule for rule in rules if re.match(r"/[A-Za-z]{2}(/|$)", rule)]


def test_addresses_are_made_by_name(app: Flask):
    """Seen to fail with slashes quoted by the converter."""
    with app.test_request_context():
        assert url_for("listings.show", path="ca/ontario/toronto/") == TORONTO


def test_every_profession_has_a_filter_and_words(app: Flask):
    """Seen to fail with a profession missing from `Kind`."""
    for kind in PractitionerKind:
        assert words.PROFESSIONS[kind]
        assert words.KINDS[Kind(kind.value)]
    assert set(words.EVIDENCE) == set(HairEvidence)


def test_filters_lead_on_into_the_places_of_a_country(world, visitor):
    """A number of all practitioners would be untrue beside a filter. Seen to fail with the bare links and their numbers."""
    world.profile("Ada Marsh")
    plain = visitor.get("/ca/").text
    assert 'href="/ca/ontario/"' in plain
    filtered = visitor.get("/ca/?treatment=smp&sort=name").text
    assert 'href="/ca/ontario/?treatment=smp"' in filtered
    assert "with your filters" in filtered
    assert "with their number of practitioners" not in filtered
