"""Values of filters that are made and not stored: bands of prices in one currency, and language tags."""

import re
from functools import lru_cache

#: Edges of the bands in whole US dollars or what is about as much; the last band has no upper edge.
EDGES = (500, 1_500, 3_000, 6_000)
#: By how much the edges are stretched where a unit of the currency buys less. Round numbers of reading widths and no
#: rates of exchange: prices are only ever compared within one currency.
STRETCH = {
    **{
        "MXN": 10,
        "ZAR": 10,
        "SEK": 10,
        "NOK": 10,
        "DKK": 5,
        "PLN": 5,
        "BRL": 5,
        "ILS": 4,
        "AED": 4,
        "SAR": 4,
        "RON": 5,
        "MYR": 5,
        "CNY": 5,
    },
    **{"HKD": 10, "EGP": 20, "TRY": 20, "THB": 20, "CZK": 20, "INR": 20, "PHP": 20, "TWD": 20, "UAH": 20, "RUB": 50, "JPY": 100},
    **{"HUF": 200, "PKR": 100, "KES": 100, "NGN": 500, "KRW": 1_000, "CLP": 500, "ARS": 500, "COP": 2_000, "VND": 10_000, "IDR": 10_000},
}
#: Units of which a lowest price is taken: prices for a whole visit. A price by the graft or hour is another thing.
WHOLE_UNITS = ("per_session", "package_total", "per_area")
#: Stands for "no price" where a number must.
NO_PRICE = 0xFFFFFFFF

_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@lru_cache(256)
def edges(currency: str | None) -> tuple[int, ...]:
    """Return the edges of the bands in whole units of a currency; none without one."""
    return tuple(edge * STRETCH.get(currency, 1) for edge in EDGES) if currency else ()


@lru_cache(256)
def codes(currency: str | None) -> tuple[str, ...]:
    """Return the bands of a currency as they stand in addresses, the cheapest first: `0-500`, `500-1500`, ..., `6000-`."""
    found = edges(currency)
    if not found:
        return ()
    return tuple(f"{low}-{high}" for low, high in zip((0, *found), (*found, ""), strict=True))


def bounds(code: str) -> tuple[int, int | None]:
    """Return the edges of a band from its code: at least the first, under the second; None: no upper edge.

    Args:
        code: One of `codes`.
    """
    low, _, high = code.partition("-")
    return int(low), int(high) if high else None


def language(raw: str) -> str | None:
    """Return a language tag (BCP 47) if the text has its shape."""
    return raw if len(raw) <= 20 and _TAG.fullmatch(raw) else None
