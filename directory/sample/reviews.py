"""Made-up reviews: how many, by whom, when, and what they say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from directory.models.reviews import Review
from directory.reviews import rules
from directory.sample import dice, shelf, tales
from directory.sample.days import FIRST_MONTH, SAMPLE_DAY, in_months, moment, month_before
from directory.sample.phrases import Heard
from directory.sample.profiles import SampleProfile
from directory.sample.rows import Row, blank
from directory.sample.tales import Told, Treated

_REVIEW = blank(Review, "profile_id", "author_id", "treatment_id")

#: Every so many profiles one is known to everybody; the first of them stands in a large city.
FAMOUS_EVERY, FAMOUS_FIRST = 67, 1
FAMOUS = (40, 120)
#: How many reviews the others have, in so many cases of a hundred.
_MANY: Mapping[tuple[int, int], float] = {(0, 0): 33, (1, 2): 38, (3, 7): 20, (8, 20): 9}
#: How good the work is: the mean that a profile's reviews come from.
_QUALITY: Mapping[tuple[float, float], float] = {(1.9, 2.8): 9, (2.8, 3.6): 23, (3.6, 4.3): 46, (4.3, 4.8): 22}
#: Months between treatment and review.
_LATER: Mapping[str, Mapping[tuple[int, int], float]] = {
    "smp": {(0, 3): 44, (4, 12): 36, (13, 30): 20},
    "transplant": {(1, 6): 28, (7, 11): 24, (12, 26): 48},
}
#: Tries to say it in words that nobody has used.
_TRIES = 12


@dataclass(frozen=True)
class SampleReview:
    """A review whose profile, author and treatment are named by address, number and code."""

    profile: str
    author: int
    treatment: str
    row: Row


def counts(profiles: Sequence[SampleProfile], total: int, most: int) -> list[int]:
    """Return how many reviews each profile has: `total` together, if that many fit.

    Args:
        profiles: All profiles; those that offer nothing to review have none.
        total: Reviews in all.
        most: The most for one profile: so many authors there are.
    """
    able = [bool(reviewable(profile)) for profile in profiles]
    found = [
        min(_count(number, profile.slug), most) if fits else 0 for number, (profile, fits) in enumerate(zip(profiles, able, strict=True))
    ]
    step = 1 if sum(found) < total else -1
    while (missing := abs(total - sum(found))) > 0:
        # First those in the middle give and take; a profile without a review keeps none while that is enough.
        open_ = [n for n, many in enumerate(found) if able[n] and 2 < many < FAMOUS[0] and many + step > 2]
        open_ = open_ or [n for n, many in enumerate(found) if able[n] and 0 <= many + step <= most]
        if not open_:
            break
        for n in open_[:missing]:
            found[n] += step
    return found


def reviewable(profile: SampleProfile) -> list[Row]:
    """Return the offerings that a patient may speak of."""
    return [offering for offering in profile.offerings if tales.family(offering["treatment"]) in _LATER]


def reviews(profiles: Sequence[SampleProfile], *, total: int, authors: int) -> list[SampleReview]:
    """Return the reviews of all profiles.

    Args:
        profiles: Whom they are about.
        total: How many.
        authors: How many people write; each writes about a profile once at most.
    """
    said: set[str] = set()
    found = []
    for profile, many in zip(profiles, counts(profiles, total, authors), strict=True):
        rng = dice.roll("reviews", profile.slug)
        quality = dice.between(rng, dice.by_share(rng, _QUALITY))
        heard: Heard = Counter()
        found += [_review(rng, profile, author, quality, said, heard) for author in rng.sample(range(authors), many)]
    return found


def stars(rng: Random, quality: float) -> int:
    """Return the stars of one patient: around the quality of the work, and now and then far from it."""
    if rng.random() < 0.06:
        return rng.choice((1, 2, 5))
    return min(5, max(1, round(rng.gauss(quality, 0.95))))


def _count(number: int, slug: str) -> int:
    rng = dice.roll("count", slug)
    low, high = FAMOUS if number % FAMOUS_EVERY == FAMOUS_FIRST else dice.by_share(rng, _MANY)
    return rng.randint(low, high)


def _review(rng: Random, profile: SampleProfile, author: int, quality: float, said: set[str], heard: Heard) -> SampleReview:
    offered = reviewable(profile)
    offering = rng.choices(offered, [_usual(profile.kind, row) for row in offered])[0]
    month, months, published = _when(rng, profile, tales.family(offering["treatment"]))
    treated = Treated(profile, offering, stars(rng, quality), month[0], months, tales.language(rng, profile, offering["treatment"], heard))
    told = _new_words(rng, treated, said, heard)
    row = _REVIEW | {
        "month": f"{month[0]}-{month[1]:02}",
        "overall": treated.stars,
        "title": told.title,
        "body": told.body,
        "own_experience": True,
        "is_sample": True,
        "created_at": published,
        "published_at": published,
    }
    return SampleReview(profile.slug, author, treated.code, row)


def _usual(kind: str, offering: Row) -> float:
    """Return how often patients come for it: what few offer, few have done."""
    return float(shelf.work()["offers"][kind][offering["treatment"]])


def _new_words(rng: Random, treated: Treated, said: set[str], heard: Heard) -> Told:
    """Return a text that no review before has, as far as the sentences go."""
    for attempt in range(_TRIES):
        told = tales.tell(rng, treated, heard, at_length=attempt > 1)
        if told.body not in said and len(told.body) >= rules.MIN_BODY_LENGTH:
            break
    said.add(told.body)
    return told


def _when(rng: Random, profile: SampleProfile, family: str) -> tuple[tuple[int, int], int, datetime]:
    """Return the month of the treatment, the months since, and when the review was published."""
    earliest = max(FIRST_MONTH, (profile.started + 1, 1))
    oldest = (SAMPLE_DAY.year - earliest[0]) * 12 + SAMPLE_DAY.month - earliest[1]
    least = 2 if family == "transplant" else 1
    ago = least + int(rng.expovariate(1 / 22))
    ago = ago if ago <= oldest else rng.randint(least, oldest)
    low, high = dice.by_share(rng, _LATER[family])
    months = min(rng.randint(low, high), ago - 1)
    month = month_before(ago)
    return month, months, moment(_day(rng, in_months(month, months)), rng)


def _day(rng: Random, first: date) -> date:
    return min(first + timedelta(days=rng.randrange(28)), SAMPLE_DAY - timedelta(days=1))
