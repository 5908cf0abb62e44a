"""Which mails a person gets, and the link in a mail that switches its kind off."""

from flask import Blueprint, flash, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm, MailsForm
from directory.models.accounts import User
from directory.notifications import choices
from directory.notifications.kinds import KINDS, OPTIONAL
from directory.web import db, unsubscribe
from directory.web.auth import requires, signed_in
from directory.web.formpage import Answer, form_page, take
from directory.web.security import csrf, secret_page

bp = Blueprint("notifications", __name__)


@bp.route("/account/notifications", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def index() -> Answer:
    """Ask which mails a person wants; the fixed ones are shown with their reasons."""
    user_id = signed_in().id
    form = MailsForm(kinds=sorted(choices.wanted(db.session(), user_id)))

    def act(session: Session) -> str:
        for word, kind in OPTIONAL.items():
            choices.choose(session, user_id=user_id, kind=kind, wanted=word in (form.kinds.data or ()))
        return url_for("notifications.index")

    if answer := take(form, act):
        flash(_("Saved. It holds from the next mail on."))
        return answer
    return form_page("account/notifications.html", form, kinds=KINDS)


@bp.route("/unsubscribe/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def stop(token: str) -> Answer | Response:
    """Show one button; POST switches one kind off for one person.

    Mail programs send the POST by themselves (RFC 8058), without a cookie and without a token of ours: the signed address says for whom
    and for what. It is answered with a page, since they follow no redirect.
    """
    secret_page()
    user_id, kind = unsubscribe.read(token)
    if db.session().get(User, user_id) is None:
        raise NotFound
    form = ButtonForm()
    if form.is_submitted():
        with db.transaction() as writing:
            choices.choose(writing, user_id=user_id, kind=kind, wanted=False)
    return render_template("account/unsubscribe.html", form=form, kind=kind, done=form.is_submitted())


csrf.exempt(stop)
