"""For moderators: the people and practices that somebody told us of, to be shown or declined."""

from flask import Blueprint, flash, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.forms.proposing import DECLINE, SHOW, EntryDecisionForm
from directory.profiles import proposing
from directory.profiles.proposing import Waiting
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take

bp = Blueprint("entries", __name__, url_prefix="/moderation/new-entries")


@bp.get("")
@requires(Permission.MODERATE)
def index() -> str:
    """Show what waits, the oldest first."""
    return render_template("proposing/index.html", entries=proposing.waiting(db.session()))


@bp.route("/<int:entry_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda entry_id: proposing.one(db.session(), entry_id))
def decide(entry: Waiting) -> tuple[str, int] | Response:
    """Show one with what may be the same; show it to everybody or decline it."""
    form, moderator_id, profile_id = EntryDecisionForm(), signed_in().id, entry.profile_id
    if answer := take(form, lambda session: _act(session, moderator_id, profile_id, form)):
        flash(_("Decided and written into the log. Whoever sent it gets a mail."))
        return answer
    return form_page("proposing/decide.html", form, entry=entry)


def _act(session: Session, moderator_id: int, profile_id: int, form: EntryDecisionForm) -> str:
    if form.action.data == DECLINE:
        proposing.decline(session, profile_id=profile_id, moderator_id=moderator_id, reason=form.reason.data)
    else:
        proposing.show(session, profile_id=profile_id, moderator_id=moderator_id, hair_work=form.action.data == SHOW)
    return url_for("entries.index")
