"""Asking somebody by mail to act for a profile: the link opens for the account of that address alone."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from directory.accounts import memberships
from directory.accounts import service as accounts
from directory.accounts.rules import clean_email, email_key
from directory.core import clock, tokens
from directory.core.errors import Gone, NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.accounts import User
from directory.models.claims import Invitation
from directory.models.memberships import Membership, MembershipRole
from directory.models.profiles import Profile
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.reviews import conflicts
from directory.team import queries, rules, service


def invite(session: Session, *, profile_id: int, email: str, role: MembershipRole, actor_id: int) -> Invitation:
    """Ask whoever reads an address to act for a profile. Whether it has an account is not looked at, so nothing here tells.

    Asked again, the link before it ends. The secret of the link is made with the mail.

    Raises:
        NotAllowed: when the actor owns the profile no longer.
        Refused: when it is no address, or too many were asked.
    """
    service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    address, key, moment = clean_email(email), email_key(email), clock.now()
    same = (Invitation.profile_id == profile_id, Invitation.email_key == key)
    row = session.exec(select(Invitation).where(*same).with_for_update()).first()
    nobodys = tokens.digest(tokens.new_token())  # the mail that goes out makes the one that works
    if row is None:
        _refuse_crowd(session, profile_id)
        row = Invitation(
            profile_id=profile_id, email=address, email_key=key, role=role, token_hash=nobodys, created_at=moment, expires_at=moment
        )
    row.email, row.role, row.invited_by_id, row.created_at, row.expires_at = address, role, actor_id, moment, moment + rules.LIFE
    row.token_hash = nobodys
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_("Somebody has just invited the same address. Look again.")) from error
    service.log(session, actor_id, "member.invite", profile_id, invitation=str(row.id), role=role.value)
    mail.member_invited(session, invitation_id=row.id)
    return row


def withdraw(session: Session, *, profile_id: int, invitation_id: int, actor_id: int) -> None:
    """Take an invitation back: its link is dead.

    Raises:
        NotFound: when there is none, or it is of another profile.
        NotAllowed: when the actor owns the profile no longer.
    """
    service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    session.delete(queries.invitation(session, profile_id=profile_id, invitation_id=invitation_id))
    service.log(session, actor_id, "member.uninvite", profile_id, invitation=str(invitation_id))


def mint(session: Session, invitation_id: int) -> tuple[Invitation, Profile, str] | None:
    """Make the secret of an invitation's link for the mail that is being written; None where it is over."""
    row = session.exec(select(Invitation).where(Invitation.id == invitation_id).with_for_update()).first()
    if row is None or row.expires_at <= clock.now():
        return None
    token = tokens.new_token()
    row.token_hash = tokens.digest(token)
    return row, session.get_one(Profile, row.profile_id), token


def find(session: Session, token: str) -> tuple[Invitation, Profile] | None:
    """Return an invitation that still holds and its profile, without using it. Whoever invited must still own the profile."""
    live = (Invitation.token_hash == tokens.digest(token), col(Invitation.expires_at) > clock.now())
    inviter = (col(Membership.user_id) == col(Invitation.invited_by_id)) & (col(Membership.profile_id) == col(Invitation.profile_id))
    statement = (
        select(Invitation, Profile)
        .join(Profile, col(Profile.id) == col(Invitation.profile_id))
        .join(Membership, inviter & (col(Membership.role) == MembershipRole.OWNER))
        .where(*live)
    )
    return session.exec(statement.execution_options(populate_existing=True)).first()


def is_for(row: Invitation, user: User) -> bool:
    """Say whether an invitation went to the address of this account, and the account has shown that it is theirs."""
    return user.is_confirmed and user.email_key == row.email_key


def accept(session: Session, *, token: str, user_id: int) -> Profile:
    """Act for a profile from now on; the owners are told. Of two tries with one link one succeeds.

    Somebody who reviewed the profile before is labelled for the moderators (T-3).

    Raises:
        Gone: when the link works no longer.
        NotAllowed: when it went to another address.
        Refused: when the profile has as many members as one may have.
    """
    row, profile, user = _used(session, token, user_id)
    role, invited_by = row.role, row.invited_by_id
    session.delete(row)
    session.flush()
    if memberships.role_of(session, user_id=user.id, profile_id=profile.id) is not None:
        return profile  # they came in meanwhile; an invitation is no way to another role
    count = session.exec(select(func.count()).select_from(Membership).where(Membership.profile_id == profile.id)).one()
    if count >= rules.MOST_MEMBERS:
        raise Refused(_("This profile has as many people as one may have."))
    memberships.grant(session, user_id=user.id, profile_id=profile.id, role=role, actor_id=invited_by)
    conflicts.label(session, user_id=user.id, profile_id=profile.id)
    service.tell_owners(session, profile_id=profile.id, member_id=user.id, what="joined", but=user.id)
    return profile


def decline(session: Session, *, token: str, user_id: int) -> None:
    """Say no: the link is dead.

    Raises:
        Gone: when the link works no longer.
        NotAllowed: when it went to another address.
    """
    row, profile, _user = _used(session, token, user_id)
    session.delete(row)
    service.log(session, user_id, "member.decline", profile.id, invitation=str(row.id))


def _used(session: Session, token: str, user_id: int) -> tuple[Invitation, Profile, User]:
    """Return what a link leads to, with the profile locked: whoever comes second finds it gone."""
    gone = Gone(_("This invitation works no longer: it was used, taken back, or is too old."))
    found = find(session, token)
    if found is None:
        raise gone
    try:
        profile = profiles.lock(session, found[1].id)
    except NotFound as error:
        raise gone from error
    found = find(session, token)
    if found is None:
        raise gone
    user = accounts.load(session, user_id, lock=True)
    if not is_for(found[0], user):
        raise NotAllowed(_("This invitation went to another address. Only the account of that address can take it."))
    return found[0], profile, user


def _refuse_crowd(session: Session, profile_id: int) -> None:
    if len(queries.invited(session, profile_id)) >= rules.MOST_OPEN:
        message = _("%(most)d invitations are open. Take one back before you send another.")
        raise Refused(message % {"most": rules.MOST_OPEN}, field="email")
