"""For administrators: who is a moderator."""

from flask import Blueprint, flash, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts import service
from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.forms.moderation import RoleForm
from directory.models.accounts import Role, User
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take

bp = Blueprint("roles", __name__, url_prefix="/moderation")


@bp.route("/users/<int:user_id>/role", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT, of=lambda user_id: service.load(db.session(), user_id))
def change(user: User) -> tuple[str, int] | Response:
    """Ask what a person may do from now on; they sign in anew and get a mail."""
    form, user_id, admin_id = RoleForm(role=user.role.value), user.id, signed_in().id
    if answer := take(form, lambda session: _change(session, user_id, admin_id, form)):
        flash(_("Changed and written into the log. The person was logged out and told by mail."))
        return answer
    return form_page("moderation/role.html", form, person=user)


def _change(session: Session, user_id: int, admin_id: int, form: RoleForm) -> str:
    service.set_role(session, user_id=user_id, role=Role(form.role.data), actor_id=admin_id)
    return url_for("moderation.on_user", user_id=user_id)
