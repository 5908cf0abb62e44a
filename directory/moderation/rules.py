"""What may be reported and decided, and in which words; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from directory.core.errors import Refused
from directory.core.i18n import _, lazy
from directory.models.moderation import DecisionAction, HoldReason, ReasonClass, ReportKind
from directory.reviews import reasons

#: Characters.
MIN_TEXT_LENGTH = 10
MAX_TEXT_LENGTH = 3000
MIN_REASON_LENGTH = 10
MAX_REASON_LENGTH = 2000
MAX_NAME_LENGTH = 100
#: Reports with one e-mail address in 24 hours: each sends a receipt to it.
MAX_REPORTS_A_DAY = 10
#: A report that waits longer is marked in the queue.
LATE = timedelta(hours=48)


class TargetKind(StrEnum):
    """What can be reported or decided on."""

    PROFILE = "profile"
    REVIEW = "review"
    COMMENT = "comment"
    REPLY = "reply"
    USER = "user"


@dataclass(frozen=True)
class Target:
    """One thing that can be reported or decided on.

    Args:
        id: The number of its row.
    """

    kind: TargetKind
    id: int

    @property
    def column(self) -> str:
        """The column that points to it in reports and decisions."""
        return f"{self.kind.value}_id"

    @property
    def subject(self) -> str:
        """What the log of actions calls it: `review:12`."""
        return f"{self.kind.value}:{self.id}"


#: Each kind of report in the words of whoever sends it.
KINDS: Mapping[ReportKind, str] = {
    ReportKind.WRONG_FACTS: lazy("Something here is wrong or out of date"),
    ReportKind.CLOSED_OR_MOVED: lazy("They have closed or moved"),
    ReportKind.THIS_IS_ME: lazy("This is me, or my practice"),
    ReportKind.PRIVACY: lazy("It shows private information"),
    ReportKind.NOT_A_PATIENT: lazy("The writer was not a patient there"),
    ReportKind.PRESSURE: lazy("Somebody was paid, threatened or pressed to write it or to take it back"),
    ReportKind.ILLEGAL: lazy("It breaks the law"),
    ReportKind.ABUSE: lazy("It insults or threatens somebody"),
    ReportKind.OTHER: lazy("Something else"),
}

#: The kinds that make sense for each thing, in the order in which they are offered.
OFFERED: Mapping[TargetKind, tuple[ReportKind, ...]] = {
    TargetKind.PROFILE: (
        ReportKind.WRONG_FACTS,
        ReportKind.CLOSED_OR_MOVED,
        ReportKind.THIS_IS_ME,
        ReportKind.PRIVACY,
        ReportKind.PRESSURE,
        ReportKind.ILLEGAL,
        ReportKind.OTHER,
    ),
    TargetKind.REVIEW: (
        ReportKind.NOT_A_PATIENT,
        ReportKind.WRONG_FACTS,
        ReportKind.THIS_IS_ME,
        ReportKind.PRIVACY,
        ReportKind.ABUSE,
        ReportKind.PRESSURE,
        ReportKind.ILLEGAL,
        ReportKind.OTHER,
    ),
    TargetKind.COMMENT: (
        ReportKind.ABUSE,
        ReportKind.PRIVACY,
        ReportKind.THIS_IS_ME,
        ReportKind.WRONG_FACTS,
        ReportKind.ILLEGAL,
        ReportKind.OTHER,
    ),
    TargetKind.REPLY: (
        ReportKind.PRIVACY,
        ReportKind.ABUSE,
        ReportKind.PRESSURE,
        ReportKind.WRONG_FACTS,
        ReportKind.ILLEGAL,
        ReportKind.OTHER,
    ),
}

#: What a report can be about, in the order of its columns.
REPORTABLE = tuple(OFFERED)

#: Why something waits for a look, in the words of moderators.
HOLDS: Mapping[HoldReason, str] = {
    HoldReason.LINK: lazy("A new account; the text holds a link, an address or a number to call"),
    HoldReason.HONEYPOT: lazy("The field that nobody sees was filled in"),
    HoldReason.TOO_QUICK: lazy("Sent quicker than anybody types"),
    HoldReason.NETWORK: lazy("From a blocked network"),
}

#: Each action in the words of a moderator's form.
ACTIONS: Mapping[DecisionAction, str] = {
    DecisionAction.RELEASE: lazy("Show it"),
    DecisionAction.HIDE: lazy("Take it down"),
    DecisionAction.RESTORE: lazy("Put it back"),
    DecisionAction.KEEP: lazy("Leave it as it is"),
    DecisionAction.SUSPEND: lazy("Suspend the account"),
    DecisionAction.UNSUSPEND: lazy("Let the account be used again"),
}
_AGAINST = {DecisionAction.HIDE, DecisionAction.SUSPEND}


def fitting(action: DecisionAction) -> tuple[ReasonClass, ...]:
    """Return the classes of reason that an action can have."""
    return reasons.AGAINST if action in _AGAINST else reasons.FOR


def check(action: DecisionAction, reason: ReasonClass) -> None:
    """Refuse a reason that does not fit what is done.

    Raises:
        Refused: naming what would fit.
    """
    if reason in fitting(action):
        return
    if action in _AGAINST:
        raise Refused(_("To take something down or to suspend somebody, name the rule that was broken."), field="reason_class")
    raise Refused(_("To leave something or to put it back, say that no rule was broken, or what was corrected."), field="reason_class")
