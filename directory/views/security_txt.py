"""Where somebody who found a hole finds whom to tell: `/.well-known/security.txt`, as RFC 9116 has it."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, current_app, url_for

from directory.accounts.permissions import Permission
from directory.config import Settings
from directory.core import clock
from directory.guides import shelf
from directory.web import seo
from directory.web.auth import requires

bp = Blueprint("security_txt", __name__)

#: How long what it says may be relied on. The RFC asks for less than a year; a copy that is kept somewhere ends by itself.
GOOD_FOR = timedelta(days=180)


@bp.get("/.well-known/security.txt")
@requires(Permission.PUBLIC)
def show() -> Response:
    """Say whom to tell of a hole, under which rules, and until when this can be relied on: the same bytes all day."""
    settings: Settings = current_app.extensions["hairline_settings"]
    page = seo.address(url_for("pages.contact"))
    ends = datetime.combine(clock.today() + GOOD_FOR, time(), UTC)
    lines = [
        *([f"Contact: mailto:{settings.operator_email.strip()}"] if settings.operator_email else []),
        f"Contact: {page}",
        f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {shelf.FIRST_LANGUAGE}",
        f"Canonical: {seo.address(url_for('security_txt.show'))}",
        f"Policy: {page}#a-hole-in-our-security",
    ]
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
