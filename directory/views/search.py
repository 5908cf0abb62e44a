"""One box or two: to a place where one is meant, else to what the words find."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.models.places import Country, Place, Region
from directory.models.treatments import Treatment
from directory.search import asking
from directory.search.asking import Asked
from directory.search.port import Criteria
from directory.treatments import queries as treatments
from directory.web import db, lists, names, search, seo
from directory.web.auth import requires

bp = Blueprint("search", __name__)

#: What a list of words takes from the address beside the words.
CARRIED = lists.FILTERS | {"evidence", "sort", "as", "page"}


@bp.get("/search")
@requires(Permission.PUBLIC)
def show() -> str | Response:
    """Go to the place that was typed, or show places to choose from and profiles that fit the words."""
    taxonomy = treatments.all_(db.session())
    asked = _asked(taxonomy)
    if asked.is_near_me:
        return redirect(seo.with_query(url_for("near.show"), _there(asked, taxonomy)), code=303)
    if asked.goes_to:
        return redirect(seo.with_query(asked.goes_to, _there(asked, taxonomy)), code=303)
    shown = _list(asked, taxonomy)
    return render_template(
        "search/show.html",
        asked=asked,
        shown=shown,
        choices=[_choice(place, asked, taxonomy) for place in asked.choices],
        typed_url=seo.with_query(url_for("search.show"), [("q", asked.what), ("as", "typed")]) if asked.is_read else None,
        is_sample_page=shown.made_up if shown else False,
        seo=seo.Seo(seo.address(url_for("search.show")), indexed=False),
    )


def _asked(taxonomy: list[Treatment]) -> Asked:
    args = request.args
    words = " ".join(filter(None, (args.get("what"), args.get("name")))) or args.get("q", "")
    known = asking.Known(db.session(), search.is_named, names.file())
    return asking.understand(known, what=words, where=args.get("where", ""), taxonomy=taxonomy, as_typed=args.get("as") == "typed")


def _list(asked: Asked, taxonomy: list[Treatment]) -> lists.ListPage | None:
    """Return the profiles that fit; none where nothing was asked, or where a place has to be chosen first."""
    if asked.must_choose:
        return None
    criteria = Criteria.from_args(MultiDict([*asked.pairs, *_carried()]), taxonomy=taxonomy)
    return lists.find(criteria, taxonomy, path=url_for("search.show")) if criteria.words or criteria.filters else None


def _carried() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.args.items(multi=True) if name in CARRIED]


def _there(asked: Asked, taxonomy: list[Treatment]) -> list[tuple[str, str]]:
    """Return what goes along to a place: what was said, and the filters that were on."""
    on = Criteria.from_args(MultiDict(_carried()), taxonomy=taxonomy).pairs(without={"sort", "as"})
    typed = [("as", "typed")] if asked.words and request.args.get("as") == "typed" else []
    return list(dict.fromkeys([*asked.pairs_there, *typed, *on]))


def _choice(place: Place | Region | Country, asked: Asked, taxonomy: list[Treatment]) -> dict[str, object]:
    """Return a place to choose; what was asked beside it goes along."""
    around = place.label.removeprefix(place.name).removeprefix(", ")
    pairs = _there(asked, taxonomy) if asked.called else []
    return {"url": seo.with_query(f"/{place.path}/", pairs), "name": place.name, "note": around, "count": None}
