"""Made-up practices answer some of their made-up reviews, in words that give nobody away."""

from directory.models.profiles import ProfileStatus
from directory.replies import guard
from directory.sample.generate import generate


def test_claimed_profiles_answer_some_and_the_guard_finds_nothing() -> None:
    """Seen to fail with "Thank you for choosing us." among the openings, and with every profile answering."""
    sample = generate(practitioners=120, reviews=600)
    status = {profile.slug: profile.row["status"] for profile in sample.profiles}
    published = {(review.profile, review.author): review.row["published_at"] for review in sample.reviews}
    assert 20 < len(sample.replies) < 300
    assert len({(reply.profile, reply.author) for reply in sample.replies}) == len(sample.replies)
    for reply in sample.replies:
        assert status[reply.profile] is ProfileStatus.CLAIMED
        assert reply.row["created_at"] > published[reply.profile, reply.author]
        assert guard.findings(reply.row["body"]) == []
