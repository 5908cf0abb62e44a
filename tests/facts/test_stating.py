"""Credentials, roles and the answers to who does the work are somebody's word, too: written, confirmed and ended with their rows."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from directory.accounts import memberships
from directory.core import clock
from directory.credentials import service as credentials
from directory.credentials.service import Outcome, Stated
from directory.disclosures import service as disclosures
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.disclosures import PerformedBy
from directory.models.memberships import MembershipRole
from directory.models.profiles import ProfileKind, ProfileStatus
from directory.profiles import queries
from directory.team import people
from tests.attacks.test_facts import token
from tests.clients import words_of
from tests.facts.test_views import at
from tests.provenance import unsaid, words_on

SEEN = "https://register.example/1"


@pytest.fixture
def studio(session, make):
    """A practice with an owner."""
    practice, owner = make.profile("Reed Studio", kind=ProfileKind.PRACTICE, status=ProfileStatus.CLAIMED), make.user("Rea 5")
    memberships.grant(session, user_id=owner.id, profile_id=practice.id, role=MembershipRole.OWNER)
    session.commit()
    return practice, owner


def add(session, cast, **stated):
    more = {"code": "abhrs_diplomate", "stated": Stated(**stated)}
    return credentials.add(session, profile_id=cast.ada.id, kind=cast.ada.kind, user_id=cast.users["owner"].id, **more)


def disclose(session, cast, *, patients=None, insured=None, **hands):
    more = {"hands": hands, "patients_per_day": patients, "is_insured": insured}
    return disclosures.state(session, profile_id=cast.ada.id, user_id=cast.users["owner"].id, **more)


def work(session, cast, studio, *, first="person"):
    practice, owner = studio
    sides = [(cast.ada, practice, cast.users["owner"]), (practice, cast.ada, owner)]
    for here, there, actor in sides if first == "person" else reversed(sides):
        people.propose(session, profile_id=here.id, other_id=there.id, title="Lead artist", actor_id=actor.id)


def look(session, make, row, outcome):
    more = {"source_url": SEEN, "reason": "Looked in the register."}
    return credentials.decide(session, credential_id=row.id, moderator_id=make.moderator().id, outcome=outcome, **more)


def holds(words):
    return [word for word in words if word.ended_at is None]


def of_stem(session, profile, stem):
    """Return every word whose field begins so, the oldest first."""
    session.expire_all()
    mine = select(FieldAssertion).where(FieldAssertion.profile_id == profile.id, FieldAssertion.field.startswith(stem))
    return list(session.exec(mine.order_by(FieldAssertion.id)).all())


def test_every_fact_that_an_owner_states_is_their_word(session, cast, studio):
    """Through the services alone. Seen to fail without `_say` in `credentials.add`, without `stating.state` in `disclosures.state`,
    and without it in `people._hold`."""
    before = set(unsaid(session))
    add(session, cast, reference="7")
    disclose(session, cast, evaluation=PerformedBy.PHYSICIAN)
    work(session, cast, studio)
    session.commit()
    stated = {"credential:abhrs_diplomate/7", "disclosure", f"role:{studio[0].id}"}
    assert stated <= set(words_on(queries.facts(session, cast.ada))), "the walk sees all three"
    assert set(unsaid(session)) == before
    said = [word for word in of_stem(session, cast.ada, "") if word.field in stated]
    assert {(word.rank, word.user_id, word.ended_at) for word in said} == {(AssertionRank.OWNER, cast.users["owner"].id, None)}


class TestCredentials:
    def test_the_same_again_confirms_and_another_day_is_another_word(self, session, cast, words):
        """Seen to fail with a new word each time."""
        row = add(session, cast, reference="7", issued_on=date(2020, 5, 1))
        field = "credential:abhrs_diplomate/7"
        (word,) = words(cast.ada, field)
        word.verified_at -= timedelta(days=90)
        session.add(word)
        session.flush()
        for year in (2020, 2020, 2021):
            stated = Stated(reference="7", issued_on=date(year, 5, 1))
            credentials.change(session, credential_id=row.id, user_id=cast.users["owner"].id, stated=stated)
        first, second = words(cast.ada, field)
        assert clock.now() - first.verified_at < timedelta(minutes=5)
        assert (first.value["issued_on"], second.value["issued_on"]) == ("2020-05-01", "2021-05-01")
        assert holds([first, second]) == [second]

    def test_another_number_is_another_word(self, session, cast):
        """Seen to fail with the word of the old number left."""
        row = add(session, cast, reference="7")
        credentials.change(session, credential_id=row.id, user_id=cast.users["owner"].id, stated=Stated(reference="8"))
        assert [word.field for word in holds(of_stem(session, cast.ada, "credential"))] == ["credential:abhrs_diplomate/8"]

    def test_what_is_taken_off_is_nobodys_word(self, session, cast):
        """Seen to fail without `unsay` in `_take_off`."""
        row = add(session, cast, reference="7")
        credentials.remove(session, credential_id=row.id, user_id=cast.users["owner"].id)
        assert [word.ended_at is None for word in of_stem(session, cast.ada, "credential")] == [False]

    def test_what_was_found_to_be_false_is_nobodys_word(self, session, make, cast):
        """And theirs again where a moderator finds it after all. Seen to fail without either branch of `decide`."""
        row = add(session, cast, reference="7")
        for outcome, many in ((Outcome.FOUND, 1), (Outcome.FALSE_CLAIM, 0), (Outcome.FOUND, 1), (Outcome.LAPSED, 1)):
            look(session, make, row, outcome)
            assert len(holds(of_stem(session, cast.ada, "credential"))) == many

    def test_what_nobody_in_particular_had_said_ends_too(self, session, make, cast):
        """Seen to fail with the owner's word alone ended."""
        row = add(session, cast, reference="7")
        for word in of_stem(session, cast.ada, "credential"):
            word.rank = AssertionRank.GUESS
            session.add(word)
        session.flush()
        credentials.remove(session, credential_id=row.id, user_id=cast.users["owner"].id)
        assert holds(of_stem(session, cast.ada, "credential")) == []


class TestWhoDoesTheWork:
    def test_the_same_answers_confirm_others_are_a_new_word_and_none_end_it(self, session, cast, words):
        """Seen to fail with a word written each time, and with one of no answers."""
        disclose(session, cast, evaluation=PerformedBy.PHYSICIAN, insured=False)
        (word,) = words(cast.ada, "disclosure")
        assert word.value == {"evaluation": "physician", "is_insured": False}
        word.verified_at -= timedelta(days=400)
        session.add(word)
        session.flush()
        disclose(session, cast, evaluation=PerformedBy.PHYSICIAN, insured=False)
        (word,) = words(cast.ada, "disclosure")
        assert clock.now() - word.verified_at < timedelta(minutes=5)
        disclose(session, cast, evaluation=PerformedBy.NURSE, patients=2)
        assert [one.value for one in holds(words(cast.ada, "disclosure"))] == [{"evaluation": "nurse", "patients_per_day": 2}]
        disclose(session, cast)
        assert holds(words(cast.ada, "disclosure")) == []


class TestRoles:
    @pytest.mark.parametrize("first", ["person", "practice"])
    def test_it_is_the_word_of_the_person_whoever_said_it_first(self, session, cast, studio, first):
        """Seen to fail with whoever agreed last."""
        work(session, cast, studio, first=first)
        (word,) = of_stem(session, cast.ada, "role")
        assert (word.field, word.value) == (f"role:{studio[0].id}", {"title": "Lead artist"})
        assert (word.rank, word.user_id) == (AssertionRank.OWNER, cast.users["owner"].id)
        assert of_stem(session, studio[0], "role") == []

    @pytest.mark.parametrize("side", ["person", "practice"])
    def test_either_side_ends_it(self, session, cast, studio, side):
        """Seen to fail without `unsay`, and with it on the page of whoever ends it."""
        work(session, cast, studio)
        here, actor = (cast.ada, cast.users["owner"]) if side == "person" else studio
        role = people.works(session, here)[0].role
        people.end(session, role_id=role.id, profile_id=here.id, actor_id=actor.id)
        assert [word.ended_at is None for word in of_stem(session, cast.ada, "role")] == [False]

    def test_it_is_a_moderators_word_where_nobody_owns_the_person(self, session, make, studio):
        """And it ends with the role all the same. Seen to fail with the practice's owner named as the person."""
        practice, owner = studio
        cy, moderator = make.profile("Cy Free"), make.moderator()
        people.propose(session, profile_id=practice.id, other_id=cy.id, title="", actor_id=owner.id)
        proposal = people.proposed(session, cy.id)[0].proposal
        people.decide(session, proposal_id=proposal.id, agrees=True, moderator_id=moderator.id)
        (word,) = of_stem(session, cy, "role")
        assert (word.rank, word.user_id) == (AssertionRank.MODERATOR, moderator.id)
        people.end(session, role_id=people.works(session, practice)[0].role.id, profile_id=practice.id, actor_id=owner.id)
        assert holds(of_stem(session, cy, "role")) == []


class TestHistory:
    @pytest.fixture
    def stated(self, session, cast, studio):
        add(session, cast, reference="7", issued_on=date(2020, 5, 1), expires_on=date(2030, 5, 1))
        disclose(session, cast, evaluation=PerformedBy.PHYSICIAN, patients=2, insured=True)
        work(session, cast, studio)
        disclose(session, cast, evaluation=PerformedBy.NURSE)
        session.commit()

    def test_it_says_them_in_words(self, cast, stated, studio):
        """To owners and to moderators. Seen to fail with the values as they are kept, and with the number of the practice."""
        pages = (at(cast.ada, "/history"), cast.owner), (f"/moderation/facts/{cast.ada.id}", cast.moderator)
        for path, reader in pages:
            said = words_of(reader.get(path))
            assert "Works at : Reed Studio, Lead artist" in said
            assert "American Board of Hair Restoration Surgery, number 7, issued on 1 May 2020, until 1 May 2030" in said
            first = "Looks at the hair loss and advises: A physician; Patients on one day: at most 2; Everybody involved is insured: Yes"
            assert f"Who does the work : {first}" in said
            assert "Who does the work : Looks at the hair loss and advises: A nurse" in said

    def test_a_practice_that_is_not_shown_is_not_named(self, session, cast, stated, studio):
        """Seen to fail without the state of its page."""
        studio[0].status = ProfileStatus.SUPPRESSED_LEGAL
        session.add(studio[0])
        session.commit()
        said = words_of(cast.owner.get(at(cast.ada, "/history")))
        assert "Reed Studio" not in said
        assert "Works at : a practice that is not shown any more, Lead artist" in said

    def test_there_is_no_way_back_to_them(self, session, cast, stated):
        """They have pages of their own: no button, and a request by hand is refused and changes nothing.

        Seen to fail without the look at `EDITABLE` in `revert`: the word that holds was "said again".
        """
        before = [(word.id, word.ended_at) for word in of_stem(session, cast.ada, "")]
        page = cast.owner.get(at(cast.ada, "/history"))
        owners, moderators = {"csrf_token": token(cast.owner)}, {"csrf_token": token(cast.moderator)}
        for stem in ("credential", "disclosure", "role"):
            for word in of_stem(session, cast.ada, stem):
                path = at(cast.ada, f"/history/{word.id}/revert")
                assert path not in page.text
                said = words_of(cast.owner.post(path, owners))
                assert "This has a page of its own and is not changed here." in said
                path = f"/moderation/facts/{cast.ada.id}/{word.id}"
                assert path not in cast.moderator.get(f"/moderation/facts/{cast.ada.id}").text
                said = words_of(cast.moderator.post(path, moderators))
                assert "This has a page of its own and is not changed here." in said
        assert [(word.id, word.ended_at) for word in of_stem(session, cast.ada, "")] == before
