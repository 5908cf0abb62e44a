"""Who acts for a profile: the list, invitations, roles, removing, leaving, giving the profile back."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session

from directory.accounts import throttle
from directory.accounts.permissions import Permission
from directory.accounts.rules import email_key
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.forms.team import InviteForm, MemberRoleForm
from directory.models.accounts import User
from directory.models.memberships import Membership, MembershipRole
from directory.models.profiles import Profile
from directory.team import invitations, queries, rules, service
from directory.web import db, login
from directory.web.auth import requires, signed_in
from directory.web.formpage import Answer, form_page, take
from directory.web.manage import managed

bp = Blueprint("team", __name__, url_prefix="/manage/<slug>")


def _of_member(slug: str, membership_id: int) -> Profile:
    """Return the profile of an address under which one of its members stands."""
    profile = managed(slug)
    queries.member(db.session(), profile_id=profile.id, membership_id=membership_id)
    return profile


def _of_invitation(slug: str, invitation_id: int) -> Profile:
    """Return the profile of an address under which one of its invitations stands."""
    profile = managed(slug)
    queries.invitation(db.session(), profile_id=profile.id, invitation_id=invitation_id)
    return profile


def _number(name: str) -> int:
    """Return a number of the address, which the loader has looked at."""
    return int((request.view_args or {})[name])


def _member(profile: Profile) -> tuple[Membership, User]:
    return queries.member(db.session(), profile_id=profile.id, membership_id=_number("membership_id"))


@bp.get("/team")
@requires(Permission.PROFILE_MANAGE, of=managed)
def index(profile: Profile) -> str:
    """Show who acts for the profile; whom they asked is shown to owners alone."""
    session, me = db.session(), signed_in().id
    people = queries.members(session, profile.id)
    is_owner = any(row.user_id == me and row.role is MembershipRole.OWNER for row, _user in people)
    invited = queries.invited(session, profile.id) if is_owner else ()
    return render_template("team/index.html", profile=profile, people=people, invited=invited, me=me, is_owner=is_owner, roles=rules.ROLES)


@bp.route("/team/invite", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=managed)
def invite(profile: Profile) -> Answer:
    """Ask for an address; the answer is the same whether it has an account or not."""
    form, me = InviteForm(role=MembershipRole.MANAGER.value), signed_in().id

    def act(session: Session) -> str:
        throttle.count(session, throttle.INVITE, keys=login.keys(throttle.INVITE, str(profile.id)))
        throttle.count(session, throttle.MAIL_TO_ONE, keys=login.keys(throttle.MAIL_TO_ONE, email_key(form.email.data)))
        role = MembershipRole(form.role.data)
        invitations.invite(session, profile_id=profile.id, email=form.email.data, role=role, actor_id=me)
        return url_for("team.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("The invitation is on its way."))
        return answer
    return form_page("team/invite.html", form, profile=profile, days=rules.LIFE.days)


@bp.route("/team/invitations/<int:invitation_id>", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=_of_invitation)
def uninvite(profile: Profile) -> Answer:
    """Ask whether an invitation is to be taken back."""
    form, number, me = ButtonForm(), _number("invitation_id"), signed_in().id

    def act(session: Session) -> str:
        invitations.withdraw(session, profile_id=profile.id, invitation_id=number, actor_id=me)
        return url_for("team.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("The invitation is taken back. Its link works no longer."))
        return answer
    row = queries.invitation(db.session(), profile_id=profile.id, invitation_id=number)
    return form_page("team/uninvite.html", form, profile=profile, row=row)


@bp.route("/team/<int:membership_id>", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=_of_member)
def change(profile: Profile) -> Answer:
    """Ask what a member may do from now on."""
    row, user = _member(profile)
    form, me, number = MemberRoleForm(role=row.role.value), signed_in().id, row.id

    def act(session: Session) -> str:
        role = MembershipRole(form.role.data)
        service.change_role(session, profile_id=profile.id, membership_id=number, role=role, actor_id=me)
        return url_for("team.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("Changed. They are told by mail."))
        return answer
    return form_page("team/change.html", form, profile=profile, row=row, user=user, is_me=user.id == me)


@bp.route("/team/<int:membership_id>/remove", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=_of_member)
def remove(profile: Profile) -> Answer:
    """Ask whether a member's part is to end."""
    row, user = _member(profile)
    form, me, number = ButtonForm(), signed_in().id, row.id

    def act(session: Session) -> str:
        service.remove(session, profile_id=profile.id, membership_id=number, actor_id=me)
        return url_for("account.index") if user.id == me else url_for("team.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("Their part has ended. They are told by mail."))
        return answer
    return form_page("team/remove.html", form, profile=profile, user=user)


@bp.route("/leave", methods=["GET", "POST"])
@requires(Permission.PROFILE_MANAGE, of=managed)
def leave(profile: Profile) -> Answer:
    """Ask whether the person wants to act for the profile no longer."""
    form, me = ButtonForm(), signed_in().id

    def act(session: Session) -> str:
        service.leave(session, profile_id=profile.id, user_id=me)
        return url_for("account.index")

    if answer := take(form, act):
        flash(_("You act for this profile no longer."))
        return answer
    people = queries.members(db.session(), profile.id)
    owners = [row.user_id for row, _user in people if row.role is MembershipRole.OWNER]
    return form_page("team/leave.html", form, profile=profile, is_last=owners == [me], is_alone=len(people) == 1)


@bp.route("/give-back", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=managed)
def give_back(profile: Profile) -> Answer:
    """Ask whether the profile is to be given back."""
    form, me = ButtonForm(), signed_in().id

    def act(session: Session) -> str:
        service.give_back(session, profile_id=profile.id, actor_id=me)
        return url_for("account.index")

    if answer := take(form, act):
        flash(_("The profile is given back. It stays where it is, and nobody acts for it."))
        return answer
    return form_page("team/give_back.html", form, profile=profile)
