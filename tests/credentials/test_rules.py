"""How a credential stands on a day, whatever its row says."""

from datetime import date

import pytest

from directory.core.errors import Refused
from directory.credentials import rules
from directory.credentials.rules import Shown, Standing
from directory.models.profiles import CredentialStatus as Status

TODAY = date(2026, 11, 26)


def stands(status: Status, *, checked=None, expires=None, url="https://r.example/1", as_of=None, code="abhrs_diplomate", today=TODAY):
    return rules.today_of(code=code, status=status, checked_on=checked, expires_on=expires, source_url=url, as_of=as_of, today=today)


class TestToday:
    def test_a_look_counts_to_the_last_day_of_its_months(self):
        """Seen to fail with `<`, and without the clock: the row says checked for ever."""
        looked = date(2025, 11, 26)
        assert stands(Status.CHECKED_OK, checked=looked) == Shown(Standing.CHECKED, looked)
        assert stands(Status.CHECKED_OK, checked=looked, today=date(2026, 11, 27)) == Shown(Standing.STALE, date(2026, 11, 26))

    def test_each_type_has_its_own_months(self):
        """Seen to fail with twelve for all."""
        looked = date(2026, 3, 1)
        assert stands(Status.CHECKED_OK, checked=looked).standing is Standing.CHECKED
        assert stands(Status.CHECKED_OK, checked=looked, code="liability_insurance").standing is Standing.STALE

    def test_without_source_and_day_nothing_is_checked(self):
        """T-30. Seen to fail with the state alone."""
        assert stands(Status.CHECKED_OK, checked=TODAY, url="").standing is not Standing.CHECKED
        assert stands(Status.CHECKED_OK).standing is Standing.STATED

    def test_what_was_seen_in_a_document_is_checked_without_a_page_where_it_is_stated_alone(self):
        """Seen to fail without `stated`; a file without a page is checked by nobody."""
        given = {"code": "liability_insurance", "status": Status.CHECKED_OK, "expires_on": None, "source_url": "", "today": TODAY}
        assert rules.today_of(**given, checked_on=TODAY, as_of=None, stated=True).standing is Standing.CHECKED
        assert rules.today_of(**given, checked_on=None, as_of=None, stated=True).standing is Standing.STATED
        assert rules.today_of(**given, checked_on=None, as_of=TODAY).standing is Standing.REGISTER

    def test_its_own_last_day_goes_before_everything(self):
        """Seen to fail with the look asked first; and the last day itself still counts."""
        assert stands(Status.RENEWED, checked=TODAY, expires=date(2026, 11, 25)) == Shown(Standing.EXPIRED, date(2026, 11, 25))
        assert stands(Status.RENEWED, checked=TODAY, expires=TODAY).standing is Standing.CHECKED

    def test_what_is_stated_what_was_not_found_and_what_a_register_says_are_told_apart(self):
        """Seen to fail with one word for all three."""
        assert stands(Status.CLAIMED).standing is Standing.STATED
        assert stands(Status.CLAIMED, checked=TODAY) == Shown(Standing.NOT_FOUND, TODAY)
        assert stands(Status.CLAIMED, as_of=TODAY) == Shown(Standing.REGISTER, TODAY)

    def test_a_false_claim_stays_false(self):
        """Seen to fail with the last day asked first."""
        assert stands(Status.FALSE_CLAIM, checked=TODAY, expires=date(2020, 1, 1)).standing is Standing.FALSE


def test_months_end_on_days_that_there_are():
    """Seen to fail with the day kept: there is no 31st of February."""
    assert rules.later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.later(date(2026, 1, 31), -11) == date(2025, 2, 28)
    assert rules.later(date(2024, 2, 29), 12) == date(2025, 2, 28)


class TestLinks:
    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)",
            "JavaScript://a.example/%0aalert(1)",
            "http://a.example/",
            "//a.example/",
            "data:text/html,x",
            "https://",
            "https://localhost/",
            "https://good.example@evil.example/",
            "https://a.example/ b",
            "https://[::1/",
            "https://a.example/" + "x" * 500,
        ],
    )
    def test_only_a_whole_address_of_the_web_is_taken(self, url):
        """Seen to fail with each part of the check taken out."""
        with pytest.raises(Refused):
            rules.web_link(url, field="source_url")

    def test_nothing_is_taken_where_nothing_is_needed(self):
        """Seen to fail without `required`."""
        assert rules.web_link("", field="source_url") == ""
        assert rules.web_link("https://a.example/1?q=2", field="source_url") == "https://a.example/1?q=2"
        with pytest.raises(Refused):
            rules.web_link("", field="source_url", required=True)


@pytest.mark.parametrize(
    ("issued", "expires", "field"),
    [
        (date(2026, 11, 27), None, "issued_on"),
        (date(1900, 1, 1), None, "issued_on"),
        (None, date(2090, 1, 1), "expires_on"),
        (date(2026, 5, 1), date(2026, 4, 30), "expires_on"),
    ],
)
def test_days_that_cannot_be_are_refused(issued, expires, field):
    """Seen to fail with each check taken out."""
    with pytest.raises(Refused) as refused:
        rules.check_days(issued, expires, today=TODAY)
    assert refused.value.field == field
