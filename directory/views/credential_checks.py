"""For moderators: credentials that somebody states, and looks that do not hold for much longer."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core import clock
from directory.core.i18n import _
from directory.core.page import page_number
from directory.credentials import queries, service, types
from directory.credentials.queries import Held
from directory.credentials.service import Outcome
from directory.evidence import queries as evidence
from directory.forms.credentials import LookForm
from directory.web import db, papers
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.security import private

bp = Blueprint("credential_checks", __name__, url_prefix="/moderation/credentials")


@bp.get("")
@requires(Permission.MODERATE)
def queue() -> str:
    """Show what waits for a look, the oldest first."""
    private()
    page = queries.queue(db.session(), number=page_number(request.args.get("page")))
    shown = {held.credential.id: papers.managed(held.credential, None, today=clock.today()) for held in page.items}
    return render_template("credential_checks/queue.html", page=page, shown=shown)


@bp.route("/<int:credential_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda credential_id: queries.held(db.session(), credential_id))
def look(held: Held) -> tuple[str, int] | Response:
    """Take what a moderator found."""
    row, moderator_id = held.credential, signed_in().id
    form, id_ = LookForm(source_url=row.source_url), row.id
    if answer := take(form, lambda session: _look(session, id_, moderator_id, form)):
        flash(_("Written into the log. Whoever stated it gets a mail."))
        return answer
    session = db.session()
    one = papers.managed(row, queries.decisions(session, [id_]).get(id_), today=clock.today())
    documents = evidence.of(session, credential_id=id_)
    return form_page("credential_checks/look.html", form, held=held, one=one, known=types.known(row.type), documents=documents)


def _look(session: Session, credential_id: int, moderator_id: int, form: LookForm) -> str:
    service.decide(
        session,
        credential_id=credential_id,
        moderator_id=moderator_id,
        outcome=Outcome(form.outcome.data),
        source_url=form.source_url.data or "",
        reason=form.reason.data,
    )
    return url_for("credential_checks.queue")
