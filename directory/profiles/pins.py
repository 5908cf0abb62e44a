"""The pins of a map, read as plain columns in one SELECT."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session, col

from directory.models.places import Place
from directory.models.profiles import Location, Organization, Practitioner, PractitionerKind, Profile

_MILLION = 1_000_000


@dataclass(frozen=True)
class Pin:
    """A profile on a map.

    Args:
        practitioner_kind: The profession of a person; none for a practice.
        schema_type: The schema.org type of a practice; empty for a person.
        mean: Stars; none without reviews. Not to be shown under three reviews.
        count: Published reviews.
        lat: Degrees north of the first address, or of the city where the address is not known.
        lon: Degrees east of the same.
        somewhere_in: The city, where its point stands for an address that is not known; empty where the point is the address.
    """

    id: int
    slug: str
    name: str
    practitioner_kind: PractitionerKind | None
    schema_type: str
    mean: float | None
    count: int
    lat: float
    lon: float
    somewhere_in: str


def read(session: Session, ids: Sequence[int]) -> list[Pin]:
    """Return the pins of some profiles in the order of `ids`, in one SELECT; those without any point are left out."""
    if not ids:
        return []
    found = {row.id: pin for row in session.execute(_rows(), {"ids": list(ids)}) if (pin := _pin(row))}
    return [found[id_] for id_ in ids if id_ in found]


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(col(column) for column in (Profile.id, Profile.slug, Profile.name, Profile.mean_micro, Profile.review_count)),
            col(Practitioner.kind).label("profession"),
            col(Organization.schema_type),
            col(Place.name).label("city"),
            col(Place.lat).label("city_lat"),
            col(Place.lon).label("city_lon"),
            col(Location.lat),
            col(Location.lon),
        )
        .select_from(Profile)
        .outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        .outerjoin(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Place, col(Place.id) == col(Profile.place_id))
        .outerjoin(Location, (col(Location.profile_id) == col(Profile.id)) & (col(Location.position) == 0))
        .where(col(Profile.id).in_(bindparam("ids", expanding=True)))
    )


def _pin(row: Any) -> Pin | None:
    is_exact = row.lat is not None and row.lon is not None
    lat, lon = (row.lat, row.lon) if is_exact else (row.city_lat, row.city_lon)
    if lat is None or lon is None:
        return None
    return Pin(
        id=row.id,
        slug=row.slug,
        name=row.name,
        practitioner_kind=row.profession,
        schema_type=row.schema_type or "",
        mean=None if row.mean_micro is None else row.mean_micro / _MILLION,
        count=row.review_count,
        lat=lat,
        lon=lon,
        somewhere_in="" if is_exact else row.city,
    )
