"""What an attacker tries on a change of address: to learn who is here, to press what is not theirs, to press it twice or late."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from directory.accounts import blocks, emails, service
from directory.accounts.emails import Outcome
from directory.core.errors import Gone
from directory.models.accounts import EmailChange, MailedToken, TokenPurpose, User, UserStatus
from directory.models.limits import BlockKind
from directory.models.ops import Job
from tests.accounts.visits import link_in, mail_to, mails
from tests.attacks.test_accounts import KNOWN, UNKNOWN, shape
from tests.clients import Visitor, forms_of, words_of
from tests.factories import Make

OLD, NEW = "ada.old@patients.example", "ada.new@post.example"
TAKE, RELEASE = TokenPurpose.TAKE_EMAIL, TokenPurpose.RELEASE_EMAIL


@pytest.fixture
def ada(make: Make, visitor: Visitor) -> User:
    """Somebody who is signed in and has asked for another address."""
    user = make.user("Ada 7", email=OLD)
    visitor.sign_in(user).send("/account/email", email=NEW)
    return user


@pytest.fixture
def paths(app: Flask, session: Session, ada: User) -> dict[str, str]:
    """The two links, by the address that they were mailed to."""
    return {address: link_in(mail_to(app, session, address)) for address in (OLD, NEW)}


def agreed(session: Session) -> tuple[bool, bool]:
    session.expire_all()
    change = session.exec(select(EmailChange)).one()
    return change.released_at is not None, change.taken_at is not None


class TestEnumeration:
    @pytest.mark.parametrize("follow", [False, True])
    def test_a_known_address_is_answered_like_an_unknown_one(self, app: Flask, make: Make, follow: bool) -> None:
        """Seen to fail with "This address has an account already" at the form."""
        make.user("Known 1", email=KNOWN)

        def asked(email: str, name: str) -> TestResponse:
            visitor = Visitor(app).sign_in(make.user(name, email=f"{name.lower()}@patients.example"))
            return visitor.send("/account/email", email=email, follow=follow)

        one, other = (shape(asked(email, name)) for email, name in ((KNOWN, "Bea"), (UNKNOWN, "Ben")))
        assert [str(part).replace("Bea", "Ben").replace("bea@", "ben@") for part in one] == [str(part) for part in other]

    def test_the_same_is_done_for_both(self, session: Session, make: Make) -> None:
        """Whether it has an account is looked at by the job, so that the time tells nothing. Seen to fail with a job of its own name."""
        make.user("Known 1", email=KNOWN)
        jobs = []
        for email in (KNOWN, UNKNOWN):
            emails.ask(session, user_id=make.user().id, email=email)
            jobs.append([job.name for job in session.exec(select(Job))])
            for job in session.exec(select(Job)):
                session.delete(job)
        assert jobs[0] == jobs[1] == ["mail.release_email", "mail.take_email"]

    def test_nothing_comes_of_an_address_that_has_an_account(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Its owner gets word, and no link. Seen to fail with the link mailed."""
        owner = make.user("Known 1", email=KNOWN)
        ada = make.user("Ada 7", email=OLD)
        page = visitor.sign_in(ada).send("/account/email", email=KNOWN)
        assert "A change is under way" in words_of(page)
        assert mail_to(app, session, KNOWN).subject == "You have an account already"
        assert "One address has agreed" in words_of(visitor.send(link_in(mail_to(app, session, OLD))))
        session.expire_all()
        assert (ada.email, owner.email) == (OLD, KNOWN)
        assert session.exec(select(MailedToken.purpose)).all() == [RELEASE]

    def test_nothing_comes_of_an_address_that_is_blocked(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """The page says the same as to everybody, and no mail goes there. Seen to fail without the look at the list."""
        blocks.add(session, BlockKind.EMAIL_DOMAIN, "throwaway.example", reason="Adverts.", secret="")
        session.commit()
        page = visitor.sign_in(make.user("Ada 7", email=OLD)).send("/account/email", email="new@throwaway.example")
        assert "A change is under way" in words_of(page)
        assert "new@throwaway.example" not in {mail.recipient for mail in mails(app, session)}

    def test_a_stranger_s_mailbox_is_not_filled_from_here(self, app: Flask, session: Session, make: Make) -> None:
        """An account for each try. Seen to fail without the count."""
        answers = []
        for _turn in range(7):
            answers.append(Visitor(app).sign_in(make.user()).send("/account/email", email=KNOWN).status_code)
            mails(app, session)
        assert answers == [200] * 5 + [422] * 2


class TestLinks:
    def test_each_link_speaks_for_its_own_address_alone(
        self, app: Flask, visitor: Visitor, session: Session, paths: dict[str, str]
    ) -> None:
        """The secret of one on the page of the other is dead, and so is a reset's. Seen to fail without the purpose in `links.find`."""
        Visitor(app).send("/reset", email=OLD)
        reset = link_in(mail_to(app, session, OLD))
        swapped = [paths[OLD].replace("/release/", "/take/"), paths[NEW].replace("/take/", "/release/")]
        swapped += [reset.replace("/reset/", f"/account/email/{page}/") for page in ("release", "take")]
        assert [visitor.get(path).status_code for path in swapped] == [410] * 4
        assert agreed(session) == (False, False)

    def test_pressed_twice_it_counts_once(self, visitor: Visitor, session: Session, paths: dict[str, str]) -> None:
        """The second press of the new address does not stand for the old one. Seen to fail with any two presses enough."""
        page = visitor.get(paths[NEW])
        assert visitor.fill(page).status_code == 200
        assert visitor.fill(page).status_code == 410
        assert agreed(session) == (False, True)

    @pytest.mark.parametrize(
        "meanwhile",
        [
            lambda session, ada: emails.forget(session, ada.id),
            lambda session, ada: emails.ask(session, user_id=ada.id, email="another@post.example"),
            lambda session, ada: emails.ask(session, user_id=ada.id, email=NEW),
            lambda session, ada: service.change_password(session, user_id=ada.id, made_of=ada.password_hash, password_hash="$new"),
            lambda session, ada: setattr(ada, "status", UserStatus.SUSPENDED),
        ],
        ids=["called off", "asked for another", "asked again", "password changed", "suspended"],
    )
    def test_overtaken_it_is_dead(
        self, app: Flask, session: Session, ada: User, paths: dict[str, str], meanwhile: Callable[[Session, User], Any]
    ) -> None:
        """Seen to fail without `forget` in `ask` while `links.find` knew nothing of moments, and without the change itself in it."""
        meanwhile(session, ada)
        session.commit()
        assert [Visitor(app).get(path).status_code for path in paths.values()] == [410, 410]
        with pytest.raises(Gone):
            emails.agree(session, token=paths[NEW].rsplit("/", 1)[1], purpose=TAKE)

    def test_a_mail_that_was_on_its_way_does_not_bring_a_change_back(
        self, app: Flask, visitor: Visitor, session: Session, ada: User
    ) -> None:
        """Called off before the worker ran. Seen to fail with the link minted without a change."""
        visitor.send("/account/email", form="/cancel")
        assert mails(app, session) == []

    def test_it_moves_the_account_that_it_was_made_for(self, app: Flask, session: Session, make: Make, paths: dict[str, str]) -> None:
        """Whoever is signed in where it is pressed. Seen to fail with the signed-in person's account moved."""
        mallory = make.user("Mallory 1")
        stranger = Visitor(app).sign_in(mallory)
        for path in paths.values():
            stranger.send(path)
        session.expire_all()
        assert mallory.email != NEW
        assert session.exec(select(User.display_name).where(User.email == NEW)).all() == ["Ada 7"]
        assert stranger.get("/account", follow=False).status_code == 200

    def test_no_page_is_left_that_names_the_new_address_to_the_old(self, app: Flask, paths: dict[str, str]) -> None:
        """Whoever reads the old mailbox does not learn it. Seen to fail with the address written out."""
        page = Visitor(app).get(paths[OLD])
        assert NEW not in page.text
        assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("same-origin", "private, no-store")

    def test_links_to_the_old_address_are_dead_after_it(
        self, app: Flask, visitor: Visitor, session: Session, paths: dict[str, str]
    ) -> None:
        """A password reset that lay in the old mailbox. Seen to fail with the address left out of `links.find`."""
        Visitor(app).send("/reset", email=OLD)
        reset = link_in(mail_to(app, session, OLD))
        assert Visitor(app).get(reset).status_code == 200
        for path in paths.values():
            visitor.send(path)
        assert Visitor(app).get(reset).status_code == 410


class TestRaces:
    def test_of_two_accounts_one_gets_the_address(
        self, app: Flask, visitor: Visitor, session: Session, make: Make, paths: dict[str, str]
    ) -> None:
        """The other is told, keeps its own, and its change is off. Seen to fail with an error of the database shown."""
        bo = make.user("Bo 1", email="bo@patients.example")
        rival = Visitor(app).sign_in(bo)
        rival.send("/account/email", email=NEW)
        theirs = [link_in(mail_to(app, session, address)) for address in (bo.email, NEW)]
        for path in paths.values():
            visitor.send(path)
        rival.send(theirs[0])
        page = rival.send(theirs[1])
        assert "has an account meanwhile" in words_of(page)
        session.expire_all()
        assert bo.email == "bo@patients.example"
        assert session.exec(select(EmailChange)).all() == []
        assert rival.get("/account", follow=False).status_code == 200

    def test_somebody_registers_it_meanwhile(self, session: Session, make: Make, visitor: Visitor, paths: dict[str, str]) -> None:
        """Seen to fail without the savepoint: the whole answer was lost."""
        make.user("Late 1", email=NEW)
        visitor.send(paths[OLD])
        assert "has an account meanwhile" in words_of(visitor.send(paths[NEW]))

    def test_a_form_sent_twice_asks_once(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail without the key of the form: the second press ended the links of the first."""
        visitor.sign_in(make.user("Ada 7", email=OLD))
        page = visitor.get("/account/email")
        visitor.fill(page, email=NEW)
        path = link_in(mail_to(app, session, NEW))
        visitor.fill(page, email=NEW)
        assert visitor.get(path).status_code == 200

    def test_the_second_word_is_the_last(self, session: Session, ada: User, paths: dict[str, str]) -> None:
        """Seen to fail with the first word forgotten."""
        tokens = {address: path.rsplit("/", 1)[1] for address, path in paths.items()}
        assert emails.agree(session, token=tokens[OLD], purpose=RELEASE)[0] is Outcome.WAITS
        assert emails.agree(session, token=tokens[NEW], purpose=TAKE)[0] is Outcome.CHANGED
        for purpose, address in ((RELEASE, OLD), (TAKE, NEW)):
            with pytest.raises(Gone):
                emails.agree(session, token=tokens[address], purpose=purpose)


def test_the_buttons_need_a_token_of_this_browser(app: Flask, session: Session, paths: dict[str, str]) -> None:
    """Another site cannot press them. Seen to fail with the routes exempt."""
    stranger = Visitor(app)
    token = next(form.values["csrf_token"][0] for form in forms_of(Visitor(app).get("/login")) if form.method == "post")
    for path in paths.values():
        assert stranger.post(path, {"csrf_token": token}).status_code == 400
    assert agreed(session) == (False, False)
