"""How far an account is trusted, and that stars have no part in it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from directory.accounts import queries as accounts
from directory.accounts import trust
from directory.accounts.trust import A_DAY, Trust, Writer, leads_away
from directory.comments import queries as comments_of
from directory.comments import service as comments
from directory.core import clock
from directory.core.errors import Refused
from directory.models.comments import CommentStatus
from directory.models.moderation import HoldReason
from directory.models.reviews import ReviewStatus
from directory.reviews import service as reviews
from tests.factories import Make

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LINK = "Three calm sessions, and more pictures stand at www.smith-hair.example for all."
WORDS = "Three calm sessions. It looks like my own stubble, and I would go again."


@pytest.mark.parametrize(
    ("age", "standing", "found"),
    [
        (timedelta(days=7), 2, Trust.KNOWN),
        (timedelta(days=7) - timedelta(seconds=1), 2, Trust.NEW),
        (timedelta(days=7), 1, Trust.NEW),
        (timedelta(days=400), 0, Trust.NEW),
        (timedelta(0), 50, Trust.NEW),
    ],
)
def test_known_is_whoever_has_been_here_and_was_left_standing(age: timedelta, standing: int, found: Trust) -> None:
    """Seen to fail with each of the two conditions left out, and with > in place of >=."""
    assert Writer(NOW - age, standing).trust(NOW) is found


def test_staff_are_known() -> None:
    """Seen to fail without it: answers of moderators to people would be held."""
    assert Writer(NOW, 0, is_staff=True).trust(NOW) is Trust.KNOWN


@pytest.mark.parametrize(
    "text",
    [
        *(
            "see https://x.example",
            "HTTP://X.EXAMPLE",
            "www.clinic.com",
            "clinic.com is good",
            "CLINIC.COM",
            "hair-clinic.co.uk",
            "smith.hair",
        ),
        *("bit.ly/abc", "t.me/drsmith", "[here](//x)", "hxxp clinic", "ｗｗｗ．clinic．ｃｏｍ"),
        *("me@mail.example", "name at gmail dot com", "clinic (dot) com", "calm [at] gmail", "insta @dr.smith_hair"),
        *("call +90 532 123 45 67", "0532 123 4567", "(416) 555-0123", "416-555-0199", "01.23.45.67.89", "0049 30 1234567"),
        *("WhatsApp me: 905321234567", "tel 5321234567"),
    ],
)
def test_what_adverts_are_written_for_is_found(text: str) -> None:
    """Seen to fail with each pattern taken out."""
    assert leads_away(f"Three calm sessions. {text} and so on.")


@pytest.mark.parametrize(
    "text",
    [
        "Two sessions on 12.03.2025, 2,500 grafts, 3.500 EUR. Fine.",
        "I went in 2024.It was good.Nice people. No pain.No swelling.",
        "From 10:00 to 12:30, 2024-09-12 to 2025-01-02; 01.02.2024 and 03.04.2024 and 05.06.2024.",
        "2000 2500 3000 grafts; 12 000 000 Rial; 1.200.000 in total; sessions 1 2 3 4 5 6 7 8 9 10.",
        "9/10 would go again; 0.8 mm needles, 0.25 each. I paid 0 extra. 2000 grafts 12 months.",
        "E.g. this, i.e. that, Dr.Smith said so at 8 o'clock, good point com'e on.",
        "Text me in 3 months, they said: 2025 grafts 100.",
    ],
)
def test_what_people_write_of_their_treatment_is_not(text: str) -> None:
    """Dates, numbers, prices. Seen to fail without _DAY, and with endings that begin sentences in the one list."""
    assert not leads_away(text)


@given(st.text(max_size=400))
def test_any_text_is_judged(text: str) -> None:
    """And the same way with its case changed where that is all that was changed in a link."""
    assert leads_away(text) in {True, False}
    assert leads_away(f"{text} https://x.example")


@pytest.mark.parametrize("unit", ["a.", "(0", "a-", "a", "@", " @", "1 ", "dot ", "call 1-", "a.a@", "+0 ", "0."])
def test_no_text_takes_long(unit: str) -> None:
    """Seen to fail with `[^\\s@]+` before the @: 0.16 s."""
    begun = datetime.now(UTC)
    leads_away(unit * (5000 // len(unit)))
    assert datetime.now(UTC) - begun < timedelta(seconds=0.1)


class TestHold:
    def test_a_link_is_held_of_new_accounts_alone(self) -> None:
        """Seen to fail with links of everybody held."""
        new, known = Writer(NOW, 0), Writer(NOW - timedelta(days=30), 5)
        assert trust.hold(new, "A title", LINK, now=NOW) is HoldReason.LINK
        assert trust.hold(new, LINK, WORDS, now=NOW) is HoldReason.LINK
        assert trust.hold(new, "A title", WORDS, now=NOW) is None
        assert trust.hold(known, "A title", LINK, now=NOW) is None

    @pytest.mark.parametrize("suspicion", [HoldReason.HONEYPOT, HoldReason.TOO_QUICK, HoldReason.NETWORK])
    def test_what_the_request_gave_away_holds_for_everybody(self, suspicion: HoldReason) -> None:
        """Seen to fail with known accounts let through."""
        assert trust.hold(Writer(NOW - timedelta(days=30), 5), WORDS, now=NOW, suspicion=suspicion) is suspicion


class TestWriter:
    def test_what_stands_is_counted(self, session: Session, make: Make) -> None:
        """Not what was held, taken down or taken back. Seen to fail with the states left out."""
        bo = make.user("Bo")
        make.review(author=bo)
        make.comment(author=bo)
        for status in (ReviewStatus.AUTO_HOLD, ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN_BY_AUTHOR):
            make.review(author=bo, status=status)
        for state in (CommentStatus.HELD, CommentStatus.REMOVED, CommentStatus.DELETED_BY_AUTHOR):
            make.comment(author=bo, status=state)
        make.review(author=make.user())
        assert accounts.writer(session, bo.id) == Writer(bo.created_at, 2)
        assert accounts.writer(session, make.moderator().id).is_staff


def _review(session: Session, make: Make, author_id: int, **more: object) -> object:
    make.treatment("smp")
    values = {"overall": 4, "treatment": "smp", "month": "09/2025", "title": "", "body": WORDS, "own_experience": True}
    return reviews.submit(session, profile_id=make.profile().id, author_id=author_id, **(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("level", list(Trust))
def test_each_level_has_its_number_a_day(session: Session, make: Make, level: Trust) -> None:
    """Held ones count like others. Seen to fail with one number for all."""
    bo = make.user("Bo", created_at=clock.now() - timedelta(days=30))
    if level is Trust.KNOWN:
        for _turn in range(2):
            make.comment(author=bo, created_at=clock.now() - timedelta(days=3))
    for _turn in range(A_DAY[level].reviews):
        _review(session, make, bo.id, suspicion=HoldReason.TOO_QUICK)
    with pytest.raises(Refused, match="tomorrow"):
        _review(session, make, bo.id)
    subject = comments_of.on_profile(make.profile())
    for _turn in range(A_DAY[level].comments):
        comments.write(session, subject=subject, author_id=bo.id, body="Hello.", suspicion=HoldReason.TOO_QUICK)
    with pytest.raises(Refused, match="tomorrow"):
        comments.write(session, subject=subject, author_id=bo.id, body="Hello.")


@pytest.mark.parametrize("body", [WORDS, LINK])
@pytest.mark.parametrize("suspicion", [None, *HoldReason])
@pytest.mark.parametrize("known", [True, False])
def test_twins_with_one_star_and_five_go_the_same_way(
    session: Session, make: Make, body: str, suspicion: HoldReason | None, known: bool
) -> None:
    """T-5. Seen to fail with reviews of one star held."""
    outcomes = []
    for overall in range(1, 6):
        author = make.user(created_at=clock.now() - timedelta(days=30))
        if known:
            make.comment(author=author)
            make.comment(author=author)
        review = _review(session, make, author.id, overall=overall, body=body, suspicion=suspicion)
        outcomes.append((review.status, review.held_for, review.published_at is None))  # type: ignore[attr-defined]
    assert len(set(outcomes)) == 1
    assert (outcomes[0][0] is ReviewStatus.AUTO_HOLD) == (suspicion is not None or (body == LINK and not known))
