"""What kinds of mail there are, which of them a person may switch off, and of which kind each mail is."""

from collections.abc import Mapping
from dataclasses import dataclass

from directory.core.i18n import lazy


@dataclass(frozen=True)
class Kind:
    """Mails that a person wants or does not want together.

    Args:
        word: Kept beside a person's choice.
        label: What a person reads.
        about: When such mails are sent.
        why: Why they cannot be switched off; "" where they can.
    """

    word: str
    label: str
    about: str
    why: str = ""

    @property
    def is_fixed(self) -> bool:
        """Whether nobody can switch it off."""
        return bool(self.why)


SECURITY = Kind(
    "security",
    lazy("The safety of your account"),
    lazy("Links that you ask for, and word that your password, your address or your rights have changed."),
    lazy("Without them somebody could take your account over and you would not learn of it."),
)
DECISIONS = Kind(
    "decisions",
    lazy("Decisions on what you wrote"),
    lazy(
        "That something you wrote is hidden or disputed, what became of a dispute, what we found of a credential,"
        " or that your account is suspended, with the reasons."
    ),
    lazy("The law asks us to tell you, so that you can object."),
)
RECEIPTS = Kind(
    "receipts",
    lazy("Receipts"),
    lazy("That we have your report, and what we decided on it or on an entry that you sent."),
    lazy("They are the proof of what you sent us."),
)
TEAM = Kind(
    "team",
    lazy("Who acts for a profile"),
    lazy("That you are asked to act for a profile, that somebody joins, leaves or may do more or less, and who works where."),
    lazy("Without them somebody could take a profile over and you would not learn of it."),
)
NEW_SIGN_IN = Kind(
    "new_sign_in",
    lazy("New log-ins"),
    lazy("When somebody logs in to your account with a browser that was not seen there before."),
)
CLAIMS = Kind(
    "claims",
    lazy("Profiles that you claim or act for"),
    lazy("Codes that you ask for, what became of your claim, and that somebody else asks for a profile of yours or contests it."),
    lazy("Without them somebody could take a profile over and you would not learn of it."),
)
SHOWN_AGAIN = Kind(
    "shown_again",
    lazy("What you wrote is shown, or shown again"),
    lazy("When a review or a comment of yours that was hidden, or that a person looked at first, is shown."),
)
REPLIES = Kind(
    "replies",
    lazy("Answers to your reviews"),
    lazy("When a practice answers a review of yours in public."),
)
REVIEWS = Kind(
    "reviews",
    lazy("Reviews of your profiles"),
    lazy("When a review is shown on a profile that you act for."),
)
SUGGESTIONS = Kind(
    "suggestions",
    lazy("Corrections to your profiles"),
    lazy("When a visitor suggests a correction to a profile whose facts you look after."),
)
CREDENTIALS = Kind(
    "credentials",
    lazy("Credentials that run out"),
    lazy("A month before a licence or certificate on a profile that you act for ends."),
)

#: In the order of the page: those that can be switched off stand first.
KINDS: tuple[Kind, ...] = (
    NEW_SIGN_IN,
    SHOWN_AGAIN,
    REPLIES,
    REVIEWS,
    SUGGESTIONS,
    CREDENTIALS,
    SECURITY,
    CLAIMS,
    TEAM,
    DECISIONS,
    RECEIPTS,
)
OPTIONAL: Mapping[str, Kind] = {kind.word: kind for kind in KINDS if not kind.is_fixed}

#: Each function of `mail.py` -> the kind of its mail.
OF_MAIL: Mapping[str, Kind] = {
    **dict.fromkeys(("confirm_email", "password_reset", "already_registered", "password_changed", "role_changed"), SECURITY),
    **dict.fromkeys(("release_email", "take_email", "email_changed", "email_left"), SECURITY),
    **dict.fromkeys(("passkey_added", "passkey_removed", "passkey_copied", "totp_added", "totp_removed"), SECURITY),
    **dict.fromkeys(("recovery_codes_made", "recovery_code_used", "second_factor_failed"), SECURITY),
    **dict.fromkeys(("erasure_asked", "erasure_cancelled"), SECURITY),
    **dict.fromkeys(("claim_code", "claim_opened", "claim_in_review", "claim_approved", "claim_denied", "claim_expired"), CLAIMS),
    **dict.fromkeys(("claim_overtaken", "access_asked", "claim_contested", "claim_kept", "claim_transferred"), CLAIMS),
    **dict.fromkeys(("claim_revoked", "claim_lapsed"), CLAIMS),
    "new_sign_in": NEW_SIGN_IN,
    **dict.fromkeys(("report_received", "report_decided", "new_entry_shown", "new_entry_declined"), RECEIPTS),
    "credential_decided": DECISIONS,
    "credential_expiring": CREDENTIALS,
    **dict.fromkeys(("member_invited", "member_role", "member_removed", "profile_given_back", "team_changed"), TEAM),
    **dict.fromkeys(("works_here_asked", "works_here_settled"), TEAM),
    **dict.fromkeys(("review_hidden", "comment_hidden", "reply_hidden", "account_suspended", "account_restored"), DECISIONS),
    **dict.fromkeys(("dispute_filed", "dispute_called_off", "dispute_appealed"), DECISIONS),
    **dict.fromkeys(("dispute_decided_reviewer", "dispute_decided_filer"), DECISIONS),
    **dict.fromkeys(("review_restored", "comment_restored", "reply_restored", "review_released", "comment_released"), SHOWN_AGAIN),
    "reply_published": REPLIES,
    "review_arrived": REVIEWS,
    "suggestion_arrived": SUGGESTIONS,
    #: An operator's own, sent by hand.
    "try_out": RECEIPTS,
}
