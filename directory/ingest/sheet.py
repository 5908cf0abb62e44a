"""A sheet that anyone can fill in: one row a person or practice, as `docs/sheet.md` describes."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from babel.numbers import get_currency_precision, list_currencies

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.text import clean_line, fold, slugify
from directory.ingest import contact, rows
from directory.ingest.check import MAX_INTEGER
from directory.ingest.days import day_in_name, iso_day
from directory.ingest.listing import Bad, Feed, Item, Refusal, storable_row
from directory.models.profiles import CredentialStatus, HairEvidence, PractitionerKind, PriceUnit, ProfileKind
from directory.profiles.listing import CredentialRow, Listing, LocationRow, OfferingRow, PersonRow, PracticeRow
from directory.treatments import rules as taxonomy


class Column(NamedTuple):
    """One column of a sheet.

    Args:
        longest: The longest text it takes.
        example: What the template shows.
        required: Whether each row must fill it in.
    """

    longest: int
    example: str
    required: bool = False


COLUMNS = {
    "key": Column(120, "studio-1", required=True),
    "kind": Column(20, "practice", required=True),
    "name": Column(200, "Dot & Follicle Studio", required=True),
    "practitioner_kind": Column(20, ""),
    "practice_key": Column(120, ""),
    "role_title": Column(100, ""),
    "legal_name": Column(200, "Dot and Follicle Ltd"),
    "suffix": Column(60, ""),
    "address": Column(300, "12 Example Street"),
    "city": Column(120, "Toronto", required=True),
    "region": Column(120, "Ontario"),
    "postal_code": Column(20, "M5V 2T6"),
    "country": Column(60, "CA", required=True),
    "lat": Column(20, "43.6426"),
    "lon": Column(20, "-79.3871"),
    "phone": Column(40, "+1 416 555 0100"),
    "website": Column(500, "https://studio.example"),
    "languages": Column(200, "en; fr"),
    "year_started": Column(4, ""),
    "treatments": Column(1000, "smp; scar camouflage"),
    "price_min": Column(20, "1500"),
    "price_max": Column(20, "4000"),
    "currency": Column(3, "CAD"),
    "price_unit": Column(20, "package_total"),
    "price_date": Column(10, "2026-11-01"),
    "credential_title": Column(160, ""),
    "credential_issuer": Column(160, ""),
    "credential_reference": Column(80, ""),
    "credential_source_url": Column(500, ""),
    "credential_checked_on": Column(10, ""),
    "hair_evidence": Column(20, "stated_by_owner"),
    "hair_evidence_url": Column(500, ""),
    "hair_evidence_checked_on": Column(10, ""),
}
REQUIRED = tuple(name for name, column in COLUMNS.items() if column.required)
_LISTS = re.compile(r"\s*[;|]\s*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,3})?")
_MOST_COLUMNS = 500


def feed(*, name: str, licence: str = "", url: str = "", columns: Mapping[str, str] | None = None) -> Feed:
    """Return a sheet as a source.

    Args:
        name: Whose sheet it is; shown with every fact, and the same each time the sheet is read.
        licence: The terms under which its facts may be shown.
        url: Where the sheet or its publisher is found.
        columns: Their name of a column -> ours.

    Raises:
        Refused: when the name is empty or too long, the address is none, or a column is mapped to none of ours.
    """
    name, licence, columns = clean_line(name), clean_line(licence), dict(columns or {})
    code = f"sheet:{slugify(name)}"
    if not slugify(name) or len(name) > 160 or len(code) > 60 or len(licence) > 160:
        raise Refused(_("Give the sheet a name of 1 to 50 characters, and a licence of at most 160."))
    unknown = sorted(set(columns.values()) - set(COLUMNS))
    if unknown:
        raise Refused(_("A sheet has no column %(names)s.", names=", ".join(unknown)))
    try:
        url = contact.web_address("source_url", clean_line(url))
    except Bad as bad:
        raise Refused(bad.reason) from bad
    return Feed(
        code=code,
        name=name,
        url=url,
        licence=licence,
        licence_url="",
        attribution=name,
        read=partial(read, columns=columns),
        day_of=day_of,
        options={"columns": columns},
    )


def day_of(path: Path) -> date:
    """Return the day in a sheet's name, or else the day on which it was last saved."""
    return day_in_name(path) or datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def template() -> str:
    """Return an empty sheet with one example row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow(column.example for column in COLUMNS.values())
    return out.getvalue()


def read(file: BinaryIO, *, columns: Mapping[str, str]) -> Iterator[Item]:
    """Yield a listing a row.

    Raises:
        Refused: at once, when this is no UTF-8 text or a column that each row needs is missing.
    """
    first = _first_line(file)
    delimiter = max(",;\t", key=first.count)

    def accept(header: Sequence[str]) -> Sequence[str]:
        names = [columns.get(name) or _ours(name) for name in header]
        twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise Refused(
                _(
                    "This sheet lacks the columns %(names)s. Name them, or map yours with --map. Nothing was read.",
                    names=", ".join(missing),
                )
            )
        if twice or len(names) > _MOST_COLUMNS:
            raise Refused(_("This sheet has a column twice: %(names)s. Nothing was read.", names=", ".join(twice) or "…"))
        return [name or f"column {n}" for n, name in enumerate(names, start=1)]

    return _items(rows.read(file, accept, delimiter=delimiter))


def _items(many: Iterator[rows.Row | Refusal]) -> Iterator[Item]:
    words = _words()
    for row in many:
        if isinstance(row, Refusal):
            yield row
            continue
        said = {name: clean_line(text) for name in COLUMNS if (text := row.values.get(name))}
        if not any(said.values()):
            continue  # spreadsheets leave empty rows at the end
        try:
            yield _Sheet(said, words).listing(row)
        except Bad as bad:
            yield Refusal(row.line, bad.column, bad.reason, said.get("key", ""))


@dataclass(frozen=True)
class _Sheet:
    """One row; each method reads one thing and raises Bad where it cannot be taken."""

    said: Mapping[str, str]
    words: Mapping[str, str]

    def listing(self, row: rows.Row) -> Listing:
        said = self.said
        for name, text in said.items():
            if len(text) > COLUMNS[name].longest:
                raise Bad(name, _("This field is longer than %(limit)s characters.", limit=COLUMNS[name].longest))
        for name in REQUIRED:
            if not said.get(name):
                raise Bad(name, _("This field is empty."))
        is_person = self._kind() is ProfileKind.PRACTITIONER
        if self._get("practice_key") and not is_person:
            raise Bad("practice_key", _("Only a person works at a practice."))
        website = contact.web_address("website", self._get("website"))
        return Listing(
            key=said["key"],
            line=row.line,
            raw=storable_row(row.values),
            name=said["name"],
            evidence=self._evidence(),
            person=self._person(website) if is_person else None,
            practice=None if is_person else PracticeRow(self._get("legal_name"), website, "HealthAndBeautyBusiness"),
            locations=(self._location(),),
            credentials=self._credentials(),
            offerings=self._offerings(),
            works_at=self._get("practice_key"),
            role_title=self._get("role_title"),
        )

    def _get(self, name: str) -> str:
        return self.said.get(name, "")

    def _kind(self) -> ProfileKind:
        kinds = {"person": ProfileKind.PRACTITIONER, "practitioner": ProfileKind.PRACTITIONER, "practice": ProfileKind.PRACTICE}
        found = kinds.get(self.said["kind"].lower())
        if found is None:
            raise Bad("kind", _("Write person or practice."))
        return found

    def _person(self, website: str) -> PersonRow:
        kinds = {kind.value: kind for kind in PractitionerKind}
        kind = kinds.get(self._get("practitioner_kind").lower().replace(" ", "_"))
        if kind is None:
            raise Bad("practitioner_kind", _("Write one of %(words)s.", words=", ".join(kinds)))
        year = self._get("year_started")
        if year and not (year.isascii() and year.isdigit() and 1900 <= int(year) <= 2100):
            raise Bad("year_started", _("This is no year."))
        languages = tuple(dict.fromkeys(word for word in _LISTS.split(self._get("languages")) if word))
        if not all(_LANGUAGE.fullmatch(word) for word in languages):
            raise Bad("languages", _("Write language codes with semicolons between them, such as en; fr."))
        return PersonRow(kind, suffix=self._get("suffix"), languages=languages, year_started=int(year) if year else None, website=website)

    def _location(self) -> LocationRow:
        code = contact.country("country", self.said["country"])
        phone = self._get("phone")
        number = contact.phone(phone, code)
        if phone and not number:
            raise Bad("phone", _("This is no telephone number. Write it with its country, such as +1 416 555 0100."))
        lat, lon = self._degrees("lat", 90), self._degrees("lon", 180)
        if (lat is None) is not (lon is None):
            raise Bad("lat" if lat is None else "lon", _("Latitude and longitude go together."))
        return LocationRow(code, self.said["city"], self._get("region"), self._get("address"), self._get("postal_code"), lat, lon, number)

    def _degrees(self, name: str, limit: int) -> float | None:
        text = self._get(name)
        if not text:
            return None
        try:
            degrees = float(text)
        except ValueError:
            degrees = float("nan")
        if not -limit <= degrees <= limit:
            raise Bad(name, _("Write degrees from -%(limit)s to %(limit)s, such as 43.6426.", limit=limit))
        return degrees

    def _offerings(self) -> tuple[OfferingRow, ...]:
        """Read the treatments; the price is that of the first."""
        codes: dict[str, None] = {}
        for word in _LISTS.split(self._get("treatments")):
            code = self.words.get(fold(word)) if word else ""
            if code is None:
                raise Bad("treatments", _("We know no treatment called “%(word)s”.", word=word[:60]))
            if code:
                codes[code] = None
        price = self._price()
        if price is not None and not codes:
            raise Bad("price_min", _("A price needs a treatment."))
        return tuple(price._replace(treatment=code) if price and n == 0 else OfferingRow(code) for n, code in enumerate(codes))

    def _price(self) -> OfferingRow | None:
        if not self._get("price_min"):
            if self._get("price_max"):
                raise Bad("price_max", _("An upper price needs a lower one."))
            return None
        currency = self._get("currency").upper()
        if currency not in _currencies():
            raise Bad("currency", _("Write a currency's three letters, such as CAD."))
        units = {unit.value: unit for unit in PriceUnit}
        unit = units.get(self._get("price_unit").lower())
        if unit is None:
            raise Bad("price_unit", _("Write one of %(words)s.", words=", ".join(units)))
        low = self._money("price_min", currency)
        high = self._money("price_max", currency) if self._get("price_max") else None
        if high is not None and high < low:
            raise Bad("price_max", _("The upper price is below the lower one."))
        return OfferingRow("", "", low, high, currency, unit, iso_day("price_date", self._get("price_date")))

    def _money(self, name: str, currency: str) -> int:
        """Return an amount in minor units of its currency (cents; yen have none)."""
        amount = Decimal(self.said[name]) if _AMOUNT.fullmatch(self.said[name]) else Decimal(-1)
        amount = amount.scaleb(get_currency_precision(currency))
        if amount != amount.to_integral_value() or not 0 <= amount <= MAX_INTEGER:
            raise Bad(name, _("Write an amount without thousands marks, such as 1500 or 1500.50, below 20 million."))
        return int(amount)

    def _credentials(self) -> tuple[CredentialRow, ...]:
        """Read the credential; it counts as checked only with its issuer, its source and the day somebody looked."""
        title, issuer = self._get("credential_title"), self._get("credential_issuer")
        parts = [self._get(f"credential_{part}") for part in ("issuer", "reference", "source_url", "checked_on")]
        if not title:
            if any(parts):
                raise Bad("credential_title", _("This field is empty."))
            return ()
        if not issuer:
            raise Bad("credential_issuer", _("This field is empty."))
        url = contact.web_address("credential_source_url", self._get("credential_source_url"))
        day = iso_day("credential_checked_on", parts[3]) if parts[3] else None
        status = CredentialStatus.CHECKED_OK if url and day else CredentialStatus.CLAIMED
        return (CredentialRow("stated", title, issuer, self._get("credential_reference"), status, url, day),)

    def _evidence(self) -> HairEvidence | None:
        """Read what is known of hair work. "Confirmed" needs the page that shows it and the day somebody looked."""
        text = self._get("hair_evidence").lower()
        if not text:
            return None
        words = {evidence.value: evidence for evidence in HairEvidence}
        if text not in words:
            raise Bad("hair_evidence", _("Write one of %(words)s.", words=", ".join(words)))
        url = contact.web_address("hair_evidence_url", self._get("hair_evidence_url"))
        day = self._get("hair_evidence_checked_on")
        if day:
            iso_day("hair_evidence_checked_on", day)
        if words[text] is HairEvidence.CONFIRMED and not (url and day):
            raise Bad(
                "hair_evidence",
                _("“confirmed” needs hair_evidence_url, a page that shows hair work, and hair_evidence_checked_on, the day you looked."),
            )
        return words[text]


def _ours(name: str) -> str:
    """Return our name of a column that is only written otherwise ("Price min"); any other name stands."""
    plain = re.sub(r"[\s\-]+", "_", name.lower())
    return plain if plain in COLUMNS else name


def _first_line(file: BinaryIO) -> str:
    """Return the header line of a file that is UTF-8 text throughout.

    Raises:
        Refused: when it is not, with the line where it ceases to be.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    first, lines = b"", 1
    while block := file.read(1 << 16):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            lines += error.object.count(b"\n", 0, error.start)
            raise Refused(
                _("Line %(line)s of this file is not UTF-8 text. Save it as “CSV UTF-8”. Nothing was read.", line=lines)
            ) from error
        lines += block.count(b"\n")
        first = first or block
    file.seek(0)
    return first.split(b"\n", 1)[0].decode("utf-8", "ignore")


@cache
def _words() -> Mapping[str, str]:
    """Return the code of each treatment by all its words."""
    return {fold(word): node.code for node in taxonomy.shipped() for word in (node.code, node.label, *node.synonyms)}


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())
