"""Which mails a person gets: the page, and the link in a mail that switches its kind off."""

from flask import Flask
from sqlmodel import Session, select

from directory.models.accounts import NotificationChoice, User
from directory.notifications import choices, mail
from directory.notifications.kinds import KINDS, NEW_SIGN_IN, OPTIONAL, SHOWN_AGAIN
from tests.accounts.visits import link_in, mail_to, mails
from tests.clients import Visitor, forms_of, words_of
from tests.factories import Make


def rows(session: Session) -> set[tuple[int, str, bool]]:
    session.expire_all()
    return {(row.user_id, row.kind, row.wanted) for row in session.exec(select(NotificationChoice))}


class TestPage:
    def test_everything_is_on_at_first(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with off as the default."""
        page = visitor.sign_in(make.user()).get("/account/notifications")
        assert set(forms_of(page)[-1].values["kinds"]) == set(OPTIONAL)

    def test_what_is_fixed_is_named_with_its_reason_and_cannot_be_ticked(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with a box for each."""
        page = visitor.sign_in(make.user()).get("/account/notifications")
        fixed = [kind for kind in KINDS if kind.is_fixed]
        assert len(fixed) >= 3
        for kind in fixed:
            assert str(kind.why) in words_of(page)
            assert f'value="{kind.word}"' not in page.text

    def test_a_choice_is_kept_and_can_be_taken_back(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with the second choice refused by the unique key."""
        user = make.user()
        visitor.sign_in(user)
        assert "Saved" in words_of(visitor.send("/account/notifications", kinds=[SHOWN_AGAIN.word]))
        assert rows(session) == {(user.id, word, word == SHOWN_AGAIN.word) for word in OPTIONAL}
        visitor.send("/account/notifications", kinds=[])
        assert choices.wanted(session, user.id) == set()
        visitor.send("/account/notifications", kinds=list(OPTIONAL))
        session.expire_all()
        assert choices.wanted(session, user.id) == set(OPTIONAL)

    def test_what_is_no_choice_is_not_taken(self, visitor: Visitor, session: Session, make: Make) -> None:
        """Seen to fail with any word kept."""
        visitor.sign_in(make.user())
        assert visitor.send("/account/notifications", kinds=["security", "x" * 50]).status_code == 422
        assert rows(session) == set()

    def test_it_is_honoured_when_the_mail_is_sent(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """Also where it was chosen after the mail was put down. Seen to fail with the choice asked when the job is written."""
        user = make.user()
        mail.new_sign_in(session, user_id=user.id)
        session.commit()
        visitor.sign_in(user).send("/account/notifications", kinds=[])
        assert mails(app, session) == []


def way_out(app: Flask, session: Session, user: User) -> str:
    """Return the path in a mail to this person that switches its kind off."""
    mail.new_sign_in(session, user_id=user.id)
    session.commit()
    return link_in(mail_to(app, session, user.email))


class TestWayOut:
    def test_it_takes_a_button_and_no_log_in(self, app: Flask, session: Session, make: Make) -> None:
        """Mail scanners open links. Seen to fail with GET switching it off."""
        ada = make.user()
        path, stranger = way_out(app, session, ada), Visitor(app)
        for method in ("GET", "HEAD"):
            assert stranger.client.open(path, method=method).status_code == 200
        assert rows(session) == set()
        assert "Switched off" in words_of(stranger.send(path))
        assert rows(session) == {(ada.id, NEW_SIGN_IN.word, False)}
        mail.new_sign_in(session, user_id=ada.id)
        session.commit()
        assert len(mails(app, session)) == 1, "no more of these"

    def test_a_mail_program_presses_it_alone(self, app: Flask, session: Session, make: Make) -> None:
        """RFC 8058: one POST without cookies, answered without a redirect. Seen to fail with the route under CSRFProtect."""
        path = way_out(app, session, make.user())
        answer = app.test_client(use_cookies=False).post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert len(rows(session)) == 1
