"""The picture that a practice may show on its own site: it links here, and carries neither stars nor a rating."""

from typing import Final
from unicodedata import east_asian_width

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from directory.accounts.permissions import Permission
from directory.core.errors import Moved
from directory.core.text import excerpt
from directory.models.profiles import Profile
from directory.reviews.rules import MIN_SHOWN
from directory.web.auth import requires
from directory.web.formpage import profile_at

bp = Blueprint("badge", __name__)

#: Pixels: what the picture is drawn for, and what the snippet says of it.
WIDTH: Final = 260
HEIGHT: Final = 72
#: Characters of a name that are shown, and the room for them.
MAX_NAME: Final = 32
ROOM: Final = WIDTH - 28
SIZE: Final = 15
KEPT: Final = 3600


@bp.get("/p/<slug>/badge.svg")
@requires(Permission.PUBLIC)
def show(slug: str) -> AnyResponse:
    """Draw it; the same for everybody, for an hour, on whatever site."""
    try:
        answer: AnyResponse = _drawn(profile_at(slug, "/badge.svg"))
    except Moved as moved:
        answer = redirect(moved.to, code=301)
    # Every other answer of ours stays with pages of ours. A browser asks this of the redirect, too.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return answer


def _drawn(profile: Profile) -> Response:
    # XML has no place for most signs that do not show, however they are escaped.
    name = "".join(sign if sign.isprintable() else " " for sign in profile.name)
    count = profile.review_count if profile.review_count >= MIN_SHOWN and not profile.is_sample else 0
    short = excerpt(name, MAX_NAME)
    room = ROOM if _wide(short) > ROOM else 0
    values = {"short": short, "room": room, "size": SIZE, "name": name, "count": count, "is_sample": profile.is_sample}
    svg = render_template("badge/badge.svg", width=WIDTH, height=HEIGHT, **values)
    return Response(svg, content_type="image/svg+xml; charset=utf-8")


def _wide(text: str) -> float:
    """Return about how many pixels a text takes, rather too many: nobody knows which letters the reader's machine has."""
    return SIZE * sum(1.0 if east_asian_width(sign) in "WF" or sign in "WMwm@" else 0.72 if sign.isupper() else 0.58 for sign in text)
