"""Another e-mail address: asked for here, agreed to from two mailboxes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts import emails, links, throttle
from directory.accounts.emails import Outcome
from directory.accounts.permissions import Permission
from directory.accounts.rules import email_key, veiled
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm, NewEmailForm
from directory.models.accounts import TokenPurpose
from directory.web import db, events, login
from directory.web.auth import auth_session, person, requires, signed_in, whence
from directory.web.events import Event
from directory.web.formpage import Answer, form_page, take
from directory.web.security import secret_page

bp = Blueprint("emails", __name__, url_prefix="/account/email")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SECURITY)
def change() -> Answer:
    """Ask for the new address; whether it has an account is told to nobody but its owner."""
    form, user = NewEmailForm(), signed_in()

    def act(session: Session) -> str:
        counted = login.keys(throttle.MAIL_TO_ONE, user.email_key, email_key(form.email.data))
        throttle.count(session, throttle.MAIL_TO_ONE, keys=sorted(set(counted)))
        emails.ask(session, user_id=user.id, email=form.email.data, whence=whence())
        return url_for("emails.change")

    if answer := take(form, act):
        return answer
    change = emails.pending(db.session(), user.id)
    return form_page("account/email.html", form, user=user, change=change, button_form=ButtonForm(formdata=None))


@bp.post("/cancel")
@requires(Permission.SIGNED_IN)
def cancel() -> Response:
    """Call a change off; its links are dead. It needs no fresh log-in: nothing is given away by it."""
    with db.transaction() as writing:
        emails.forget(writing, signed_in().id)
    flash(_("The change is called off. The links that we mailed for it work no longer."))
    return redirect(url_for("account.index"), code=303)


@bp.route("/release/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def release(token: str) -> Answer:
    """Show one button behind the link to the present address; POST lets the account leave."""
    return _agree(token, TokenPurpose.RELEASE_EMAIL)


@bp.route("/take/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def take_over(token: str) -> Answer:
    """Show one button behind the link to the new address; POST takes the account."""
    return _agree(token, TokenPurpose.TAKE_EMAIL)


def _agree(token: str, purpose: TokenPurpose) -> Answer:
    secret_page()
    found = links.find(db.session(), token=token, purpose=purpose)
    if found is None:
        return render_template("accounts/link_over.html", purpose="email"), 410
    form = ButtonForm()
    if not form.submitted():
        change = emails.pending(db.session(), found[1].id)
        new = change.email if change and purpose is TokenPurpose.TAKE_EMAIL else veiled(change.email) if change else ""
        return form_page("account/email_agree.html", form, takes=purpose is TokenPurpose.TAKE_EMAIL, new=new)
    here = auth_session().id if person() == found[1] else 0
    with db.transaction() as writing:
        outcome, user = emails.agree(writing, token=token, purpose=purpose, but=here, whence=whence())
    if outcome is Outcome.CHANGED:
        events.note(Event.FACTOR_CHANGED, user_id=user.id, factor="email")
    return render_template(
        "account/email_agreed.html", outcome=outcome.value, email=user.email if outcome is Outcome.CHANGED else "", here=bool(here)
    )
