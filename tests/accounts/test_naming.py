"""The shown name: offered, changed, never two alike."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import history, naming, pseudonyms
from directory.core import clock
from directory.core.errors import Refused
from directory.models.accounts import EventKind, User
from tests.accounts.visits import ADA, register
from tests.clients import Visitor, forms_of, words_of
from tests.factories import Make


class TestOffer:
    def test_the_form_offers_a_name_that_can_be_left_as_it_is(self, visitor: Visitor, session: Session) -> None:
        """Without scripts. Seen to fail with the field left empty."""
        page = visitor.get("/register")
        offered = forms_of(page)[-1].values["display_name"][0]
        assert visitor.fill(page, **{name: value for name, value in ADA.items() if name != "display_name"}).request.path == "/register/sent"
        assert session.exec(select(User.display_name)).all() == [offered]

    def test_what_was_typed_is_not_replaced(self, visitor: Visitor) -> None:
        """Also where it was left empty on purpose. Seen to fail with the offer made on every answer."""
        assert 'value="Ada 7"' in register(visitor, birth_year=2020).text
        assert forms_of(register(visitor, display_name=""))[-1].values["display_name"] == [""]

    def test_a_taken_name_is_not_offered(self, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail without the look at the table."""
        make.user("Calm Fern 7")
        offers = iter(["Calm Fern 7", "Ca1m Fem 7", "Calm Fern 8", "Calm Fern 9"])
        monkeypatch.setattr(pseudonyms, "offer", lambda: next(offers))
        assert naming.offer(session) == "Calm Fern 8"


class TestRename:
    def test_everything_is_shown_under_the_new_name(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """What was written before, too. Seen to fail with the name kept beside the review."""
        bo, profile = make.user("Bo 1"), make.profile()
        make.review(profile=profile, author=bo)
        page = visitor.sign_in(bo).send("/account/name", display_name="Calm Fern 7")
        assert "Your name is changed" in words_of(page)
        shown = words_of(Visitor(app).get(f"/p/{profile.slug}/reviews"))
        assert "Calm Fern 7" in shown
        assert "Bo 1" not in shown
        assert [event.kind for event in history.lately(session, bo.id)] == [EventKind.NAME_CHANGED]

    @pytest.mark.parametrize("name", ["Ada Marsh", "АDА МАRSН", "ada marsh", "Ada rnarsh"])
    def test_nobody_takes_a_name_that_looks_like_another_s(self, visitor: Visitor, session: Session, make: Make, name: str) -> None:
        """Seen to fail with the unique key left as it was."""
        make.user("Ada Marsh")
        bo = make.user("Bo 1")
        page = visitor.sign_in(bo).send("/account/name", display_name=name)
        assert page.status_code == 422
        assert "looks like it" in words_of(page) or "alphabet" in words_of(page)
        session.expire_all()
        assert bo.display_name == "Bo 1"

    def test_one_s_own_name_may_be_written_otherwise(self, session: Session, make: Make) -> None:
        """Seen to fail with one's own key counted as taken."""
        bo = make.user("bo reed")
        naming.rename(session, user_id=bo.id, name="Bo Reed")
        assert bo.display_name == "Bo Reed"

    def test_nobody_hides_behind_ever_new_names(self, session: Session, make: Make) -> None:
        """Three in thirty days; the same name again is none. Seen to fail without the count."""
        bo = make.user("Bo 1")
        with time_machine.travel(clock.now(), tick=False) as moment:
            for number in (2, 3, 4):
                naming.rename(session, user_id=bo.id, name=f"Bo {number}")
                with pytest.raises(Refused, match="your name already"):
                    naming.rename(session, user_id=bo.id, name=f"Bo {number}")
                moment.shift(timedelta(days=5))
            assert naming.changes_left(session, bo.id) == 0
            with pytest.raises(Refused, match="3 times in 30 days"):
                naming.rename(session, user_id=bo.id, name="Bo 5")
            moment.shift(timedelta(days=15, seconds=1))
            naming.rename(session, user_id=bo.id, name="Bo 5")
        assert bo.display_name == "Bo 5"

    def test_a_name_is_judged_as_at_the_registration(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with the check left to the form that registers."""
        visitor.sign_in(make.user())
        for name in ("Moderator", "x", "ada@patients.example", "a" * 41, ""):
            assert visitor.send("/account/name", display_name=name).status_code == 422
