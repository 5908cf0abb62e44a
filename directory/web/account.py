"""What a person's own pages share: which there are, and what visitors read in place of the words that tables hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from directory.core.i18n import _, lazy
from directory.models.accounts import EventKind, SignInMethod
from directory.models.comments import CommentStatus
from directory.models.memberships import MembershipRole
from directory.models.reviews import VISIBLE, Review, ReviewStatus
from directory.reviews import reasons


@dataclass(frozen=True)
class AccountPage:
    """One entry of the list beside a person's own pages.

    Args:
        endpoint: Where it leads; also how a page says that it is this one.
        label: What a person reads.
    """

    endpoint: str
    label: str

    @property
    def url(self) -> str:
        """The page's address."""
        return url_for(self.endpoint)


#: In the order of the list.
PAGES: tuple[AccountPage, ...] = (
    AccountPage("account.index", lazy("Overview")),
    AccountPage("account.writing", lazy("What you wrote")),
    AccountPage("account.name", lazy("Name")),
    AccountPage("emails.change", lazy("E-mail")),
    AccountPage("account.password", lazy("Password")),
    AccountPage("factors.index", lazy("Second factor")),
    AccountPage("sessions.index", lazy("Where you are logged in")),
    AccountPage("account.history", lazy("History")),
    AccountPage("notifications.index", lazy("Mails we send")),
    AccountPage("privacy.consents", lazy("Consents")),
    AccountPage("privacy.export", lazy("Export your data")),
    AccountPage("privacy.erase", lazy("Delete your account")),
)

#: What has become of a review, for its author.
REVIEW_STATES: Mapping[ReviewStatus, str] = {
    **dict.fromkeys(VISIBLE, lazy("Shown")),
    **dict.fromkeys(
        (ReviewStatus.AUTO_HOLD, ReviewStatus.IN_MODERATION, ReviewStatus.SUBMITTED), lazy("Waits until a person has looked at it")
    ),
    ReviewStatus.WITHDRAWN_BY_AUTHOR: lazy("You took it back"),
}
#: The same of a comment.
COMMENT_STATES: Mapping[CommentStatus, str] = {
    CommentStatus.VISIBLE: lazy("Shown"),
    CommentStatus.HELD: lazy("Waits until a person has looked at it"),
    CommentStatus.REMOVED: lazy("Taken down; the reason was mailed to you"),
    CommentStatus.DELETED_BY_AUTHOR: lazy("You deleted it"),
}
NOT_SHOWN = lazy("Not shown")

#: How somebody showed who they are.
METHODS: Mapping[SignInMethod, str] = {
    SignInMethod.PASSWORD: lazy("Password"),
    SignInMethod.PASSWORD_AND_CODE: lazy("Password and a code from your app"),
    SignInMethod.PASSWORD_AND_RECOVERY: lazy("Password and a recovery code"),
    SignInMethod.PASSWORD_AND_PASSKEY: lazy("Password and a passkey"),
    SignInMethod.PASSKEY: lazy("Passkey"),
}

#: What happened to an account, as its owner reads it.
EVENTS: Mapping[EventKind, str] = {
    EventKind.SIGNED_IN: lazy("You logged in."),
    EventKind.SIGN_IN_FAILED: lazy("A try to log in failed: a wrong password, code or passkey."),
    EventKind.STEPPED_UP: lazy("You showed again that it is you."),
    EventKind.SIGNED_OUT_ELSEWHERE: lazy("You logged out one or more browsers."),
    EventKind.PASSWORD_CHANGED: lazy("The password was changed."),
    EventKind.NAME_CHANGED: lazy("The shown name was changed."),
    EventKind.EMAIL_CHANGE_ASKED: lazy("A change of the e-mail address was asked for."),
    EventKind.EMAIL_CHANGED: lazy("The e-mail address was changed."),
    EventKind.PASSKEY_ADDED: lazy("A passkey was added."),
    EventKind.PASSKEY_REMOVED: lazy("A passkey was removed."),
    EventKind.TOTP_ADDED: lazy("An authenticator app was added."),
    EventKind.TOTP_REMOVED: lazy("The authenticator app was removed."),
    EventKind.RECOVERY_CODES_MADE: lazy("New recovery codes were made."),
    EventKind.RECOVERY_CODE_USED: lazy("A recovery code was used."),
    EventKind.ROLE_CHANGED: lazy("We changed what you may do here."),
    EventKind.CONSENT_GIVEN: lazy("You agreed to a use of your data."),
    EventKind.CONSENT_WITHDRAWN: lazy("You took your agreement back."),
    EventKind.EXPORTED: lazy("Your data was exported."),
    EventKind.ERASURE_ASKED: lazy("The deletion of the account was asked for."),
    EventKind.ERASURE_CANCELLED: lazy("The deletion of the account was called off."),
}

#: What a member may do for a profile.
MEMBER_ROLES: Mapping[MembershipRole, str] = {
    MembershipRole.OWNER: lazy("Owner"),
    MembershipRole.MANAGER: lazy("Manager"),
    MembershipRole.RESPONDER: lazy("Answers reviews"),
}


def pages() -> list[AccountPage]:
    """Return the list of a person's own pages."""
    return list(PAGES)


def review_state(review: Review) -> str:
    """Return what has become of a review, for its author; of one that was taken down also why, as readers see it too."""
    if review.removed_for is not None:
        return _("Taken down: %(reason)s", reason=reasons.LABELS[review.removed_for])
    return str(REVIEW_STATES.get(review.status, NOT_SHOWN))


def network(prefix: str) -> str:
    """Return a network as people write an address of it: "192.0.2.x" for 192.0.2.0/24, "2001:db8:1:2:x" for a /64; "" if unknown."""
    address, slash, _size = prefix.partition("/")
    if not slash:
        return ""
    return address.removesuffix("::") + ":x" if ":" in address else address.rpartition(".")[0] + ".x"
