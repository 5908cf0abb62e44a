"""Contacts of a profile that somebody other than a claimant named: the only ones that can prove a claim."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from directory.models.assertions import AssertionRank, FieldAssertion
from directory.provenance import fields

#: Whose word counts. An owner's does not: it may be a claimant's.
_OTHERS = (AssertionRank.REGISTER, AssertionRank.MODERATOR)


@dataclass(frozen=True)
class Listed:
    """What registers and moderators had said by some moment.

    Args:
        websites: Addresses of the profile's own website.
        phones: E.164.
        addresses: Each on one line, as a letter needs it.
        numbers: (system, value) by which registers know the profile: ("npi", "1234567893").
    """

    websites: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
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
    return Listed(
        websites=tuple(value for field, value in rows if field == fields.WEBSITE),
        phones=tuple(value for field, value in rows if field.startswith("phone:")),
        addresses=tuple(_one_line(value) for field, value in rows if field.startswith("address:") and value.get("address")),
        numbers=tuple((field.partition(":")[2].partition("/")[0], value) for field, value in rows if field.startswith("identifier:")),
    )


def _one_line(value: dict[str, str]) -> str:
    parts = (value.get(name, "") for name in ("address", "city", "region", "postal_code", "country_code"))
    return ", ".join(part for part in parts if part)
