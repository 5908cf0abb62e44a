"""A letter shows the address in the window and the code where it is looked for, whatever the address is written in."""

import logging
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from directory.claims import letters
from directory.profiles import contacts

LINES = ["Yonge Scalp Studio", "100 Example Street", "Toronto ON M5V 0A1", "Canada"]
WORDS = {
    "site_name": "Hairline", "url": "https://hairline.example/manage/claims/7", "profile_name": "Yonge Scalp Studio",
    "until": datetime(2026, 12, 26, tzinfo=UTC), "sender": "Hairline, 1 Example Street, Toronto",
}  # fmt: skip
MM = 72 / 25.4


def read(made: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(made))
    return reader, reader.pages[0].extract_text()


def places(made: bytes) -> dict[str, tuple[float, float, float]]:
    """Return text -> where it begins, in millimetres from the left and from the top, and its size."""
    page = PdfReader(BytesIO(made)).pages[0]
    height = float(page.mediabox.height)
    found: dict[str, tuple[float, float, float]] = {}

    def visit(text, _matrix, at, _font, size):
        if text.strip():
            found[text.strip()] = (at[4] / MM, (height - at[5]) / MM, size)

    page.extract_text(visitor_text=visit)
    return found


class TestWords:
    def test_address_and_code_can_be_read_back(self):
        """Seen to fail with the last line of the address left out, and with the day in figures."""
        reader, text = read(letters.pdf(LINES, "K7QP2M9X", **WORDS))
        assert len(reader.pages) == 1
        assert [line for line in text.splitlines() if line in LINES] == LINES
        assert "K7QP-2M9X" in text
        assert WORDS["url"] in text
        assert "until 26 December 2026." in text

    @pytest.mark.parametrize(
        "line",
        [
            "Büyükdere Caddesi No. 12, Şişli İstanbul",
            "Ερμού 12, Αθήνα",
            "Тверская улица 12, Москва",
            "ul. Długa 5, Łódź",
            "Lê Lợi, Huế",
            "Երևան",
            "თბილისი",
        ],
    )
    def test_european_alphabets_are_printed_as_they_are(self, line):
        """Seen to fail with a font of the PDF reader's own, which stop at Western Europe."""
        _, text = read(letters.pdf([line], "K7QP2M9X", **WORDS))
        assert line in text
        assert "Latin" not in text

    @pytest.mark.parametrize(
        ("line", "latin"),
        [("شارع الملك 12", "12"), ("東京都 1-1", "Dong Jing Du 1-1"), ("हिन्दी Road", "Road"), ("🦄 Street", "Street"), ("רחוב 5", "5")],
    )
    def test_other_words_are_written_in_latin_letters_and_the_letter_says_so(self, line, latin):
        """Better than boxes, or letters from right to left in the wrong order. Seen to fail with the question of the font left out."""
        _, text = read(letters.pdf([line], "K7QP2M9X", **WORDS))
        assert latin in text
        assert line not in text
        assert "written in Latin ones" in text

    def test_a_country_that_stands_as_its_code_is_printed_by_its_name(self):
        """Seen to fail with the line printed as it is."""
        assert "CANADA" in read(letters.pdf([*LINES[:-1], "CA"], "K7QP-2M9X", country_code="CA", **WORDS))[1].splitlines()
        assert "CA" in read(letters.pdf(["Studio", "Los Angeles", "CA"], "K7QP-2M9X", country_code="US", **WORDS))[1].splitlines()

    def test_the_same_words_are_the_same_bytes(self):
        """Seen to fail with the moment of printing in the file."""
        assert letters.pdf(LINES, "K7QP2M9X", **WORDS) == letters.pdf(LINES, "K7QP2M9X", **WORDS)
        assert letters.pdf(LINES, "K7QP2M9X", **WORDS) != letters.pdf(LINES, "K7QP2M9Y", **WORDS)

    def test_nothing_of_it_is_logged(self, caplog):
        """Seen to fail with the library's own level: it names the letters that it keeps."""
        with caplog.at_level(logging.INFO):
            letters.pdf(LINES, "K7QP-2M9X", **WORDS)
        assert caplog.records == []

    def test_a_hostile_name_stays_text(self):
        """Seen to fail with line breaks kept, and with Markdown read."""
        _, text = read(
            letters.pdf(["**Ada**\n(x) Tj ET\u202e", "%PDF"], "K7QP2M9X", **WORDS | {"profile_name": "<b>__x__</b>\r\nYour code is 1"})
        )
        assert "**Ada** (x) Tj ET" in text.splitlines()
        assert "<b>__x__</b> Your code is 1" in text.replace("\n", " ")


class TestEnvelope:
    @pytest.mark.parametrize(
        ("value", "lines"),
        [
            (("2901 Kingston Rd, 4", "Toronto", "Ontario", "M1M 1N3", "CA"), ("2901 Kingston Rd, 4", "Toronto, Ontario M1M 1N3", "CA")),
            (("2901 Kingston Rd, 4", "Toronto", "Ontario", "", "CA"), ("2901 Kingston Rd, 4", "Toronto, Ontario", "CA")),
            (("1 Example St", "Reno", "Nevada", "89501", "US"), ("1 Example St", "Reno, Nevada 89501", "US")),
            (("Flat 2, 7 High St", "Leeds", "England", "LS1 1AA", "GB"), ("Flat 2, 7 High St", "Leeds", "LS1 1AA", "GB")),
            (("Musterweg 5", "Köln", "Nordrhein-Westfalen", "50667", "DE"), ("Musterweg 5", "50667 Köln", "DE")),
            (("Musterweg 5", "Köln", None, None, "DE"), ("Musterweg 5", "Köln", "DE")),
        ],
    )
    def test_it_is_written_as_people_there_write_it(self, value, lines):
        """Seen to fail with each part on a line of its own, and with the postcode in one place for all."""
        names = ("address", "city", "region", "postal_code", "country_code")
        assert contacts.envelope(dict(zip(names, value, strict=True))) == lines


class TestSheet:
    @pytest.mark.parametrize(
        ("country", "size"),
        [("", (210, 297)), ("DE", (210, 297)), ("GB", (210, 297)), ("CA", (216, 279)), ("us", (216, 279)), ("MX", (216, 279))],
    )
    def test_the_sheet_is_that_of_the_country(self, country, size):
        """Seen to fail with A4 everywhere."""
        box = read(letters.pdf(LINES, "K7QP2M9X", country_code=country, **WORDS))[0].pages[0].mediabox
        assert (round(float(box.width) / MM), round(float(box.height) / MM)) == size

    @pytest.mark.parametrize(("country", "window"), [("DE", (20, 105, 45, 90)), ("US", (22.3, 136, 52, 80.5))])
    def test_the_whole_address_stands_in_the_window(self, country, window):
        """Six lines, the longest ones. Seen to fail with the first line of the address 5 mm lower."""
        lines = ["M" * 200, *LINES, "W" * 60, "Canada"]
        left, right, top, bottom = window
        found = {text: at for text, at in places(letters.pdf(lines, "K7QP2M9X", country_code=country, **WORDS)).items() if at[2] <= 10.5}
        address = {text: at for text, at in found.items() if 50 < at[1] < 95 and text != WORDS["sender"]}
        assert len(address) == 6
        assert list(address)[-1] == "Canada"
        for text, (x, y, size) in address.items():
            assert left < x
            assert top + size / MM < y < bottom - 1, text
            assert size >= letters._SMALLEST
        assert right > letters._A4.left + letters._A4.width

    def test_four_lines_are_seen_where_the_sheet_slides_up(self):
        """In a number 10 envelope. Seen to fail with the lines begun at the top of the window."""
        found = places(letters.pdf(LINES, "K7QP2M9X", country_code="US", **WORDS))
        assert all(found[line][1] - 2.5 > 63.5 and found[line][1] + 1 < 80.4 for line in LINES)

    def test_a_line_too_long_is_cut_and_stays_on_the_sheet(self):
        """Seen to fail with the line printed as it is."""
        _, text = read(letters.pdf(["M" * 500], "K7QP2M9X", **WORDS))
        assert any(line.endswith("…") and 20 < len(line) < 60 for line in text.splitlines())

    def test_long_names_stay_on_one_page(self):
        """Seen to fail with a page break in a sentence."""
        reader, text = read(letters.pdf(LINES, "K7QP2M9X", **WORDS | {"profile_name": "Ada " * 60, "site_name": "Hairline " * 8}))
        assert len(reader.pages) == 1
        assert "K7QP-2M9X" in text
