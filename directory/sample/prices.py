"""Prices of made-up work, in the money of the country."""

from datetime import date, timedelta
from math import floor, log10
from random import Random

from babel.numbers import get_currency_precision

from directory.models.profiles import PriceUnit, ServiceOffering
from directory.sample import dice, shelf
from directory.sample.days import SAMPLE_DAY
from directory.sample.rows import Row, blank
from directory.sample.shelf import Country

_OFFERING = blank(ServiceOffering, "profile_id", "treatment_id")
#: How many in a hundred publish prices at all, of those how many for one treatment, and of those an upper end too.
PUBLISH, EACH, RANGE = 74, 82, 78
#: Within this many days before the last day of the sample data a price was read.
AGE = 560


def offerings(rng: Random, kind: str, country: Country) -> list[Row]:
    """Return what somebody of that kind offers, each with a price where they publish one; `treatment` holds a code."""
    offers = shelf.work()["offers"][kind]
    codes = dice.some(rng, offers) or [next(iter(offers))]
    publishes = rng.random() * 100 < PUBLISH
    factor = country.level * country.rate * rng.uniform(0.82, 1.25)
    read = SAMPLE_DAY - timedelta(days=rng.randrange(AGE))
    return [_offering(rng, code, country, factor, read) if publishes and rng.random() * 100 < EACH else _blank(code) for code in codes]


def minor(amount: float, currency: str) -> int:
    """Return an amount to two places from the front (2,431 is 2,400), in minor units of the currency."""
    units = amount * float(10 ** get_currency_precision(currency))
    step = int(10 ** max(floor(log10(units)) - 1, 0))
    return max(round(units / step) * step, 1)


def in_words(units: int, currency: str) -> str:
    """Return an amount as people write it in a review: "2,400 CAD"."""
    return f"{units // 10 ** get_currency_precision(currency):,} {currency}"


def _offering(rng: Random, code: str, country: Country, factor: float, read: date) -> Row:
    said = shelf.work()["price"][code]
    low = minor(dice.between(rng, said["low"]) * factor, country.currency)
    high = minor(dice.between(rng, said["high"]) * factor, country.currency)
    return _blank(code) | {
        "min_price": low,
        "max_price": max(low, high) if rng.random() * 100 < RANGE else None,
        "currency": country.currency,
        "unit": PriceUnit(said["unit"]),
        "price_date": read,
    }


def _blank(code: str) -> Row:
    return _OFFERING | {"treatment": code}
