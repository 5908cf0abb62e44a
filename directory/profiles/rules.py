"""Slugs, states and headline facts of profiles: pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from directory.core.text import slugify
from directory.credentials.rules import later
from directory.models.profiles import HAIR_WORK, LISTED, HairEvidence, PriceUnit, ProfileStatus, ServiceOffering

#: So that a name, a city and a number fit the column together.
MAX_CITY_SLUG = 30
#: What stands in an address where a name has no letter at all.
NAMELESS = "profile"

#: Which unit says most about what a visit costs, first; prices of different units cannot be compared.
_UNITS = (
    PriceUnit.PACKAGE_TOTAL,
    PriceUnit.PER_AREA,
    PriceUnit.PER_SESSION,
    PriceUnit.PER_HOUR,
    PriceUnit.PER_GRAFT,
    PriceUnit.PER_HAIR,
)

#: Units of a price for a whole visit; a price by the graft or the hour is another thing.
WHOLE_VISIT = (PriceUnit.PER_SESSION, PriceUnit.PACKAGE_TOTAL, PriceUnit.PER_AREA)

#: Months for which what an inspector found says something about today.
INSPECTION_COUNTS = 24

_OPEN = {ProfileStatus.PUBLISHED_UNCLAIMED, ProfileStatus.CLAIMED, ProfileStatus.VERIFIED}
_ENDS = {ProfileStatus.CLOSED, ProfileStatus.MOVED, ProfileStatus.MERGED, ProfileStatus.SUPPRESSED_LEGAL, ProfileStatus.DELISTED}
#: What may follow on what; a merged profile is undone by taking the merge apart, not by a new state.
_NEXT: dict[ProfileStatus, set[ProfileStatus]] = {
    ProfileStatus.IMPORTED_DRAFT: {ProfileStatus.PUBLISHED_UNCLAIMED} | _ENDS,
    ProfileStatus.PUBLISHED_UNCLAIMED: {ProfileStatus.CLAIMED} | _ENDS,
    ProfileStatus.CLAIMED: {ProfileStatus.VERIFIED, ProfileStatus.PUBLISHED_UNCLAIMED} | _ENDS,
    ProfileStatus.VERIFIED: {ProfileStatus.CLAIMED, ProfileStatus.PUBLISHED_UNCLAIMED} | _ENDS,
    ProfileStatus.CLOSED: _OPEN | _ENDS,
    ProfileStatus.MOVED: _OPEN | _ENDS,
    ProfileStatus.DELISTED: _OPEN | _ENDS,
    ProfileStatus.SUPPRESSED_LEGAL: _OPEN | _ENDS,
    ProfileStatus.MERGED: set(),
}


def is_old_visit(inspected_on: date, *, today: date) -> bool:
    """Say whether an inspection is so old that its outcome, good or bad, is shown without a colour."""
    return inspected_on < later(today, -INSPECTION_COUNTS)


@dataclass(frozen=True)
class Price:
    """The lowest advertised price of a profile, in the unit that says most.

    Args:
        low: Minor units of the currency.
        high: The upper end in minor units, where a range is advertised.
        currency: ISO 4217.
        unit: What it is for.
        dated: The day on which it was advertised.
        treatment: The label of the treatment it is for.
    """

    low: int
    high: int | None
    currency: str
    unit: PriceUnit
    dated: date
    treatment: str


def page_path(slug: str) -> str:
    """Return the path of a profile's page."""
    return f"/p/{slug}"


def may_follow(old: ProfileStatus, new: ProfileStatus) -> bool:
    """Say whether a profile in state `old` may come into state `new`."""
    return old is new or new in _NEXT[old]


def counted(status: ProfileStatus, evidence: HairEvidence) -> tuple[int, int]:
    """Return what a profile adds to its place's numbers: (hair work known, register only)."""
    if status not in LISTED:
        return 0, 0
    return (1, 0) if evidence in HAIR_WORK else (0, 1)


def slug_forms(name: str, city: str) -> tuple[str, str]:
    """Return the address wanted for a name, and the one with the city where that is taken."""
    plain = slugify(name) or NAMELESS
    town = _town(city)
    return plain, f"{plain}-{town}" if town else plain


@lru_cache(4096)
def _town(city: str) -> str:
    return slugify(city)[:MAX_CITY_SLUG].strip("-")


def first_free(forms: tuple[str, str], taken: Container[str]) -> str:
    """Return the first form that is not taken; the second with the lowest number from 2 where both are."""
    for form in forms:
        if form not in taken:
            return form
    number = 2
    while (numbered := f"{forms[1]}-{number}") in taken:
        number += 1
    return numbered


def headline_price(offerings: Iterable[tuple[ServiceOffering, str]]) -> Price | None:
    """Return the price to show first: the lowest in the unit that says most, in the currency advertised last.

    Args:
        offerings: Offerings, each with the label of its treatment.
    """
    prices = _published(offerings)
    if not prices:
        return None
    unit = min((price.unit for price in prices), key=_UNITS.index)
    of_unit = [price for price in prices if price.unit is unit]
    newest = max(of_unit, key=lambda price: (price.dated, price.currency))
    return min((price for price in of_unit if price.currency == newest.currency), key=lambda price: (price.low, price.treatment))


def lowest_visits(offerings: Iterable[tuple[ServiceOffering, str]]) -> tuple[Price, ...]:
    """Return the lowest published price for a whole visit in each currency: what lists compare, and so what they must show.

    Args:
        offerings: Offerings, each with the label of its treatment.
    """
    lowest: dict[str, Price] = {}
    for price in sorted(_published(offerings), key=lambda price: (price.low, price.treatment)):
        if price.unit in WHOLE_VISIT:
            lowest.setdefault(price.currency, price)
    return tuple(lowest.values())


def _published(offerings: Iterable[tuple[ServiceOffering, str]]) -> list[Price]:
    return [
        Price(offering.min_price, offering.max_price, offering.currency, offering.unit, offering.price_date, label)
        for offering, label in offerings
        if offering.min_price is not None and offering.currency and offering.unit and offering.price_date
    ]
