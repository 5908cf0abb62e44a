"""The last gate before the tables: what a listing may not say, whatever its source."""

from collections.abc import Collection, Iterator
from math import isfinite
from typing import Any

from directory.core.i18n import _
from directory.models.base import metadata
from directory.profiles.listing import (
    CredentialRow,
    IdentifierRow,
    InspectionRow,
    Listing,
    LocationRow,
    OfferingRow,
    PersonRow,
    PracticeRow,
)

#: The largest number of the databases' plain integer column.
MAX_INTEGER = 2_147_483_647


def _length(table: str, column: str) -> int:
    """Return how many characters a column keeps; 0 where it is no text."""
    columns = metadata.tables[table].columns
    return getattr(columns[column].type, "length", None) or 0 if column in columns else 0


def _lengths(table: str, fields: Collection[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, limit) for name in fields if (limit := _length(table, name)))


_LENGTHS: dict[type[Any], tuple[tuple[str, int], ...]] = {
    PersonRow: _lengths("practitioners", PersonRow._fields),
    PracticeRow: _lengths("organizations", PracticeRow._fields),
    LocationRow: _lengths("locations", LocationRow._fields),
    IdentifierRow: _lengths("identifiers", IdentifierRow._fields),
    CredentialRow: _lengths("credentials", CredentialRow._fields),
    InspectionRow: _lengths("inspections", InspectionRow._fields),
    OfferingRow: _lengths("service_offerings", OfferingRow._fields),
}
_MAX_NAME = _length("profiles", "name")
MAX_KEY = _length("source_records", "key")


def problem(listing: Listing) -> tuple[str, str] | None:
    """Return (column, reason) of the first thing that the tables could not keep, or None."""
    return next(_problems(listing), None)


def _problems(listing: Listing) -> Iterator[tuple[str, str]]:
    for column, text, limit in (("key", listing.key, MAX_KEY), ("name", listing.name, _MAX_NAME)):
        if not text:
            yield column, _("This field is empty.")
        if len(text) > limit:
            yield column, _("This field is longer than %(limit)s characters.", limit=limit)
    if len(listing.role_title) > 100:
        yield "role_title", _("This field is longer than %(limit)s characters.", limit=100)
    if (listing.person is None) is (listing.practice is None):
        yield "kind", _("This is neither a person nor a practice.")
    rows: list[tuple[Any, ...]] = [row for row in (listing.person, listing.practice) if row is not None]
    for many in (listing.locations, listing.identifiers, listing.credentials, listing.inspections, listing.offerings):
        rows += many
    for row in rows:
        for name, limit in _LENGTHS[type(row)]:
            if len(getattr(row, name) or "") > limit:
                yield name, _("This field is longer than %(limit)s characters.", limit=limit)
    for location in listing.locations:
        yield from _place_problems(location)
    for offering in listing.offerings:
        yield from _price_problems(offering)
    for name, keys in (
        ("identifiers", [(row.system, row.value) for row in listing.identifiers]),
        ("credentials", [(row.type, row.reference) for row in listing.credentials]),
        ("inspections", [(row.system, row.inspected_on) for row in listing.inspections]),
        ("treatments", [(row.treatment, row.technique) for row in listing.offerings]),
    ):
        if len(set(keys)) < len(keys):
            yield name, _("The same thing stands in it twice.")


def _place_problems(location: LocationRow) -> Iterator[tuple[str, str]]:
    code = location.country_code
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        yield "country", _("A country is two capital letters, such as CA.")
    for name, degrees, limit in (("lat", location.lat, 90), ("lon", location.lon, 180)):
        if degrees is not None and not (isfinite(degrees) and -limit <= degrees <= limit):
            yield name, _("Degrees run from -%(limit)s to %(limit)s.", limit=limit)
    if (location.lat is None) is not (location.lon is None):
        yield "lat", _("Latitude and longitude go together.")


def _price_problems(offering: OfferingRow) -> Iterator[tuple[str, str]]:
    low, high = offering.min_price, offering.max_price
    if low is None:
        if high is not None:
            yield "price_max", _("An upper price needs a lower one.")
        return
    if not (0 <= low <= MAX_INTEGER and (high is None or low <= high <= MAX_INTEGER)):
        yield "price_min", _("A price range runs from a lower to a higher price below 20 million.")
    if offering.currency is None or offering.unit is None or offering.price_date is None:
        yield "price_min", _("A price needs its currency, its unit and its date.")
