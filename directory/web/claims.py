"""What pages say of claims: states, ways of proving with what each needs and proves, and what came of a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from directory.claims import checks, phone, rules
from directory.claims.actions import Action
from directory.claims.codes import Outcome
from directory.claims.rules import Proves
from directory.core import clock
from directory.core.i18n import _, lazy
from directory.models.claims import Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus
from directory.profiles.contacts import Listed
from directory.web import evidence
from directory.web.mailer import app_settings

STATES: Mapping[ClaimStatus, str] = {
    ClaimStatus.STARTED: lazy("Open: nothing is shown yet"),
    ClaimStatus.CHALLENGE_SENT: lazy("Open: a way to show it was chosen"),
    ClaimStatus.PROOF_RECEIVED: lazy("Open: something is shown, and somebody else holds the page"),
    ClaimStatus.IN_REVIEW: lazy("A person looks at it"),
    ClaimStatus.APPROVED: lazy("Approved: the page is in their hands"),
    ClaimStatus.CONTESTED: lazy("Approved, and somebody contests it"),
    ClaimStatus.DENIED: lazy("Refused"),
    ClaimStatus.EXPIRED: lazy("Ended: its time was over"),
    ClaimStatus.WITHDRAWN: lazy("Taken back"),
    ClaimStatus.REVOKED: lazy("Revoked"),
    ClaimStatus.TRANSFERRED: lazy("The page went to somebody else"),
}

#: What a way is called.
METHODS: Mapping[ProofMethod, str] = {
    ProofMethod.EMAIL_AT_DOMAIN: lazy("E-mail at the website's domain"),
    ProofMethod.DNS_TXT: lazy("A record in the DNS of the website"),
    ProofMethod.WELL_KNOWN: lazy("A file on the website"),
    ProofMethod.META_TAG: lazy("A line in the website's front page"),
    ProofMethod.PHONE_CODE: lazy("A code to the telephone"),
    ProofMethod.LETTER_CODE: lazy("A code by letter"),
    ProofMethod.LICENCE_DOCUMENT: lazy("A licence or permit"),
    ProofMethod.PHOTO_ID: lazy("A photo ID"),
    ProofMethod.REGISTRY_MATCH: lazy("The number in the register"),
}
#: What it takes.
NEEDS: Mapping[ProofMethod, str] = {
    ProofMethod.EMAIL_AT_DOMAIN: lazy("You read mail at an address of the listed website's own domain. Takes a minute."),
    ProofMethod.DNS_TXT: lazy("You can change the DNS of the listed website's domain. Takes minutes to hours."),
    ProofMethod.WELL_KNOWN: lazy("You can put a small file on the listed website. Takes some minutes."),
    ProofMethod.META_TAG: lazy("You can change the head of the listed web page. Takes some minutes."),
    ProofMethod.PHONE_CODE: lazy("You have the listed telephone at hand. Takes a minute."),
    ProofMethod.LETTER_CODE: lazy("You get post at the listed address. Takes some days; the code works for 30 days."),
    ProofMethod.LICENCE_DOCUMENT: lazy("A person looks at it. It is kept sealed, and deleted 30 days after the decision."),
    ProofMethod.PHOTO_ID: lazy(
        "A person looks at it. It is kept sealed, and deleted 30 days after the decision. Cover what we need not see."
    ),
    ProofMethod.REGISTRY_MATCH: lazy("Proves nothing by itself, because such numbers are public; it helps whoever decides."),
}
#: What it shows.
SHOWS: Mapping[Proves | None, str] = {
    Proves.DOMAIN: lazy("Shows the website"),
    Proves.PHONE: lazy("Shows the telephone"),
    Proves.ADDRESS: lazy("Shows the address"),
    Proves.IDENTITY: lazy("Shows who you are"),
    None: lazy("A hint alone"),
}
#: The same once it is shown.
SHOWN: Mapping[Proves, str] = {
    Proves.DOMAIN: lazy("the website"),
    Proves.PHONE: lazy("the telephone"),
    Proves.ADDRESS: lazy("the address"),
    Proves.IDENTITY: lazy("who you are"),
}
PROOF_STATES: Mapping[ProofStatus, str] = {
    ProofStatus.WAITING: lazy("Waits"),
    ProofStatus.SENT: lazy("Sent"),
    ProofStatus.PROVED: lazy("Shown"),
    ProofStatus.FAILED: lazy("Not shown"),
    ProofStatus.EXPIRED: lazy("The code has run out"),
    ProofStatus.LAPSED: lazy("Not found any more"),
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.WRONG: lazy("That is not the code. Look at each sign, and try again."),
    Outcome.USED_UP: lazy("That was the third wrong code. It works no longer; ask for a new one."),
    Outcome.EXPIRED: lazy("This code has run out. Ask for a new one."),
    Outcome.NONE: lazy("No code waits to be typed: it was used, or a new one is on its way. Ask for one."),
}
#: What the page of a claimed profile says: never more than it means.
CLAIMED = lazy("Somebody showed us that they act for this profile. That says nothing about the facts or the work.")

_NO_MAIL = lazy("Done and written into the log. Nobody gets a mail about a document by itself.")
_FIRST = lazy("Done and written into the log. Another moderator decides; nobody gets a mail before that.")
_TO_CLAIMANT = lazy("Done and written into the log. The claimant gets a mail with your words.")
#: What a moderator did -> what comes of it, and who is told.
DONE: Mapping[Action, str] = {
    **dict.fromkeys((Action.APPROVE, Action.DENY), _TO_CLAIMANT),
    **dict.fromkeys((Action.TAKE_LICENCE, Action.REFUSE_LICENCE, Action.TAKE_PHOTO_ID, Action.REFUSE_PHOTO_ID), _NO_MAIL),
    **dict.fromkeys((Action.SECOND_TRANSFER, Action.SECOND_KEEP), _FIRST),
    Action.TRANSFER: lazy("Done and written into the log. Both get a mail with your words."),
    Action.KEEP: lazy(
        "Done and written into the log. The claimant gets a mail with your words, and whoever holds the page one without them."
    ),
    Action.REVOKE: lazy("Done and written into the log. Whoever held the page gets a mail with your words."),
}

#: The part of the address -> the way.
SITES = {"dns": ProofMethod.DNS_TXT, "file": ProofMethod.WELL_KNOWN, "tag": ProofMethod.META_TAG}
DOCUMENTS = {"licence": ProofMethod.LICENCE_DOCUMENT, "photo-id": ProofMethod.PHOTO_ID}
CODES = {"email": ProofMethod.EMAIL_AT_DOMAIN, "phone": ProofMethod.PHONE_CODE, "letter": ProofMethod.LETTER_CODE}
_WORD = {method: word for words in (SITES, DOCUMENTS, CODES) for word, method in words.items()}


@dataclass(frozen=True)
class Way:
    """One way of proving as its claimant sees it.

    Args:
        title: What it is called.
        shows: What it shows.
        text: What it needs, or why it is not to be had, or why it proves nothing here.
        is_lead: Whether it only helps a person who looks.
        state: How far it came; "" where nothing was asked for.
        tone: Of the state: "good", "warn" or "".
        url: Where it is begun; "" where it cannot be.
        code_url: Where its code is typed; "" where none waits.
        about: What it is about, where something was asked for.
    """

    title: str
    shows: str
    text: str
    is_lead: bool
    state: str = ""
    tone: str = ""
    url: str = ""
    code_url: str = ""
    about: str = ""


def ways(claim: Claim, proofs: Mapping[ProofMethod, ClaimProof], listed: Listed) -> list[Way]:
    """Return all ways: first those that prove something, then those that only help a person, at last what is not to be had."""
    found = [_way(claim, method, proofs.get(method), listed) for method in ProofMethod]
    return sorted(found, key=lambda way: (not (way.url or way.state), way.is_lead))


def _way(claim: Claim, method: ProofMethod, proof: ClaimProof | None, listed: Listed) -> Way:
    missing, lead = _missing(method, listed), _lead(method, listed)
    shows = rules.PROVES[method] if not lead else None
    said: dict[str, Any] = {"title": str(METHODS[method]), "shows": str(SHOWS[shows]), "is_lead": shows is None}
    said["text"] = missing or lead or str(NEEDS[method])
    is_proved = proof is not None and proof.status is ProofStatus.PROVED
    url = "" if missing or is_proved else _url(claim, method)
    if proof is None:
        return Way(**said, url=url)
    waits = method in rules.BY_CODE and proof.status in {ProofStatus.WAITING, ProofStatus.SENT} and not is_over(proof)
    code_url = url_for("claims.code", claim_id=claim.id, code=_WORD[method]) if waits else ""
    tone = "good" if is_proved else "warn" if proof.status in {ProofStatus.FAILED, ProofStatus.EXPIRED, ProofStatus.LAPSED} else ""
    return Way(**said, state=state(proof), tone=tone, url=url, code_url=code_url, about=proof.subject)


def state(proof: ClaimProof) -> str:
    """Return how far a proof came, and what stands against it."""
    said = str(PROOF_STATES[ProofStatus.EXPIRED if is_over(proof) else proof.status])
    if proof.status is ProofStatus.PROVED and not proof.is_listed:
        return _("Shown; nobody but you has named it, so a person looks")
    if proof.method is ProofMethod.REGISTRY_MATCH and proof.status is ProofStatus.PROVED:
        return _("Noted, for whoever looks")
    if proof.method in rules.BY_DOCUMENT and proof.status is ProofStatus.WAITING:
        return _("Waits for a person to look at it")
    if proof.method is ProofMethod.LETTER_CODE and proof.status is ProofStatus.WAITING:
        return _("The letter waits to be printed and posted")
    return said


def is_over(proof: ClaimProof) -> bool:
    """Say whether the code of a proof has run out, whether or not anybody has noticed."""
    return proof.status is ProofStatus.SENT and proof.expires_at is not None and proof.expires_at <= clock.now()


def sends_codes() -> bool:
    """Say whether this site has somebody who sends codes to telephones."""
    return phone.sender_for(app_settings()) is not None


def problem(word: str) -> str:
    """Return the sentence for why a look found nothing."""
    return str(checks.SENTENCES[word]) if word in checks.SENTENCES else ""


def _missing(method: ProofMethod, listed: Listed) -> str:
    """Return why a way is not to be had here; "" where it is."""
    if method is ProofMethod.PHONE_CODE and not sends_codes():
        return _("This site sends no codes to telephones.")
    if method is ProofMethod.LETTER_CODE and not listed.addresses:
        return _("No register names an address for this page.")
    if method is ProofMethod.REGISTRY_MATCH and not listed.numbers:
        return _("No register that we read knows this page by a number.")
    if method in rules.BY_DOCUMENT and not evidence.is_open():
        return _("This site cannot take documents.")
    return ""


def _lead(method: ProofMethod, listed: Listed) -> str:
    """Return why a way proves nothing here: only the claimant names what it shows; "" where it proves something."""
    proves = rules.PROVES[method]
    if proves is Proves.DOMAIN and not listed.websites:
        return _("No register names a website for this page, so this only helps a person who looks.")
    if proves is Proves.PHONE and not listed.phones:
        return _("No register names a telephone for this page, so this only helps a person who looks.")
    return ""


def _url(claim: Claim, method: ProofMethod) -> str:
    if method in rules.BY_TOKEN:
        return url_for("claims.website", claim_id=claim.id, site=_WORD[method])
    if method in rules.BY_DOCUMENT:
        return url_for("claims.document", claim_id=claim.id, paper=_WORD[method])
    if method is ProofMethod.REGISTRY_MATCH:
        return url_for("claims.number", claim_id=claim.id)
    return url_for(f"claims.{_WORD[method]}", claim_id=claim.id)
