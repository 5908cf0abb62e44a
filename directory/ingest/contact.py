"""Countries, telephone numbers, postcodes and web addresses as sources write them: pure."""

import re
from functools import cache
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale

from directory.core.i18n import _
from directory.core.text import fold
from directory.ingest.listing import Bad

_DIGITS = re.compile(r"\D+")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
#: Said as often as the names of the Unicode locale data.
_ALSO = {"usa": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB"}
_ALSO |= {"turkey": "TR", "czech republic": "CZ", "south korea": "KR", "korea": "KR", "uae": "AE", "holland": "NL", "hong kong": "HK"}


@cache
def countries() -> dict[str, str]:
    """Return the code of each country by its code and by its English name, folded."""
    territories = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    unreal = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    named = {fold(name): code for code, name in territories.items() if code not in unreal}
    return named | {code.lower(): code for code in territories if code not in unreal} | _ALSO


def is_country(code: str) -> bool:
    """Say whether two capital letters are a country's."""
    return len(code) == 2 and countries().get(code.lower()) == code


def country(column: str, text: str) -> str:
    """Return the code of a country given by code or English name.

    Raises:
        Bad: when there is no such country.
    """
    found = countries().get(fold(text))
    if found is None:
        raise Bad(column, _("We know no country of this name. Write its two letters, such as CA."))
    return found


def zip_code(text: str) -> str:
    """Return a ZIP code with the zeros that spreadsheets take away: "501" is 00501, "5010001" is 00501-0001."""
    digits = _DIGITS.sub("", text)
    if not 0 < len(digits) <= 9:
        return ""
    return digits.zfill(5) if len(digits) <= 5 else f"{digits.zfill(9):.5}-{digits.zfill(9)[5:]}"


def phone(text: str, country_code: str) -> str:
    """Return a telephone number as "+14165550123", or nothing where it is none."""
    digits = _DIGITS.sub("", text)
    if text.startswith("+"):
        return f"+{digits}" if _E164.fullmatch(f"+{digits}") else ""
    if country_code in {"US", "CA"} and len(digits) in {10, 11}:
        return f"+1{digits[-10:]}" if len(digits) == 10 or digits[0] == "1" else ""
    if not 4 <= len(digits) <= 15:
        return ""
    try:
        number = phonenumbers.parse(text[:60], country_code)
    except phonenumbers.NumberParseException:
        return ""
    known = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if known else ""


def web_address(column: str, text: str) -> str:
    """Return an address that begins with http:// or https://; one without is given https://.

    Raises:
        Bad: when it is no address of a web site.
    """
    if not text:
        return ""
    full = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(full)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in {"http", "https"} or "." not in host or " " in full or parts.username is not None:
        raise Bad(column, _("This is no address of a web site."))
    return full
