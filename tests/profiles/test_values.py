"""What may be typed of hours, prices, websites and telephone numbers."""

from datetime import date

import pytest

from directory.core.errors import Refused
from directory.profiles import values

TODAY = date(2026, 11, 20)


class TestHours:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("", None),
            ("closed", []),
            ("Closed", []),
            ("9:00-17:30", [["09:00", "17:30"]]),
            ("13:00 \u2013 17:00, 09:00-12:00", [["09:00", "12:00"], ["13:00", "17:00"]]),
            ("00:00-24:00", [["00:00", "24:00"]]),
            ("09:00-12:00,12:00-13:00", [["09:00", "12:00"], ["12:00", "13:00"]]),
            ("9am-5pm", [["09:00", "17:00"]]),
            ("9 a.m. - 5:30 p.m.", [["09:00", "17:30"]]),
            ("12 PM \u2013 12 AM", [["12:00", "24:00"]]),
            ("12am-1am", [["00:00", "01:00"]]),
            ("9-17", [["09:00", "17:00"]]),
            ("9-12, 13-17:30", [["09:00", "12:00"], ["13:00", "17:30"]]),
            ("9:00 \u2013 17:00", [["09:00", "17:00"]]),
            ("9.00-17.00", [["09:00", "17:00"]]),
            ("9h00\u00a0\u2212\u00a017h00", [["09:00", "17:00"]]),
        ],
    )
    def test_a_day_is_read(self, typed, kept):
        assert values.spans(typed) == kept
        assert values.spans(values.written(kept)) == kept

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("25:00-26:00", "no time of day"),
            ("09:00-25:00", "no time of day"),
            ("09:60-17:00", "no time of day"),
            ("24:01-24:30", "no time of day"),
            ("17:00-09:00", "not after"),
            ("09:00-09:00", "not after"),
            ("09:00-12:00, 11:00-15:00", "overlap"),
            ("nine to five", "09:00-17:00"),
            ("09:00", "09:00-17:00"),
            ("25-26", "no time of day"),
            ("13pm-14pm", "no time of day"),
            ("0am-5pm", "no time of day"),
            ("9xm-5pm", "no time of day"),
            ("1-2, 3-4", "two ways"),
            ("9-5", "two ways"),
            ("1-5:30", "two ways"),
            ("1-12", "two ways"),
            ("9-5pm", "two ways"),
            ("9am-17", "two ways"),
            ("9pm-2am", "not after"),
            ("01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00", "four"),
        ],
    )
    def test_what_is_no_opening_is_refused(self, typed, why):
        """Seen to fail without each of the rules: the hour, what reads in two ways, the order, the overlap, the number of spans."""
        with pytest.raises(Refused, match=why):
            values.spans(typed)

    def test_the_day_is_blamed(self):
        with pytest.raises(Refused) as refused:
            values.hours({"mo": "09:00-17:00", "tu": "25:00-26:00"})
        assert refused.value.field == "tu"

    def test_a_week_on_one_line(self):
        week = values.week("mo-we 09:00-17:00; Sa closed")
        assert week == {day: [["09:00", "17:00"]] for day in ("mo", "tu", "we")} | {"sa": []}
        for wrong in ("", "mo", "we-mo 09:00-10:00", "mo 09:00-10:00; mo closed", "xx 09:00-10:00"):
            with pytest.raises(Refused):
                values.week(wrong)


class TestPrices:
    @pytest.mark.parametrize(
        ("typed", "currency", "kept"),
        [("1900", "CAD", 190000), ("1,900.5", "CAD", 190050), ("0", "CAD", 0), ("5000", "JPY", 5000), ("1 900", "EUR", 190000)],
    )
    def test_an_amount_is_read(self, typed, currency, kept):
        assert values.amount(typed, currency) == kept
        assert values.amount(values.typed_amount(kept, currency), currency) == kept

    @pytest.mark.parametrize(
        ("typed", "currency"),
        [("-5", "CAD"), ("1e9", "CAD"), ("19.999", "CAD"), ("1.5", "JPY"), ("99999999999", "CAD"), ("free", "CAD"), ("1.900,50", "CAD")],
    )
    def test_what_is_no_amount_is_refused(self, typed, currency):
        """Seen to fail with `float()` in place of the pattern."""
        with pytest.raises(Refused):
            values.amount(typed, currency)

    def test_a_range_upside_down(self):
        """Seen to fail without the comparison; the database would refuse it with an error of its own."""
        with pytest.raises(Refused) as refused:
            values.price("2000", "1000", "CAD", "per_session", day=TODAY)
        assert refused.value.field == "high"

    @pytest.mark.parametrize(
        ("low", "high", "unit", "field"), [("", "5", "per_session", "low"), ("5", "", "", "unit"), ("x", "", "per_hour", "low")]
    )
    def test_a_part_that_is_missing_is_named(self, low, high, unit, field):
        with pytest.raises(Refused) as refused:
            values.price(low, high, "CAD", unit, day=TODAY)
        assert refused.value.field == field

    def test_no_price_is_none(self):
        assert set(values.price("", "", "CAD", "", day=TODAY).values()) == {None}
        assert values.price("5", "5", "CAD", "per_hour", day=TODAY)["max_price"] is None


class TestContact:
    @pytest.mark.parametrize("typed", ["https://studio.example", "https://Studio.example/a?b=c", "https://www.studio.example:443/"])
    def test_a_website(self, typed):
        assert values.website(typed) == typed

    @pytest.mark.parametrize(
        "typed",
        [
            *("http://studio.example", "studio.example", "javascript:alert(1)", "https://", "https://localhost/", "https://10.0.0.1/"),
            *(
                "https://user:pw@studio.example",
                "https://studio.example:8443/",
                "https://studio.example/<script>",
                'https://studio.example/"x',
            ),
            *("https://[::1]/", "ftp://studio.example", "https://studio..example", "https://[broken", "https://x.example/" + "a" * 500),
            *("data:text/html,x", "//studio.example", "https://studio.example:99999/"),
        ],
    )
    def test_what_is_no_https_address_is_refused(self, typed):
        """Seen to fail without the scheme, the host's pattern, the port and the signs that no address has."""
        with pytest.raises(Refused):
            values.website(typed)

    def test_a_phone(self):
        assert values.phone("(416) 555-0123", "CA") == "+14165550123"
        assert values.phone("+44 20 7946 0018") == "+442079460018"
        assert values.phone("") == ""

    @pytest.mark.parametrize("typed", ["nonsense", "12", "+", "416 555 0123 ext. 7", "0" * 80, "<b>416 555 0123</b>x"])
    def test_what_is_no_phone_is_refused(self, typed):
        with pytest.raises(Refused):
            values.phone(typed, "CA")

    def test_names_and_words_have_an_end(self):
        """Seen to fail without the length: 2,000 characters."""
        for wrong in ("", " ", "x" * 2000, "...", "\u202e"):
            with pytest.raises(Refused):
                values.name(wrong)
        with pytest.raises(Refused):
            values.about("x" * 4001)
        with pytest.raises(Refused):
            values.address({"city": ""}, "CA")
        with pytest.raises(Refused):
            values.address({"city": "x" * 121}, "CA")
        for year in (1949, 2027):
            with pytest.raises(Refused):
                values.year(year, today=TODAY)
