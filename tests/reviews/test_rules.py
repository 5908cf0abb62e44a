"""The arithmetic of ratings, held against exact fractions."""

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.core.errors import Refused
from directory.reviews import rules

stars = st.lists(st.integers(1, 5), max_size=400)
TODAY = date(2026, 11, 22)


class TestScore:
    def test_one_five_gives_what_is_published(self) -> None:
        """Seen to fail with a prior weight of 6."""
        assert rules.weighted_rating([5]) == 3_687_500

    def test_nobody_yet_gives_the_starting_point(self) -> None:
        assert rules.weighted_rating([]) == 3_500_000

    def test_one_five_does_not_beat_two_hundred_of_four_point_eight(self) -> None:
        """Seen to fail with the plain mean in place of the weighted one."""
        assert rules.weighted_rating([5]) < rules.weighted_rating([5] * 160 + [4] * 40)

    @given(stars)
    def test_it_is_the_exact_fraction_rounded_down(self, given: list[int]) -> None:
        """Seen to fail with true division in place of floor division."""
        exact = (Fraction(7, 2) * 7 + sum(given)) / (7 + len(given))
        assert rules.weighted_rating(given) == floor(exact * 1_000_000)
        assert isinstance(rules.weighted_rating(given), int)

    @given(stars.filter(bool))
    def test_the_mean_is_the_exact_fraction_rounded_down(self, given: list[int]) -> None:
        """Seen to fail with round() in place of floor division."""
        assert rules.mean_micro(sum(given), len(given)) == floor(Fraction(sum(given), len(given)) * 1_000_000)

    def test_no_reviews_have_no_mean(self) -> None:
        assert rules.mean_micro(0, 0) is None

    @given(stars.filter(bool), st.data())
    def test_a_better_review_never_lowers_it(self, given: list[int], data: st.DataObject) -> None:
        """Seen to fail with the sum replaced by its negative."""
        place = data.draw(st.integers(0, len(given) - 1))
        better = data.draw(st.integers(given[place], 5))
        raised = [*given[:place], better, *given[place + 1 :]]
        assert rules.weighted_rating(raised) >= rules.weighted_rating(given)

    @given(stars)
    def test_it_stays_between_the_worst_and_the_best(self, given: list[int]) -> None:
        """Seen to fail with a prior score of 9."""
        assert 1_000_000 <= rules.weighted_rating(given) <= 5_000_000


counts = st.tuples(*[st.integers(0, 60)] * 5).filter(lambda c: sum(c) >= rules.MIN_RANGE)


class TestInterval:
    def test_there_is_none_under_ten(self) -> None:
        """Seen to fail with MIN_RANGE of 9."""
        assert rules.interval((0, 0, 0, 0, 9)) is None
        assert rules.interval((0, 0, 0, 0, 10)) is not None

    def test_forty_reviews_of_a_known_spread(self) -> None:
        """Reckoned by hand: 42 ratings with the two added, mean 4.1667, deviation 1.2079, quantile 2.0195 for 41.

        Seen to fail without the two added ratings (3.87 to 4.58).
        """
        low, high = rules.interval((2, 2, 3, 11, 22)) or (0, 0)
        assert (low / 1e6, high / 1e6) == pytest.approx((3.790, 4.543), abs=0.001)

    def test_ten_times_five_stars_are_not_certain(self) -> None:
        low, high = rules.interval((0, 0, 0, 0, 10)) or (0, 0)
        assert low < 4_000_000
        assert high == 5_000_000

    @given(counts)
    def test_the_mean_lies_inside_and_all_within_one_and_five(self, given: tuple[int, int, int, int, int]) -> None:
        """Seen to fail with half of the quantile."""
        low, high = rules.interval(given) or (0, 0)
        mean = sum(s * c for s, c in enumerate(given, 1)) / sum(given) * 1_000_000
        assert 1_000_000 <= low <= mean + 1
        assert mean - 1 <= high <= 5_000_000

    @given(counts)
    def test_ten_times_the_reviews_are_surer(self, given: tuple[int, int, int, int, int]) -> None:
        few, many = rules.interval(given), rules.interval([c * 10 for c in given])
        assert few
        assert many
        assert many[1] - many[0] < few[1] - few[0]


class TestMonth:
    @pytest.mark.parametrize("typed", ["09/2025", "9/2025", " 09 / 2025 ", "09.2025", "9-2025", "2025-09", "2025/9"])
    def test_it_takes_what_people_type(self, typed: str) -> None:
        assert rules.month(typed, today=TODAY) == "2025-09"

    @pytest.mark.parametrize(
        "typed", ["", "2025", "13/2025", "0/2025", "September 2025", "09/25", "09/20255", "9/2025x", "٠٩/٢٠٢٥", "2025-09-01"]
    )
    def test_anything_else_is_refused_in_the_words_of_the_field(self, typed: str) -> None:
        """Seen to fail with `match` in place of `fullmatch`."""
        with pytest.raises(Refused, match=r"^Write a month and a year, for example 09/2025\.$") as refusal:
            rules.month(typed, today=TODAY)
        assert refusal.value.field == "month"

    def test_this_month_is_taken_and_the_next_is_not(self) -> None:
        """Seen to fail with >= in place of >."""
        assert rules.month("11/2026", today=TODAY) == "2026-11"
        with pytest.raises(Refused, match="still to come"):
            rules.month("12/2026", today=TODAY)

    def test_nineteen_eighty_is_taken_and_the_year_before_is_not(self) -> None:
        """Seen to fail with FIRST_YEAR of 1981."""
        assert rules.month("01/1980", today=TODAY) == "1980-01"
        with pytest.raises(Refused, match="since 1980"):
            rules.month("12/1979", today=TODAY)

    @given(st.text(max_size=20))
    def test_whatever_is_typed_is_a_month_or_refused(self, typed: str) -> None:
        try:
            found = rules.month(typed, today=TODAY)
        except Refused:
            return
        assert rules.month(found, today=TODAY) == found
