"""How many profiles there are in all, by what they do: numbers that are costly to count and change rarely."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col, func

from directory.models.places import PlaceCount
from directory.models.profiles import HAIR_WORK, LISTED, Profile, ServiceOffering
from directory.models.treatments import Treatment, TreatmentFamily
from directory.places import queries as place_queries

#: Counting may take this part of the time: what took a second to count is not counted again for twenty.
SHARE = 20
#: What takes less than this many seconds is counted whenever something has changed.
CHEAP = 0.1


@dataclass(frozen=True)
class Figures:
    """The numbers of the home page.

    Args:
        profiles: Listed profiles whose hair work is confirmed or stated.
        places: Places where at least one of them stands.
        offering: How many of them offer a treatment of each family.
        largest: The places where most of them stand: name, path, how many.
        has_sample: Whether any profile is made up.
    """

    profiles: int
    places: int
    offering: Mapping[TreatmentFamily, int]
    largest: Sequence[tuple[str, str, int]]
    has_sample: bool


#: Each by itself is the last entry of an index; together they would be a walk through all rows.
_STATE = select(select(func.max(col(Profile.updated_at))).scalar_subquery(), select(func.max(col(Profile.id))).scalar_subquery())


class Counted:
    """The figures, kept until a profile changes, and a little longer where counting is slow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._figures: Figures | None = None
        self._of: Any = None
        self._again_at = 0.0

    def figures(self, session: Session) -> Figures:
        """Return the figures; one quick SELECT when nothing has changed."""
        state = session.execute(_STATE).one()
        with self._lock:
            if self._figures is not None and (self._of == state or time.monotonic() < self._again_at):
                return self._figures
            started = time.monotonic()
            self._figures, self._of = count(session), state
            took = time.monotonic() - started
            self._again_at = started + (SHARE * took if took > CHEAP else 0.0)
            return self._figures


def count(session: Session) -> Figures:
    """Count, in four SELECTs."""
    full = select(func.coalesce(func.sum(col(PlaceCount.hair_count)), 0), func.count()).where(col(PlaceCount.hair_count) > 0)
    profiles, places = session.execute(full).one()
    listed = (col(Profile.status).in_(LISTED), col(Profile.hair_evidence).in_(HAIR_WORK))
    by_family = (
        select(col(Treatment.family), func.count(col(ServiceOffering.profile_id).distinct()))
        .join(ServiceOffering, col(ServiceOffering.treatment_id) == col(Treatment.id))
        .join(Profile, col(Profile.id) == col(ServiceOffering.profile_id))
        .where(*listed)
        .group_by(col(Treatment.family))
    )
    offering = {row[0]: row[1] for row in session.execute(by_family).all()}
    sample = session.execute(select(col(Profile.id)).where(col(Profile.is_sample), *listed).limit(1)).first()
    largest = [(found.row.name, found.row.path, found.hair_count) for found in place_queries.largest(session)]
    return Figures(int(profiles), int(places), offering, largest, sample is not None)
