"""What may be said of a field, and in which form it is kept: pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import phonenumbers

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.text import clean_line, clean_text
from directory.models.profiles import PriceUnit
from directory.places import money

MAX_NAME, MAX_ABOUT, MAX_WEBSITE = 200, 4000, 500
#: The columns of an address and how long each may be.
ADDRESS = {"address": 300, "city": 120, "region": 120, "postal_code": 20}
#: Nobody who works was trained before this year.
FIRST_YEAR = 1950
DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
#: No studio opens and closes more often in a day.
MAX_SPANS = 4
#: What an integer column holds.
MAX_PRICE = 2**31 - 1

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?: ?([ap])\.? ?m\.?)?")
#: Nobody opens before this hour who writes neither minutes nor "am": "1-5" is the afternoon to most people.
_EARLY = 6
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_CLOSED = {"closed", "-"}


def name(text: str) -> str:
    """Return a name.

    Raises:
        Refused: when it is empty or longer than its column.
    """
    found = clean_line(text)
    if not 0 < len(found) <= MAX_NAME or not any(letter.isalnum() for letter in found):
        raise Refused(_("A name has 1 to 200 characters."), field="name")
    return found


def about(text: str) -> str:
    """Return what somebody says of themselves.

    Raises:
        Refused: when it is longer than its column.
    """
    found = clean_text(text)
    if len(found) > MAX_ABOUT:
        raise Refused(_("Write at most 4,000 characters."), field="about")
    return found


def website(text: str) -> str:
    """Return the address of a website, or nothing where none is given.

    Raises:
        Refused: when it is no https address of a host with a name.
    """
    found = clean_line(text)
    if not found:
        return ""
    try:
        parts = urlsplit(found)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    plain = all(33 <= ord(letter) < 127 and letter not in "\"'<>\\^`{|}" for letter in found)
    if (
        parts.scheme.lower() != "https"
        or not _HOST.fullmatch(host)
        or parts.username
        or port not in {None, 443}
        or not plain
        or _is_number(host)
    ):
        raise Refused(_("Write the whole address, beginning with https://, such as https://studio.example."), field="website")
    if len(found) > MAX_WEBSITE:
        raise Refused(_("An address of a website has at most 500 characters."), field="website")
    return found


def phone(text: str, country_code: str = "") -> str:
    """Return a telephone number as "+14165550123", or nothing where none is given.

    Args:
        text: As people write it.
        country_code: Where it is called from, for numbers without "+".

    Raises:
        Refused: when it is none.
    """
    found = clean_line(text)
    if not found:
        return ""
    try:
        number = phonenumbers.parse(found[:60], country_code or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or len(found) > 60 or not phonenumbers.is_possible_number(number):
        raise Refused(_("This is no telephone number. Write it with its country, such as +1 416 555 0123."), field="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def address(parts: Mapping[str, str], country_code: str) -> dict[str, Any]:
    """Return an address.

    Raises:
        Refused: when it has no city, or a part is longer than its column.
    """
    found = {part: clean_line(parts.get(part) or "") for part in ADDRESS}
    for part, longest in ADDRESS.items():
        if len(found[part]) > longest:
            raise Refused(_("Write at most %(max)d characters.", max=longest), field=part)
    if not found["city"]:
        raise Refused(_("Write the city."), field="city")
    return {**found, "country_code": country_code}


def spans(text: str) -> list[list[str]] | None:
    """Return the opening hours of a day: "09:00-12:00, 13:00-17:30"; none where nothing is said, an empty list for closed.

    Raises:
        Refused: when a time is none, a span ends before it begins, or two of them overlap.
    """
    found = re.sub("[\u2010-\u2015\u2212]", "-", clean_line(text).lower())
    if not found:
        return None
    if found in _CLOSED:
        return []
    minutes = sorted(_span(part) for part in found.split(","))
    if len(minutes) > MAX_SPANS:
        raise Refused(_("Write at most four spans for a day."))
    if any(later[0] < earlier[1] for earlier, later in zip(minutes, minutes[1:], strict=False)):
        raise Refused(_("Two of these spans overlap."))
    return [[_clock(opens), _clock(closes)] for opens, closes in minutes]


def hours(days: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """Return the opening hours of a week; days of which nothing is said are left out.

    Raises:
        Refused: with the day as its field, when a day's hours cannot be read.
    """
    found: dict[str, list[list[str]]] = {}
    for day in DAYS:
        try:
            said = spans(days.get(day) or "")
        except Refused as refusal:
            raise Refused(str(refusal), field=day) from refusal
        if said is not None:
            found[day] = said
    return found


def written(said: Sequence[Sequence[str]] | None) -> str:
    """Return the hours of a day as people type them: what `spans` reads."""
    if said is None:
        return ""
    return ", ".join(f"{opens}-{closes}" for opens, closes in said) or _("closed")


def amount(text: str, currency: str) -> int | None:
    """Return a price in minor units, none where none is given.

    Raises:
        Refused: when it is no amount of money.
    """
    found = clean_line(text).replace("\u00a0", "").replace(" ", "").replace("'", "")
    if not found:
        return None
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", found):
        found = found.replace(",", "")
    try:
        value = Decimal(found) if re.fullmatch(r"\d{1,9}(\.\d{1,3})?", found) else None
    except InvalidOperation:  # pragma: no cover  (the pattern lets nothing else through)
        value = None
    units = None if value is None else value * money.minor_units(currency)
    if units is None or units != units.to_integral_value() or units > MAX_PRICE:
        raise Refused(_("Write an amount in figures, such as 1900 or 1900.50."))
    return int(units)


def typed_amount(units: int, currency: str) -> str:
    """Return a price in minor units as people type it: what `amount` reads."""
    whole, rest = divmod(units, money.minor_units(currency))
    return str(whole) if not rest else f"{whole}.{rest:0{len(str(money.minor_units(currency))) - 1}}"


def price(low: str, high: str, currency: str, unit: str, *, day: date) -> dict[str, Any]:
    """Return what is asked for a treatment; all empty where no price is published.

    Raises:
        Refused: with "low", "high" or "unit" as its field, when an amount is none, the range is upside down, or a part is missing.
    """
    found: dict[str, int | None] = {}
    for end, text in (("low", low), ("high", high)):
        try:
            found[end] = amount(text, currency)
        except Refused as refusal:
            raise Refused(str(refusal), field=end) from refusal
    if found["low"] is None and found["high"] is None:
        return dict.fromkeys(("min_price", "max_price", "currency", "unit", "price_date"))
    if found["low"] is None:
        raise Refused(_("Write the lower end too, or the price alone in the first field."), field="low")
    if found["high"] is not None and found["high"] < found["low"]:
        raise Refused(_("The upper end is less than the lower end."), field="high")
    if unit not in set(PriceUnit):
        raise Refused(_("Choose what the price is for."), field="unit")
    top = None if found["high"] == found["low"] else found["high"]
    return {"min_price": found["low"], "max_price": top, "currency": currency, "unit": unit, "price_date": day.isoformat()}


def year(value: int | None, *, today: date) -> int | None:
    """Return the year since which somebody works.

    Raises:
        Refused: when nobody can have begun then.
    """
    if value is not None and not FIRST_YEAR <= value <= today.year:
        raise Refused(_("Write the year in four digits, such as 2015."), field="year_started")
    return value


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _span(text: str) -> tuple[int, int]:
    opens, dash, closes = (part.strip() for part in text.partition("-"))
    if not dash:
        raise Refused(_("Write hours as 09:00-17:00, several with a comma between, or the word closed."))
    first, last = _read(opens), _read(closes)
    begin, end = first.minutes, last.minutes
    if last.half == "a" and not end:
        end = 24 * 60
    if _is_ambiguous(first, last):
        raise Refused(
            _("“%(span)s” can be read in two ways. Write it as 09:00-17:00, or with am and pm at both times.", span=text.strip()[:20])
        )
    if end <= begin:
        raise Refused(
            _(
                "%(closes)s is not after %(opens)s. A night that goes past midnight is two days: until 24:00, then from 00:00.",
                opens=opens,
                closes=closes,
            )
        )
    return begin, end


class _Time(NamedTuple):
    """A time of day, and how much of it was written: the minutes, and "a" or "p" of am and pm."""

    minutes: int
    has_minutes: bool
    half: str


def _read(text: str) -> _Time:
    found = _TIME.fullmatch(text)
    hour, minute, half = (int(found[1]), int(found[2] or 0), found[3] or "") if found else (99, 99, "")
    if half:
        hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 99
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise Refused(_("“%(time)s” is no time of day. Write times as 09:00 or 17:30.", time=text[:20]))
    return _Time(hour * 60 + minute, bool(found and found[2]), half)


def _is_ambiguous(opens: _Time, closes: _Time) -> bool:
    """Say whether a span may mean the morning as well as the afternoon: "9-5", "1-5", "9-5pm"."""
    if opens.half or closes.half:
        return not (opens.half and closes.half)
    is_whole = opens.has_minutes and closes.has_minutes
    is_plain = closes.minutes > 12 * 60 or (closes.minutes == 12 * 60 and opens.minutes >= _EARLY * 60)
    return not is_whole and not is_plain


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


_YES, _NO = {"yes", "y", "true"}, {"no", "n", "false"}


def yes_or_no(text: str) -> bool:
    """Return what a yes or a no means.

    Raises:
        Refused: when it is neither.
    """
    said = clean_line(text).lower().rstrip(".")
    if said not in _YES | _NO:
        raise Refused(_("Write yes or no."))
    return said in _YES


def week(text: str) -> dict[str, list[list[str]]]:
    """Return the opening hours of a week that somebody wrote on one line: "mo-fr 09:00-17:00; sa closed".

    Raises:
        Refused: when a day or its hours cannot be read, or a day stands there twice.
    """
    found: dict[str, list[list[str]]] = {}
    for part in filter(None, (part.strip() for part in clean_line(text).lower().split(";"))):
        days, _space, said = part.partition(" ")
        first, dash, last = days.rstrip(":").partition("-")
        if first[:2] not in DAYS or (dash and last[:2] not in DAYS):
            raise Refused(_("Begin each part with its days: mo, tu, we, th, fr, sa, su, or mo-fr."))
        begin, end = DAYS.index(first[:2]), DAYS.index(last[:2] if dash else first[:2])
        many = spans(said)
        if end < begin or many is None or any(day in found for day in DAYS[begin : end + 1]):
            raise Refused(_("Write each day once, with its hours: mo-fr 09:00-17:00; sa closed."))
        found |= dict.fromkeys(DAYS[begin : end + 1], many)
    if not found:
        raise Refused(_("Write each day once, with its hours: mo-fr 09:00-17:00; sa closed."))
    return found
