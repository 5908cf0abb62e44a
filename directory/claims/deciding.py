"""What moderators do with a claim: take a document, approve, deny, revoke, and decide with two of them on one that is contested."""

from sqlmodel import Session

from directory.accounts import memberships
from directory.claims import moves, queries, rules, service
from directory.core import clock
from directory.core.errors import NotAllowed, Refused
from directory.core.i18n import _
from directory.credentials import service as credentials
from directory.disclosures import service as disclosures
from directory.evidence import queries as evidence
from directory.models.claims import HOLDING, OPEN, Claim, ClaimStatus, ProofMethod, ProofStatus
from directory.models.profiles import SHOWN, Profile
from directory.notifications import mail
from directory.profiles import assertions


def approve(session: Session, *, claim_id: int, moderator_id: int, reason: str = "") -> Claim:
    """Hand a profile that nobody holds to a claimant.

    Raises:
        NotAllowed: when it is the moderator's own claim, or one of a profile that they act for.
        Refused: when somebody holds the profile, when the page is not shown, or the claim does not wait for a person.
    """
    profile, claim = _decidable(session, claim_id, moderator_id)
    if queries.holder(session, profile.id) is not None:
        raise Refused(_("Somebody holds this profile. It can change hands only where it is contested, and two moderators decide."))
    if profile.status not in SHOWN:
        raise Refused(_("This page is not shown any more."))
    if not queries.is_active(session, claim.user_id):
        raise Refused(_("The claimant's account is closed."))
    moves.give(session, profile, claim, actor_id=moderator_id, reason=reason)
    return claim


def deny(session: Session, *, claim_id: int, moderator_id: int, reason: str) -> Claim:
    """Refuse an open claim, with the reason that its claimant is told.

    Raises:
        NotAllowed: see `approve`.
        Refused: when it has ended, or contests a profile: that takes two moderators (see `settle`).
    """
    _profile, claim = _decidable(session, claim_id, moderator_id)
    if claim.contests_id is not None:
        raise Refused(_("This claim contests a profile. Two moderators decide on it."))
    _deny(session, claim, moderator_id, reason)
    return claim


def revoke(session: Session, *, claim_id: int, moderator_id: int, reason: str) -> Claim:
    """Take a profile from whoever holds it. Whom they brought along goes too; the profile is unclaimed again.

    Raises:
        NotAllowed: see `approve`.
        Refused: when the claim does not hold its profile.
    """
    profile, claim = _decidable(session, claim_id, moderator_id)
    if claim.status not in HOLDING:
        raise Refused(_("This claim does not hold the profile."))
    moves.end_hold(session, profile, claim, ClaimStatus.REVOKED, actor_id=moderator_id, reason=reason)
    _take_away(session, profile, moderator_id)
    moves.release(session, profile)
    mail.claim_revoked(session, claim_id=claim.id)
    return claim


def second(session: Session, *, claim_id: int, moderator_id: int, transfers: bool, reason: str = "") -> Claim:
    """Be the first of two moderators who look at a contested profile, and say what one thinks. Nothing changes by it.

    Args:
        reason: For the log, where whoever decides reads it.

    Raises:
        NotAllowed: see `approve`.
        Refused: when the claim contests nothing, or somebody has looked already.
    """
    _profile, claim = _decidable(session, claim_id, moderator_id)
    holder = _contested(session, claim, moderator_id)
    if claim.seconded_by_id is not None:
        raise Refused(_("Another moderator has looked already. You can decide."))
    claim.seconded_by_id, claim.updated_at = moderator_id, clock.now()
    says = {"says": "transfer" if transfers else "keep", "reason": reason}
    moves.note(session, claim, "seconded", actor_id=moderator_id, holder=f"claim:{holder.id}", **says)
    session.add(claim)
    session.flush()
    return claim


def settle(session: Session, *, claim_id: int, moderator_id: int, transfers: bool, reason: str) -> Claim:
    """Decide on a contested profile as the second of two moderators: whoever holds it keeps it, or it goes to the claimant.

    Raises:
        NotAllowed: see `approve`; and when the first look was one's own.
        Refused: when the claim contests nothing, or nobody has looked at it first.
    """
    profile, claim = _decidable(session, claim_id, moderator_id)
    holder = _contested(session, claim, moderator_id)
    if claim.seconded_by_id is None:
        raise Refused(_("Two moderators decide on a contested profile. Say first what you think; another one decides."))
    if claim.seconded_by_id == moderator_id:
        raise NotAllowed(_("You were the first of the two who look. Another moderator has to decide."))
    if not transfers:
        claim.contests_id = None
        _deny(session, claim, moderator_id, reason)
        moves.keep(session, holder.id, actor_id=moderator_id)
        return claim
    if not queries.is_active(session, claim.user_id):
        raise Refused(_("The claimant's account is closed."))
    claim.contests_id = None
    session.flush()
    moves.end_hold(session, profile, holder, ClaimStatus.TRANSFERRED, actor_id=moderator_id, reason=reason, everybody=True)
    _take_away(session, profile, moderator_id)
    mail.claim_transferred(session, claim_id=holder.id)
    moves.give(session, profile, claim, actor_id=moderator_id, reason=reason)
    return claim


def take_document(session: Session, *, claim_id: int, moderator_id: int, method: ProofMethod, fits: bool, reason: str = "") -> Claim:
    """Say whether a document that was handed in shows who the claimant is. Together with a proof of another kind it approves.

    Args:
        reason: For the log; nobody gets a mail about a document.

    Raises:
        NotAllowed: see `approve`.
        Refused: when no such document waits, or the moderator has not opened it.
    """
    profile, claim = _decidable(session, claim_id, moderator_id)
    proof = queries.proofs(session, claim_id).get(method)
    if proof is None or method not in rules.BY_DOCUMENT or proof.status is not ProofStatus.WAITING or claim.status not in OPEN:
        raise Refused(_("No such document waits for a look."))
    kind = rules.KINDS[method]
    if not evidence.has_seen(session, claim_id=claim_id, kind=kind, actor_id=moderator_id, since=proof.created_at):
        raise Refused(_("Open the document first. What it shows is seen there alone."), field="action")
    moment = clock.now()
    proof.status, proof.is_listed, proof.checked_at = (ProofStatus.PROVED if fits else ProofStatus.FAILED), fits, moment
    proof.proved_at = moment if fits else None
    action = "document_taken" if fits else "document_refused"
    moves.note(session, claim, action, actor_id=moderator_id, method=method.value, reason=reason)
    session.flush()
    if fits:
        service.received(session, profile, claim, actor_id=moderator_id)
    return claim


def _take_away(session: Session, profile: Profile, moderator_id: int) -> None:
    """Take off the page what was said by an owner who was none; what a register says and what moderators have found stays."""
    assertions.end_of_owners(session, profile_id=profile.id, user_id=moderator_id)
    credentials.take_away(session, profile_id=profile.id, actor_id=moderator_id)
    disclosures.take_away(session, profile_id=profile.id, actor_id=moderator_id)


def _deny(session: Session, claim: Claim, moderator_id: int, reason: str) -> None:
    claim.decided_at, claim.decided_by_id, claim.reason = clock.now(), moderator_id, reason
    moves.move(session, claim, ClaimStatus.DENIED, actor_id=moderator_id)
    mail.claim_denied(session, claim_id=claim.id)


def _contested(session: Session, claim: Claim, moderator_id: int) -> Claim:
    """Return the claim that holds the profile which this one contests."""
    holder = queries.holder(session, claim.profile_id)
    if claim.status not in OPEN or holder is None or claim.contests_id != holder.id:
        raise Refused(_("This claim contests no profile."))
    if holder.user_id == moderator_id:
        raise NotAllowed(_("You hold this profile. Another moderator has to decide."))
    return holder


def _decidable(session: Session, claim_id: int, moderator_id: int) -> tuple[Profile, Claim]:
    """Return a claim that this moderator may decide on, locked: the table of permissions says the same; here nobody gets round it."""
    profile, claim = moves.locked(session, claim_id)
    if claim.user_id == moderator_id or memberships.role_of(session, user_id=moderator_id, profile_id=profile.id) is not None:
        raise NotAllowed(_("This is your own claim, or one of a profile that you act for. Another moderator has to decide."))
    return profile, claim
