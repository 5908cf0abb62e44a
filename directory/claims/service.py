"""What a claimant does: opens a claim, asks for ways to prove it, proves it, asks a person to look, contests, takes it back."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from directory import outbox
from directory.accounts import memberships, throttle
from directory.claims import checks, codes, moves, phone, queries, rules
from directory.claims.checks import Look
from directory.claims.codes import Outcome
from directory.claims.rules import Verdict
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.claims import OPEN, Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus
from directory.models.memberships import MembershipRole
from directory.models.profiles import SHOWN, Profile, ProfileStatus
from directory.notifications import mail
from directory.profiles import contacts
from directory.profiles import service as profiles
from directory.profiles.contacts import Listed

#: What was wrong with an address that is refused at once; others are a lead for whoever decides.
_NEVER = frozenset({"free_mail", "looks_alike", "public_suffix"})
#: The job that sends a code to a telephone; `web/claiming.py` has its handler.
CALL = "claims.call"


def open_(session: Session, *, profile_id: int, user_id: int, role: MembershipRole, message: str = "") -> Claim:
    """Open a claim. Where somebody holds the profile they are told that this person asks for access.

    Raises:
        NotFound: when there is no such profile.
        Refused: when the page is shown to nobody, when the person acts for it already, or has an open claim to it.
    """
    profile = profiles.lock(session, profile_id)
    if profile.status not in SHOWN:
        raise Refused(_("This page is not shown any more."))
    _refuse_member(session, user_id, profile_id)
    moment = clock.now()
    life = {"created_at": moment, "updated_at": moment, "expires_at": moment + rules.LIFE}
    claim = Claim(profile_id=profile_id, user_id=user_id, role=role, message=message, **life)
    try:
        with session.begin_nested():
            session.add(claim)
    except IntegrityError as error:
        raise Refused(_("You have an open claim to this profile already. You find it on the page of your account.")) from error
    moves.note(session, claim, "started", actor_id=user_id)
    if queries.holder(session, profile_id) is not None:
        mail.access_asked(session, claim_id=claim.id)
    mail.claim_opened(session, claim_id=claim.id)
    session.flush()
    return claim


def ask_by_email(session: Session, *, claim_id: int, user_id: int, email: str, secret: str) -> ClaimProof:
    """Have a code sent to an address at the practice's own domain.

    Raises:
        Refused: for addresses that anybody can have, and for domains that only look like a listed one.
        TooMany: when too many codes were asked for.
    """
    claim, listed = _begin(session, claim_id, user_id)
    problem = checks.email_problem(email, listed.websites)
    if problem in _NEVER:
        raise Refused(str(checks.SENTENCES[problem]), field="email")
    _count(session, codes.ASK, f"user:{user_id}", secret)
    _count(session, throttle.MAIL_TO_ONE, email.lower(), secret)
    proof = _asked(session, claim, ProofMethod.EMAIL_AT_DOMAIN, email, is_listed=not problem)
    mail.claim_code(session, proof_id=proof.id)
    return proof


def ask_by_phone(session: Session, *, claim_id: int, user_id: int, number: str, secret: str) -> ClaimProof:
    """Have a code sent to a telephone number in E.164.

    Raises:
        Refused: when nothing can be sent to the number.
        TooMany: when too many codes were asked for, by this person or to this number.
    """
    claim, listed = _begin(session, claim_id, user_id)
    problem = phone.number_problem(number)
    if problem:
        raise Refused(str(phone.SENTENCES[problem]), field="number")
    _count(session, codes.ASK, f"user:{user_id}", secret)
    _count(session, codes.CALL, number, secret)
    proof = _asked(session, claim, ProofMethod.PHONE_CODE, number, is_listed=number in listed.phones)
    outbox.enqueue(session, CALL, key=f"{CALL}:{proof.id}", proof_id=proof.id)
    return proof


def ask_by_letter(session: Session, *, claim_id: int, user_id: int, address: str, secret: str) -> ClaimProof:
    """Put a letter with a code on the operator's list. It goes to an address that a register or a moderator named, and to no other.

    Raises:
        Refused: for any other address.
        TooMany: when too many letters to this profile were asked for.
    """
    claim, listed = _begin(session, claim_id, user_id)
    if address not in listed.addresses:
        raise Refused(_("Choose one of the addresses that a register names."), field="address")
    _count(session, codes.ASK, f"user:{user_id}", secret)
    _count(session, codes.LETTER, f"profile:{claim.profile_id}", secret)
    proof = _asked(session, claim, ProofMethod.LETTER_CODE, address[: rules.MAX_SUBJECT], is_listed=True)
    moves.later(claim, rules.LIFE + codes.LIVES[ProofMethod.LETTER_CODE])
    return proof


def ask_by_website(session: Session, *, claim_id: int, user_id: int, method: ProofMethod, website: str) -> ClaimProof:
    """Note on which website a token is to be looked for. One that only the claimant names leads a moderator and proves nothing.

    Raises:
        Refused: when the address is too long.
    """
    claim, listed = _begin(session, claim_id, user_id)
    known = rules.same_site(website, listed.websites)
    if len(known or website) > rules.MAX_SUBJECT:
        raise Refused(_("This address is too long for us. Choose another way."), field="website")
    return _asked(session, claim, method, known or website, is_listed=bool(known))


def enter(session: Session, *, claim_id: int, user_id: int, method: ProofMethod, typed: str, secret: str) -> Outcome:
    """Take a code. A wrong one is no error here: the transaction has to stand, so that the try counts.

    Raises:
        TooMany: when this person typed too many.
    """
    profile, claim = _own(session, claim_id, user_id)
    _count(session, codes.TRY, f"user:{user_id}", secret)
    proof = queries.proofs(session, claim_id).get(method)
    if proof is None:
        return Outcome.NONE
    outcome = codes.use(session, proof, typed=typed, secret=secret)
    if outcome is Outcome.PROVED:
        moves.note(session, claim, "proof", actor_id=user_id, method=method.value)
        received(session, profile, claim, actor_id=user_id)
    elif outcome is Outcome.USED_UP:
        moves.note(session, claim, "proof_failed", actor_id=user_id, method=method.value)
    return outcome


def before_look(session: Session, *, claim_id: int, user_id: int, method: ProofMethod, secret: str) -> ClaimProof:
    """Count a look before it is made, and return what is looked for; the look itself belongs outside of every transaction.

    Raises:
        NotFound: when nothing was asked for.
        TooMany: when this person had us look too often.
    """
    _profile, claim = _own(session, claim_id, user_id)
    proof = queries.proofs(session, claim.id).get(method)
    if proof is None or method not in rules.BY_TOKEN:
        raise NotFound(_("Say first on which website we shall look."))
    _count(session, codes.LOOK, f"user:{user_id}", secret)
    return proof


def looked(session: Session, *, claim_id: int, user_id: int, method: ProofMethod, website: str, look: Look) -> bool:
    """Write down what a look found; return whether that proves it.

    Args:
        website: Where the look was: one for a website that was changed meanwhile counts for nothing.
    """
    profile, claim = _own(session, claim_id, user_id)
    proof = queries.proofs(session, claim_id).get(method)
    if proof is None or proof.subject != website or proof.status is ProofStatus.PROVED:
        return proof is not None and proof.status is ProofStatus.PROVED
    moment = clock.now()
    proof.checked_at, proof.problem = moment, look.problem
    if look.found:
        proof.status, proof.proved_at = ProofStatus.PROVED, moment
        moves.note(session, claim, "proof", actor_id=user_id, method=method.value)
        session.flush()
        received(session, profile, claim, actor_id=user_id)
    return look.found


def give_number(session: Session, *, claim_id: int, user_id: int, number: str) -> ClaimProof:
    """Take the number by which a register knows the profile. It proves nothing, for it is public: it helps whoever decides.

    So it leads the claim to nobody either: whoever has nothing else to show asks a person (`ask_for_review`).

    Raises:
        Refused: when no register knows the profile by it.
    """
    _profile, claim = _own(session, claim_id, user_id)
    listed = contacts.listed_before(session, profile_id=claim.profile_id, moment=claim.created_at)
    if rules.same_number(number) not in {rules.same_number(value) for _system, value in listed.numbers}:
        raise Refused(_("No register knows this profile by that number."), field="number")
    proof = _asked(session, claim, ProofMethod.REGISTRY_MATCH, number[: rules.MAX_SUBJECT], is_listed=True)
    proof.status, proof.proved_at = ProofStatus.PROVED, clock.now()
    moves.note(session, claim, "proof", actor_id=user_id, method=proof.method.value)
    moves.later(claim, rules.LIFE)
    session.flush()
    return proof


def add_document(session: Session, *, claim_id: int, user_id: int, method: ProofMethod, subject: str) -> ClaimProof:
    """Note that a document was handed in for a claim; the document itself goes into the evidence store. A moderator says what it proves.

    Args:
        method: LICENCE_DOCUMENT or PHOTO_ID.
        subject: The number of the licence, or what kind of document it is.
    """
    profile, claim = _own(session, claim_id, user_id)
    proof = _asked(session, claim, method, subject[: rules.MAX_SUBJECT], is_listed=False)
    moves.note(session, claim, "document", actor_id=user_id, method=method.value)
    received(session, profile, claim, actor_id=user_id)
    return proof


def ask_for_review(session: Session, *, claim_id: int, user_id: int) -> Claim:
    """Ask a person to look: what was shown is all that there is.

    Raises:
        Refused: when somebody holds the profile (see `contest`), or a person looks already.
    """
    _profile, claim = _own(session, claim_id, user_id)
    if queries.holder(session, claim.profile_id) is not None:
        raise Refused(_("Somebody holds this profile. You can contest it once they had a week to answer you."))
    moves.move(session, claim, ClaimStatus.IN_REVIEW, actor_id=user_id)
    mail.claim_in_review(session, claim_id=claim.id)
    return claim


def contest(session: Session, *, claim_id: int, user_id: int) -> Claim:
    """Contest a profile that somebody else holds; they keep it until two moderators have decided, and are told.

    Raises:
        Refused: when nobody holds it, when nothing was shown for the claim, when the week to answer is not over, when it is
            contested already, or when the person was let in meanwhile.
    """
    _profile, claim = _own(session, claim_id, user_id)
    holder = queries.holder(session, claim.profile_id)
    if holder is None:
        raise Refused(_("Nobody holds this profile any more. Your claim goes its ordinary way."))
    _refuse_member(session, user_id, claim.profile_id)
    if holder.status is ClaimStatus.CONTESTED:
        raise Refused(_("Somebody contests this profile already. Wait until that is decided."))
    if not rules.has_shown(queries.proofs(session, claim.id).values()):
        raise Refused(_("Show something first: nobody's profile is contested with words alone."))
    if clock.now() < rules.may_contest_from(claim, holder):
        raise Refused(_("Whoever holds the profile has a week to answer you. You can contest it after that."))
    moves.move(session, holder, ClaimStatus.CONTESTED, actor_id=user_id)
    claim.contests_id = holder.id
    moves.move(session, claim, ClaimStatus.IN_REVIEW, actor_id=user_id)
    mail.claim_contested(session, claim_id=holder.id)
    mail.claim_in_review(session, claim_id=claim.id)
    return claim


def withdraw(session: Session, *, claim_id: int, user_id: int) -> Claim:
    """Take an open claim back, or leave a profile that one holds.

    Raises:
        Refused: when it has ended already.
    """
    profile, claim = moves.locked(session, claim_id)
    if claim.user_id != user_id:
        raise NotAllowed(_("This is somebody else's claim."))
    call_off(session, profile, claim, ClaimStatus.WITHDRAWN, actor_id=user_id)
    return claim


def call_off(session: Session, profile: Profile, claim: Claim, status: ClaimStatus, *, actor_id: int | None) -> None:
    """End a claim without a decision on it: an open one as it stands, one that holds by letting its profile go."""
    if claim.status not in OPEN:
        moves.end_hold(session, profile, claim, status, actor_id=actor_id)
        moves.release(session, profile)
        return
    contested, claim.contests_id = claim.contests_id, None
    moves.move(session, claim, status, actor_id=actor_id)
    if contested is not None:
        moves.keep(session, contested, actor_id=None)


def received(session: Session, profile: Profile, claim: Claim, *, actor_id: int | None) -> None:
    """Make of a new proof what it comes to: the profile is theirs, or a person looks, or it waits for whoever holds the profile."""
    proofs = list(queries.proofs(session, claim.id).values())
    _look_at_list(session, claim, proofs)
    moves.later(claim, rules.LIFE)
    if claim.status in {ClaimStatus.STARTED, ClaimStatus.CHALLENGE_SENT}:
        moves.move(session, claim, ClaimStatus.PROOF_RECEIVED, actor_id=actor_id)
    if queries.holder(session, claim.profile_id) is not None:
        return
    free = profile.status is ProfileStatus.PUBLISHED_UNCLAIMED and not queries.has_owner(session, profile.id)
    if free and rules.decides(proofs) is Verdict.APPROVE and queries.is_active(session, claim.user_id):
        moves.give(session, profile, claim, actor_id=None)
    elif claim.status is ClaimStatus.PROOF_RECEIVED:
        moves.move(session, claim, ClaimStatus.IN_REVIEW, actor_id=actor_id)
        mail.claim_in_review(session, claim_id=claim.id)


def _look_at_list(session: Session, claim: Claim, proofs: Sequence[ClaimProof]) -> None:
    """Take from proofs what was taken off the lists of others since they were asked for."""
    listed = contacts.listed_before(session, profile_id=claim.profile_id, moment=claim.created_at)
    for proof in proofs:
        if proof.is_listed and not _is_listed(proof, listed):
            proof.is_listed = False
    session.flush()


def _is_listed(proof: ClaimProof, listed: Listed) -> bool:
    if proof.method is ProofMethod.EMAIL_AT_DOMAIN:
        return not checks.email_problem(proof.subject, listed.websites)
    if proof.method in rules.BY_TOKEN:
        return bool(rules.same_site(proof.subject, listed.websites))
    if proof.method is ProofMethod.PHONE_CODE:
        return proof.subject in listed.phones
    if proof.method is ProofMethod.LETTER_CODE:
        return proof.subject in {one[: rules.MAX_SUBJECT] for one in listed.addresses}
    return True


def _own(session: Session, claim_id: int, user_id: int) -> tuple[Profile, Claim]:
    """Return a person's own open claim with its profile, locked."""
    profile, claim = moves.locked(session, claim_id)
    if claim.user_id != user_id:
        raise NotAllowed(_("This is somebody else's claim."))
    if claim.status not in OPEN:
        raise Refused(_("This claim has ended. You can open another one from the profile."))
    return profile, claim


def _begin(session: Session, claim_id: int, user_id: int) -> tuple[Claim, Listed]:
    _profile, claim = _own(session, claim_id, user_id)
    return claim, contacts.listed_before(session, profile_id=claim.profile_id, moment=claim.created_at)


def _asked(session: Session, claim: Claim, method: ProofMethod, subject: str, *, is_listed: bool) -> ClaimProof:
    """Write down that a way was asked for; asked again, it ends what was asked before."""
    proof = queries.proofs(session, claim.id).get(method)
    if proof is not None and proof.status is ProofStatus.PROVED:
        raise Refused(_("You have shown this already."))
    if proof is None:
        proof = ClaimProof(claim_id=claim.id, method=method, subject=subject, created_at=clock.now())
    proof.subject, proof.is_listed, proof.status = subject, is_listed, ProofStatus.WAITING
    proof.code_hash, proof.tries_left, proof.problem, proof.expires_at = "", codes.TRIES, "", None
    proof.created_at, proof.checked_at = clock.now(), None
    session.add(proof)
    moves.later(claim, timedelta(days=1))
    if claim.status is ClaimStatus.STARTED:
        moves.move(session, claim, ClaimStatus.CHALLENGE_SENT, actor_id=claim.user_id)
    session.flush()
    return proof


def _refuse_member(session: Session, user_id: int, profile_id: int) -> None:
    if memberships.role_of(session, user_id=user_id, profile_id=profile_id) is not None:
        raise Refused(_("You act for this profile already."))


def _count(session: Session, limit: throttle.Limit, subject: str, secret: str) -> None:
    throttle.count(session, limit, keys=[throttle.key(limit, subject, secret=secret)])
