"""Words are folded, ordered and shown the same everywhere, and hostile ones do no harm."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.core.text import clean_line, clean_text, excerpt, fold, initials, markdown, slugify, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("München", "munchen"),
        ("MÜNCHEN", "munchen"),
        ("Şişli", "sisli"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("São  Paulo", "sao paulo"),
        ("東京", "東京"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    """Seen to fail without the table of letters (Łódź, Straße)."""
    assert fold(text) == folded


def test_numbers_in_names_sort_as_numbers() -> None:
    """Seen to fail without the padding: 10 stands before 9."""
    names = ["Clinic 10", "Clinic 9", "Ångström", "Zebra", "apple"]
    assert sorted(names, key=sort_key) == ["Ångström", "apple", "Clinic 9", "Clinic 10", "Zebra"]


@given(st.text(max_size=300))
def test_no_text_breaks_the_tools(text: str) -> None:
    """Whatever is typed comes out short, printable and stable. Seen to fail with surrogates left in."""
    line = clean_line(text)
    assert "\n" not in line
    assert clean_line(line) == line
    assert clean_text(clean_text(text)) == clean_text(text)
    assert len(sort_key(text)) <= 120
    assert len(slugify(text)) <= 80
    assert 1 <= len(initials(text)) <= 4
    line.encode()
    str(markdown(text)).encode()


def test_marks_that_turn_the_writing_round_are_taken_out() -> None:
    """Seen to fail with the list of invisible characters empty."""
    assert clean_line("evil\u202etxt.exe\u200b") == "eviltxt.exe"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://evil.example/x.png)",
        "<a href='javascript:alert(1)'>x</a>",
        '[x](https://a.example/" onmouseover="alert(1))',
        "<svg/onload=alert(1)>",
        "`<script>`",
        "<https://evil.example/<script>>",
        "[a]: javascript:alert(1)\n\n[a]",
    ],
)
def test_no_active_content_survives_markdown(attack: str) -> None:
    """Seen to fail with html allowed in markdown-it and nh3 left out."""
    seen = _Elements()
    seen.feed(str(markdown(attack)))
    assert seen.tags <= {"p", "a", "code", "em"}
    assert all(name in {"href", "rel"} for name, _ in seen.attributes)
    assert all(value.startswith(("http://", "https://")) for name, value in seen.attributes if name == "href")


class _Elements(HTMLParser):
    """What a browser would see as elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_links_of_visitors_carry_no_weight() -> None:
    """Seen to fail without link_rel."""
    assert 'rel="nofollow ugc noopener noreferrer"' in markdown("[x](https://a.example)")


def test_an_excerpt_ends_at_a_word() -> None:
    """Seen to fail with a plain slice."""
    assert excerpt("one two three four", 12) == "one two…"
