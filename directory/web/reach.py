"""How far around a place a list looks: the choice on the page, the other unit, and a wider look where nobody is near."""

from collections.abc import Sequence
from dataclasses import replace

from directory.core.i18n import _
from directory.places.sphere import KM_PER_MILE
from directory.search.port import RADII, Criteria, Results, Sort, Unit
from directory.web import search, words

#: From one unit into the other.
OTHER = {Unit.KM: Unit.MI, Unit.MI: Unit.KM}


def choices(criteria: Criteria, here: str) -> tuple[tuple[str, str], ...]:
    """Return the radii to choose from as (value, words); the first one is the place alone.

    Args:
        here: The place's name.
    """
    around = ((str(radius), words.reach(radius, criteria.unit)) for radius in RADII)
    return (("", _("%(name)s only", name=here)), *around)


def in_other_unit(criteria: Criteria) -> Criteria:
    """Return the same question in the other unit, the radius the one that comes nearest to it."""
    unit = OTHER[criteria.unit]
    return replace(criteria, unit=unit, radius=None if criteria.radius is None else _nearest(criteria.radius, unit))


def wider(criteria: Criteria) -> tuple[Criteria, Results] | None:
    """Return the question with the smallest radius that finds somebody, and its answer; None without one. Two questions at most."""
    if criteria.centre is None or criteria.radius == RADII[-1]:
        return None
    first = search.find(replace(criteria, radius=RADII[-1], sort=Sort.DISTANCE, number=1, size=1, faceted=False))
    if not first.total:
        return None
    radius = _around(first.distances, criteria.unit)
    wide = replace(criteria, radius=radius, number=1, faceted=False)
    found = search.find(wide)
    return (wide, found) if found.total else None


def _around(distances: Sequence[float], unit: Unit) -> int:
    """Return the smallest radius that holds the nearest of some distances in kilometres."""
    km = distances[0] if distances else float("inf")
    return next((radius for radius in RADII if radius * _km_per(unit) >= km), RADII[-1])


def _nearest(radius: int, unit: Unit) -> int:
    """Return the radius in a unit that is nearest, as a ratio, to one in the other unit."""
    meant = radius * _km_per(OTHER[unit]) / _km_per(unit)
    return min(RADII, key=lambda one: max(one / meant, meant / one))


def _km_per(unit: Unit) -> float:
    return KM_PER_MILE if unit is Unit.MI else 1.0
