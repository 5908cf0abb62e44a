"""How far around a place a list looks: the choice on the page, the other unit, and a wider look where nobody is near."""

from dataclasses import replace

from directory.core.i18n import _
from directory.search.port import KM_PER, RADII, Criteria, Results, Sort, Unit, fitting_radius
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
    radius = fitting_radius(first.distances[0], criteria.unit)
    wide = replace(criteria, radius=radius, number=1, faceted=False)
    found = search.find(wide)
    return (wide, found) if found.total else None


def _nearest(radius: int, unit: Unit) -> int:
    """Return the radius in a unit that is nearest, as a ratio, to one in the other unit."""
    meant = radius * KM_PER[OTHER[unit]] / KM_PER[unit]
    return min(RADII, key=lambda one: max(one / meant, meant / one))
