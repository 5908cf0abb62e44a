"""The pins of a map as its script takes them: ready words and addresses, nothing to work out."""

from dataclasses import replace
from math import ceil
from typing import Any

from directory.core.i18n import _, ngettext
from directory.places import sphere
from directory.profiles import queries as profiles
from directory.profiles.pins import Pin
from directory.profiles.rules import page_path
from directory.reviews import rules as reviews
from directory.search.port import Criteria, Evidence, Results, Sort, Unit
from directory.web import cards, db, search, templating
from directory.web.profile import directions_url

#: Pins sent at most; the map says how many there are in all.
MOST = 500


def pins(criteria: Criteria) -> dict[str, Any]:
    """Return the pins of a list, the first MOST in its order, and a sentence on how many of how many they are.

    Register entries have a map of their own, as they have a list of their own; they are never mixed in.
    """
    hair = Evidence.HAIR if criteria.evidence is Evidence.ANY else criteria.evidence
    asked = replace(criteria, evidence=hair, size=MOST, number=1, faceted=False)
    results = search.find(asked)
    found = profiles.pins(db.session(), results.ids)
    # As on the cards: how far somebody is says something where a distance was asked for.
    is_far = asked.radius is not None or asked.sort is Sort.DISTANCE
    far = dict(zip(results.ids, results.distances, strict=False)) if is_far else {}
    return {
        "says": _says(results, found),
        "around": _around(asked),
        "pins": [_pin(pin, far.get(pin.id), asked.unit) for pin in found],
    }


def _says(results: Results, found: list[Pin]) -> str:
    vague = sum(bool(pin.somewhere_in) for pin in found)
    if not found:
        return _("Nobody in this list can be shown on the map.") if results.total else _("This list is empty, and so is the map.")
    if len(found) == results.total:
        said = ngettext("%(num)d on the map, as in the list.", "All %(shown)s of the list are on the map.", len(found))
        said %= {"num": len(found), "shown": templating.number(len(found))}
    else:
        said = _(
            "%(shown)s of %(total)s are on the map: the first of the list.",
            shown=templating.number(len(found)),
            total=templating.number(results.total),
        )
    if not vague:
        return said
    more = ngettext(
        "For %(num)d no address is known: it stands in its town.",
        "For %(shown)s no address is known: they stand in their towns.",
        vague,
    )
    return f"{said} {more % {'num': vague, 'shown': templating.number(vague)}}"


def _around(criteria: Criteria) -> dict[str, float] | None:
    """Return the middle of the place, and how far around it was looked, in kilometres."""
    if criteria.centre is None:
        return None
    return {"lat": criteria.centre.lat, "lon": criteria.centre.lon, "km": ceil(criteria.radius_km or 0)}


def _pin(pin: Pin, km: float | None, unit: Unit) -> dict[str, Any]:
    """Return what a pin and its popup show; a point that stands for a whole town has no way to it."""
    found: dict[str, Any] = {"id": pin.id, "lat": round(pin.lat, 5), "lon": round(pin.lon, 5), "name": pin.name, "url": page_path(pin.slug)}
    found |= {"kind": cards.kind(pin), "rating": rating(pin.mean, pin.count)}
    if km is not None and not pin.somewhere_in:
        found["distance"] = sphere.counted(km, in_miles=unit is Unit.MI)
    if pin.somewhere_in:
        return found | {"vague": _("Somewhere in %(place)s; no address is known", place=pin.somewhere_in)}
    return found | {"way": directions_url(pin.lat, pin.lon)}


def rating(mean: float | None, count: int) -> str:
    """Return a mean in words, from three reviews on; below, why there is none."""
    if not count:
        return _("No reviews yet")
    if mean is None or count < reviews.MIN_SHOWN:
        return ngettext("%(num)d review, too few for a score", "%(num)d reviews, too few for a score", count) % {"num": count}
    return _("%(mean)s of 5, average of %(count)s reviews", mean=f"{mean:.1f}", count=templating.number(count))
