"""From a few numbers to all rows of the sample data: no database, no clock, the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.sample import authors, comments, profiles, replies
from directory.sample.comments import SampleComment
from directory.sample.profiles import SampleProfile
from directory.sample.replies import SampleReply
from directory.sample.reviews import SampleReview
from directory.sample.reviews import reviews as written
from directory.sample.rows import Row

#: Reviews by one person, and the fewest and most people who write.
EACH, FEWEST, MOST = 15, 40, 600


@dataclass(frozen=True)
class Sample:
    """All of it; what has no number yet is named by address, code, or place in `authors`."""

    authors: Sequence[Row]
    practices: Sequence[SampleProfile]
    people: Sequence[SampleProfile]
    reviews: Sequence[SampleReview]
    replies: Sequence[SampleReply]
    comments: Sequence[SampleComment]

    @property
    def profiles(self) -> list[SampleProfile]:
        """Practices, then people: a person may work at a practice."""
        return [*self.practices, *self.people]


def generate(*, practitioners: int, reviews: int) -> Sample:
    """Return the sample data.

    Args:
        practitioners: People; about a third as many practices come with them.
        reviews: Reviews in all; fewer where there are not enough profiles for them.
    """
    taken: set[str] = set()
    practices = profiles.practices(practitioners * profiles.PRACTICES // 100, taken)
    people = profiles.people(practitioners, practices, taken)
    writers = min(max(reviews // EACH, FEWEST), MOST)
    # People first: the first of them stand in the largest cities, and what everybody knows should be found there.
    everybody = [*people, *practices]
    told = written(everybody, total=reviews, authors=writers)
    return Sample(
        authors=authors.authors(writers),
        practices=practices,
        people=people,
        reviews=told,
        replies=replies.replies(everybody, told),
        comments=comments.comments(everybody, authors=writers),
    )
