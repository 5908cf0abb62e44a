"""One document that was shown in confidence: what is known of it, and a button that opens it and writes that down."""

from flask import Blueprint, Response, make_response, render_template

from directory.accounts.permissions import Permission
from directory.core.errors import CannotOpen
from directory.evidence import queries as evidence
from directory.evidence import rules, service
from directory.evidence.queries import Shown
from directory.forms.base import DirectoryForm
from directory.models.evidence import Evidence
from directory.web import db, errors
from directory.web.auth import Instead, requires, signed_in
from directory.web.evidence import keyring
from directory.web.security import private

bp = Blueprint("evidence", __name__, url_prefix="/moderation/evidence")

#: Nothing in it runs, loads or sends, whatever it is.
POLICY = "default-src 'none'; sandbox"


@bp.route("/<int:evidence_id>", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_SEE, of=lambda evidence_id: evidence.shown(db.session(), evidence_id))
def show(shown: Shown) -> str | Response | Instead:
    """Show what is known of a document; sent, open it."""
    private()
    form = DirectoryForm()
    if not shown.has_bytes or not form.submitted():
        return render_template("evidence/show.html", shown=shown, form=form, kind=rules.KINDS[shown.evidence.kind])
    keys, one = keyring(), shown.evidence
    actor_id = signed_in().id
    try:
        with db.transaction() as session:
            data = service.read(session, keys=keys, evidence_id=one.id, actor_id=actor_id)
    except CannotOpen as error:
        return errors.page(409, message=str(error))
    return _sealed_off(one, data)


def _sealed_off(one: Evidence, data: bytes) -> Response:
    """Return a document as nothing but itself."""
    answer = make_response(data)
    answer.content_type = one.media_type
    # A picture was drawn anew by us; a PDF is the sender's own work, and no page of ours shows it.
    kind = "inline" if one.media_type == rules.JPEG else "attachment"
    answer.headers.set("Content-Disposition", kind, filename=f"document-{one.id}{rules.ENDINGS[one.media_type]}")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
