"""A profile whose contacts a register named, and what claimants do with it."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from directory.claims import rules, sending, service
from directory.claims.checks import Look
from directory.claims.codes import Outcome
from directory.core import clock
from directory.evidence import queries as evidence
from directory.evidence.rules import SEEN
from directory.models.accounts import User
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.claims import Claim, ClaimProof, ProofMethod
from directory.models.evidence import Evidence
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile, ProfileStatus
from tests.factories import SECRET_KEY, Make

WEBSITE = "https://studio.example"
EMAIL = "ada@studio.example"
PHONE = "+14165550134"
ADDRESS = "12 Queen Street, Toronto, Ontario, M5H 2N2, CA"
NPI = "1234567893"


def say(
    session: Session, profile: Profile, field: str, value: Any, rank: AssertionRank = AssertionRank.REGISTER, **more: Any
) -> FieldAssertion:
    """Let somebody say a fact of a profile: a register, long ago, unless said otherwise."""
    long_ago = clock.now() - timedelta(days=400)
    source = {"source_record_id": None, "asserted_at": long_ago, "verified_at": long_ago}
    row = FieldAssertion(profile_id=profile.id, field=field, value=value, rank=rank, **source | more)
    session.add(row)
    session.flush()
    return row


def listed(session: Session, make: Make, name: str = "Ada Marsh", **more: Any) -> Profile:
    """A profile that a register knows with a website, a telephone, an address and a number."""
    values = {"status": ProfileStatus.PUBLISHED_UNCLAIMED} | more
    profile = make.profile(name, **values)
    say(session, profile, "website", WEBSITE)
    say(session, profile, "phone:0", PHONE)
    place = {"address": "12 Queen Street", "city": "Toronto", "region": "Ontario", "postal_code": "M5H 2N2", "country_code": "CA"}
    say(session, profile, "address:0", place)
    say(session, profile, "identifier:npi", NPI)
    return profile


def begin(session: Session, profile: Profile, user: User) -> Claim:
    """Open a claim."""
    return service.open_(session, profile_id=profile.id, user_id=user.id, role=MembershipRole.OWNER)


def website(
    session: Session, claim: Claim, *, where: str = WEBSITE, method: ProofMethod = ProofMethod.WELL_KNOWN, found: bool = True
) -> bool:
    """Show a claim by a token on a website, as if it was looked for and found."""
    who = {"claim_id": claim.id, "user_id": claim.user_id, "method": method}
    proof = service.ask_by_website(session, **who, website=where)
    return service.looked(session, **who, website=proof.subject, look=Look(found=found, problem="" if found else "not_found", subject=""))


def email(session: Session, claim: Claim, *, address: str = EMAIL) -> Outcome:
    """Show a claim by a code to an address."""
    service.ask_by_email(session, claim_id=claim.id, user_id=claim.user_id, email=address, secret=SECRET_KEY)
    return enter(session, claim, ProofMethod.EMAIL_AT_DOMAIN, sent(session, claim, ProofMethod.EMAIL_AT_DOMAIN))


def letter(session: Session, claim: Claim, *, address: str = ADDRESS) -> Outcome:
    """Show a claim by a code to an address of the post."""
    service.ask_by_letter(session, claim_id=claim.id, user_id=claim.user_id, address=address, secret=SECRET_KEY)
    return enter(session, claim, ProofMethod.LETTER_CODE, sent(session, claim, ProofMethod.LETTER_CODE))


def phone(session: Session, claim: Claim, *, number: str = PHONE) -> Outcome:
    """Show a claim by a code to a telephone."""
    service.ask_by_phone(session, claim_id=claim.id, user_id=claim.user_id, number=number, secret=SECRET_KEY)
    return enter(session, claim, ProofMethod.PHONE_CODE, sent(session, claim, ProofMethod.PHONE_CODE))


def document(session: Session, claim: Claim, method: ProofMethod = ProofMethod.LICENCE_DOCUMENT) -> None:
    """Hand a document in, whose bytes are of no concern here."""
    service.add_document(session, claim_id=claim.id, user_id=claim.user_id, method=method, subject="x")
    paper = {"kind": rules.KINDS[method], "file_name": "x.pdf", "media_type": "application/pdf", "size": 1, "key_id": "k"}
    session.add(Evidence(claim_id=claim.id, user_id=claim.user_id, **paper, created_at=clock.now()))
    session.flush()


def opened(session: Session, claim: Claim, moderator: User, method: ProofMethod = ProofMethod.LICENCE_DOCUMENT) -> None:
    """Write down that a moderator opened what was handed in in one way."""
    for one in evidence.of(session, claim_id=claim.id):
        if one.kind is rules.KINDS[method]:
            said = {"action": SEEN, "subject": f"evidence:{one.id}", "created_at": clock.now()}
            session.add(AuditEntry(actor_id=moderator.id, **said))
    session.flush()


def sent(session: Session, claim: Claim, method: ProofMethod) -> str:
    """Return the code that goes out for a claim now, as the job or the print makes it."""
    found = sending.code_for(session, proof_id=proof(session, claim, method).id, secret=SECRET_KEY)
    assert found is not None
    return found.code


def enter(session: Session, claim: Claim, method: ProofMethod, typed: str) -> Outcome:
    """Type a code."""
    return service.enter(session, claim_id=claim.id, user_id=claim.user_id, method=method, typed=typed, secret=SECRET_KEY)


def proof(session: Session, claim: Claim, method: ProofMethod) -> ClaimProof:
    """Return one proof of a claim, as the database has it."""
    return session.exec(
        select(ClaimProof).where(ClaimProof.claim_id == claim.id, ClaimProof.method == method).execution_options(populate_existing=True)
    ).one()


def own(session: Session, profile: Profile, user: User) -> Claim:
    """Let somebody come to hold a profile by two proofs of different kinds."""
    claim = begin(session, profile, user)
    website(session, claim)
    letter(session, claim)
    return claim


def owners(session: Session, profile: Profile) -> list[int]:
    """Return who is an owner of a profile."""
    mine = (Membership.profile_id == profile.id, Membership.role == MembershipRole.OWNER)
    return list(session.exec(select(Membership.user_id).where(*mine).order_by(col(Membership.user_id))).all())
