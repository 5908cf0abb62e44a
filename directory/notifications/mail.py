"""Which mail goes out for which event: one typed function a mail; each writes a job in the caller's transaction.

A job holds numbers and paths, never an address or a secret: the handler of the same name in `web/mails.py` reads
what it needs when it runs. To add a mail: a function here, a handler there, `templates/emails/<name>.txt` and `.html`, and
its kind in `kinds.py`.
"""

from sqlmodel import Session

from directory import outbox


def confirm_email(session: Session, *, user_id: int, next_path: str = "/", browser_hash: str = "") -> None:
    """Ask a person to confirm their address.

    Args:
        user_id: Whose address.
        next_path: Where the link leads on to, a path on this site.
        browser_hash: The digest of a secret that the asking browser keeps; confirmed there, the person is signed in.
    """
    _enqueue(session, "confirm_email", user_id, user_id=user_id, next_path=next_path, browser_hash=browser_hash)


def already_registered(session: Session, *, user_id: int) -> None:
    """Tell a person that somebody, perhaps they, tried to register their address again."""
    _enqueue(session, "already_registered", user_id, user_id=user_id)


def password_reset(session: Session, *, user_id: int) -> None:
    """Send the link that sets a new password."""
    _enqueue(session, "password_reset", user_id, user_id=user_id)


def password_changed(session: Session, *, user_id: int) -> None:
    """Tell a person that their password was changed."""
    _enqueue(session, "password_changed", user_id, user_id=user_id)


def role_changed(session: Session, *, user_id: int) -> None:
    """Tell a person that they may do more, or less, than before."""
    _enqueue(session, "role_changed", user_id, user_id=user_id)


def new_sign_in(session: Session, *, user_id: int) -> None:
    """Tell a person that somebody, perhaps they, signed in with a kind of browser not seen before."""
    _enqueue(session, "new_sign_in", user_id, user_id=user_id)


def passkey_added(session: Session, *, user_id: int) -> None:
    """Tell a person that a passkey was added to their account."""
    _enqueue(session, "passkey_added", user_id, user_id=user_id)


def passkey_removed(session: Session, *, user_id: int) -> None:
    """Tell a person that a passkey was removed from their account."""
    _enqueue(session, "passkey_removed", user_id, user_id=user_id)


def totp_added(session: Session, *, user_id: int) -> None:
    """Tell a person that an authenticator app was set up for their account."""
    _enqueue(session, "totp_added", user_id, user_id=user_id)


def totp_removed(session: Session, *, user_id: int) -> None:
    """Tell a person that the authenticator app was removed from their account."""
    _enqueue(session, "totp_removed", user_id, user_id=user_id)


def recovery_codes_made(session: Session, *, user_id: int) -> None:
    """Tell a person that new recovery codes were made, and that the old ones ended."""
    _enqueue(session, "recovery_codes_made", user_id, user_id=user_id)


def recovery_code_used(session: Session, *, user_id: int) -> None:
    """Tell a person that one of their recovery codes was used, and how many are left."""
    _enqueue(session, "recovery_code_used", user_id, user_id=user_id)


def passkey_copied(session: Session, *, user_id: int) -> None:
    """Tell a person that one of their passkeys could be a copy, and was not taken."""
    _enqueue(session, "passkey_copied", user_id, user_id=user_id)


def second_factor_failed(session: Session, *, user_id: int) -> None:
    """Tell a person that somebody knows their password and typed wrong codes."""
    _enqueue(session, "second_factor_failed", user_id, user_id=user_id)


def release_email(session: Session, *, user_id: int) -> None:
    """Ask a person at their present address whether their account may leave it."""
    _enqueue(session, "release_email", user_id, user_id=user_id)


def take_email(session: Session, *, user_id: int) -> None:
    """Ask at the new address of a change whether it takes the account; where it has one already, it is told so."""
    _enqueue(session, "take_email", user_id, user_id=user_id)


def email_changed(session: Session, *, user_id: int) -> None:
    """Tell a person at their new address that it counts from now on."""
    _enqueue(session, "email_changed", user_id, user_id=user_id)


def email_left(session: Session, *, link_id: int) -> None:
    """Tell a person at the address that their account has left; the used link of that id knows which one it was."""
    _enqueue(session, "email_left", link_id, link_id=link_id)


def report_received(session: Session, *, report_id: int) -> None:
    """Send the receipt of a report to whoever wrote it (T-14)."""
    _enqueue(session, "report_received", report_id, report_id=report_id)


def report_decided(session: Session, *, decision_id: int) -> None:
    """Tell whoever wrote the decision's report what was decided (T-14). A decision without a report sends nothing."""
    _enqueue(session, "report_decided", decision_id, decision_id=decision_id)


def review_hidden(session: Session, *, decision_id: int) -> None:
    """Tell a review's author that it was hidden, and why (T-15)."""
    _enqueue(session, "review_hidden", decision_id, decision_id=decision_id)


def review_restored(session: Session, *, decision_id: int) -> None:
    """Tell a review's author that it is shown again."""
    _enqueue(session, "review_restored", decision_id, decision_id=decision_id)


def review_released(session: Session, *, decision_id: int) -> None:
    """Tell a review's author that a person has looked at it and that it is shown."""
    _enqueue(session, "review_released", decision_id, decision_id=decision_id)


def comment_hidden(session: Session, *, decision_id: int) -> None:
    """Tell a comment's author that it was hidden, and why (T-15)."""
    _enqueue(session, "comment_hidden", decision_id, decision_id=decision_id)


def comment_restored(session: Session, *, decision_id: int) -> None:
    """Tell a comment's author that it is shown again."""
    _enqueue(session, "comment_restored", decision_id, decision_id=decision_id)


def comment_released(session: Session, *, decision_id: int) -> None:
    """Tell a comment's author that a person has looked at it and that it is shown."""
    _enqueue(session, "comment_released", decision_id, decision_id=decision_id)


def reply_hidden(session: Session, *, decision_id: int) -> None:
    """Tell whoever wrote a reply that it was hidden, and why (T-15)."""
    _enqueue(session, "reply_hidden", decision_id, decision_id=decision_id)


def reply_restored(session: Session, *, decision_id: int) -> None:
    """Tell whoever wrote a reply that it is shown again."""
    _enqueue(session, "reply_restored", decision_id, decision_id=decision_id)


def reply_published(session: Session, *, reply_id: int) -> None:
    """Tell a review's author that it was answered."""
    _enqueue(session, "reply_published", reply_id, reply_id=reply_id)


def review_arrived(session: Session, *, review_id: int, user_id: int) -> None:
    """Tell somebody who acts for a profile that a review of it is shown; the same words whatever it says."""
    name = "mail.review_arrived"
    outbox.enqueue(session, name, key=f"{name}:{review_id}:{user_id}", review_id=review_id, user_id=user_id)


def suggestion_arrived(session: Session, *, user_id: int, profile_id: int) -> None:
    """Tell somebody who changes a profile's facts that a correction waits; several that come at once make one mail."""
    _about(session, "suggestion_arrived", user_id, profile_id)


def dispute_filed(session: Session, *, dispute_id: int) -> None:
    """Tell a review's author that it is disputed, and until when they may answer."""
    _enqueue(session, "dispute_filed", dispute_id, dispute_id=dispute_id)


def dispute_called_off(session: Session, *, dispute_id: int) -> None:
    """Tell a review's author that the practice disputes it no longer."""
    _enqueue(session, "dispute_called_off", dispute_id, dispute_id=dispute_id)


def dispute_appealed(session: Session, *, dispute_id: int) -> None:
    """Tell the side that did not appeal that the other one did."""
    _enqueue(session, "dispute_appealed", dispute_id, dispute_id=dispute_id)


def dispute_decided_reviewer(session: Session, *, dispute_id: int, is_appeal: bool) -> None:
    """Tell a review's author how a dispute about it was decided (T-15)."""
    _enqueue(session, "dispute_decided_reviewer", dispute_id, dispute_id=dispute_id, is_appeal=is_appeal)


def dispute_decided_filer(session: Session, *, dispute_id: int, is_appeal: bool) -> None:
    """Tell whoever filed a dispute how it was decided."""
    _enqueue(session, "dispute_decided_filer", dispute_id, dispute_id=dispute_id, is_appeal=is_appeal)


def account_suspended(session: Session, *, decision_id: int) -> None:
    """Tell a person that their account was suspended, and why (T-15)."""
    _enqueue(session, "account_suspended", decision_id, decision_id=decision_id)


def account_restored(session: Session, *, decision_id: int) -> None:
    """Tell a person that their account may be used again."""
    _enqueue(session, "account_restored", decision_id, decision_id=decision_id)


def new_entry_shown(session: Session, *, user_id: int, profile_id: int) -> None:
    """Tell whoever told us of a person or practice that it is listed now."""
    _enqueue(session, "new_entry_shown", profile_id, user_id=user_id, profile_id=profile_id)


def new_entry_declined(session: Session, *, user_id: int, profile_id: int, name: str, reason: str) -> None:
    """Tell whoever told us of a person or practice that it is not listed, and why: the entry itself is gone by then."""
    _enqueue(session, "new_entry_declined", profile_id, user_id=user_id, about=name, reason=reason)


def erasure_asked(session: Session, *, user_id: int) -> None:
    """Tell a person until when they can change their mind about being forgotten."""
    _enqueue(session, "erasure_asked", user_id, user_id=user_id)


def erasure_cancelled(session: Session, *, user_id: int) -> None:
    """Tell a person that their account stays."""
    _enqueue(session, "erasure_cancelled", user_id, user_id=user_id)


def claim_code(session: Session, *, proof_id: int) -> None:
    """Send the code that shows that an address at a practice's domain is read by the claimant; the mail makes it."""
    _enqueue(session, "claim_code", proof_id, proof_id=proof_id)


def claim_opened(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that their claim is open, and how to go on."""
    _enqueue(session, "claim_opened", claim_id, claim_id=claim_id)


def claim_in_review(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that a person looks at their claim."""
    _enqueue(session, "claim_in_review", claim_id, claim_id=claim_id)


def claim_approved(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that they act for the profile from now on."""
    _enqueue(session, "claim_approved", claim_id, claim_id=claim_id)


def claim_denied(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that their claim was refused, and why."""
    _enqueue(session, "claim_denied", claim_id, claim_id=claim_id)


def claim_expired(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that the time of their claim is over."""
    _enqueue(session, "claim_expired", claim_id, claim_id=claim_id)


def claim_overtaken(session: Session, *, claim_id: int) -> None:
    """Tell a claimant that somebody else holds the profile now, and what they can do."""
    _enqueue(session, "claim_overtaken", claim_id, claim_id=claim_id)


def access_asked(session: Session, *, claim_id: int) -> None:
    """Tell whoever holds a profile that the claimant of that claim asks for access."""
    _enqueue(session, "access_asked", claim_id, claim_id=claim_id)


def claim_contested(session: Session, *, claim_id: int) -> None:
    """Tell whoever holds a profile by that claim that somebody contests it, and that they keep it meanwhile."""
    _enqueue(session, "claim_contested", claim_id, claim_id=claim_id)


def claim_kept(session: Session, *, claim_id: int) -> None:
    """Tell whoever holds a profile by that claim that it is contested no longer."""
    _enqueue(session, "claim_kept", claim_id, claim_id=claim_id)


def claim_transferred(session: Session, *, claim_id: int) -> None:
    """Tell whoever held a profile by that claim that it went to somebody else, and why."""
    _enqueue(session, "claim_transferred", claim_id, claim_id=claim_id)


def claim_revoked(session: Session, *, claim_id: int) -> None:
    """Tell whoever held a profile by that claim that they act for it no longer, and why."""
    _enqueue(session, "claim_revoked", claim_id, claim_id=claim_id)


def claim_lapsed(session: Session, *, claim_id: int) -> None:
    """Tell an owner that what showed their claim was not found any more, and until when they can mend it."""
    _enqueue(session, "claim_lapsed", claim_id, claim_id=claim_id)


def credential_decided(session: Session, *, entry_id: int) -> None:
    """Tell whoever stated a credential what a moderator found; the line of the log of that id knows which and why."""
    _enqueue(session, "credential_decided", entry_id, entry_id=entry_id)


def credential_expiring(session: Session, *, credential_id: int, user_id: int) -> None:
    """Tell somebody who acts for a profile that one of its credentials ends within a month."""
    name = "mail.credential_expiring"
    outbox.enqueue(session, name, key=f"{name}:{credential_id}:{user_id}", credential_id=credential_id, user_id=user_id)


def member_invited(session: Session, *, invitation_id: int) -> None:
    """Ask whoever reads an address to act for a profile."""
    _enqueue(session, "member_invited", invitation_id, invitation_id=invitation_id)


def member_role(session: Session, *, user_id: int, profile_id: int) -> None:
    """Tell a person what they may do for a profile from now on."""
    _about(session, "member_role", user_id, profile_id)


def member_removed(session: Session, *, user_id: int, profile_id: int) -> None:
    """Tell a person that they act for a profile no longer."""
    _about(session, "member_removed", user_id, profile_id)


def profile_given_back(session: Session, *, user_id: int, profile_id: int) -> None:
    """Tell a person that its last owner gave a profile back, so that nobody acts for it any more."""
    _about(session, "profile_given_back", user_id, profile_id)


def team_changed(session: Session, *, user_id: int, profile_id: int, member_id: int, what: str) -> None:
    """Tell an owner of a profile what has become of somebody who acts for it: joined, role, removed or left."""
    _about(session, "team_changed", user_id, profile_id, member_id=member_id, what=what)


def works_here_asked(session: Session, *, user_id: int, proposal_id: int) -> None:
    """Ask an owner of a profile whether it is right that somebody works there, or that they do."""
    key = f"mail.works_here_asked:{user_id}:{proposal_id}"
    outbox.enqueue(session, "mail.works_here_asked", key=key, user_id=user_id, proposal_id=proposal_id)


def works_here_settled(session: Session, *, user_id: int, profile_id: int, other_id: int, outcome: str) -> None:
    """Tell an owner of a profile what came of who works where: agreed, declined or ended."""
    _about(session, "works_here_settled", user_id, profile_id, other_id=other_id, outcome=outcome)


def _about(session: Session, name: str, user_id: int, profile_id: int, **more: int | str) -> None:
    """Write to a person about a profile; the key says everything that the payload says."""
    key = ":".join(map(str, (f"mail.{name}", user_id, profile_id, *more.values())))
    outbox.enqueue(session, f"mail.{name}", key=key, user_id=user_id, profile_id=profile_id, **more)


def try_out(session: Session, *, address: str) -> int:
    """Send a mail that says that mail works; return the job's id. The address is the operator's own, typed by them."""
    return outbox.enqueue(session, "mail.try_out", address=address)


def _enqueue(session: Session, name: str, subject_id: int, **payload: object) -> None:
    """One mail of a kind about one thing waits at a time: pressed twice, sent once."""
    outbox.enqueue(session, f"mail.{name}", key=f"mail.{name}:{subject_id}", **payload)
