"""Numbers of a profile as a drawing: bars with their places worked out here, so that the page needs neither script nor style."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from directory.core.i18n import lazy
from directory.models.claims import ClaimStatus
from directory.profiles.days import Count

#: Units of the drawing, which is scaled as a whole.
WIDTH, HEIGHT, GAP = 520, 120, 8

#: How the claim that holds a profile stands, in words.
CLAIM_STATES: Mapping[ClaimStatus, str] = {
    ClaimStatus.APPROVED: lazy("Approved: it was shown that its owner acts for this profile."),
    ClaimStatus.CONTESTED: lazy("Somebody else claims this profile too. You keep it until moderators have decided."),
}


class Bar(NamedTuple):
    """One week.

    Args:
        begins: Its first day.
        counted: What was counted in it.
        x: Where the bar stands.
        y: Its upper end.
        width: How wide it is.
        height: How tall it is.
    """

    begins: date
    counted: Count
    x: int
    y: int
    width: int
    height: int


def bars(weeks: Sequence[tuple[date, Count]]) -> list[Bar]:
    """Return a bar for each week, as tall as its views are many beside those of the best week; a week with any shows at least a line."""
    most = max((count.views for _begins, count in weeks), default=0)
    step = (WIDTH + GAP) // max(len(weeks), 1)
    found = []
    for number, (begins, count) in enumerate(weeks):
        tall = max(2, count.views * HEIGHT // most) if count.views else 0
        found.append(Bar(begins, count, number * step, HEIGHT - tall, step - GAP, tall))
    return found
