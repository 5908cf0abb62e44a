"""A claim goes from one state to the next: locked, held against the table, written into the log; and a profile is handed over or let go."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.claims import queries, rules
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.evidence import service as evidence
from directory.models.claims import HOLDING, OPEN, Claim, ClaimStatus, Invitation, ProofStatus
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile, ProfileStatus
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.reviews import conflicts

#: The states of a profile that say that somebody acts for it.
_TAKEN = (ProfileStatus.CLAIMED, ProfileStatus.VERIFIED)


def locked(session: Session, claim_id: int) -> tuple[Profile, Claim]:
    """Return a claim and its profile as they are now, both locked: the profile first, always, so that all who decide wait in one line.

    Raises:
        NotFound: when there is no such claim.
    """
    profile_id = session.exec(select(Claim.profile_id).where(Claim.id == claim_id)).first()
    if profile_id is None:
        raise NotFound(_("There is no claim of this number."))
    profile = profiles.lock(session, profile_id)
    claim = session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if claim is None:
        raise NotFound(_("There is no claim of this number."))
    return profile, claim


def move(session: Session, claim: Claim, status: ClaimStatus, *, actor_id: int | None) -> None:
    """Bring a claim into another state and write it down.

    Args:
        session: One that writes.
        claim: A locked claim.
        status: Where to.
        actor_id: Who does it; None: the site itself, or the command line.

    Raises:
        Refused: when this state cannot follow on the present one.
    """
    was = claim.status
    if not rules.may_follow(was, status):
        raise Refused(_("This claim has changed meanwhile. Look at it again."))
    claim.status, claim.updated_at = status, clock.now()
    if status is not ClaimStatus.IN_REVIEW:
        claim.seconded_by_id = None
    session.add(claim)
    note(session, claim, status.value, actor_id=actor_id, was=was.value)
    session.flush()
    if status not in (*OPEN, *HOLDING) or status is ClaimStatus.APPROVED:
        evidence.release(session, claim_id=claim.id)


def note(session: Session, claim: Claim, action: str, *, actor_id: int | None, **details: str) -> None:
    """Write into the log what was done to a claim, by whom; never what the claimant typed."""
    said = {"profile": f"profile:{claim.profile_id}", "user": f"user:{claim.user_id}"} | details
    entry = AuditEntry(actor_id=actor_id, action=f"claim.{action}", subject=f"claim:{claim.id}", details=said, created_at=clock.now())
    session.add(entry)


def give(session: Session, profile: Profile, claim: Claim, *, actor_id: int | None, reason: str = "") -> None:
    """Hand a profile to a claimant: the claim holds it, they are its owner, all concerned are told.

    Args:
        session: One that writes.
        profile: Locked.
        claim: Locked, and in a state on which approval may follow.
        actor_id: The moderator; None: two proofs of different kinds.
        reason: What the moderator writes.

    Raises:
        Refused: when somebody else holds the profile; the index `one_owner` has the last word.
    """
    moment = clock.now()
    again = any(one.status is ProofStatus.PROVED and method in rules.BY_TOKEN for method, one in queries.proofs(session, claim.id).items())
    claim.decided_at, claim.decided_by_id, claim.reason = moment, actor_id, reason
    claim.contests_id, claim.recheck_at = None, moment + rules.RECHECK if again else None
    try:
        with session.begin_nested():
            move(session, claim, ClaimStatus.APPROVED, actor_id=actor_id)
    except IntegrityError as error:
        raise Refused(_("Somebody else holds this profile. Ask them for access.")) from error
    memberships.grant(session, user_id=claim.user_id, profile_id=profile.id, role=MembershipRole.OWNER, actor_id=actor_id)
    conflicts.label(session, user_id=claim.user_id, profile_id=profile.id)
    if profile.status is ProfileStatus.PUBLISHED_UNCLAIMED:
        profiles.set_status(session, profile_id=profile.id, status=ProfileStatus.CLAIMED)
    mail.claim_approved(session, claim_id=claim.id)
    for other in _open_beside(session, claim):
        if other.status is ClaimStatus.IN_REVIEW:
            move(session, other, ClaimStatus.PROOF_RECEIVED, actor_id=None)
        other.expires_at = max(other.expires_at, moment + rules.LIFE)
        mail.claim_overtaken(session, claim_id=other.id)
    session.flush()


def end_hold(
    session: Session,
    profile: Profile,
    claim: Claim,
    status: ClaimStatus,
    *,
    actor_id: int | None,
    reason: str = "",
    everybody: bool = False,
) -> None:
    """Let a claim hold its profile no longer. Whom its owner brought along goes too where the claim was wrong.

    Args:
        session: One that writes.
        profile: Locked.
        claim: Locked, one that holds.
        status: REVOKED, TRANSFERRED or WITHDRAWN (whoever holds it leaves by themselves: their colleagues stay).
        actor_id: Who says so.
        reason: Why, as they are told.
        everybody: Whether all members go, not only those whom this owner brought along.
    """
    rival = queries.contestant(session, claim.id)
    if rival is not None:
        rival.contests_id = rival.seconded_by_id = None
    moment = clock.now()
    claim.decided_at, claim.decided_by_id, claim.reason, claim.recheck_at = moment, actor_id, reason, None
    move(session, claim, status, actor_id=actor_id)
    leavers = {claim.user_id} if status is ClaimStatus.WITHDRAWN else _brought_along(session, claim, everybody=everybody)
    members = session.exec(select(Membership.user_id).where(Membership.profile_id == profile.id)).all()
    for user_id in sorted(leavers.intersection(members)):
        memberships.revoke(session, user_id=user_id, profile_id=profile.id, actor_id=actor_id)
    asked = delete(Invitation).where(col(Invitation.profile_id) == profile.id)
    session.execute(asked if everybody else asked.where(col(Invitation.invited_by_id).in_(leavers)))
    session.flush()


def release(session: Session, profile: Profile) -> None:
    """Call a profile unclaimed again where no owner is left; whoever waited for it is looked at by a person now."""
    if queries.holder(session, profile.id) is not None:
        return
    if profile.status in _TAKEN and not queries.has_owner(session, profile.id):
        profiles.set_status(session, profile_id=profile.id, status=ProfileStatus.PUBLISHED_UNCLAIMED)
    waiting = (Claim.profile_id == profile.id, Claim.status == ClaimStatus.PROOF_RECEIVED)
    for other in session.exec(select(Claim).where(*waiting).order_by(col(Claim.id)).with_for_update()).all():
        move(session, other, ClaimStatus.IN_REVIEW, actor_id=None)
        mail.claim_in_review(session, claim_id=other.id)


def keep(session: Session, holder_id: int, *, actor_id: int | None) -> None:
    """Let the claim that was contested hold its profile undisturbed again, and say so."""
    holder = session.get(Claim, holder_id, with_for_update=True, populate_existing=True)
    if holder is not None and holder.status is ClaimStatus.CONTESTED:
        move(session, holder, ClaimStatus.APPROVED, actor_id=actor_id)
        mail.claim_kept(session, claim_id=holder.id)


def later(claim: Claim, span: timedelta) -> None:
    """Let an open claim run for some time from now, at least."""
    claim.expires_at = max(claim.expires_at, clock.now() + span)


def _open_beside(session: Session, claim: Claim) -> list[Claim]:
    others = (Claim.profile_id == claim.profile_id, col(Claim.id) != claim.id, col(Claim.status).in_(OPEN))
    # Contests of a claim that holds no longer are ordinary claims again.
    session.execute(update(Claim).where(*others).values(contests_id=None, seconded_by_id=None).execution_options(synchronize_session=False))
    found = select(Claim).where(*others).order_by(col(Claim.id)).with_for_update().execution_options(populate_existing=True)
    return list(session.exec(found).all())


def _brought_along(session: Session, claim: Claim, *, everybody: bool) -> set[int]:
    """Return the owner and whoever acts for the profile by their word, or by the word of one of those."""
    rows = session.exec(select(Membership.user_id, Membership.granted_by_id).where(Membership.profile_id == claim.profile_id)).all()
    if everybody:
        return {claim.user_id, *(user_id for user_id, _by in rows)}
    found = {claim.user_id}
    while more := {user_id for user_id, by in rows if by in found} - found:
        found |= more
    return found
