"""Made-up comments on made-up profiles, and on the guides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from directory.models.comments import Comment
from directory.sample import dice, shelf, tales
from directory.sample.days import SAMPLE_DAY, moment, some_day
from directory.sample.profiles import SampleProfile
from directory.sample.reviews import reviewable
from directory.sample.rows import Row, blank

_COMMENT = blank(Comment, "profile_id", "guide_id", "author_id")
#: How many comments a profile has, in so many cases of a hundred.
_MANY: Mapping[tuple[int, int], float] = {(0, 0): 74, (1, 2): 18, (3, 6): 8}
FIRST_DAY = date(2023, 1, 1)


@dataclass(frozen=True)
class SampleComment:
    """A comment whose page and author are named by address and number; one of the two addresses is empty."""

    profile: str
    guide: str
    author: int
    row: Row


def comments(profiles: Sequence[SampleProfile], *, authors: int) -> list[SampleComment]:
    """Return the comments on all profiles, then those on guides."""
    found = [comment for profile in profiles for comment in _on_profile(profile, authors)]
    for slug, said in shelf.toml("comments")["guide"].items():
        rng = dice.roll("guide", slug)
        writers = rng.sample(range(authors), min(len(said["comments"]), authors))
        found += [SampleComment("", slug, author, _row(rng, text)) for author, text in zip(writers, said["comments"], strict=False)]
    return found


def _on_profile(profile: SampleProfile, authors: int) -> list[SampleComment]:
    rng = dice.roll("comments", profile.slug)
    offered = reviewable(profile)
    if not offered:
        return []
    many = min(rng.randint(*dice.by_share(rng, _MANY)), authors)
    words = _texts(rng, tales.family(offered[0]["treatment"]), profile.city.name, many)
    writers = rng.sample(range(authors), many)
    return [SampleComment(profile.slug, "", author, _row(rng, text)) for author, text in zip(writers, words, strict=True)]


def _texts(rng: Random, family: str, city: str, many: int) -> list[str]:
    """Return different texts about one family of treatments."""
    said = shelf.toml("comments")
    asking = rng.sample([*said["asking"]["any"], *said["asking"][family]], many)
    alone = rng.sample([*said["alone"]["any"], *said["alone"][family]], many)
    opening = rng.sample([*said["opening"]["any"], *said["opening"][family]], many)
    return [alone[n] if rng.random() < 0.4 else f"{opening[n]} {asking[n]}".format(city=city) for n in range(many)]


def _row(rng: Random, text: str) -> Row:
    return _COMMENT | {"body": text, "is_sample": True, "created_at": moment(some_day(rng, FIRST_DAY, SAMPLE_DAY), rng)}
