"""The search page in a browser without scripts."""

import re
from collections.abc import Callable

import pytest

from directory.models.places import AreaName, CaFsa
from tests.clients import Visitor, words_of
from tests.queries import count_queries
from tests.world import World

TORONTO = "/ca/ontario/toronto/"


def names(page) -> list[str]:
    """The names on the cards, in order."""
    return re.findall(r'card__title"><a href="/p/[^"]+">([^<]+)</a>', page.text)


def led(visitor: Visitor, path: str) -> tuple[int, str | None]:
    answer = visitor.get(path, follow=False)
    return answer.status_code, answer.headers.get("Location")


class TestWhere:
    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("where=toronto", TORONTO),
            ("where=Toronto,+Ontario&what=smp", f"{TORONTO}?treatment=smp"),
            ("where=toronto&what=hair+tattoo", f"{TORONTO}?treatment=smp"),
            ("where=toronto&what=Ada+Marsh", f"{TORONTO}?q=Ada+Marsh"),
            ("where=toronto&name=Ada&what=", f"{TORONTO}?q=Ada"),
            ("where=ontario", "/ca/ontario/"),
        ],
    )
    def test_a_place_is_gone_to_with_what_was_asked(self, small: World, session, visitor: Visitor, asked: str, told: str):
        """Seen to fail with the words left behind."""
        session.add(AreaName(key="ontario", country_code="CA", region_id=small.toronto.region_id))
        session.commit()
        assert led(visitor, f"/search?{asked}") == (303, told)

    def test_a_postcode_leads_to_its_place_and_is_said(self, small, session, visitor):
        """Seen to fail without the postcode in the address."""
        session.add(CaFsa(fsa="M5V", lat=43.64, lon=-79.4, name="Toronto", province="ON"))
        session.commit()
        assert led(visitor, "/search?where=m5v+2t6") == (303, f"{TORONTO}?postcode=M5V")
        assert "For the postcode M5V we show Toronto" in words_of(visitor.get("/search?where=m5v+2t6"))

    def test_several_places_are_to_choose_from_and_what_was_asked_goes_along(self, small, make, session, visitor):
        """Seen to fail with the first place gone to."""
        for region in ("Illinois", "Ohio"):
            make.place("Springfield", region=region)
        session.commit()
        page = visitor.get("/search?where=springfield&what=smp")
        assert page.status_code == 200
        assert '<meta name="robots" content="noindex">' in page.text
        assert 'href="/us/illinois/springfield/?treatment=smp"' in page.text
        assert 'href="/us/ohio/springfield/?treatment=smp"' in page.text
        assert "Illinois" in words_of(page)

    def test_an_unknown_place_is_told_from_an_empty_one(self, small, visitor):
        """Seen to fail without `nearest`."""
        page = visitor.get("/search?where=torontoo")
        assert "We know no place called “torontoo”" in words_of(page)
        assert f'href="{TORONTO}"' in page.text
        assert "All places" in words_of(visitor.get("/search?where=qqqqqq"))

    def test_beside_an_unknown_place_it_is_said_that_the_list_is_of_all_places(self, small, build: Callable[[], None], visitor):
        """Seen to fail with the list alone: it was read as one of the place."""
        small.profile("Ada Marsh")
        build()
        assert "Below are those who match anywhere" in words_of(visitor.get("/search?what=marsh&where=qqqqqq"))
        assert "Below are" not in words_of(visitor.get("/search?what=zzzzz&where=qqqqqq"))


class TestWhat:
    def test_words_find_names(self, small, build: Callable[[], None], visitor):
        """Seen to fail with the words lost on the way to the criteria."""
        small.profile("Ada Marsh")
        small.profile("Bo Wells")
        build()
        page = visitor.get("/search?q=marsh")
        assert names(page) == ["Ada Marsh"]
        assert "1 practitioner matches" in words_of(page)
        assert "noindex" in page.text
        assert names(visitor.get("/search?what=wells")) == ["Bo Wells"]

    def test_register_entries_are_found_in_their_own_section(self, small, build, visitor):
        """Seen to fail with evidence ANY."""
        small.profile("Ada Brow")
        small.studio("Brow and Ink")
        build()
        above, below = visitor.get("/search?q=brow").text.split('id="register"')
        assert "Ada Brow" in above
        assert "Brow and Ink" not in above
        assert "Brow and Ink" in below

    def test_a_treatment_is_a_filter_of_all_places(self, small, visitor):
        """Its label, a synonym, its code. Seen to fail with the treatment as words."""
        small.profile("Ada Marsh", offers=["smp-scar"])
        small.profile("Bo Wells", offers=["fue"])
        for typed in ("smp", "SMP", "Scalp+micropigmentation", "hair+tattoo"):
            assert names(visitor.get(f"/search?what={typed}")) == ["Ada Marsh"]
        assert names(visitor.get("/search?q=FUT+(strip)")) == []
        assert names(visitor.get("/search?treatment=fue")) == ["Bo Wells"]

    def test_pages_and_filters_carry_the_words(self, small, build, visitor):
        """Seen to fail with the path alone in `url_of`."""
        for number in range(23):
            small.profile(f"Ada Marsh {number:02}")
        build()
        page = visitor.get("/search?what=marsh&kind=smp_artist")
        assert 'href="/search?q=marsh&amp;kind=smp_artist&amp;page=2"' in page.text
        assert len(names(visitor.get("/search?q=marsh&kind=smp_artist&page=2"))) == 3
        assert visitor.get("/search?q=marsh&page=3").status_code == 404

    def test_a_place_in_the_one_box_is_gone_to(self, small, session, visitor):
        """Unless nobody is listed there and somebody is called so. Seen to fail without `counts_of`."""
        small.profile("Toronto Hair")
        assert led(visitor, "/search?q=toronto") == (303, TORONTO)
        small.make.place("Haddad", region="Ontario", country="CA")
        session.commit()
        assert led(visitor, "/search?q=haddad") == (303, "/ca/ontario/haddad/")
        small.profile("Lena Haddad")
        page = visitor.get("/search?q=haddad")
        assert names(page) == ["Lena Haddad"]

    def test_while_the_index_is_away_names_answer_and_the_page_says_so(self, small, visitor):
        """Seen to fail with 500."""
        small.profile("Ada Marsh")
        page = visitor.get("/search?q=marsh")
        assert page.status_code == 200
        assert names(page) == ["Ada Marsh"]
        assert "We looked through names only" in words_of(page)

    def test_nothing_found_says_what_to_do(self, small, build, visitor):
        """Once. Seen to fail with an empty page, and with the advice in the reason too."""
        small.profile("Ada Marsh")
        build()
        assert words_of(visitor.get("/search?q=zzzzz")).count("Try fewer words") == 1


class TestAnything:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "q=",
            "q=%00%01&where=%00",
            "q=%F0%9F%99%82&where=%F0%9F%99%82",
            "q=" + "a" * 5000,
            "where=" + "b" * 5000,
            "q=" + "+".join(f"w{n}" for n in range(500)),
            "q=%E2%80%AE%D8%B9%D8%B1%D8%A8&where=%E2%80%AE",
            "q=a*&what=[a+TO+z]&name=%22",
            "page=-1&q=x&sort=&kind=&treatment=",
            "q=%ff%fe",
            "where=90012-1234&where=2&q=1&q=2",
            "page=1e9&q=1",
        ],
    )
    def test_whatever_is_typed_gets_a_page(self, small, build, visitor, query):
        """Seen to fail without the cut in `asking`."""
        small.profile("Ada Marsh")
        build()
        assert visitor.get(f"/search?{query}").status_code == 200

    def test_an_empty_search_says_what_to_type(self, visitor):
        """Seen to fail with the whole list."""
        assert "Type a treatment or a name, a place, or both." in words_of(visitor.get("/search"))
        assert "Type a name, a treatment or a place in letters." in words_of(visitor.get("/search?q=%F0%9F%99%82"))

    def test_it_asks_the_same_for_few_hits_and_for_many(self, small, build, visitor, database):
        """Where next to nobody is found, the database is asked for another spelling too, which is two more.

        Seen to fail with the place of each card loaded by itself.
        """
        counts = []
        for many in (1, 2, 30):
            for number in range(many):
                small.profile(f"Ada Marsh {many} {number}")
            build()
            with count_queries(database) as queries:
                assert visitor.get("/search?q=marsh").status_code == 200
            counts.append(len(queries.selects))
            assert queries.repeated == []
            assert queries.writes == []
        assert counts[1] == counts[2]
        assert counts[0] - counts[1] <= (0 if database.is_sqlite else 2)


def test_a_city_answered_by_its_engine_asks_the_database_little(small, build, visitor, database):
    """Seven SELECTs at most with the index, which needs none, and one more where the database answers itself.

    Seen to fail with the cards read one by one.
    """
    for number in range(3):
        small.profile(f"Ada {number}")
    build()
    visitor.get("/ca/ontario/toronto/")
    with count_queries(database) as queries:
        assert names(visitor.get("/ca/ontario/toronto/"))
    assert queries.repeated == []
    assert len(queries.selects) <= (7 if database.is_sqlite else 8)
