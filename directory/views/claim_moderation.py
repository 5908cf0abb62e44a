"""For moderators: claims that wait for a person, everything that is known of one, and letters to print."""

from flask import Blueprint, flash, make_response, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.claims import actions, queries, sending
from directory.claims.actions import Action
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.page import page_number
from directory.evidence import queries as evidence
from directory.forms.base import DirectoryForm
from directory.forms.claims import ROLES, ClaimDecisionForm
from directory.models.accounts import User
from directory.models.claims import Claim
from directory.profiles import contacts
from directory.web import claims as words
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import Answer, form_page, take
from directory.web.letters import sheet
from directory.web.mailer import app_settings
from directory.web.security import private

bp = Blueprint("claim_moderation", __name__, url_prefix="/moderation")


@bp.get("/claims")
@requires(Permission.MODERATE)
def index() -> str:
    """Show the claims that wait, those that wait longest first, and those whose proof was lost."""
    private()
    page = queries.in_review(db.session(), number=page_number(request.args.get("page")))
    lapsed = queries.lapsed(db.session()) if page.number == 1 else ()
    return render_template("claims/queue.html", page=page, lapsed=lapsed)


@bp.route("/claims/<int:claim_id>", methods=["GET", "POST"])
@requires(Permission.CLAIM_DECIDE, of=lambda claim_id: queries.by_id(db.session(), claim_id))
def decide(claim: Claim) -> Answer:
    """Show everything that is known of a claim, and take a decision on it."""
    session, form, moderator_id = db.session(), ClaimDecisionForm(), signed_in().id
    proofs, holder = queries.proofs(session, claim.id), queries.holder(session, claim.profile_id)
    held = holder if holder is not None and holder.id != claim.id else None
    form.offer(actions.possible(claim, proofs, is_held=held is not None, moderator_id=moderator_id))

    def act(writing: Session) -> str:
        given = {"claim_id": claim.id, "moderator_id": moderator_id, "reason": form.reason.data}
        actions.do(writing, Action(form.action.data), **given)
        return url_for("claim_moderation.decide", claim_id=claim.id)

    if answer := take(form, act):
        flash(str(words.DONE[Action(form.action.data)]))
        return answer
    return form_page("claims/decide.html", form, claim=claim, proofs=proofs, held=held, words=words, roles=ROLES, **_known(session, claim))


def _known(session: Session, claim: Claim) -> dict[str, object]:
    """Return what else is known of a claim."""
    listed = contacts.listed_before(session, profile_id=claim.profile_id, moment=claim.created_at)
    return {
        "rows": [
            [words.METHODS[one.method], one.subject, _("yes") if one.is_listed else _("no"), words.state(one)]
            for one in queries.proofs(session, claim.id).values()
        ],
        "numbers": [f"{system}: {value}" for system, value in listed.numbers],
        "profile": queries.profile_of(session, claim),
        "claimant": session.get_one(User, claim.user_id),
        "listed": listed,
        "documents": evidence.of(session, claim_id=claim.id),
        "earlier": queries.earlier(session, claim),
        "log": queries.log(session, claim),
    }


@bp.get("/letters")
@requires(Permission.MODERATE)
def letters_() -> str:
    """List the letters that wait to be printed."""
    private()
    return render_template("claims/letters.html", letters=queries.letters(db.session()), form=DirectoryForm())


@bp.post("/letters/<int:claim_id>")
@requires(Permission.CLAIM_DECIDE, of=lambda claim_id: queries.letter(db.session(), claim_id).claim)
def print_letter(claim: Claim) -> Response:
    """Make the code of one letter and give the sheet to print; nobody can ask for the same one again."""
    if not DirectoryForm().submitted():
        raise Refused(_("This form is too old. Go back, load the page again and send it once more."))
    proof, settings = queries.letter(db.session(), claim.id).proof, app_settings()
    with db.transaction() as session:
        sent = sending.code_for(session, proof_id=proof.id, secret=settings.secret_key)
    if sent is None:
        raise Refused(_("This letter is not wanted any more."))
    answer = make_response(sheet(sent))
    answer.content_type = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=f"letter-{claim.id}.pdf")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
