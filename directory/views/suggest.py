"""What the search box offers while somebody types."""

from flask import Blueprint, Response, jsonify, request

from directory.accounts.permissions import Permission
from directory.search import suggest
from directory.treatments import queries as treatments
from directory.web import db, names, search
from directory.web import suggest as lines
from directory.web.auth import requires

bp = Blueprint("suggest", __name__)


@bp.get("/suggest")
@requires(Permission.PUBLIC)
def show() -> Response:
    """Answer with suggestions as JSON: for a box of places (`for=where`), or for any other."""
    text = request.args.get("q", "")
    if request.args.get("for") == "where":
        found = suggest.places(db.session(), text, names=names.file())
    else:
        found = suggest.suggest(db.session(), search.engine(), text, treatments.all_(db.session()), names=names.file())
    response = jsonify(lines.answer(found))
    # Nothing in it depends on who asks: browsers and proxies may keep it even for somebody who is signed in.
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
