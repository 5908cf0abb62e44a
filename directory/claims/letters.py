"""A code by letter: one sheet for a window envelope, which the operator prints and posts."""

import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

from babel import Locale
from babel.dates import format_date
from text_unidecode import unidecode

from directory.core.i18n import _
from directory.core.paths import DATA
from directory.core.text import clean_line

#: Latin, Greek, Cyrillic, Armenian and Georgian letters; see `data/fonts`.
_FONT = DATA / "fonts" / "DejaVuSans.ttf"
_FACE = "letter"
#: Where letters are printed on US Letter (Unicode's CLDR, territories of that paper size).
US_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
MAX_LINES = 6
#: The moment that all letters say they were made at: it is of no use, and would make each file another one.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_SMALLEST = 6.0
#: What letters are written in.
_TONGUE = Locale("en")

# It tells of each font that it cuts which letters are kept, some fifty lines a letter: those of the code are among them.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True)
class _Sheet:
    """Where things stand on a sheet, in millimetres from its upper left corner.

    Attributes:
        size: As fpdf2 calls it.
        left: Of all text.
        address: The first of six lines of the address; they are `step` apart and `width` wide at most.
        from_below: Whether fewer lines stand at the lower end.
        sender: The line above the address.
        body: The first line of the letter.
        folds: Where it is folded.
    """

    size: str
    left: float
    address: float
    from_below: bool
    step: float
    width: float
    sender: float
    body: float
    folds: tuple[float, float]


#: DIN 5008, form B: the window of a DL or C6/5 envelope shows 45 to 90 mm from the top, 20 to 105 mm from the left.
_A4 = _Sheet("A4", 25.0, 62.7, False, 4.5, 78.0, 57.0, 105.0, (105.0, 210.0))
#: The window of a number 10 envelope, 1 1/8 by 4 1/2 inches, shows 52 to 80 mm from the top where the folded sheet lies at the bottom
#: of the envelope, and 64 to 92 mm where it has slid up: so four lines are seen in any case.
_LETTER = _Sheet("Letter", 25.0, 54.5, True, 4.2, 95.0, 20.0, 101.0, (93.1, 186.3))


def pdf(
    address_lines: Sequence[str],
    code: str,
    *,
    site_name: str,
    url: str,
    profile_name: str,
    until: datetime,
    country_code: str = "",
    sender: str = "",
) -> bytes:
    """Return the letter as a PDF; the same words give the same bytes.

    Args:
        address_lines: As on an envelope, the name first, perhaps with `country_code` last, which is printed as a name. Of more than
            six some are joined.
        code: Eight characters, with or without a dash.
        site_name: Who writes.
        url: The page on which the code is typed, without secrets.
        profile_name: Whose page is claimed.
        until: When the code ends.
        country_code: ISO 3166-1; of the countries that use it a sheet in US Letter, else A4.
        sender: The operator's postal address on one line: above the address in the window, on US Letter at the top.
    """
    sheet = _LETTER if country_code.upper() in US_LETTER else _A4
    lines = _six(_named([line for line in map(clean_line, address_lines) if line], country_code))
    paper = _Paper(sheet)
    if sender:
        paper.line(sender, y=sheet.sender, size=7, width=sheet.width)
    first = MAX_LINES - len(lines) if sheet.from_below else 0
    for number, line in enumerate(lines, first):
        paper.line(line, y=sheet.address + number * sheet.step, size=10.5, width=sheet.width)
    for fold in sheet.folds:
        paper.fold(fold)
    paper.begin(sheet.body)
    paper.say(_("Your code for %(name)s", name=site_name), size=16)
    paper.say(
        _("Somebody asked %(site)s for the page about “%(profile)s”, and said that it is theirs.", site=site_name, profile=profile_name)
        + " "
        + _("This letter goes to the address that is listed for it. If it was you, type this code:")
    )
    paper.say(spaced(code), size=26)
    paper.say(_("Type it here, after you have logged in: %(url)s", url=url))
    paper.say(_("The code works once, until %(day)s.", day=format_date(until, "d MMMM yyyy", locale=_TONGUE)))
    paper.say(_("If it was not you, do nothing and give the code to nobody: without it, nothing changes."))
    if any(printable(line) != line for line in lines):
        paper.say(_("Some letters of the address could not be printed, and are written in Latin ones."), size=8)
    return paper.bytes()


def spaced(code: str) -> str:
    """Return a code in two halves, as it is easier to copy; the dash need not be typed."""
    plain = "".join(letter for letter in code if letter.isalnum())
    half = len(plain) // 2
    return f"{plain[:half]}-{plain[half:]}"


def printable(text: str) -> str:
    """Return a line in letters that the letter's font has; a word with others, or one that runs from right to left, in Latin ones."""
    return clean_line(" ".join(word if all(map(_has, word)) else unidecode(word) for word in clean_line(text).split(" ")))


def _has(letter: str) -> bool:
    return ord(letter) in _letters() and unicodedata.bidirectional(letter) not in {"R", "AL", "AN"}


@cache
def _letters() -> frozenset[int]:
    """Return what the font can print."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  (for letters alone, and slow to import)

    with TTFont(_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _named(lines: list[str], code: str) -> list[str]:
    """Return the lines with the country by its name where the last is its code: "CA" is nothing to a postman abroad."""
    name = _TONGUE.territories.get(code) if lines and lines[-1] == code else None
    return [*lines[:-1], name.upper()] if name else lines


def _six(lines: list[str]) -> list[str]:
    """Return at most six lines: the window shows no more. The first are kept, and the last, which names the country."""
    if len(lines) <= MAX_LINES:
        return lines
    return [*lines[: MAX_LINES - 2], ", ".join(lines[MAX_LINES - 2 : -1]), lines[-1]]


class _Paper:
    """One sheet, and a pencil with one font."""

    def __init__(self, sheet: _Sheet) -> None:
        self._sheet = sheet
        from fpdf import FPDF  # noqa: PLC0415  (for letters alone, and slow to import)

        self._pdf = FPDF(format=sheet.size, unit="mm")
        self._pdf.set_creation_date(_MADE)
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margins(sheet.left, 20, 20)
        self._pdf.add_font(_FACE, "", _FONT)
        self._pdf.add_page()

    def line(self, text: str, *, y: float, size: float, width: float) -> None:
        """Print one line; one that is too wide becomes smaller, and is cut where it would be too small to read."""
        text = printable(text)
        self._pdf.set_font(_FACE, size=size)
        wide = self._pdf.get_string_width(text)
        if wide > width:
            self._pdf.set_font(_FACE, size=max(_SMALLEST, size * width / wide))
            while text and self._pdf.get_string_width(text) > width:
                text = text[:-2].rstrip() + "…"
        self._pdf.set_xy(self._sheet.left, y)
        self._pdf.cell(width, self._sheet.step, text)

    def fold(self, y: float) -> None:
        """Draw a short mark at the edge."""
        self._pdf.line(4, y, 8, y)

    def begin(self, y: float) -> None:
        """Go to where the letter begins."""
        self._pdf.set_xy(self._sheet.left, y)

    def say(self, text: str, *, size: float = 11) -> None:
        """Print a paragraph."""
        self._pdf.set_font(_FACE, size=size)
        self._pdf.multi_cell(0, size * 0.5, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(4)

    def bytes(self) -> bytes:
        """Return the file."""
        made = BytesIO()
        self._pdf.output(made)
        return made.getvalue()
