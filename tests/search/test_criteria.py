"""What may be asked: cleaned, cut, and put back into addresses."""

import pytest
from werkzeug.datastructures import MultiDict

from directory.models.treatments import Treatment, TreatmentFamily
from directory.search import analysis
from directory.search.criteria import Bounds, Criteria, Evidence, Kind, Sort, with_below

TAXONOMY = [
    Treatment(id=1, code="smp", label="SMP", family=TreatmentFamily.SMP),
    Treatment(id=2, code="smp-scar", label="Scar", family=TreatmentFamily.SMP, parent_id=1),
    Treatment(id=3, code="hair-transplant", label="Transplant", family=TreatmentFamily.TRANSPLANT),
    Treatment(id=4, code="fue", label="FUE", family=TreatmentFamily.TRANSPLANT, parent_id=3),
    Treatment(id=5, code="fue-manual", label="Manual", family=TreatmentFamily.TRANSPLANT, parent_id=4),
]


def asked(*pairs: tuple[str, str]) -> Criteria:
    return Criteria.from_args(MultiDict(pairs), taxonomy=TAXONOMY, bounds=Bounds(place_id=7))


class TestFromArgs:
    def test_nothing_asked_is_the_plain_list_of_the_place(self):
        """Seen to fail with evidence ANY as what stands by itself."""
        assert asked() == Criteria(place_id=7, faceted=True)
        assert asked().is_plain

    def test_all_that_is_known_is_taken(self):
        """Seen to fail with `get` instead of `getlist`."""
        pairs = [("treatment", "smp"), ("treatment", "fue"), ("kind", "surgeon"), ("kind", "practice"), ("sort", "name"), ("page", "3")]
        criteria = asked(*pairs)
        assert criteria.treatments == ("smp", "fue")
        assert criteria.treatment_ids == {1, 2, 4, 5}
        assert criteria.kinds == (Kind.SURGEON, Kind.PRACTICE)
        assert (criteria.sort, criteria.number) == (Sort.NAME, 3)
        assert criteria.filters == 4

    @pytest.mark.parametrize(
        "pair",
        [
            ("treatment", "teeth"),
            ("kind", "dentist"),
            ("evidence", "rumour"),
            ("sort", "rating; DROP TABLE profiles"),
            ("sort", "relevance"),
            ("page", "-1"),
            ("page", "٣"),
            ("place_id", "8"),
            ("q", "\x00\u202e "),
            ("q", "🙂"),
        ],
    )
    def test_what_is_not_known_is_left_out(self, pair: tuple[str, str]):
        """Seen to fail without the look-up of known words."""
        criteria = asked(pair)
        assert (criteria.treatments, criteria.kinds, criteria.evidence, criteria.sort) == ((), (), Evidence.HAIR, Sort.SCORE)
        assert (criteria.words, criteria.number, criteria.place_id) == ((), 1, 7)

    def test_a_page_that_is_far_out_is_the_last_that_we_go_to(self):
        """Seen to fail without the bound in `page_number`."""
        assert asked(("page", "999999")).number == 1000

    def test_words_are_ordered_by_relevance_unless_asked_otherwise(self):
        """Seen to fail with the score as the order of words."""
        assert asked(("q", "Marsh")).sort is Sort.RELEVANCE
        assert asked(("q", "Marsh"), ("sort", "score")).sort is Sort.SCORE

    def test_an_endless_question_is_cut_before_it_is_read(self):
        """Seen to fail with the cap behind `clean_line`: ten megabytes then cost a second."""
        criteria = asked(("q", "word" * 2_500_000))
        assert len(criteria.text) == analysis.MAX_CHARACTERS
        assert len(asked(("q", " ".join(f"w{n}" for n in range(2000)))).words) <= analysis.MAX_WORDS
        assert len(asked(*(("treatment", f"x{n}") for n in range(5000))).treatments) == 0


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("MÜNCHEN, Yılmaz", ("munchen", "yilmaz")),
            ("O'Brien O’Brien", ("obrien",)),
            ("a* OR name:* [a TO z]", ("a", "or", "name", "to", "z")),
            ('"(((((" NOT "unbalanced', ("not", "unbalanced")),
            ("植髪", ("植髪",)),
            ("under_score", ("under", "score")),
        ],
    )
    def test_folded_once_each_and_never_a_query_language(self, typed: str, words: tuple[str, ...]):
        """Seen to fail without `fold`, and with underscores kept."""
        assert Criteria(text=typed).words == words


class TestPairs:
    def test_an_address_and_back_is_the_same_question(self):
        """Seen to fail without the `evidence` pair."""
        pairs = [("q", "marsh"), ("treatment", "smp"), ("kind", "surgeon"), ("evidence", "any"), ("sort", "name")]
        criteria = asked(*pairs)
        assert asked(*criteria.pairs()) == criteria
        assert criteria.pairs() == pairs

    def test_what_stands_by_itself_is_not_said(self):
        """Seen to fail with page=1 in the address."""
        assert asked(("sort", "score"), ("evidence", "hair"), ("page", "1")).pairs(number=1) == []
        assert asked().pairs(number=2) == [("page", "2")]
        assert asked(("treatment", "smp"), ("sort", "name")).pairs(without={"sort"}) == [("treatment", "smp")]


def test_a_treatment_stands_for_all_below_it():
    """Seen to fail with one level only."""
    assert with_below(TAXONOMY, ["hair-transplant"]) == {3, 4, 5}
    assert with_below(TAXONOMY, []) == frozenset()
