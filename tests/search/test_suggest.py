"""What is offered while somebody types: treatments, places, people and practices, in one box."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from directory.core.db import Database
from directory.models.profiles import ProfileKind, ProfileStatus
from directory.places import blob, choosing
from directory.places.namefile import NameFile
from directory.profiles import service as profiles
from directory.search import suggest
from directory.search.finding import Search
from directory.search.sql_engine import SqlEngine
from directory.search.suggest import About
from directory.treatments import queries as treatments
from directory.web import suggest as lines
from tests.clients import Visitor
from tests.counting import statements
from tests.world import World


@pytest.fixture
def file(small: World, session: Session, tmp_path: Path) -> NameFile:
    """All names of the small world, somebody listed in Toronto alone."""
    small.make.place("Fueview", region="Ontario", country="CA")
    small.make.place("Tortona", region="Piedmont", country="IT", population=1_000_000)
    session.flush()
    blob.build(session, blob.path_in(tmp_path))
    return NameFile(blob.path_in(tmp_path))


@pytest.fixture
def offered(small: World, session: Session, database: Database, file: NameFile):
    """Asks, and returns (what it is, label) of each line."""

    def ask(text: str, **more: Any) -> list[tuple[About, str]]:
        found = suggest.suggest(session, Search(SqlEngine(database)), text, treatments.all_(session), names=file, **more)
        return [(one.about, one.label) for one in found]

    return ask


class TestOneBox:
    def test_every_kind_is_offered_in_its_group(self, small, offered):
        """Seen to fail with the groups one behind the other cut at the limit: no practice is left."""
        for name in ("Scarlett Marsh", "Scarlett Moor", "Scarlett Vale", "Scarlett West", "Scarlett Ash", "Scarlett Fell"):
            small.profile(name)
        small.profile("Scarlett House", kind=ProfileKind.PRACTICE)
        small.make.place("Scarborough", region="Ontario", country="CA")
        kinds = [about for about, _label in offered("scar")]
        assert len(kinds) == suggest.MOST
        assert kinds == sorted(kinds, key=list(About).index)
        assert {About.TREATMENT, About.PERSON, About.PRACTICE} <= set(kinds)

    @pytest.mark.parametrize(
        ("typed", "label"),
        [
            ("smp", "Scalp micropigmentation"),
            ("hair tat", "Scalp micropigmentation"),
            ("pigm", "Scalp micropigmentation"),
            ("fu", "FUE (follicular unit excision)"),
            ("scalp micropigmentaton", "Scalp micropigmentation"),
        ],
    )
    def test_treatments_are_found_by_any_word_for_them(self, offered, typed, label):
        """Seen to fail with beginnings of whole phrases alone, without synonyms, and without the slip forgiven."""
        assert (About.TREATMENT, label) in offered(typed)

    def test_the_whole_word_for_a_treatment_comes_first_and_is_no_place(self, offered):
        """Seen to fail with places looked up for it too."""
        found = offered("fue")
        assert found[0] == (About.TREATMENT, "FUE (follicular unit excision)")
        assert About.PLACE not in {about for about, _label in found}

    def test_what_is_no_work_on_hair_is_not_offered(self, offered):
        """Nobody is chosen for tablets. Seen to fail with the whole taxonomy offered."""
        assert not offered("finast")

    def test_a_place_where_somebody_is_listed_comes_before_a_larger_one(self, small, session, offered):
        """Seen to fail without the boost."""
        assert offered("tor")[0] == (About.PLACE, "Tortona")
        small.profile("Ada Marsh")
        profiles.recount_places(session, [small.toronto.id])
        assert offered("tor")[:2] == [(About.PLACE, "Toronto"), (About.PLACE, "Tortona")]

    @pytest.mark.parametrize("typed", ["smp tor", "hair tattoo in toro", "SMP near Toronto"])
    def test_a_treatment_and_the_place_behind_it_are_one_line(self, session, database, file, typed):
        """Seen to fail without the little words, and with the first word alone for the treatment."""
        found = suggest.suggest(session, Search(SqlEngine(database)), typed, treatments.all_(session), names=file)
        there = next(one for one in found if one.path.endswith("/toronto"))
        assert there.treatment is not None
        assert there.treatment.code == "smp"

    def test_a_place_begun_with_a_slip_is_offered(self, small, session, tmp_path):
        """Seen to fail without `suggestions.like`."""
        small.toronto.population = 2_800_000
        session.flush()
        blob.build(session, blob.path_in(tmp_path))
        found = choosing.begun(session, NameFile(blob.path_in(tmp_path)), "tornot", limit=3)
        assert [choice.label for choice in found] == ["Toronto, Ontario, Canada"]

    def test_without_the_file_names_are_looked_up_in_the_database(self, small, session):
        """Seen to fail with nothing returned."""
        assert [choice.label for choice in choosing.begun(session, None, "toro", limit=3)] == ["Toronto, Ontario, Canada"]

    @pytest.mark.parametrize(
        "typed", ["", " ", "t", "\x00", "😀", "%", "x" * 201, "tor " * 500, "a b c d e f g h i j k l m n o p", '"', "\ud800"]
    )
    def test_odd_texts_give_nothing_and_no_error(self, small, offered, typed):
        """Seen to fail with the length not looked at, and with half a sign kept: it begins every word."""
        small.profile("Ada Marsh")
        assert offered(typed) == []


class TestAnswer:
    def ask(self, visitor: Visitor, **query: str) -> Any:
        return visitor.get("/suggest", query_string=query)

    def labels(self, answer: Any) -> list[str]:
        return [option["label"] for group in answer.json["groups"] for option in group["options"]]

    def test_people_and_places_have_addresses_and_treatments_fill_the_box(self, small, visitor):
        """Seen to fail with an address for a treatment: choosing it would leave the place that is typed beside it."""
        small.profile("Torunn Marsh")
        options = {option["label"]: option for group in self.ask(visitor, q="tor").json["groups"] for option in group["options"]}
        assert options["Toronto"]["url"] == "/ca/ontario/toronto/"
        assert options["Toronto"]["fills"] == "Toronto, Ontario, Canada"
        assert options["Torunn Marsh"]["url"].startswith("/p/")
        treatment = self.ask(visitor, q="smp").json["groups"][0]["options"][0]
        assert treatment["fills"] == "Scalp micropigmentation"
        assert "url" not in treatment

    def test_how_many_are_listed_at_a_place_is_not_said_of_a_treatment_there(self, small, session, database, file, app):
        """Seen to fail with the count shown beside the treatment too: nobody there offers it."""
        small.count(small.profile("Torunn Marsh", offers=["fue"]))
        with app.test_request_context():
            notes = {
                option["label"]: option["note"]
                for typed in ("toronto", "smp toronto")
                for group in lines.answer(
                    suggest.suggest(session, Search(SqlEngine(database)), typed, treatments.all_(session), names=file)
                )["groups"]
                for option in group["options"]
            }
        assert notes["Toronto"] == "Ontario, Canada · 1 listed"
        assert notes["Scalp micropigmentation in Toronto"] == "Ontario, Canada"

    def test_a_box_of_places_gets_places_alone(self, small, visitor):
        """Seen to fail with `for` not looked at."""
        small.profile("Torunn Marsh")
        assert self.labels(self.ask(visitor, **{"q": "tor", "for": "where"})) == ["Toronto"]

    def test_it_may_be_kept_for_a_minute_whoever_asks(self, small, visitor):
        """Seen to fail with the header left to the rule for pages: somebody signed in would ask anew at each letter."""
        visitor.sign_in(small.make.user())
        answer = self.ask(visitor, q="tor")
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.content_type == "application/json"
        assert "Set-Cookie" not in answer.headers

    def test_it_says_how_many_for_those_who_hear_the_page(self, small, visitor):
        small.make.place("Torbay", region="Ontario", country="CA")
        assert self.ask(visitor, q="tor").json["said"] == "2 suggestions"
        assert self.ask(visitor, q="torb").json["said"] == "1 suggestion"
        assert self.ask(visitor, q="zzzz").json == {"groups": [], "said": "No suggestions"}

    @pytest.mark.parametrize("status", [ProfileStatus.CLOSED, ProfileStatus.IMPORTED_DRAFT, ProfileStatus.SUPPRESSED_LEGAL])
    def test_who_is_not_listed_any_more_is_not_offered(self, small, session, visitor, build, status):
        """Before the index knows it too. Seen to fail without the condition."""
        profile = small.profile("Torunn Marsh")
        build()
        assert "Torunn Marsh" in self.labels(self.ask(visitor, q="torunn"))
        profile.status = status
        session.add(profile)
        session.commit()
        assert "Torunn Marsh" not in self.labels(self.ask(visitor, q="torunn"))

    @pytest.mark.parametrize("query", ["", "q=", "q=%00%ff", "q=%F0%9F%99%82", "for=where", "for=x&q=tor&q=b", "q=" + "tor" * 3000])
    def test_whatever_is_asked_gets_an_answer(self, small, visitor, query):
        """Seen to fail with the text read as required."""
        answer = visitor.get(f"/suggest?{query}")
        assert answer.status_code == 200
        assert "groups" in answer.json

    def test_it_asks_the_same_for_one_and_for_many(self, small, visitor, database):
        """Seen to fail with each profile's place loaded by itself."""
        small.profile("Torunn Marsh")
        with statements(database) as few:
            self.ask(visitor, q="torunn")
        for n in range(7):
            small.profile(f"Torunn Vale {'abcdefg'[n]}")
        with statements(database) as many:
            self.ask(visitor, q="torunn")
        assert len(few) == len(many)

    def test_what_was_typed_stays_out_of_the_log(self, small, visitor, caplog):
        """Seen to fail with the path written into the line."""
        caplog.set_level("INFO")
        self.ask(visitor, q="unheardofname")
        assert "/suggest" in caplog.text
        assert "unheardofname" not in caplog.text
