"""What moderators can do with a claim as it stands, and how each is done."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlmodel import Session

from directory.claims import deciding, rules
from directory.core.i18n import lazy
from directory.models.claims import HOLDING, OPEN, Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus


class Action(StrEnum):
    """One thing that a moderator can do."""

    APPROVE = "approve"
    DENY = "deny"
    TAKE_LICENCE = "take_licence"
    REFUSE_LICENCE = "refuse_licence"
    TAKE_PHOTO_ID = "take_photo_id"
    REFUSE_PHOTO_ID = "refuse_photo_id"
    SECOND_TRANSFER = "second_transfer"
    SECOND_KEEP = "second_keep"
    TRANSFER = "transfer"
    KEEP = "keep"
    REVOKE = "revoke"


ACTIONS: Mapping[Action, str] = {
    Action.APPROVE: lazy("Approve: hand the page to this person"),
    Action.DENY: lazy("Refuse the claim"),
    Action.TAKE_LICENCE: lazy("The licence shows that they are who is listed"),
    Action.REFUSE_LICENCE: lazy("The licence does not show it"),
    Action.TAKE_PHOTO_ID: lazy("The photo ID shows that they are who is listed"),
    Action.REFUSE_PHOTO_ID: lazy("The photo ID does not show it"),
    Action.SECOND_TRANSFER: lazy("First look: the page should go to this person"),
    Action.SECOND_KEEP: lazy("First look: whoever holds the page should keep it"),
    Action.TRANSFER: lazy("Decide: the page goes to this person"),
    Action.KEEP: lazy("Decide: whoever holds the page keeps it"),
    Action.REVOKE: lazy("Revoke: they act for the page no longer"),
}
_DOCUMENTS = {
    ProofMethod.LICENCE_DOCUMENT: (Action.TAKE_LICENCE, Action.REFUSE_LICENCE),
    ProofMethod.PHOTO_ID: (Action.TAKE_PHOTO_ID, Action.REFUSE_PHOTO_ID),
}


def possible(claim: Claim, proofs: Mapping[ProofMethod, ClaimProof], *, is_held: bool, moderator_id: int) -> Sequence[Action]:
    """Return what this moderator can do with a claim now.

    Args:
        is_held: Whether another claim holds the profile.
    """
    if claim.status in HOLDING:
        return (Action.REVOKE,)
    if claim.status not in OPEN:
        return ()
    found: list[Action] = []
    for method in rules.BY_DOCUMENT:
        if method in proofs and proofs[method].status is ProofStatus.WAITING:
            found += _DOCUMENTS[method]
    if claim.contests_id is not None:
        if claim.seconded_by_id is None:
            found += [Action.SECOND_TRANSFER, Action.SECOND_KEEP]
        elif claim.seconded_by_id != moderator_id:
            found += [Action.TRANSFER, Action.KEEP]
        return found
    if claim.status is ClaimStatus.IN_REVIEW and not is_held:
        found.append(Action.APPROVE)
    return [*found, Action.DENY]


def do(session: Session, action: Action, *, claim_id: int, moderator_id: int, reason: str) -> Claim:
    """Do it.

    Raises:
        NotAllowed: see `deciding`.
        Refused: see `deciding`.
    """
    who = {"claim_id": claim_id, "moderator_id": moderator_id}
    for method, (takes, refuses) in _DOCUMENTS.items():
        if action in {takes, refuses}:
            return deciding.take_document(session, **who, method=method, fits=action is takes, reason=reason)
    if action in {Action.SECOND_TRANSFER, Action.SECOND_KEEP}:
        return deciding.second(session, **who, transfers=action is Action.SECOND_TRANSFER, reason=reason)
    if action in {Action.TRANSFER, Action.KEEP}:
        return deciding.settle(session, **who, transfers=action is Action.TRANSFER, reason=reason)
    simple = {Action.APPROVE: deciding.approve, Action.DENY: deciding.deny, Action.REVOKE: deciding.revoke}
    return simple[action](session, **who, reason=reason)
