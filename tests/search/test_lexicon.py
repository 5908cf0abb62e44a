"""Slips of the finger: which words are near, and how near."""

import pytest

from directory.search.lexicon import LONGEST, Lexicon, apart, distance, packed

WORDS = ("density", "hairline", "tilman", "yilmaz", "marsh", "transplant", "hair", "scalp", "müller")


def lexicon() -> Lexicon:
    return Lexicon(memoryview(packed(sorted((word.encode(), number) for number, word in enumerate(WORDS, start=1)))))


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("desity", "density", 1), ("abcd", "acbd", 1), ("hairlne", "hairline", 1), ("kitten", "sitting", 3), ("abc", "abc", 0), ("", "ab", 2)],
)
def test_a_letter_more_less_another_or_two_swapped(one: str, other: str, slips: int) -> None:
    """Both ways round. Seen to fail without the line for swapped letters."""
    assert distance(one, other, limit=3) == distance(other, one, limit=3) == slips
    assert distance(one, other, limit=0) == (0 if not slips else 1)


@pytest.mark.parametrize(
    ("typed", "one", "two"),
    [
        ("desity", ["density"], ["density"]),
        ("hairlien", ["hairline"], ["hairline"]),
        ("harlne", [], ["hairline"]),
        ("trnspalnt", [], ["transplant"]),
        ("yilman", ["tilman", "yilmaz"], ["tilman", "yilmaz"]),
        ("tilmen", ["tilman"], ["tilman"]),
        ("cat", [], []),
        ("z" * (LONGEST + 1), [], []),
    ],
)
def test_near_words(typed: str, one: list[str], two: list[str]) -> None:
    """Seen to fail with words of three letters forgiven, and without the forms with a letter left out."""
    assert [found.word for found in lexicon().near(typed, slips=1)] == one
    assert [found.word for found in lexicon().near(typed, slips=2)] == two


def test_behind_a_wrong_first_letter_one_slip_is_forgiven_and_not_two() -> None:
    """Who types "yilmaz" where nobody is called so means no Tilman. Seen to fail with the first letter free."""
    assert apart("yilmaz", "tilman", limit=2) == 3
    assert apart("tilmaz", "yilmaz", limit=2) == 1
    assert apart("yilnez", "yilmaz", limit=2) == 2
    assert Lexicon(memoryview(packed([(b"tilman", 3)]))).near("yilmaz", slips=2) == []
