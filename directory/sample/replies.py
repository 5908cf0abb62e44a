"""Made-up answers of made-up practices to their reviews; none of them says that anybody was treated (T-19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from directory.models.profiles import ProfileStatus
from directory.models.replies import Reply
from directory.sample import dice
from directory.sample.days import SAMPLE_DAY
from directory.sample.profiles import SampleProfile
from directory.sample.reviews import SampleReview
from directory.sample.rows import Row, blank

_REPLY = blank(Reply, "review_id", "profile_id")
#: Of a hundred reviews of a claimed profile, how many have an answer: owners differ in that.
_SHARES: Mapping[int, float] = {0: 35, 25: 40, 70: 25}
_OPENINGS = (
    "Thank you for taking the time to write this.",
    "Thank you for the honest words.",
    "We read every review together, and this one too. Thank you.",
    "Thank you for the feedback; it is how we learn.",
    "Many thanks for this detailed review.",
)
_ENDINGS = (
    "",
    "We have shared it with the whole team.",
    "Anybody with a question is welcome to call us.",
    "To protect everybody's privacy we say no more here, and are glad to talk in private.",
    "Whoever is unhappy with anything can always come and talk to us.",
)


@dataclass(frozen=True)
class SampleReply:
    """A reply to the review of a profile, by its address, and an author, by number."""

    profile: str
    author: int
    row: Row


def replies(profiles: Sequence[SampleProfile], reviews: Sequence[SampleReview]) -> list[SampleReply]:
    """Return the answers of claimed profiles to some of their reviews, whatever those say.

    Args:
        profiles: All profiles.
        reviews: Those of all profiles.
    """
    claimed = {profile.slug: dice.by_share(dice.roll("answers", profile.slug), _SHARES) for profile in profiles if _is_claimed(profile)}
    found = []
    for review in reviews:
        rng = dice.roll("reply", review.profile, review.author)
        published = review.row["published_at"]
        if rng.random() * 100 >= claimed.get(review.profile, 0):
            continue
        moment = published + timedelta(hours=rng.randint(3, 240), minutes=rng.randrange(60))
        if moment.date() < SAMPLE_DAY:
            body = f"{rng.choice(_OPENINGS)} {rng.choice(_ENDINGS)}".strip()
            found.append(SampleReply(review.profile, review.author, _REPLY | {"body": body, "created_at": moment}))
    return found


def _is_claimed(profile: SampleProfile) -> bool:
    return profile.row["status"] is ProfileStatus.CLAIMED
