"""The pages about the site: how ratings work, who runs it, its rules, privacy, credits."""

from typing import Any

from flask import Blueprint, render_template, request

from directory.accounts.permissions import Permission
from directory.guides import documents, shelf
from directory.moderation import queries as moderation
from directory.privacy import retention
from directory.reviews import reasons
from directory.reviews import rules as reviews
from directory.sources import queries as sources
from directory.web import db, seo
from directory.web.auth import requires

bp = Blueprint("pages", __name__)

#: What the score is shown for, as (stars given in all, number of reviews).
EXAMPLES = ((0, 0), (5, 1), (1, 1), (15, 3), (168, 40), (960, 200))


@bp.get("/how-ratings-work")
@requires(Permission.PUBLIC)
def how_ratings_work() -> str:
    """Say who can rate, what is checked, how scores are made and lists ordered (T-5, T-9, T-11, T-12)."""
    scores = [(count, reviews.mean_micro(total, count), reviews.weighted(total, count)) for total, count in EXAMPLES]
    removed = moderation.removed_counts(db.session())
    return _page("how-ratings-work", site_place="checks", scores=scores, rules=reviews, removed=removed)


@bp.get("/guidelines")
@requires(Permission.PUBLIC)
def guidelines() -> str:
    """Show the rules for reviews and comments, and the classes of reasons."""
    return _page("guidelines", reasons=[reasons.LABELS[reason] for reason in reasons.AGAINST])


@bp.get("/credits")
@requires(Permission.PUBLIC)
def credits() -> str:
    """Name whose data and software the site stands on."""
    return _page("credits", sources=sources.all_(db.session()))


@bp.get("/about")
@requires(Permission.PUBLIC)
def about() -> str:
    """Say who makes the site and what it is for."""
    return _page("about")


@bp.get("/terms")
@requires(Permission.PUBLIC)
def terms() -> str:
    """Show what we and visitors may expect of each other."""
    return _page("terms")


@bp.get("/contact")
@requires(Permission.PUBLIC)
def contact() -> str:
    """Say how to reach us."""
    return _page("contact")


@bp.get("/privacy")
@requires(Permission.PUBLIC)
def privacy() -> str:
    """Say what is stored about whom, and for how long: by the rules that the nightly sweep works by."""
    return _page("privacy", rules=retention.RULES)


@bp.get("/privacy/health-data")
@requires(Permission.PUBLIC)
def health_data() -> str:
    """Show the policy on consumer health data, by itself (T-21)."""
    return _page("health-data")


@bp.get("/privacy/request")
@requires(Permission.PUBLIC)
def privacy_request() -> str:
    """Say how people without an account see, correct, object to and remove what is about them."""
    return _page("privacy-request")


@bp.get("/accessibility")
@requires(Permission.PUBLIC)
def accessibility() -> str:
    """Say what works for whom, and what does not yet."""
    return _page("accessibility")


def _page(name: str, **slots: Any) -> str:
    """Return a shipped text as a page; `slots` is what its own blocks show."""
    document = shelf.page(name)
    parts = documents.parts(document.body)
    return render_template(
        "pages/document.html",
        document=document.meta,
        parts=parts,
        contents=documents.contents(parts),
        seo=seo.Seo(seo.address(request.path)),
        **slots,
    )
