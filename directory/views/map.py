"""The map beside a list: its pins, the names it writes, and the way from a map to the list of what it shows."""

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from directory.accounts.permissions import Permission
from directory.core.errors import Moved, NotFound, Refused
from directory.core.i18n import _
from directory.places import centres, labels, sphere
from directory.places import queries as places
from directory.search.port import Bounds, Criteria, fitting_radius
from directory.treatments import queries as treatments
from directory.views import listings
from directory.web import atlas, db, seo
from directory.web.auth import requires

bp = Blueprint("map", __name__, url_prefix="/map")

#: Nothing on Earth is further than half way round. Kilometres.
FURTHEST = 20_100
#: Places do not move: a day.
NAMES_KEPT = 86_400


@bp.get("/pins")
@requires(Permission.PUBLIC)
def pins() -> Response:
    """Answer with the pins of a list: its own query string, and its path as `at`."""
    criteria = Criteria.from_args(request.args, taxonomy=treatments.all_(db.session()), bounds=_bounds(request.args.get("at", "")))
    return _kept(jsonify(atlas.pins(criteria)), 60)


@bp.get("/labels/<int:zoom>/<int:x>/<int:y>.json")
@requires(Permission.PUBLIC)
def names(zoom: int, x: int, y: int) -> Response:
    """Answer with the names of the largest places in a square of the map, as [name, latitude, longitude, people]."""
    edges = labels.square(zoom, x, y)
    if edges is None:
        abort(404)
    return _kept(jsonify([[one.name, one.lat, one.lon, one.population] for one in labels.inside(db.session(), edges)]), NAMES_KEPT)


@bp.get("/area")
@requires(Permission.PUBLIC)
def area() -> Answer:
    """Go to the list around the middle of a map: that of the place there, with the radius that fits and the filters as they were.

    The middle of a map is no person's whereabouts, yet it is rounded, kept by nobody and in no address that follows.
    """
    point, km = sphere.point(request.args.get("lat"), request.args.get("lon")), _kilometres()
    if point is None or km is None:
        raise Refused(_("That is no part of the map."))
    place = centres.place_near(db.session(), round(point[0], 1), round(point[1], 1))
    bounds = listings.bounds_of(place)
    asked = MultiDict([(name, value) for name, value in request.args.items(multi=True) if name not in {"radius", "unit", "page"}])
    asked["radius"] = str(fitting_radius(km, bounds.unit))
    criteria = Criteria.from_args(asked, taxonomy=treatments.all_(db.session()), bounds=bounds)
    answer = redirect(seo.with_query(f"/{place.path}/", criteria.pairs()), code=303)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _bounds(at: str) -> Bounds | None:
    """Return which part of the world the list at a path is of; none for a list of the whole world."""
    path = at.strip("/")
    if not path or path == "search":
        return None
    try:
        return listings.bounds_of(places.by_path(db.session(), path))
    except Moved as moved:  # pages know their one path: what asks for another is no page of ours
        raise NotFound(_("We know no place at this address.")) from moved


def _kilometres() -> float | None:
    """Return the radius asked for, or None for whatever is none."""
    try:
        km = float(request.args.get("radius", "")[:32])
    except ValueError:
        return None
    return km if 0 < km <= FURTHEST else None


def _kept(answer: Response, seconds: int) -> Response:
    """Let everybody keep an answer: it is the same for all."""
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    return answer
