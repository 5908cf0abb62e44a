"""Another e-mail address, from the wish to the last mail."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import emails, history
from directory.accounts.permissions import Permission
from directory.core import clock
from directory.models.accounts import EmailChange, EventKind, User
from tests.accounts.visits import link_in, log_in, mail_to, mails
from tests.clients import Visitor, words_of
from tests.factories import PASSWORD, Make

OLD, NEW = "ada.old@patients.example", "Ada.New@post.example"


def ask(visitor: Visitor, email: str = NEW) -> None:
    page = visitor.send("/account/email", form="links", email=email)
    assert "A change is under way" in words_of(page), words_of(page)


@pytest.fixture
def ada(make: Make, visitor: Visitor) -> User:
    """Somebody who is signed in."""
    user = make.user("Ada 7", email=OLD)
    visitor.sign_in(user)
    return user


class TestTheWay:
    @pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
    def test_it_moves_once_both_have_agreed(
        self, app: Flask, visitor: Visitor, session: Session, ada: User, order: tuple[str, str]
    ) -> None:
        """In either order, from any browser. Seen to fail with one of the two enough."""
        ask(visitor)
        first, second = (link_in(mail_to(app, session, address)) for address in order)
        page = Visitor(app).send(first)
        assert "One address has agreed" in words_of(page)
        session.expire_all()
        assert (ada.email, ada.email_key) == (OLD, OLD)
        page = Visitor(app).send(second)
        assert "Your address is changed" in words_of(page)
        session.expire_all()
        assert (ada.email, ada.email_key, ada.is_confirmed) == (NEW, NEW.lower(), True)
        assert session.exec(select(EmailChange)).all() == []
        kinds = {event.kind for event in history.lately(session, ada.id)}
        assert kinds == {EventKind.EMAIL_CHANGE_ASKED, EventKind.EMAIL_CHANGED}

    def test_both_addresses_learn_of_it_and_the_old_one_not_where_to(
        self, app: Flask, visitor: Visitor, session: Session, ada: User
    ) -> None:
        """Seen to fail with one mail, and with the new address written out."""
        ask(visitor)
        for address in (OLD, NEW):
            visitor.send(link_in(mail_to(app, session, address)))
        sent = {mail.recipient: mail for mail in mails(app, session)}
        assert sent[NEW].subject == "Your e-mail address is changed"
        assert sent[OLD].subject == "Your account has left this address"
        for mail in mails(app, session):
            if mail.recipient == OLD:
                assert NEW.lower() not in (mail.text + mail.html).lower()
                assert "A…@p….example" in mail.text

    def test_every_other_browser_is_signed_out(self, app: Flask, visitor: Visitor, session: Session, ada: User) -> None:
        """The one that pressed the last button stays. Seen to fail without `close_all`."""
        elsewhere = Visitor(app).sign_in(ada)
        ask(visitor)
        for address in (OLD, NEW):
            page = visitor.send(link_in(mail_to(app, session, address)))
        assert "logged out in all other browsers" in words_of(page)
        assert visitor.get("/account", follow=False).status_code == 200
        assert elsewhere.get("/account", follow=False).status_code == 303
        assert log_in(Visitor(app), NEW, PASSWORD).request.path == "/"

    def test_an_address_never_shown_to_be_theirs_is_not_asked(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Theirs was mistyped: the stranger who has it can neither hold them nor learn where they went. Seen to fail asking both."""
        uma = make.user("Uma 1", email=OLD, email_confirmed_at=None)
        ask(visitor.sign_in(uma))
        assert [mail.recipient for mail in mails(app, session)] == [NEW]
        assert "Your address is changed" in words_of(visitor.send(link_in(mail_to(app, session, NEW))))
        session.expire_all()
        assert (uma.email, uma.is_confirmed) == (NEW, True)
        assert {mail.recipient for mail in mails(app, session)} == {NEW}

    def test_opening_a_link_uses_nothing(self, app: Flask, visitor: Visitor, session: Session, ada: User) -> None:
        """Mail scanners open links. Seen to fail with GET or HEAD taken for the button."""
        ask(visitor)
        for address in (OLD, NEW):
            for method in ("GET", "HEAD", "GET"):
                assert visitor.client.open(link_in(mail_to(app, session, address)), method=method).status_code == 200
        change = session.exec(select(EmailChange)).one()
        assert (change.released_at, change.taken_at) == (None, None)

    def test_the_overview_says_what_is_under_way(self, visitor: Visitor, session: Session, ada: User) -> None:
        """Seen to fail without the notice."""
        ask(visitor)
        assert f"To {NEW}. See what is missing" in words_of(visitor.get("/account"))

    @pytest.mark.parametrize(("email", "said"), [("", "Write your"), ("x", "whole e-mail"), (OLD.upper(), "already"), ("a" * 300, "254")])
    def test_what_is_wrong_is_said(self, visitor: Visitor, ada: User, email: str, said: str) -> None:
        """Seen to fail with one's own address taken."""
        page = visitor.send("/account/email", email=email)
        assert page.status_code == 422
        assert said in words_of(page)

    def test_it_asks_to_show_again_who_one_is(self, app: Flask) -> None:
        """A browser left open is not enough; to call a change off it is. Seen to fail with SIGNED_IN."""
        asked = {name: app.view_functions[f"emails.{name}"].permission for name in ("change", "cancel")}  # type: ignore[attr-defined]
        assert asked == {"change": Permission.ACCOUNT_SECURITY, "cancel": Permission.SIGNED_IN}

    def test_after_a_day_it_is_over(self, app: Flask, visitor: Visitor, session: Session, ada: User) -> None:
        """Seen to fail with the moment left out of `pending` and of `links.find`."""
        with time_machine.travel(clock.now(), tick=False) as moment:
            visitor.sign_in(ada)
            ask(visitor)
            paths = [link_in(mail_to(app, session, address)) for address in (OLD, NEW)]
            moment.shift(timedelta(hours=24))
            assert emails.pending(session, ada.id) is None
            assert [Visitor(app).get(path).status_code for path in paths] == [410, 410]

    def test_a_link_that_was_mailed_late_does_not_hold_longer(self, app: Flask, visitor: Visitor, session: Session, ada: User) -> None:
        """The worker was away for hours. Seen to fail with the end of the change left out of `links.find`."""
        with time_machine.travel(clock.now(), tick=False) as moment:
            visitor.sign_in(ada)
            ask(visitor)
            moment.shift(timedelta(hours=20))
            paths = [link_in(mail_to(app, session, address)) for address in (OLD, NEW)]
            moment.shift(timedelta(hours=4))
            assert [Visitor(app).get(path).status_code for path in paths] == [410, 410]
