"""Where a person is logged in, and the buttons that end it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from directory.accounts import rules, signins
from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.models.accounts import AuthSession
from directory.web import account as words
from directory.web import db
from directory.web.auth import auth_session, forget, requires, signed_in, whence
from directory.web.security import private

bp = Blueprint("sessions", __name__, url_prefix="/account/sessions")


@bp.get("")
@requires(Permission.SIGNED_IN)
def index() -> str:
    """Show each browser where the person is logged in, this one first."""
    private()
    user, here = signed_in(), auth_session().id
    rows = sorted(signins.live(db.session(), user), key=lambda row: row.id != here)
    devices = [(row, words.METHODS[row.method], words.network(row.network)) for row in rows]
    return render_template("account/sessions.html", devices=devices, here=here, life=rules.life_of(user.role), form=ButtonForm())


@bp.post("/<int:session_id>/end")
@requires(Permission.SESSION_END, of=lambda session_id: signins.one(db.session(), session_id))
def end(row: AuthSession) -> Response:
    """Log one browser out; for this one it is a log-out like any other."""
    with db.transaction() as writing:
        signins.end(writing, user_id=row.user_id, session_id=row.id, whence=whence())
    return _left() if row.id == auth_session().id else _stayed(_("That browser is logged out."))


@bp.post("/end-others")
@requires(Permission.SIGNED_IN)
def end_others() -> Response:
    """Log all other browsers out."""
    with db.transaction() as writing:
        signins.end_all(writing, user_id=signed_in().id, but=auth_session().id, whence=whence())
    return _stayed(_("You are logged out everywhere else."))


@bp.post("/end-all")
@requires(Permission.SIGNED_IN)
def end_all() -> Response:
    """Log all browsers out, this one too."""
    with db.transaction() as writing:
        signins.end_all(writing, user_id=signed_in().id, whence=whence())
    return _left()


def _stayed(message: str) -> Response:
    flash(message)
    return redirect(url_for("sessions.index"), code=303)


def _left() -> Response:
    response = redirect(url_for("accounts.logout"), code=303)
    forget(response)
    return response
