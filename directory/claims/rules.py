"""What proves what, what may follow on what, and when two proofs are enough: pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from directory.models.claims import Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus
from directory.models.evidence import EvidenceKind

#: An open claim ends by itself after this; what is shown for it begins the time anew.
LIFE = timedelta(days=30)
#: How long whoever holds a profile has to answer somebody who asks for access, before that person may contest it.
PATIENCE = timedelta(days=7)
#: How often what proved a claim is looked at again, and how long an owner has to mend what was not found.
RECHECK = timedelta(days=90)
SECOND_LOOK = timedelta(days=14)
#: How long somebody in the queue waits at most before the list says so.
LATE = timedelta(days=3)
MAX_MESSAGE = 2000
MIN_REASON, MAX_REASON = 10, 2000
MAX_SUBJECT = 320


class Proves(StrEnum):
    """What a way of proving shows. Two ways that show the same thing count once: whoever has the domain has its mail too."""

    DOMAIN = "domain"
    PHONE = "phone"
    ADDRESS = "address"
    IDENTITY = "identity"


#: Each way -> what it proves; None: nothing by itself, it leads a moderator. Numbers of registers are public.
PROVES: Mapping[ProofMethod, Proves | None] = {
    ProofMethod.EMAIL_AT_DOMAIN: Proves.DOMAIN,
    ProofMethod.DNS_TXT: Proves.DOMAIN,
    ProofMethod.WELL_KNOWN: Proves.DOMAIN,
    ProofMethod.META_TAG: Proves.DOMAIN,
    ProofMethod.PHONE_CODE: Proves.PHONE,
    ProofMethod.LETTER_CODE: Proves.ADDRESS,
    ProofMethod.LICENCE_DOCUMENT: Proves.IDENTITY,
    ProofMethod.PHOTO_ID: Proves.IDENTITY,
    ProofMethod.REGISTRY_MATCH: None,
}
#: Proved by typing a code that came by another way than the site.
BY_CODE = (ProofMethod.EMAIL_AT_DOMAIN, ProofMethod.PHONE_CODE, ProofMethod.LETTER_CODE)
#: Proved by a token that is found where only whoever runs the website can put it; can be looked at again.
BY_TOKEN = (ProofMethod.DNS_TXT, ProofMethod.WELL_KNOWN, ProofMethod.META_TAG)
#: Proved when a moderator has looked.
BY_DOCUMENT = (ProofMethod.LICENCE_DOCUMENT, ProofMethod.PHOTO_ID)
#: As what each document is kept.
KINDS: Mapping[ProofMethod, EvidenceKind] = {
    ProofMethod.LICENCE_DOCUMENT: EvidenceKind.LICENCE,
    ProofMethod.PHOTO_ID: EvidenceKind.PHOTO_ID,
}


class Verdict(StrEnum):
    """What the proofs come to."""

    APPROVE = "approve"
    REVIEW = "review"


_S = ClaimStatus
_CALLED_OFF = {_S.DENIED, _S.EXPIRED, _S.WITHDRAWN}
#: What may follow on what. The states that are left out are ends.
_NEXT: Mapping[ClaimStatus, set[ClaimStatus]] = {
    _S.STARTED: {_S.CHALLENGE_SENT, _S.PROOF_RECEIVED, _S.IN_REVIEW} | _CALLED_OFF,
    _S.CHALLENGE_SENT: {_S.PROOF_RECEIVED, _S.IN_REVIEW} | _CALLED_OFF,
    _S.PROOF_RECEIVED: {_S.IN_REVIEW, _S.APPROVED} | _CALLED_OFF,
    # Back to waiting where somebody else was approved meanwhile. It never runs out: it waits for us.
    _S.IN_REVIEW: {_S.PROOF_RECEIVED, _S.APPROVED, _S.DENIED, _S.WITHDRAWN},
    _S.APPROVED: {_S.CONTESTED, _S.REVOKED, _S.WITHDRAWN},
    _S.CONTESTED: {_S.APPROVED, _S.REVOKED, _S.TRANSFERRED, _S.WITHDRAWN},
}
#: The open states that run out.
RUNS_OUT = (_S.STARTED, _S.CHALLENGE_SENT, _S.PROOF_RECEIVED)


def may_follow(old: ClaimStatus, new: ClaimStatus) -> bool:
    """Say whether a claim in state `old` may come into state `new`."""
    return new in _NEXT.get(old, set())


def proved(proofs: Iterable[ClaimProof]) -> set[Proves]:
    """Return the different things that are proved by what somebody other than the claimant had named."""
    shown = {PROVES[one.method] for one in proofs if one.status is ProofStatus.PROVED and one.is_listed}
    return {one for one in shown if one is not None}


def decides(proofs: Iterable[ClaimProof]) -> Verdict:
    """Say what the proofs come to: two that prove two different things approve; anything less is for a person to look at."""
    return Verdict.APPROVE if len(proved(proofs)) >= 2 else Verdict.REVIEW


def has_shown(proofs: Iterable[ClaimProof]) -> bool:
    """Say whether there is anything at all to look at: something proved, or a document that waits. A public number is nothing."""
    shown = (one for one in proofs if PROVES[one.method] is not None)
    return any(one.status is ProofStatus.PROVED or (one.method in BY_DOCUMENT and one.status is ProofStatus.WAITING) for one in shown)


def may_contest_from(claim: Claim, holder: Claim) -> datetime:
    """Return from when a claim may contest the one that holds the profile: a week after both were there."""
    return max(claim.created_at, holder.decided_at or claim.created_at) + PATIENCE


def site_key(website: str) -> str:
    """Return what makes two spellings of a website the same: its host without "www." and its path, whatever the scheme."""
    parts = urlsplit(website if "://" in website else f"https://{website}")
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    return host + parts.path.rstrip("/")


def same_site(typed: str, listed: Iterable[str]) -> str:
    """Return the listed website that somebody typed, as it is listed; "" where it is none of them."""
    key = site_key(typed)
    return next((one for one in listed if key and site_key(one) == key), "")


def same_number(typed: str) -> str:
    """Return the number of a register as it is compared: letters and digits alone."""
    return "".join(c for c in typed.upper() if c.isalnum())
