"""The words of reviews."""

import re
from collections import Counter
from random import Random

import pytest

from directory.sample import phrases, shelf, tales
from directory.sample.phrases import Book

BOOK = Book(
    {
        ("close", ""): {"high": ("{who} was fine. {elapsed} on.", "Plain."), "any": ("Whatever.",)},
        ("close", "fue"): {"high": ("Only here.",)},
    }
)


class TestSay:
    def test_a_sentence_begins_with_a_capital(self):
        """Seen to fail: `format_map` alone."""
        slots = {"who": "the team", "elapsed": "five months"}
        assert BOOK.say(Random(1), "close", "", "high", slots, Counter({"Plain.": 1})) == "The team was fine. Five months on."

    def test_what_is_not_known_is_not_said(self):
        """Seen to fail: without the look at the slots, KeyError."""
        assert {BOOK.say(Random(n), "close", "", "high", {}, Counter()) for n in range(9)} == {"Plain."}

    def test_what_was_heard_least_comes_first(self):
        """Seen to fail: `rng.choice(fitting)`."""
        heard = Counter()
        slots = {"who": "x", "elapsed": "y"}
        assert len({BOOK.say(Random(1), "close", "", "high", slots, heard) for _time in range(2)}) == 2

    def test_what_was_said_often_enough_is_not_said_again(self):
        """Seen to fail: without the limit."""
        assert BOOK.say(Random(1), "close", "fue", "high", {}, Counter({"Only here.": phrases.OFTEN_ENOUGH})) == ""

    def test_a_treatment_has_words_of_its_own(self):
        assert BOOK.say(Random(1), "close", "fue", "high", {}, Counter()) == "Only here."
        assert BOOK.say(Random(1), "close", "fut", "low", {}, Counter()) == "Whatever."
        assert BOOK.say(Random(1), "why", "fut", "low", {}, Counter()) == ""


class TestBooks:
    @pytest.mark.parametrize("family", ["smp", "transplant"])
    @pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "nl", "pt", "tr"])
    def test_each_has_words_for_every_aspect_and_rating(self, language, family):
        """Seen to fail: an emptied list in de.toml."""
        book = phrases.book(language, family)
        for (aspect, _code), table in book.tables.items():
            assert set(table) >= ({"any"} if aspect == "why" else {"high", "mid", "low"}), (aspect, _code)
            assert all(table.values())

    @pytest.mark.parametrize("family", ["smp", "transplant"])
    @pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "nl", "pt", "tr"])
    def test_every_gap_can_be_filled(self, language, family):
        """Seen to fail: {sesions} in de.toml, a sentence that nobody would ever have read."""
        known = {"who", "city", "spot", "age", "hours", "weeks", "elapsed", "year", "grafts", "sessions", "price", "m3", "m6", "m12"}
        for table in phrases.book(language, family).tables.values():
            for text in (text for texts in table.values() for text in texts):
                assert set(re.findall(r"{(\w+)}", text)) <= known, text

    def test_words_beside_the_general_ones(self):
        """Seen to fail: the plus sign ignored."""
        book = phrases.book("en", "smp")
        assert set(book.tables["title", "smp-full"]["high"]) > set(book.tables["title", ""]["high"])
        assert not set(book.tables["title", "smp-removal"]["high"]) & set(book.tables["title", ""]["high"])

    def test_languages_of_countries_have_a_book(self):
        for country in shelf.countries().values():
            for language in country.writes:
                assert phrases.book(language, "smp").tables
            assert sum(country.writes.values()) < 100


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (0, "a few weeks"),
        (1, "a month"),
        (2, "two months"),
        (12, "a year"),
        (17, "seventeen months"),
        (18, "a year and a half"),
        (24, "two years"),
        (31, "two and a half years"),
    ],
)
def test_months_in_words(months, words):
    """Seen to fail: a year as "twelve months"."""
    assert tales.elapsed(months) == words
