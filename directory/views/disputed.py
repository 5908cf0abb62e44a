"""For moderators: the disputes that wait for a decision, and the form to decide each. Stars are never shown here (T-5)."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.core.page import page_number
from directory.disputes import queries as disputes
from directory.disputes import rules, service
from directory.disputes.queries import Filed
from directory.forms.disputes import DisputeDecisionForm
from directory.models.moderation import ReasonClass
from directory.models.replies import DisputeOutcome
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.security import private

bp = Blueprint("disputed", __name__, url_prefix="/moderation/disputes")


@bp.get("")
@requires(Permission.MODERATE)
def queue() -> str:
    """Show the disputes that wait for a decision, the oldest first."""
    private()
    page = disputes.queue(db.session(), number=page_number(request.args.get("page")))
    return render_template("disputes/queue.html", page=page, rules=rules)


@bp.route("/<int:dispute_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda dispute_id: disputes.by_id(db.session(), dispute_id))
def decide(filed: Filed) -> tuple[str, int] | Response:
    """Decide on a dispute, or on the appeal against what another moderator decided."""
    form, moderator_id, dispute_id = DisputeDecisionForm(), signed_in().id, filed.dispute.id
    form.offer(filed.outcomes, before=filed.dispute.outcome)
    if answer := take(form, lambda session: _decide(session, dispute_id, moderator_id, form)):
        flash(_("Decided and written into the log. Both sides get a mail."))
        return answer
    was_mine = filed.dispute.decided_by_id == moderator_id
    papers = disputes.papers(db.session(), filed.dispute, author_id=filed.author_id)
    return form_page("disputes/decide.html", form, filed=filed, was_mine=was_mine, rules=rules, papers=papers)


def _decide(session: Session, dispute_id: int, moderator_id: int, form: DisputeDecisionForm) -> str:
    service.decide(
        session,
        dispute_id=dispute_id,
        moderator_id=moderator_id,
        outcome=DisputeOutcome(form.outcome.data),
        reason_class=ReasonClass(form.reason_class.data),
        words=form.words.data,
    )
    return url_for("disputed.queue")
