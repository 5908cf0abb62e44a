"""Contacts of a profile that somebody other than a claimant named: the only ones that can prove a claim."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from directory.models.assertions import AssertionRank, FieldAssertion
from directory.provenance import fields

#: Whose word counts. An owner's does not: it may be a claimant's.
_OTHERS = (AssertionRank.REGISTER, AssertionRank.MODERATOR)

_PARTS = ("address", "city", "region", "postal_code", "country_code")
#: Where the postcode stands on a line of its own, and where it stands before the city; elsewhere it follows the city and the region.
_OWN_LINE = frozenset(["GB", "IE"])
_BEFORE_CITY = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "MX",
        "NL",
        "NO",
        "PL",
    ]
    + ["PT", "RO", "RS", "SE", "SI", "SK", "TR"]
)


@dataclass(frozen=True)
class Listed:
    """What registers and moderators had said by some moment.

    Args:
        websites: Addresses of the profile's own website.
        phones: E.164.
        addresses: Each on one line.
        envelopes: The same addresses in the lines of an envelope, the code of the country last.
        numbers: (system, value) by which registers know the profile: ("npi", "1234567893").
    """

    websites: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    envelopes: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()


def listed_before(session: Session, *, profile_id: int, moment: datetime) -> Listed:
    """Return what others had said of a profile's contacts before a moment, and have not taken back, in one SELECT."""
    said = select(FieldAssertion.field, FieldAssertion.value).where(
        FieldAssertion.profile_id == profile_id,
        col(FieldAssertion.rank).in_(_OTHERS),
        col(FieldAssertion.ended_at).is_(None),
        FieldAssertion.asserted_at < moment,
        or_(
            col(FieldAssertion.field) == fields.WEBSITE,
            *(col(FieldAssertion.field).startswith(prefix) for prefix in ("phone:", "address:", "identifier:")),
        ),
    )
    rows = [(field, value) for field, value in session.exec(said.order_by(col(FieldAssertion.field), col(FieldAssertion.id))) if value]
    places = [value for field, value in rows if field.startswith("address:") and value.get("address")]
    return Listed(
        websites=tuple(value for field, value in rows if field == fields.WEBSITE),
        phones=tuple(value for field, value in rows if field.startswith("phone:")),
        addresses=tuple(map(_one_line, places)),
        envelopes=tuple(map(envelope, places)),
        numbers=tuple((field.partition(":")[2].partition("/")[0], value) for field, value in rows if field.startswith("identifier:")),
    )


def envelope(value: dict[str, str]) -> tuple[str, ...]:
    """Return an address in the lines of an envelope of its country, as far as it is known: a unit stays beside its street."""
    street, city, region, code, country = (value.get(name) or "" for name in _PARTS)
    if country in _OWN_LINE:
        town: tuple[str, ...] = (city, code)
    elif country in _BEFORE_CITY:
        town = (f"{code} {city}" if code else ", ".join(filter(None, (city, region))),)
    else:
        town = (" ".join(filter(None, (", ".join(filter(None, (city, region))), code))),)
    return tuple(line.strip() for line in (street, *town, country) if line.strip())


def _one_line(value: dict[str, str]) -> str:
    parts = (value.get(name, "") for name in _PARTS)
    return ", ".join(part for part in parts if part)
