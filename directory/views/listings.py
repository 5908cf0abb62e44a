"""Countries, regions and cities with who works there: one list, one set of filters, at every level."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter

from directory.accounts.permissions import Permission
from directory.core.errors import Moved
from directory.core.i18n import _
from directory.core.text import clean_line
from directory.models.places import Country, Place, Region
from directory.places import money, postcodes, sphere
from directory.places import queries as places
from directory.search.port import Bounds, Centre, Criteria, Unit
from directory.treatments import queries as treatments
from directory.web import db, instead, lists, seo
from directory.web.auth import requires

bp = Blueprint("listings", __name__)

Area = Country | Region | Place


class PlacePath(PathConverter):
    """The path of a country, region or place: two letters, and what is in them. No other view begins with two letters."""

    regex = "[A-Za-z]{2}(?:/[^/]*){0,4}"


@bp.record_once
def _teach(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["place"] = PlacePath


@bp.get("/<place:path>")
@requires(Permission.PUBLIC)
def show(path: str) -> str:
    """Show who works in a country, region or city."""
    area, taxonomy = _at(path), treatments.all_(db.session())
    criteria = Criteria.from_args(request.args, taxonomy=taxonomy, bounds=bounds_of(area))
    shown = lists.find(criteria, taxonomy, path=f"/{area.path}/", here=area.name if isinstance(area, Place) else "")
    crumbs = _crumbs(area)
    return render_template(
        "listings/show.html",
        area=area,
        crumbs=crumbs,
        shown=shown,
        is_empty=shown.is_empty and not shown.is_narrowed,
        postcode=_postcode(),
        instead=instead.link(shown, area.name),
        is_sample_page=shown.made_up,
        seo=_seo(shown, crumbs),
        **_around(area, shown.asked),
    )


def _at(path: str) -> Area:
    """Return what stands at a path.

    Raises:
        Moved: to its one form, the query kept.
        NotFound: with the nearest match.
    """
    query = "?" + request.query_string.decode("ascii", "ignore") if request.query_string else ""
    try:
        area = places.by_path(db.session(), path)
    except Moved as moved:
        raise Moved(to=moved.to + query) from moved
    if path != f"{area.path}/":
        raise Moved(to=f"/{area.path}/{query}")
    return area


def bounds_of(area: Area) -> Bounds:
    """Return which part of the world a page is of."""
    code = area.code if isinstance(area, Country) else area.country_code
    unit = Unit.MI if code in sphere.MILES else Unit.KM
    shared = {"unit": unit, "currency": money.currency(code)}
    if isinstance(area, Place):
        return Bounds(place_id=area.id, centre=Centre(area.lat, area.lon), **shared)
    return Bounds(region_id=area.id, **shared) if isinstance(area, Region) else Bounds(country_code=area.code, **shared)


#: What of a question means the same in a smaller area: a radius counts from a city, a band of prices is of one currency.
_STAYS_BEHIND = frozenset({"radius", "unit", "price", "sort"})


def _around(area: Area, asked: Criteria) -> dict[str, Any]:
    """Return what is near a place, or what lies in a region or country; filters lead on, and then nobody has counted yet."""
    kept = asked.pairs(without=_STAYS_BEHIND)
    if isinstance(area, Place):
        return {"near": [_near(one) for one in places.nearest(db.session(), area)], "regions": [], "towns": [], "is_counted": True}
    regions = places.regions_with_counts(db.session(), area) if isinstance(area, Country) else []
    towns = places.places_with_counts(db.session(), area)
    return {
        "near": [],
        "regions": [_entry(one, kept) for one in regions],
        "towns": [_entry(one, kept) for one in towns],
        "is_counted": not kept,
    }


def _near(one: places.Near) -> dict[str, Any]:
    note = one.distance if one.hair_count else _("%(distance)s, on a register only", distance=one.distance)
    return {"url": f"/{one.place.path}/", "name": one.place.name, "note": note, "count": one.hair_count or None}


def _entry(counted: places.Counted, kept: list[tuple[str, str]]) -> dict[str, Any]:
    note = "" if counted.hair_count else _("on a register only")
    url = seo.with_query(f"/{counted.row.path}/", kept)
    return {"url": url, "name": counted.row.name, "note": note, "count": None if kept else counted.hair_count or None}


def _crumbs(area: Area) -> list[seo.Crumb]:
    above: list[Country | Region] = []
    if isinstance(area, Place):
        above = [area.country, *([area.region] if area.region else [])]
    elif isinstance(area, Region):
        above = [area.country]
    ways: list[seo.Crumb] = [(_("Places"), url_for("home.countries"))]
    return [*ways, *((one.name, f"/{one.path}/") for one in above), (area.name, None)]


def _postcode() -> str:
    """Return the postcode that led here, if it is one: the page says which place stands for it."""
    found = postcodes.read(clean_line(request.args.get("postcode", "")[:12]))
    return found[0].prefix if found else ""


def _seo(shown: lists.ListPage, crumbs: list[seo.Crumb]) -> seo.Seo:
    """Each numbered page of the plain list is a page of its own; filtered, sorted and widened ones stand behind it."""
    is_own = shown.asked.is_plain and not request.args.keys() & {"postcode", "unit"}
    here = seo.address(shown.path, shown.asked.pairs(number=shown.results.number) if is_own else ())
    nodes = [seo.breadcrumbs(crumbs, here)] if is_own else []
    return seo.Seo(here, indexed=is_own and not shown.is_empty and not shown.made_up, nodes=nodes)
