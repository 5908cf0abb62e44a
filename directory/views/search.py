"""One box or two: to a place where one is meant, else to what the words find."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.models.places import Country, Place, Region
from directory.models.treatments import Treatment
from directory.places.queries import Kind
from directory.search import asking
from directory.search.asking import Asked
from directory.search.port import Criteria
from directory.treatments import queries as treatments
from directory.web import db, lists, names, seo
from directory.web.auth import requires

bp = Blueprint("search", __name__)

#: What a list of words takes from the address beside the words.
CARRIED = lists.FILTERS | {"evidence", "sort", "as", "page"}


@bp.get("/search")
@requires(Permission.PUBLIC)
def show() -> str | Response:
    """Go to the place that was typed, or show places to choose from and profiles that fit the words."""
    taxonomy = treatments.all_(db.session())
    args = request.args
    words = " ".join(filter(None, (args.get("what"), args.get("name")))) or args.get("q", "")
    asked = asking.understand(db.session(), what=words, where=args.get("where", ""), taxonomy=taxonomy, spellings=names.file())
    if asked.goes_to:
        return redirect(seo.with_query(asked.goes_to, asked.pairs_there), code=303)
    shown = _list(asked, taxonomy)
    return render_template(
        "search/show.html",
        asked=asked,
        shown=shown,
        is_unknown=bool(asked.where) and asked.place.kind is Kind.NOTHING,
        choices=[_choice(place, asked) for place in asked.place.choices or asked.place.nearest],
        is_sample_page=shown.made_up if shown else False,
        seo=seo.Seo(seo.address(url_for("search.show")), indexed=False),
    )


def _list(asked: Asked, taxonomy: list[Treatment]) -> lists.ListPage | None:
    """Return the profiles that fit; none where nothing was asked, or where a place has to be chosen first."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name in CARRIED]
    criteria = Criteria.from_args(MultiDict([*asked.pairs, *pairs]), taxonomy=taxonomy)
    if not (criteria.words or criteria.filters) or (asked.where and asked.place.kind is Kind.CHOICES):
        return None
    return lists.find(criteria, taxonomy, path=url_for("search.show"))


def _choice(place: Place | Region | Country, asked: Asked) -> dict[str, object]:
    """Return a place to choose; where its box was filled, what was asked goes along."""
    around = place.label.removeprefix(place.name).removeprefix(", ")
    return {"url": seo.with_query(f"/{place.path}/", asked.pairs_there), "name": place.name, "note": around, "count": None}
