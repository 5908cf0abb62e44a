"""How long each side has, what may be disputed, and which reason fits which end of a dispute; pure."""

from collections.abc import Mapping
from datetime import timedelta

from directory.core.errors import Refused
from directory.core.i18n import _, lazy
from directory.models.moderation import DecisionAction, ReasonClass
from directory.models.replies import DisputeOutcome, DisputeReason
from directory.moderation import rules as moderation

#: For the reviewer to answer. Not answering is no reason by itself to take a review down.
ANSWER_TIME = timedelta(days=7)
#: For either side to appeal, once.
APPEAL_TIME = timedelta(days=180)
#: Of one profile in 24 hours: nobody disputes all reviews of a page at once.
MAX_A_DAY = 10

#: About one review: filed and called off again and again, a dispute would be a way to press its author.
MAX_CALLED_OFF = 2

#: Characters.
MIN_TEXT_LENGTH = 20
MAX_TEXT_LENGTH = 3000
MIN_DECISION_LENGTH = 10
MAX_DECISION_LENGTH = 2000

#: Each reason in the words of whoever disputes.
REASONS: Mapping[DisputeReason, str] = {
    DisputeReason.NEVER_A_PATIENT: lazy("The writer was never with us"),
    DisputeReason.WRONG_PROFILE: lazy("It is about somebody else"),
    DisputeReason.FALSE_FACT: lazy("It states a fact that is false and can be checked"),
    DisputeReason.CONFLICT_OF_INTEREST: lazy("The writer works in the field, or has an interest in it"),
    DisputeReason.PRIVATE_INFORMATION: lazy("It shows private information about a person"),
    DisputeReason.ABUSE: lazy("It insults or threatens somebody"),
}
#: Each end in words.
OUTCOMES: Mapping[DisputeOutcome, str] = {
    DisputeOutcome.KEPT: lazy("The review stays as it is"),
    DisputeOutcome.AMENDED: lazy("The review stays as its author has changed it"),
    DisputeOutcome.REMOVED: lazy("The review is taken down"),
}


def words(outcome: DisputeOutcome, *, before: DisputeOutcome | None) -> str:
    """Return an end in words: after an appeal, what that means for a review that the first decision took down.

    Args:
        before: The outcome that an appeal is about; None for a first decision.
    """
    if before is not DisputeOutcome.REMOVED:
        return str(OUTCOMES[outcome])
    return _("The review stays taken down") if outcome is DisputeOutcome.REMOVED else _("The review is shown again")


def is_against_reviewer(outcome: DisputeOutcome | None) -> bool:
    """Say whether an end goes against the reviewer; each other goes against the side that filed. That side alone may appeal."""
    return outcome is DisputeOutcome.REMOVED


def action(before: DisputeOutcome | None, outcome: DisputeOutcome, *, is_held: bool) -> DecisionAction | None:
    """Return what an outcome does to the review; None where it is down already and stays so.

    Args:
        before: The outcome that an appeal is about; None for a first decision.
        is_held: Whether what its author changed waits for a look.
    """
    if outcome is DisputeOutcome.REMOVED:
        return None if before is DisputeOutcome.REMOVED else DecisionAction.HIDE
    if before is DisputeOutcome.REMOVED:
        return DecisionAction.RESTORE
    return DecisionAction.RELEASE if is_held else DecisionAction.KEEP


def check(outcome: DisputeOutcome, reason: ReasonClass) -> None:
    """Refuse a reason that does not fit an outcome.

    Raises:
        Refused: naming what would fit.
    """
    taken_down = outcome is DisputeOutcome.REMOVED
    if reason not in moderation.fitting(DecisionAction.HIDE if taken_down else DecisionAction.KEEP):
        wanted = _("To take a review down, name the rule that it breaks. That nobody answered is none.") if taken_down else ""
        raise Refused(wanted or _("To leave a review, say that no rule was broken, or what was corrected."), field="reason_class")
