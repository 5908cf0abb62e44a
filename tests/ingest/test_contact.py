"""Countries, telephone numbers, postcodes, web addresses and days."""

from datetime import date
from pathlib import Path

import pytest

from directory.ingest import contact, days
from directory.ingest.listing import Bad


@pytest.mark.parametrize(("text", "code"), [("CA", "CA"), ("ca", "CA"), ("Türkiye", "TR"), ("Turkey", "TR"), ("UK", "GB"), ("USA", "US")])
def test_a_country_by_code_or_name(text, code):
    assert contact.country("country", text) == code


@pytest.mark.parametrize("text", ["", "ZZ", "EU", "Atlantis"])
def test_no_country(text):
    with pytest.raises(Bad):
        contact.country("country", text)


@pytest.mark.parametrize(
    ("text", "zip_code"),
    [
        ("501", "00501"),
        ("2116", "02116"),
        ("10022", "10022"),
        ("5010001", "00501-0001"),
        ("100221009", "10022-1009"),
        ("", ""),
        ("1" * 10, ""),
    ],
)
def test_a_zip_code_has_its_zeros(text, zip_code):
    assert contact.zip_code(text) == zip_code


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("(416) 555-0100", "CA", "+14165550100"),
        ("1-416-555-0100", "CA", "+14165550100"),
        ("+44 20 7946 0128", "CA", "+442079460128"),
        ("020 7946 0128", "GB", "+442079460128"),
        ("555", "US", ""),
        ("call me", "GB", ""),
        ("+", "GB", ""),
        ("9" * 40, "GB", ""),
    ],
)
def test_a_telephone_number(text, country, number):
    assert contact.phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "address"), [("", ""), ("a.example", "https://a.example"), ("http://a.example/x?y=1", "http://a.example/x?y=1")]
)
def test_a_web_address(text, address):
    assert contact.web_address("website", text) == address


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://a.example", "localhost", "https://u:p@a.example", "http://[::1", "a b.example"]
)
def test_no_web_address(text):
    """Seen to fail: taking whatever `urlsplit` takes."""
    with pytest.raises(Bad):
        contact.web_address("website", text)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("toronto_bodysafe_2024-07-31.csv.xz", date(2024, 7, 31)),
        ("npidata_pfile_20050523-20241110.csv", date(2024, 11, 10)),
        ("list_2024.07.31.csv", date(2024, 7, 31)),
        ("list.csv", None),
        ("20241399.csv", None),
        ("1234567890123.csv", None),
    ],
)
def test_the_day_in_a_name(name, day):
    assert days.day_in_name(Path(name)) == day
