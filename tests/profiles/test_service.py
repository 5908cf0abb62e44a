"""Names, addresses, states and the numbers of places."""

import pytest
from sqlmodel import select

from directory.core.errors import Moved, NotFound, Refused
from directory.models.ops import Job
from directory.models.places import PlaceCount
from directory.models.profiles import HairEvidence, ProfileStatus
from directory.profiles import queries, service
from tests.counting import statements


def counts(session):
    session.expire_all()
    return {row.place_id: (row.hair_count, row.register_count) for row in session.exec(select(PlaceCount)).all()}


class TestSlugs:
    def test_a_taken_name_gets_its_city_then_a_number(self, session, make):
        make.profile(slug="ada")
        found = service.free_slugs(session, [("Ada", "York"), ("Ada", "York"), ("Ada", "York"), ("Bea", "")])
        assert found == ["ada-york", "ada-york-2", "ada-york-3", "bea"]

    def test_numbers_go_on_where_the_table_stands(self, session, make):
        """Seen to fail: without the second SELECT the number 2 is given twice."""
        for slug in ("ada", "ada-york", "ada-york-2", "ada-yorkshire"):
            make.profile(slug=slug)
        assert service.free_slug(session, name="Ada", city="York") == "ada-york-3"

    def test_an_address_once_had_is_not_given_to_another(self, session, make):
        """Seen to fail: without the union with the redirects."""
        service.rename(session, profile_id=make.profile(slug="ada").id, name="Countess")
        assert service.free_slug(session, name="Ada") == "ada-2"

    def test_a_batch_of_fresh_names_is_one_statement(self, database, session):
        with statements(database) as sent:
            service.free_slugs(session, [(f"Name {n}", "York") for n in range(300)])
        assert len(sent) == 1


class TestRename:
    def test_the_old_address_leads_to_the_new(self, session, make):
        ada = make.profile(slug="ada")
        service.rename(session, profile_id=ada.id, name="  Augusta  King ")
        assert (ada.name, ada.slug) == ("Augusta King", "augusta-king")
        with pytest.raises(Moved):
            queries.by_slug(session, "ada")

    def test_and_back_again(self, session, make):
        """Seen to fail: without deleting its own redirect the third renaming writes it twice."""
        ada = make.profile(slug="ada")
        for name in ("Augusta", "Ada", "Augusta", "Ada"):
            service.rename(session, profile_id=ada.id, name=name)
        assert queries.by_slug(session, "ada").id == ada.id
        with pytest.raises(Moved):
            queries.by_slug(session, "augusta")

    @pytest.mark.parametrize("name", ["", " \u202e ", "x" * 201])
    def test_a_name_has_a_length(self, session, make, name):
        with pytest.raises(Refused):
            service.rename(session, profile_id=make.profile().id, name=name)


class TestStatus:
    def test_what_is_closed_is_counted_no_more(self, session, make):
        ada = make.profile()
        service.recount_places(session, [ada.place_id])
        service.set_status(session, profile_id=ada.id, status=ProfileStatus.CLOSED)
        assert counts(session) == {}
        assert [job.name for job in session.exec(select(Job)).all()] == ["search.profile_changed"]

    def test_a_state_out_of_turn_is_refused(self, session, make):
        with pytest.raises(Refused):
            service.set_status(session, profile_id=make.profile().id, status=ProfileStatus.VERIFIED)

    def test_merged_needs_another(self, session, make):
        """Seen to fail: without the comparison of `merged_into` with its own number."""
        ada = make.profile()
        for target in (None, ada.id):
            with pytest.raises(Refused):
                service.set_status(session, profile_id=ada.id, status=ProfileStatus.MERGED, merged_into=target)
        service.set_status(session, profile_id=ada.id, status=ProfileStatus.MERGED, merged_into=make.profile().id)

    def test_nobody_is_locked_who_is_not_there(self, session):
        with pytest.raises(NotFound):
            service.lock(session, 4711)


class TestPlaces:
    def test_the_evidence_decides_which_number(self, session, make):
        york, hull = make.place("York"), make.place("Hull")
        make.profile(place=york)
        make.profile(place=york, hair_evidence=HairEvidence.STATED_BY_OWNER)
        make.profile(place=york, hair_evidence=HairEvidence.UNKNOWN)
        make.profile(place=york, status=ProfileStatus.DELISTED)
        service.recount_places(session, [york.id, hull.id])
        assert counts(session) == {york.id: (2, 1)}

    def test_adding_and_taking_comes_to_nothing(self, session, make):
        york = make.place("York")
        service.add_to_places(session, {york.id: (2, 1)})
        assert counts(session) == {york.id: (2, 1)}
        service.add_to_places(session, {york.id: (-2, 3)})
        assert counts(session) == {york.id: (0, 4)}
        service.add_to_places(session, {york.id: (0, -4)})
        assert counts(session) == {}

    def test_counting_twice_gives_the_same(self, session, make):
        york = make.place("York")
        make.profile(place=york)
        service.recount_places(session, [york.id])
        service.recount_places(session, [york.id])
        assert counts(session) == {york.id: (1, 0)}
