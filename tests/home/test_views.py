"""The first page and the list of countries."""

import pytest

from directory.guides import service as guides
from directory.models.profiles import HairEvidence, ProfileStatus
from directory.search.figures import Counted
from tests.clients import Visitor, forms_of, words_of
from tests.queries import count_queries
from tests.world import World


class TestHome:
    def test_it_asks_what_and_where(self, world: World, visitor: Visitor):
        """Seen to fail with the form's names of the quick search."""
        page = visitor.get("/")
        form = next(form for form in forms_of(page) if "where" in form.names)
        assert (form.action, form.method) == ("/search", "get")
        assert form.names == {"what", "where"}

    def test_it_counts_those_whose_hair_work_is_known(self, world, visitor):
        """Seen to fail without the evidence in `figures.count`."""
        world.profile("Ada Marsh", offers=["smp", "smp-scar"])
        world.profile("Bo Wells", offers=["fue"])
        world.profile("Both", offers=["smp", "fue"], place=world.hamilton)
        world.profile("Not known", offers=["smp"], hair_evidence=HairEvidence.UNKNOWN)
        world.profile("Closed", offers=["smp"], status=ProfileStatus.CLOSED)
        world.studio()
        words = words_of(visitor.get("/"))
        assert words.count("See 2 practitioners") == 2
        assert "3 practitioners in 2 places." in words
        assert "Toronto 2" in words
        assert "Hamilton 1" in words

    def test_numbers_follow_a_change(self, world, visitor):
        """Seen to fail with the figures kept for good."""
        world.profile(offers=["smp"])
        assert "See 1 practitioner " in words_of(visitor.get("/"))
        world.profile(offers=["smp"])
        assert "See 2 practitioners" in words_of(visitor.get("/"))

    def test_an_empty_site_says_so(self, visitor):
        """Seen to fail with an empty list of cities."""
        words = words_of(visitor.get("/"))
        assert "No city has a practitioner whose hair work is confirmed yet." in words
        assert "See 0 practitioners" in words

    def test_it_promises_what_is_true_today(self, visitor):
        """Nothing of receipts, years or checks that do not exist yet. Seen to fail with the words of later."""
        words = words_of(visitor.get("/"))
        assert "Its author confirmed an e-mail address" in words
        assert "We have not seen a receipt" in words
        for untrue in ("receipt seen", "followed for years", "verified", "best", "top ", "trusted"):
            assert untrue not in words.lower()

    def test_guides_stand_on_it(self, visitor, session):
        """Seen to fail without the section."""
        guides.sync(session)
        session.commit()
        page = visitor.get("/")
        assert "Read before you book" in words_of(page)
        assert 'href="/guides/scalp-micropigmentation/"' in page.text

    def test_made_up_people_are_said_to_be_counted(self, world, visitor):
        """Seen to fail without `has_sample`."""
        assert "Sample data" not in words_of(visitor.get("/"))
        world.profile(is_sample=True)
        page = visitor.get("/")
        assert "counts include it" in words_of(page)
        assert "noindex" in page.text

    def test_it_asks_the_same_for_one_and_for_many(self, world, visitor, database):
        """Seen to fail with the region of each city loaded by itself."""
        counts = []
        for many in (1, 30):
            for number in range(many):
                world.profile(f"{many} {number}", place=world.make.place(f"City {many} {number}"))
            with count_queries(database) as queries:
                visitor.get("/")
            counts.append(len(queries.selects))
            assert queries.repeated == []
        assert counts[0] == counts[1] <= 6


class TestCountries:
    def test_every_country_with_somebody_is_there(self, world, make, visitor):
        """Seen to fail without the register's countries."""
        world.profile()
        world.studio(place=make.place("Lyon", region="Rhône", country="FR"))
        page = visitor.get("/places/")
        assert 'href="/ca/"' in page.text
        assert 'href="/fr/"' in page.text
        assert "on a register only" in words_of(page)

    def test_nobody_anywhere(self, visitor):
        """Seen to fail with an empty list."""
        assert "Nobody is listed yet" in words_of(visitor.get("/places/"))


class TestCounted:
    def test_what_is_slow_to_count_is_not_counted_for_every_visitor(self, world, session, monkeypatch):
        """Seen to fail without `_again_at`."""
        monkeypatch.setattr("directory.search.figures.CHEAP", -1.0)
        monkeypatch.setattr("directory.search.figures.SHARE", 1e6)
        world.profile(offers=["smp"])
        counted = Counted()
        first = counted.figures(session)
        world.profile(offers=["smp"])
        assert counted.figures(session) is first

    def test_without_a_change_nothing_is_counted(self, world, session, database):
        """Seen to fail without the comparison of the state."""
        world.profile(offers=["smp"])
        counted = Counted()
        counted.figures(session)
        with count_queries(database) as queries:
            counted.figures(session)
        assert len(queries.selects) == 1


@pytest.mark.parametrize("path", ["/", "/places/"])
def test_the_address_is_one(visitor, path):
    """Seen to fail without the canonical link."""
    assert f'<link rel="canonical" href="http://localhost:8000{path}">' in visitor.get(path).text
