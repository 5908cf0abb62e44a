"""Changing who acts for a profile: roles, removing, leaving, giving the profile back.

Everything here locks the profile first and asks only then who its owners are: of two owners who remove each other at
the same moment the second one is no owner any more.
"""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.claims import HOLDING, Claim, ClaimStatus, Invitation, RoleProposal
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile, ProfileStatus
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.team import queries


def as_owner(session: Session, *, profile_id: int, actor_id: int) -> Profile:
    """Return the profile, locked, for one of its owners.

    Raises:
        NotAllowed: when they are none, or none any more since the page was opened.
    """
    profile = profiles.lock(session, profile_id)
    if memberships.role_of(session, user_id=actor_id, profile_id=profile_id) is not MembershipRole.OWNER:
        raise NotAllowed(_("This is for an owner of the profile."))
    return profile


def change_role(session: Session, *, profile_id: int, membership_id: int, role: MembershipRole, actor_id: int) -> None:
    """Let a member do more or less from now on; they and the other owners are told.

    Raises:
        NotFound: when there is no such member of this profile.
        NotAllowed: when the actor owns it no longer.
        Refused: when nobody would be left who owns it.
    """
    as_owner(session, profile_id=profile_id, actor_id=actor_id)
    row, _user = queries.member(session, profile_id=profile_id, membership_id=membership_id)
    if row.role is role:
        return
    if role is not MembershipRole.OWNER:
        _refuse_last_owner(session, row)
        _forget_invitations(session, profile_id, row.user_id)
    memberships.grant(session, user_id=row.user_id, profile_id=profile_id, role=role, actor_id=actor_id)
    mail.member_role(session, user_id=row.user_id, profile_id=profile_id)
    tell_owners(session, profile_id=profile_id, member_id=row.user_id, what="role", but=actor_id)


def remove(session: Session, *, profile_id: int, membership_id: int, actor_id: int) -> None:
    """End what a member may do for a profile; they and the other owners are told.

    Raises:
        NotFound: when there is no such member of this profile.
        NotAllowed: when the actor owns it no longer.
        Refused: when nobody would be left who owns it.
    """
    as_owner(session, profile_id=profile_id, actor_id=actor_id)
    row, _user = queries.member(session, profile_id=profile_id, membership_id=membership_id)
    _end(session, row, actor_id=actor_id)
    mail.member_removed(session, user_id=row.user_id, profile_id=profile_id)
    tell_owners(session, profile_id=profile_id, member_id=row.user_id, what="removed", but=actor_id)


def leave(session: Session, *, profile_id: int, user_id: int) -> None:
    """Stop acting for a profile; the owners are told.

    Raises:
        NotFound: when they do not act for it.
        Refused: when they are the last who owns it.
    """
    profiles.lock(session, profile_id)
    row = session.exec(select(Membership).where(Membership.profile_id == profile_id, Membership.user_id == user_id)).first()
    if row is None:
        raise NotFound
    _end(session, row, actor_id=user_id)
    tell_owners(session, profile_id=profile_id, member_id=user_id, what="left", but=user_id)


def give_back(session: Session, *, profile_id: int, actor_id: int) -> None:
    """Give a profile back: nobody acts for it any more and it may be claimed anew. What was written stays. All who acted for it are told.

    Raises:
        NotAllowed: when the actor owns it no longer.
        Refused: when somebody else owns it too: it is theirs as well.
    """
    profile = as_owner(session, profile_id=profile_id, actor_id=actor_id)
    if queries.owners(session, profile_id, but=actor_id):
        raise Refused(_("Somebody else owns this profile too, so you cannot give it back. You can leave."))
    for row, _user in queries.members(session, profile_id):
        memberships.revoke(session, user_id=row.user_id, profile_id=profile_id, actor_id=actor_id)
        mail.profile_given_back(session, user_id=row.user_id, profile_id=profile_id)
    session.execute(delete(Invitation).where(col(Invitation.profile_id) == profile_id))
    session.execute(delete(RoleProposal).where(col(RoleProposal.proposed_by_profile_id) == profile_id))
    _end_claim(session, profile_id)
    if profile.status in {ProfileStatus.CLAIMED, ProfileStatus.VERIFIED}:
        profiles.set_status(session, profile_id=profile_id, status=ProfileStatus.PUBLISHED_UNCLAIMED)
    log(session, actor_id, "profile.given_back", profile_id)


def tell_owners(session: Session, *, profile_id: int, member_id: int, what: str, but: int) -> None:
    """Tell the owners of a profile, without one of them, what has become of a member."""
    for owner_id in queries.owners(session, profile_id, but=but):
        if owner_id != member_id:
            mail.team_changed(session, user_id=owner_id, profile_id=profile_id, member_id=member_id, what=what)


def log(session: Session, actor_id: int | None, action: str, profile_id: int, **details: str) -> None:
    """Write a line about a profile into the log; never an address."""
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=f"profile:{profile_id}", details=details, created_at=clock.now()))


def _end(session: Session, row: Membership, *, actor_id: int) -> None:
    _refuse_last_owner(session, row)
    _forget_invitations(session, row.profile_id, row.user_id)
    memberships.revoke(session, user_id=row.user_id, profile_id=row.profile_id, actor_id=actor_id)


def _refuse_last_owner(session: Session, row: Membership) -> None:
    if row.role is MembershipRole.OWNER and not queries.owners(session, row.profile_id, but=row.user_id):
        raise Refused(_("This is the last owner. Make somebody else an owner first, or give the profile back."))


def _forget_invitations(session: Session, profile_id: int, user_id: int) -> None:
    """Whom somebody invited as an owner cannot come in any more once they are none."""
    theirs = (col(Invitation.profile_id) == profile_id, col(Invitation.invited_by_id) == user_id)
    session.execute(delete(Invitation).where(*theirs))


def _end_claim(session: Session, profile_id: int) -> None:
    held = (Claim.profile_id == profile_id, col(Claim.status).in_(HOLDING))
    for claim in session.exec(select(Claim).where(*held).with_for_update()).all():
        claim.status, claim.updated_at, claim.recheck_at = ClaimStatus.WITHDRAWN, clock.now(), None
