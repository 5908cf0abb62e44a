"""Near me: from where a browser says it is to the page of the nearest place; the point itself goes nowhere (T-25)."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.forms.near import NearForm
from directory.places import centres
from directory.search.port import Criteria
from directory.treatments import queries as treatments
from directory.web import db, lists, seo
from directory.web.auth import requires
from directory.web.security import private

bp = Blueprint("near", __name__)

#: How far around the nearest place to look, in the unit of its country.
RADIUS = "25"


@bp.get("/near")
@requires(Permission.PUBLIC)
def show() -> Response:
    """Say what will happen, and ask for a press."""
    return _page(NearForm())


@bp.post("/near")
@requires(Permission.PUBLIC)
def find() -> Response:
    """Go to the nearest place, whether anybody is listed there or not."""
    form = NearForm()
    if not form.submitted():
        return _page(form, status=400)
    point = form.take_point()
    place = centres.closest(db.session(), *point) if point else None
    if place is None:
        return _page(form, status=400, wrong=_("Your browser gave no place that we can read. Type a city or a postcode instead."))
    answer = redirect(seo.with_query(f"/{place.path}/", [("radius", RADIUS), *_filters()]), code=303)
    private()
    # The next page learns nothing of where its visitor comes from.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _page(form: NearForm, *, status: int = 200, wrong: str = "") -> Response:
    """Return the page with its two forms. It may tell its address, in which no place ever stands, to this site alone: our check
    against forged requests wants to see it, so it cannot be kept back from ourselves.
    """
    private()
    filters = _filters()
    asked = [value for name, value in filters if name == "treatment"]
    canonical = seo.Seo(seo.address(url_for("near.show")), indexed=False)
    shown = render_template(
        "near/show.html", form=form, filters=filters, what=asked[0] if len(asked) == 1 else "", wrong=wrong, seo=canonical
    )
    answer = make_response(shown, status)
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _filters() -> list[tuple[str, str]]:
    """Return the filters that came along, those alone that we know."""
    came = request.form if request.method == "POST" else request.args
    criteria = Criteria.from_args(came, taxonomy=treatments.all_(db.session()))
    return [(name, value) for name, value in criteria.pairs() if name in lists.FILTERS - {"verified"}]
