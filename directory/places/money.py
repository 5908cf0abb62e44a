"""What a country pays with: from the Unicode locale data."""

from datetime import date
from functools import lru_cache

from babel.numbers import get_currency_precision, get_territory_currencies


@lru_cache(512)
def currency(country_code: str) -> str | None:
    """Return the currency of a country (ISO 4217), by the locale data's own date of today's tender; None for a territory without one."""
    found = get_territory_currencies(country_code, start_date=date(2026, 1, 1))
    return str(found[0]) if found else None


@lru_cache(512)
def minor_units(currency: str) -> int:
    """Return how many minor units make a whole one: 100 cents a dollar, 1 for a yen."""
    return int(10 ** get_currency_precision(currency))
