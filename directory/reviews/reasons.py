"""Why something was taken down, in the words that authors and readers see."""

from collections.abc import Mapping

from directory.core.i18n import lazy
from directory.models.moderation import ReasonClass

#: Each class of reason: short, for counts and tombstones.
LABELS: Mapping[ReasonClass, str] = {
    ReasonClass.NOT_OWN_EXPERIENCE: lazy("not the writer's own experience"),
    ReasonClass.CONFLICT_OF_INTEREST: lazy("written by somebody with an interest in it"),
    ReasonClass.PRIVATE_INFORMATION: lazy("private information about a person"),
    ReasonClass.ABUSE: lazy("insults or threats"),
    ReasonClass.ILLEGAL: lazy("against the law"),
    ReasonClass.SPAM: lazy("advertising or spam"),
    ReasonClass.WRONG_PROFILE: lazy("about somebody else"),
    ReasonClass.MISTAKE: lazy("a mistake of ours"),
    ReasonClass.CORRECTED: lazy("the facts were corrected"),
    ReasonClass.NO_RULE_BROKEN: lazy("no rule was broken"),
}

#: The reasons for which something may be taken down.
AGAINST = (
    ReasonClass.NOT_OWN_EXPERIENCE,
    ReasonClass.CONFLICT_OF_INTEREST,
    ReasonClass.PRIVATE_INFORMATION,
    ReasonClass.ABUSE,
    ReasonClass.ILLEGAL,
    ReasonClass.SPAM,
    ReasonClass.WRONG_PROFILE,
)
#: The reasons for which it may be left or put back.
FOR = (ReasonClass.NO_RULE_BROKEN, ReasonClass.CORRECTED, ReasonClass.MISTAKE)


def alone(reason: ReasonClass) -> str:
    """Return the words of a reason where they stand alone, with a capital."""
    words = str(LABELS[reason])
    return words[:1].upper() + words[1:]
