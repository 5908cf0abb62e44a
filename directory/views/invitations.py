"""Behind the link of an invitation: who asks, for what, and two buttons. Opening it uses nothing up."""

from flask import Blueprint, flash, render_template, url_for
from sqlmodel import Session

from directory.accounts.permissions import Permission
from directory.core.errors import Gone
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.team import invitations, rules
from directory.web import db
from directory.web.auth import person, requires, signed_in
from directory.web.formpage import Answer, form_page, take
from directory.web.security import secret_page

bp = Blueprint("invitations", __name__, url_prefix="/invitations")


@bp.get("/<token>")
@requires(Permission.PUBLIC)
def show(token: str) -> Answer:
    """Say what is asked; signed out, lead to the log-in or to registering, and back."""
    secret_page()
    try:
        return _page(token, ButtonForm())
    except Gone:
        return render_template("invitations/over.html", days=rules.LIFE.days), 410


@bp.post("/<token>/accept")
@requires(Permission.SIGNED_IN)
def accept(token: str) -> Answer:
    """Act for the profile from now on."""
    secret_page()
    form, me = ButtonForm(), signed_in().id

    def act(session: Session) -> str:
        profile = invitations.accept(session, token=token, user_id=me)
        return url_for("manage.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("You act for this profile from now on."))
        return answer
    return _page(token, form)


@bp.post("/<token>/decline")
@requires(Permission.SIGNED_IN)
def decline(token: str) -> Answer:
    """Say no."""
    secret_page()
    form, me = ButtonForm(), signed_in().id

    def act(session: Session) -> str:
        invitations.decline(session, token=token, user_id=me)
        return url_for("account.index")

    if answer := take(form, act):
        flash(_("You have said no. The link works no longer."))
        return answer
    return _page(token, form)


def _page(token: str, form: ButtonForm) -> Answer:
    """Show what is asked.

    Raises:
        Gone: when the link works no longer.
    """
    found, user = invitations.find(db.session(), token), person()
    if found is None:
        raise Gone(_("This invitation works no longer: it was used, taken back, or is too old."))
    row, profile = found
    fits = user is not None and invitations.is_for(row, user)
    back = url_for("invitations.show", token=token)
    return form_page(
        "invitations/show.html", form, token=token, back=back, profile=profile, role=rules.ROLES[row.role], user=user, fits=fits
    )
