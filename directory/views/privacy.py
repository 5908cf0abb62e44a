"""A person's own data: take a copy along, be forgotten, see and change what was agreed to."""

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from directory.accounts import history, throttle
from directory.accounts import queries as accounts
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.forms.privacy import LEAVE, ConsentForm, EraseForm
from directory.models.accounts import EventKind
from directory.privacy import consents as agreeing
from directory.privacy import erasure
from directory.privacy import export as exporting
from directory.privacy.rules import GRACE
from directory.web import db, login
from directory.web.auth import local_path, requires, signed_in, whence
from directory.web.formpage import form_page, take
from directory.web.security import private

bp = Blueprint("privacy", __name__)

Answer = str | AnyResponse | tuple[str, int]

#: Copies for one person: each reads all of their rows.
EXPORTS = throttle.Limit("export", 10, timedelta(hours=1))


@bp.route("/account/export", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_EXPORT)
def export() -> Answer:
    """Show one button; POST answers everything that we hold of the person, read at that moment and kept nowhere."""
    private()
    form, user_id = ButtonForm(), signed_in().id
    if not form.submitted():
        return form_page("privacy/export.html", form)
    with db.transaction() as session:
        throttle.count(session, EXPORTS, keys=login.keys(EXPORTS, f"user:{user_id}"))
        history.record(session, user_id=user_id, kind=EventKind.EXPORTED, whence=whence())
    answer = Response(exporting.archive(db.session(), user_id), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return answer


@bp.route("/account/erase", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_ERASE)
def erase() -> Answer:
    """Say what is deleted and ask what is to happen with reviews; then wait for two weeks."""
    form, user_id = EraseForm(), signed_in().id
    if answer := take(form, lambda session: _erase(session, user_id, form)):
        return answer
    pending = erasure.pending(db.session(), user_id)
    return form_page("privacy/erase.html", form, erasure=pending, written=agreeing.written(db.session(), user_id), days=GRACE.days)


def _erase(session: Session, user_id: int, form: EraseForm) -> str:
    erasure.ask(session, user_id=user_id, keeps_reviews=form.reviews.data == LEAVE, whence=whence())
    return url_for("account.index")


@bp.post("/account/erase/cancel")
@requires(Permission.SIGNED_IN)
def keep() -> Answer:
    """Take the wish to be forgotten back. Asks for no password: keeping is no danger."""
    form, user_id = ButtonForm(), signed_in().id
    if answer := take(form, lambda session: _keep(session, user_id)):
        flash(_("Your account stays."))
        return answer
    return redirect(url_for("account.index"), code=303)


def _keep(session: Session, user_id: int) -> str:
    erasure.cancel(session, user_id=user_id, whence=whence())
    return url_for("account.index")


@bp.route("/account/consents", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def consents() -> Answer:
    """List what the person agreed to and when; where nothing holds, take it again and lead back to what asked for it."""
    form, user_id = ConsentForm(next=local_path(request.args.get("next"))), signed_in().id
    if answer := take(form, lambda session: _agree(session, user_id, form)):
        flash(_("Thank you. You can write from now on."))
        return answer
    form.consent_version.data = HEALTH_DATA.version
    has = accounts.has_consent(db.session(), user_id)
    return form_page("privacy/consents.html", form, agreed=agreeing.agreed(db.session(), user_id), holds=has, target=form.next.data)


def _agree(session: Session, user_id: int, form: ConsentForm) -> str:
    agreeing.give(session, user_id=user_id, version=form.consent_version.data, whence=whence())
    target = local_path(form.next.data)
    return target if target != "/" else url_for("privacy.consents")


@bp.route("/account/consents/withdraw", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_ERASE)
def withdraw() -> Answer:
    """Say exactly what goes when a consent is taken back; do it when told so."""
    form, user_id = ButtonForm(), signed_in().id
    if answer := take(form, lambda session: _withdraw(session, user_id)):
        flash(_("Your consent is taken back, and the words of what you wrote are deleted."))
        return answer
    return form_page("privacy/withdraw.html", form, written=agreeing.written(db.session(), user_id))


def _withdraw(session: Session, user_id: int) -> str:
    agreeing.withdraw(session, user_id=user_id, whence=whence())
    return url_for("privacy.consents")
