"""How often profiles are seen: counted in memory, added up by a job, nobody followed."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import memberships
from directory.core import clock
from directory.models.disclosures import ProfileDay
from directory.models.memberships import MembershipRole
from directory.models.ops import Job
from directory.models.profiles import Profile
from directory.profiles import days
from directory.profiles.days import Count
from directory.web import tally
from tests.attacks.rows import all_rows
from tests.clients import Visitor
from tests.factories import Make

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def nothing_counted(app: Flask) -> None:
    """The site is one for all tests of a run."""
    tally.of(app).take()


@pytest.fixture
def ada(session: Session, make: Make) -> Profile:
    """Somebody to look at."""
    profile = make.profile("Ada Marsh")
    session.commit()
    return profile


def read(app: Flask, path: str, *, method: str = "GET", visitor: Visitor | None = None, **headers: str) -> None:
    """Open a page with a browser."""
    sent = {"User-Agent": BROWSER} | {name.replace("_", "-"): value for name, value in headers.items()}
    assert (visitor or Visitor(app)).client.open(path, method=method, headers=sent).status_code == 200


def counted(app: Flask) -> dict[int, Count]:
    return {profile_id: count for (profile_id, _day), count in tally.of(app).take().items()}


class TestWhatCounts:
    def test_a_page_and_a_list_count_once_each_and_write_nothing(self, app: Flask, session: Session, ada: Profile) -> None:
        """Seen to fail with a write in the request, and with the list not counted."""
        before = all_rows(session)
        read(app, f"/p/{ada.slug}")
        read(app, "/us/california/los-angeles/")
        read(app, "/us/california/los-angeles/")
        assert all_rows(session) == before
        assert counted(app) == {ada.id: Count(views=1, appearances=2)}

    @pytest.mark.parametrize(
        "agent",
        [
            "",
            "curl/8.5.0",
            "python-requests/2.32",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 Safari/537.36",
            "facebookexternalhit/1.1",
            "Mozilla/5.0 (compatible; YandexBot/3.0)",
        ],
    )
    def test_programs_that_say_so_do_not(self, app: Flask, ada: Profile, agent: str) -> None:
        """Seen to fail with every agent counted, and with whatever begins like a browser."""
        read(app, f"/p/{ada.slug}", User_Agent=agent)
        assert counted(app) == {}

    @pytest.mark.parametrize(
        "agent",
        [
            BROWSER,
            "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1",
        ],
    )
    def test_browsers_do(self, app: Flask, ada: Profile, agent: str) -> None:
        """Also a telephone whose maker's name ends in "bot". Seen to fail with that looked for anywhere."""
        read(app, f"/p/{ada.slug}", User_Agent=agent)
        assert counted(app) == {ada.id: Count(views=1)}

    def test_what_is_only_fetched_ahead_does_not(self, app: Flask, ada: Profile) -> None:
        """Seen to fail with the method, and with each header, not looked at."""
        read(app, f"/p/{ada.slug}", method="HEAD")
        read(app, f"/p/{ada.slug}", Sec_Purpose="prefetch;prerender")
        read(app, f"/p/{ada.slug}", Purpose="prefetch")
        assert counted(app) == {}

    def test_those_who_act_for_it_do_not_and_others_who_are_signed_in_do(
        self, app: Flask, session: Session, make: Make, ada: Profile
    ) -> None:
        """In lists neither. Seen to fail with the members counted."""
        member, patient, other = make.user(), make.user(), make.profile("Bo Reed")
        memberships.grant(session, user_id=member.id, profile_id=ada.id, role=MembershipRole.RESPONDER)
        session.commit()
        read(app, f"/p/{ada.slug}", visitor=Visitor(app).sign_in(member))
        read(app, "/us/california/los-angeles/", visitor=Visitor(app).sign_in(member))
        assert counted(app) == {other.id: Count(appearances=1)}
        read(app, f"/p/{ada.slug}", visitor=Visitor(app).sign_in(patient))
        assert counted(app) == {ada.id: Count(views=1)}

    def test_a_page_that_is_not_there_does_not(self, app: Flask) -> None:
        """Seen to fail with the count before the page is found."""
        Visitor(app).get("/p/nobody", headers={"User-Agent": BROWSER})
        assert counted(app) == {}

    def test_nothing_of_a_visitor_is_kept(self, app: Flask, session: Session, ada: Profile) -> None:
        """Neither in memory nor in the job nor in the sums: numbers and days. Seen to fail with the address in the key."""
        answer = Visitor(app).client.get(f"/p/{ada.slug}", headers={"User-Agent": BROWSER})
        assert "Set-Cookie" not in answer.headers
        tally.flush(app)
        job = session.exec(select(Job).where(Job.name == "profiles.counted")).one()
        assert job.payload == {"rows": [[ada.id, clock.today().isoformat(), 1, 0]]}


class TestAddingUp:
    def test_two_processes_add_up_and_a_job_run_twice_adds_once(self, app: Flask, session: Session, ada: Profile) -> None:
        """Seen to fail with the sum overwritten."""
        today = clock.today()
        for views in (3, 4):  # what two processes hand over
            tally.of(app).add({(ada.id, today): Count(views, 1)})
            tally.flush(app)
        tally.flush(app)
        assert jobs.run_due(app) == 2
        assert jobs.run_due(app) == 0
        session.expire_all()
        row = session.exec(select(ProfileDay)).one()
        assert (row.profile_id, row.day, row.views, row.appearances) == (ada.id, today, 7, 2)

    def test_a_profile_that_is_gone_meanwhile_stops_nobody(self, session: Session, ada: Profile) -> None:
        """Seen to fail with the row of a profile that is no more written all the same."""
        days.add(session, {(ada.id, clock.today()): Count(1, 0), (999_999, clock.today()): Count(1, 0)})
        assert session.exec(select(ProfileDay.profile_id)).all() == [ada.id]

    def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What comes on top is not counted; what is known counts on. Seen to fail without the look at the size."""
        monkeypatch.setattr(tally, "MOST", 2)
        counts, today = tally.Tally(), clock.today()
        for number in (1, 2, 3, 1):
            counts.add({(number, today): Count(views=1)})
        assert counts.take() == {(1, today): Count(2, 0), (2, today): Count(1, 0)}
        assert counts.take() == {}


class TestSums:
    TODAY = date(2026, 11, 26)

    def test_spans_end_today_and_have_their_length(self) -> None:
        """Seen to fail with one day more, and with one less."""
        counts = {self.TODAY - timedelta(days=back): Count(1, 2) for back in range(200)}
        assert [days.last(counts, self.TODAY, span) for span in days.SPANS] == [Count(7, 14), Count(28, 56), Count(90, 180)]

    def test_weeks_stand_side_by_side(self) -> None:
        """Seen to fail with weeks that share a day."""
        counts = {self.TODAY - timedelta(days=back): Count(back, 0) for back in range(91)}
        weeks = days.weeks(counts, self.TODAY)
        assert len(weeks) == 13
        assert weeks[-1] == (self.TODAY - timedelta(days=6), Count(21, 0))
        assert sum(count.views for _begin, count in weeks) == sum(range(91))
