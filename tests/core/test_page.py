"""Numbered pages."""

import pytest

from directory.core.page import MAX_PAGE, Page, page_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, 1),
        ("", 1),
        ("2", 2),
        ("0", 1),
        ("-1", 1),
        ("1e9", 1),
        ("999999999999", 1),
        ("99999", MAX_PAGE),
        ("²", 1),
        ("NaN", 1),
        ("2.5", 1),
    ],
)
def test_whatever_is_no_page_number_is_the_first_page(text: str | None, number: int) -> None:
    """Seen to fail with int(text): a superscript two raises."""
    assert page_number(text) == number


def test_a_page_knows_where_it_stands() -> None:
    """Seen to fail with pages rounded down."""
    page = Page(list(range(20)), number=2, size=20, total=45)
    assert (page.pages, page.first, page.last) == (3, 21, 40)
    empty: Page[int] = Page([], number=1, size=20, total=0)
    assert (empty.pages, empty.first, empty.last) == (1, 0, 0)
