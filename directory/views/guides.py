"""Guides: the list, and each one with what readers say of it."""

from datetime import date
from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from directory.accounts.permissions import Permission
from directory.comments import queries as comments
from directory.config import Settings
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.guides import documents, rules
from directory.guides import queries as guides
from directory.models.guides import Guide
from directory.web import db, seo
from directory.web.auth import requires

bp = Blueprint("guides", __name__, url_prefix="/guides")

#: The picture of a guide without a video.
PICTURE = "img/dots.svg"


@bp.get("/")
@requires(Permission.PUBLIC)
def index() -> str:
    """Show every guide."""
    found = [
        {
            "guide": guide,
            "url": url_for("guides.show", slug=guide.slug),
            "minutes": documents.minutes(guide.body),
            "picture": documents.poster(guide.body, PICTURE),
        }
        for guide in guides.published(db.session())
    ]
    return render_template("guides/index.html", guides=found, seo=seo.Seo(seo.address(url_for("guides.index"))))


@bp.get("/<slug>/")
@requires(Permission.PUBLIC)
def show(slug: str) -> str:
    """Show a guide; an unknown one answers with the names that look most like it."""
    guide = _found(slug)
    here = seo.address(url_for("guides.show", slug=guide.slug))
    crumbs = [(_("Home"), url_for("home.index")), (_("Guides"), url_for("guides.index")), (guide.title, None)]
    parts = documents.parts(guide.body)
    return render_template(
        "guides/show.html",
        guide=guide,
        sources=[source | {"seen_on": date.fromisoformat(source["seen_on"])} for source in guide.sources],
        parts=parts,
        contents=documents.contents(parts),
        minutes=documents.minutes(guide.body),
        videos=_videos(),
        crumbs=crumbs,
        comment_section=comments.section(db.session(), comments.on_guide(guide)),
        seo=seo.Seo(here, nodes=(_article(guide, here), seo.breadcrumbs(crumbs, here))),
    )


def _found(slug: str) -> Guide:
    try:
        return guides.by_slug(db.session(), slug)
    except NotFound as error:
        nearest = tuple((one.title, url_for("guides.show", slug=one.slug)) for one in guides.nearest(db.session(), slug))
        raise NotFound(str(error), nearest=nearest) from error


def _videos() -> dict[str, rules.Video | None]:
    """Return the videos that documents may name, as configured; none where no address is."""
    settings = _settings()
    return {"smp": rules.video(settings.smp_video_url, settings.listed("video_hosts"))}


def _article(guide: Guide, here: str) -> dict[str, Any]:
    """Return the guide in the words of schema.org; only what stands on the page."""
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": guide.title,
        "description": guide.summary,
        "author": {"@type": "Organization", "name": guide.author},
        "publisher": {"@type": "Organization", "name": _settings().site_name},
        "datePublished": guide.published_on.isoformat(),
        "dateModified": guide.updated_on.isoformat(),
        "inLanguage": "en",
        "mainEntityOfPage": here,
    }


def _settings() -> Settings:
    found: Settings = current_app.extensions["hairline_settings"]
    return found
