"""The first page, and the list of countries."""

from functools import lru_cache
from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.guides import documents
from directory.guides import queries as guides
from directory.models.treatments import TreatmentFamily
from directory.places import queries as places
from directory.search.figures import Counted, Figures
from directory.web import db, seo
from directory.web.auth import requires

bp = Blueprint("home", __name__)

#: Guides on the first page.
GUIDES = 3
#: What the box of treatments offers while somebody types.
OFFERED = ("Scalp micropigmentation", "Hair transplant", "FUE", "FUT (strip)", "Scar camouflage", "Removal (laser or saline)")


@bp.get("/")
@requires(Permission.PUBLIC)
def index() -> str:
    """Show the way in: what and where, what we promise, the two treatments, cities, guides."""
    figures = _figures()
    return render_template(
        "home/index.html",
        figures=figures,
        smp=figures.offering.get(TreatmentFamily.SMP, 0),
        transplant=figures.offering.get(TreatmentFamily.TRANSPLANT, 0),
        cities=[{"url": f"/{path}/", "name": name, "count": count} for name, path, count in figures.largest],
        guides=_guides(),
        offered=OFFERED,
        is_sample_page="some" if figures.has_sample else False,
        seo=seo.Seo(seo.address("/"), indexed=not figures.has_sample, nodes=[_site()]),
    )


@bp.get("/places/")
@requires(Permission.PUBLIC)
def countries() -> str:
    """Show every country with listed profiles."""
    crumbs = [(_("Home"), url_for("home.index")), (_("Places"), None)]
    here = seo.address(url_for("home.countries"))
    found = places.countries_with_counts(db.session())
    return render_template(
        "home/countries.html",
        countries=[_entry(counted) for counted in found],
        crumbs=crumbs,
        seo=seo.Seo(here, nodes=[seo.breadcrumbs(crumbs, here)]),
    )


def _figures() -> Figures:
    counted: Counted = current_app.extensions.setdefault("hairline_figures", Counted())
    return counted.figures(db.session())


def _entry(counted: places.Counted) -> dict[str, Any]:
    """Return a place of a list; those on a register alone are not in its number."""
    note = "" if counted.hair_count else _("on a register only")
    return {"url": f"/{counted.row.path}/", "name": counted.row.name, "note": note, "count": counted.hair_count or None}


def _guides() -> list[dict[str, Any]]:
    found = guides.published(db.session())[:GUIDES]
    return [
        {"url": url_for("guides.show", slug=guide.slug), "title": guide.title, "text": guide.summary, "updated": guide.updated_on}
        | _measured(guide.body)
        for guide in found
    ]


@lru_cache(16)
def _measured(body: str) -> dict[str, Any]:
    """Return how long a guide takes to read and its picture; found by reading all of it, so remembered."""
    return {"minutes": documents.minutes(body), "picture": documents.poster(body, "img/dots.svg")}


def _site() -> seo.Node:
    search = seo.address(url_for("search.show")) + "?q={words}"
    action = {"@type": "SearchAction", "target": search, "query-input": "required name=words"}
    return {"@context": "https://schema.org", "@type": "WebSite", "url": seo.address("/"), "potentialAction": action}
