"""Filters, radius and what helps where nobody is found: from a question and its answer to what the page offers."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from directory.models.treatments import Treatment, TreatmentFamily
from directory.search.port import Bounds, Centre, Criteria, Results, Unit
from directory.web import filters, reach, words

NODES = [
    ("smp", "smp", None),
    ("smp-scar", "smp", 1),
    ("hair-transplant", "transplant", None),
    ("fue", "transplant", 3),
    ("fue-manual", "transplant", 4),
]
TAXONOMY = [
    Treatment(id=id_, code=code, label=code.title(), family=TreatmentFamily(family), parent_id=parent)
    for id_, (code, family, parent) in enumerate(NODES, 1)
]
TORONTO = Bounds(place_id=1, centre=Centre(43.7, -79.4), currency="CAD")


def asked(query: list[tuple[str, str]] | None = None, bounds: Bounds = TORONTO) -> Criteria:
    return Criteria.from_args(MultiDict(query or []), taxonomy=TAXONOMY, bounds=bounds)


def answer(facets: dict[str, dict[str, int]] | None = None, **more: Any) -> Results:
    return Results((), 0, 1, 20, facets=facets or {}, **more)


def shown(criteria: Criteria, results: Results) -> dict[str, filters.Group]:
    return {str(group.title): group for group in filters.groups(criteria, results, TAXONOMY)}


FACETS = {
    "treatment": {"smp": 4, "fue": 2, "hair-transplant": 2, "fue-manual": 1},
    "technique": {"fue-manual": 1},
    "kind": {"surgeon": 2},
    "lang": {"en": 5, "es": 3, "pt-BR": 1, "x-klingon": 1},
    "price": {"500-1500": 2},
    "rating": {"4": 3},
    "repairs": {"1": 2},
    "verified": {"1": 9},
}


class TestGroups:
    def test_each_value_shows_what_it_would_leave(self):
        """Seen to fail with the counts of one group on all."""
        found = shown(asked(), answer(FACETS))
        assert {option.value: option.count for option in found["Scalp micropigmentation"].options} == {"smp": 4, "smp-scar": 0}
        assert {option.value: option.count for option in found["Hair transplant"].options} == {"hair-transplant": 2, "fue": 2}
        assert [(option.label, option.count) for option in found["How it is done"].options] == [("Fue-Manual", 1)]
        assert {option.value: option.count for option in found["Who"].options if option.count} == {"surgeon": 2}
        assert {option.label: option.count for option in found["Price"].options if option.count} == {"CA$500-1,500": 2}
        assert {option.label: option.count for option in found["Least rating"].options} == {
            "Any rating": None,
            "4.5 stars and up": 0,
            "4 stars and up": 3,
            "3.5 stars and up": 0,
            "3 stars and up": 0,
        }
        assert found["Earlier work"].options[0].count == 2

    def test_without_counts_everything_can_still_be_asked(self):
        """Seen to fail with 0 where the engine did not count."""
        found = shown(asked([("lang", "es")]), answer())
        assert all(option.count is None for group in found.values() for option in group.options)
        assert [option.label for option in found["Language"].options] == ["Spanish"]
        assert "How it is done" in found
        assert "Price" in found

    def test_verified_is_no_filter_while_nothing_proves_it(self):
        """T-10. Seen to fail with all of `Group` shown."""
        found = filters.groups(asked(), answer(FACETS), TAXONOMY)
        assert not [group for group in found if group.name == "verified"]
        assert filters.on(asked([("verified", "1")]), TAXONOMY) == []

    def test_languages_have_names_and_the_rare_ones_are_behind_more(self):
        """Seen to fail in the order of the tags, and with the one that is on behind the fold."""
        facets = {"lang": {tag: n for n, tag in enumerate(("fr", "de", "it", "tr", "ar", "ko", "ja", "en"), 1)}}
        group = shown(asked([("lang", "fr")]), answer(facets))["Language"]
        assert [option.label for option in group.options] == ["French", "English", "Japanese", "Korean", "Arabic", "Turkish"]
        assert [option.label for option in group.more] == ["Italian", "German"]
        assert words.language("pt-BR") == "Portuguese (Brazil)"
        assert words.language("zz") == "zz"
        assert words.language("ckb") == "Central Kurdish"

    def test_prices_need_one_currency_and_somebody_who_publishes_one(self):
        """Seen to fail with bands of dollars on the page of the world."""
        assert "Price" not in shown(asked(bounds=Bounds()), answer(FACETS))
        assert "Price" not in shown(asked(), answer({"kind": {"surgeon": 1}}))
        assert words.band("0-500", "USD") == "Under $500"
        assert words.band("6000-", "USD") == "$6,000 and up"
        assert words.band("50000-150000", "JPY") == "¥50,000-150,000"

    def test_a_least_rating_says_whom_it_leaves_out(self):
        """Seen to fail without the number."""
        assert (
            "12 profiles without enough reviews are left out."
            in shown(asked([("rating", "4")]), answer(FACETS, unrated=12))["Least rating"].hint
        )
        assert "left out" not in shown(asked(), answer(FACETS, unrated=12))["Least rating"].hint

    def test_a_register_knows_professions_and_languages_alone(self):
        """Seen to fail with all groups."""
        assert set(shown(asked([("evidence", "register")]), answer(FACETS))) == {"Who", "Language"}

    def test_what_is_on_is_named(self):
        """Seen to fail with the code of a band as its words."""
        query = [
            ("treatment", "smp"),
            ("technique", "fue-manual"),
            ("kind", "nurse"),
            ("price", "0-500"),
            ("rating", "4.5"),
            ("lang", "es"),
            ("repairs", "1"),
        ]
        assert [str(one.label) for one in filters.on(asked(query), TAXONOMY)] == [
            "Smp",
            "Fue-Manual",
            "Nurses",
            "Under CA$500",
            "4.5 stars and up",
            "Spanish",
            "Mends earlier work",
        ]


class TestReach:
    @pytest.mark.parametrize(("km", "miles"), [(5, 5), (10, 5), (25, 10), (50, 25), (100, 50), (200, 100)])
    def test_the_other_unit_keeps_the_radius_about_as_it_was(self, km, miles):
        """Seen to fail with the same number in the other unit."""
        other = reach.in_other_unit(asked([("radius", str(km))]))
        assert (other.unit, other.radius) == (Unit.MI, miles)
        assert ("unit", "mi") in other.pairs()

    def test_back_in_the_unit_of_the_country_it_is_not_said(self):
        """Seen to fail with the unit always in the address."""
        assert reach.in_other_unit(asked([("unit", "mi"), ("radius", "25")])).pairs() == [("radius", "50")]

    def test_the_place_alone_comes_first(self):
        """Seen to fail without it."""
        found = reach.choices(asked([("unit", "mi")]), "Toronto")
        assert found[0] == ("", "Toronto only")
        assert found[3] == ("25", "25 miles")
