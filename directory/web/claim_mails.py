"""Handlers of mails about claims; see `mails.py`. None of them names another claimant; a code stands in the one that carries it."""

from typing import Any

from sqlmodel import Session

from directory.claims import queries, rules, sending
from directory.core.i18n import _
from directory.models.accounts import User
from directory.models.claims import HOLDING, OPEN, Claim, ClaimStatus
from directory.models.profiles import Profile
from directory.web import mailer
from directory.web.mails import HANDLERS, mail, send_to
from directory.work import Work

__all__ = ["HANDLERS"]


@mail
def claim_code(work: Work) -> None:
    """Send a code to an address at a practice's domain; it is made here."""
    with work.transaction() as session:
        sent = sending.code_for(session, proof_id=work.payload["proof_id"], secret=work.settings.secret_key)
    if sent is not None:
        values = {"code": sent.code, "name": sent.profile.name, "contact": mailer.link("pages.contact")}
        subject = _("Your code for the page of %(name)s", name=sent.profile.name)
        mailer.send(work, to=sent.to, subject=subject, template="claim_code", **values)


@mail
def claim_opened(work: Work) -> None:
    """Say that a claim is open and how to go on."""
    _to_claimant(work, _("Your claim is open"), OPEN)


@mail
def claim_in_review(work: Work) -> None:
    """Say that a person looks."""
    _to_claimant(work, _("A person looks at your claim"), OPEN)


@mail
def claim_approved(work: Work) -> None:
    """Say that the profile is theirs to look after."""
    _to_claimant(work, _("You act for your profile now"), HOLDING)


@mail
def claim_denied(work: Work) -> None:
    """Say that a claim was refused, and why."""
    _to_claimant(work, _("What we decided on your claim"), (ClaimStatus.DENIED,))


@mail
def claim_expired(work: Work) -> None:
    """Say that the time of a claim is over."""
    _to_claimant(work, _("Your claim has ended"), (ClaimStatus.EXPIRED,))


@mail
def claim_overtaken(work: Work) -> None:
    """Say that somebody else holds the profile now."""
    _to_claimant(work, _("Somebody else acts for the profile that you claim"), OPEN)


@mail
def claim_contested(work: Work) -> None:
    """Tell whoever holds a profile that it is contested."""
    _to_claimant(work, _("Somebody contests your profile"), HOLDING)


@mail
def claim_kept(work: Work) -> None:
    """Tell whoever holds a profile that they keep it."""
    _to_claimant(work, _("You keep your profile"), HOLDING)


@mail
def claim_transferred(work: Work) -> None:
    """Tell whoever held a profile that it went to somebody else."""
    _to_claimant(work, _("Your profile went to somebody else"), (ClaimStatus.TRANSFERRED,))


@mail
def claim_revoked(work: Work) -> None:
    """Tell whoever held a profile that they act for it no longer."""
    _to_claimant(work, _("You act for your profile no longer"), (ClaimStatus.REVOKED,))


@mail
def claim_lapsed(work: Work) -> None:
    """Tell an owner that what showed their claim was not found any more."""
    _to_claimant(work, _("We did not find what showed that the profile is yours"), HOLDING)


@mail
def access_asked(work: Work) -> None:
    """Tell whoever holds a profile that somebody asks for access. Who it is they learn from that person, not from us."""
    with work.database.session() as session:
        claim = session.get(Claim, work.payload["claim_id"])
        holder = queries.holder(session, claim.profile_id) if claim is not None and claim.status in OPEN else None
        found = _found(session, holder, HOLDING)
    if found is not None:
        send_to(work, found["user"], _("Somebody asks for access to your profile"), **found["values"])


def _to_claimant(work: Work, subject: str, states: tuple[ClaimStatus, ...]) -> None:
    """Send the mail named like its job to whoever made a claim, unless the claim has gone on to another state."""
    with work.database.session() as session:
        found = _found(session, session.get(Claim, work.payload["claim_id"]), states)
    if found is not None:
        send_to(work, found["user"], subject, **found["values"])


def _found(session: Session, claim: Claim | None, states: tuple[ClaimStatus, ...]) -> dict[str, Any] | None:
    """Return whom a mail about a claim goes to, and what it needs to say."""
    if claim is None or claim.status not in states:
        return None
    user, profile = session.get(User, claim.user_id), session.get(Profile, claim.profile_id)
    if user is None or profile is None or not user.is_active:
        return None
    holder = queries.holder(session, claim.profile_id)
    values = {
        "is_held": holder is not None and holder.id != claim.id,
        "has_owner": queries.has_owner(session, claim.profile_id),
        "name": profile.name,
        "claim": claim,
        "page": mailer.link("claims.show", claim_id=claim.id),
        "profile_page": mailer.link("profiles.show", slug=profile.slug),
        "manage": mailer.link("manage.index", slug=profile.slug),
        "contact": mailer.link("pages.contact"),
        "grace": rules.SECOND_LOOK.days,
        "patience": rules.PATIENCE.days,
    }
    return {"user": user, "values": values}
