"""How a sign-in ends: by time, by what is changed elsewhere, and never too late. Fixation and the log-out: test_accounts.py."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.accounts import rules, service
from directory.accounts.permissions import Permission
from directory.core import clock, tokens
from directory.core.db import Database
from directory.models.accounts import AuthSession, Role, User
from directory.web import seen
from tests.accounts.visits import link_in, log_in, mail_to
from tests.attacks.cast import Cast, routes, undone
from tests.attacks.test_accounts import account_with
from tests.clients import Visitor, forms_of
from tests.factories import Make

SECOND = timedelta(seconds=1)
KNOWN = "known1@patients.example"
ROLES = [(Role.PATIENT, rules.LIFE), (Role.PRACTITIONER, rules.LIFE), (Role.MODERATOR, rules.STAFF_LIFE), (Role.ADMIN, rules.STAFF_LIFE)]


@pytest.fixture(autouse=True)
def nothing_noted(app: Flask) -> None:
    """The site is one for all tests of a run."""
    seen.of(app).take()


def opened(session: Session, user: User) -> str:
    """Return the token of a sign-in as the log-in makes it."""
    token = service.open_session(session, user=user)
    session.commit()
    return token


class TestTime:
    @pytest.mark.parametrize(("role", "life"), ROLES)
    def test_unused_it_ends(self, app: Flask, session: Session, make: Make, role: Role, life: rules.SessionLife) -> None:
        """Seen to fail with the idle time of patients for staff, and with none."""
        with time_machine.travel(clock.now(), tick=False) as moment:
            token = opened(session, make.user(role=role))
            moment.shift(life.idle - SECOND)
            assert account_with(app, token) == 200
            seen.of(app).take()  # as if the process had been killed before it handed over
            moment.shift(SECOND)
            assert account_with(app, token) == 303

    @pytest.mark.parametrize(("role", "life"), ROLES)
    def test_used_all_the_time_it_ends_too(self, app: Flask, session: Session, make: Make, role: Role, life: rules.SessionLife) -> None:
        """Each use is written by the job, and the longest time holds all the same. Seen to fail with the end moved by each use."""
        with time_machine.travel(clock.now(), tick=False) as moment:
            token, start, step = opened(session, make.user(role=role)), clock.now(), life.idle / 2
            while clock.now() + step < start + life.absolute:
                moment.shift(step)
                assert account_with(app, token) == 200
                seen.flush(app)
                jobs.run_due(app)
            moment.move_to(start + life.absolute - SECOND)
            assert account_with(app, token) == 200
            moment.shift(SECOND)
            assert account_with(app, token) == 303

    def test_the_cookie_holds_no_longer_than_the_longest(self, visitor: Visitor, make: Make) -> None:
        """Seen to fail with a year."""
        make.user(email=KNOWN)
        (cookie,) = [one for one in log_in(visitor, KNOWN, follow=False).headers.getlist("Set-Cookie") if one.startswith("session=")]
        assert f"Max-Age={rules.LIFE.absolute.days * 86400}" in cookie

    def test_a_sign_in_that_waits_for_its_second_factor_is_nobody_s(self, app: Flask, session: Session, make: Make) -> None:
        """Nor does it become somebody's by waiting. Seen to fail without the look at `awaits_factor`."""
        token = service.open_session(session, user=make.user(), awaits_factor=True)
        session.commit()
        assert account_with(app, token) == 303


class TestOvertaken:
    """What is changed elsewhere ends every other sign-in at once."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda session, user: service.change_password(session, user_id=user.id, made_of=user.password_hash, password_hash="$new"),
            lambda session, user: service.suspend(session, user_id=user.id),
            lambda session, user: service.set_role(session, user_id=user.id, role=Role.MODERATOR),
            lambda session, user: service.close_all(session, user_id=user.id),
        ],
        ids=["password", "suspension", "role", "everywhere"],
    )
    def test_the_token_is_dead(self, app: Flask, session: Session, make: Make, change: Callable[[Session, User], Any]) -> None:
        """Seen to fail without `close_all` in each of them."""
        user, other = make.user(), make.user()
        token, others = opened(session, user), opened(session, other)
        assert account_with(app, token) == 200
        change(session, user)
        session.commit()
        assert account_with(app, token) == 303
        assert account_with(app, others) == 200, "nobody else is signed out"

    def test_it_does_not_come_back_with_the_account(self, app: Flask, session: Session, make: Make) -> None:
        """Suspended and opened again. Seen to fail with the state of the account looked at alone."""
        user = make.user()
        token = opened(session, user)
        service.suspend(session, user_id=user.id)
        service.unsuspend(session, user_id=user.id)
        session.commit()
        assert account_with(app, token) == 303

    def test_a_role_takes_its_time_with_it(self, app: Flask, session: Session, make: Make) -> None:
        """Somebody who becomes a moderator does not keep ninety days. Seen to fail with the sign-in left open."""
        user = make.user()
        token = opened(session, user)
        service.set_role(session, user_id=user.id, role=Role.MODERATOR)
        session.commit()
        assert account_with(app, token) == 303
        opened(session, user)
        row = session.exec(select(AuthSession).where(AuthSession.revoked_at.is_(None))).one()  # type: ignore[union-attr]
        assert row.expires_at - row.created_at == rules.STAFF_LIFE.absolute

    def test_a_reset_by_mail_ends_a_stolen_sign_in(self, app: Flask, visitor: Visitor, session: Session, make: Make) -> None:
        """The owner's way out. Seen to fail with the sign-ins left open."""
        stolen = opened(session, make.user(email=KNOWN))
        visitor.send("/reset", email=KNOWN)
        visitor.send(link_in(mail_to(app, session, KNOWN)), new_password="three calm green mornings")
        assert account_with(app, stolen) == 303

    def test_a_stolen_sign_in_cannot_outlast_the_change_of_address(
        self, app: Flask, visitor: Visitor, session: Session, make: Make
    ) -> None:
        """Seen to fail without `close_all` in `emails.agree`."""
        user = make.user(email=KNOWN)
        stolen = opened(session, user)
        visitor.sign_in(user).send("/account/email", email="new@post.example")
        for address in (KNOWN, "new@post.example"):
            visitor.send(link_in(mail_to(app, session, address)))
        assert account_with(app, stolen) == 303


class TestToken:
    def test_showing_again_who_one_is_makes_a_new_one(self, app: Flask, session: Session, make: Make) -> None:
        """Who knew the old one is out. Seen to fail with the token kept."""
        old = opened(session, make.user())
        new = service.step_up(session, token=old)
        session.commit()
        assert (account_with(app, old), account_with(app, new)) == (303, 200)

    def test_a_new_password_makes_a_new_one(self, visitor: Visitor, make: Make) -> None:
        """Also in the browser where it was changed. Seen to fail with this sign-in kept as it was."""
        make.user(email=KNOWN)
        log_in(visitor, KNOWN)
        before = visitor.client.get_cookie("session")
        visitor.send("/account/password", password="correct horse battery staple", new_password="three calm green mornings")
        after = visitor.client.get_cookie("session")
        assert before is not None
        assert after is not None
        assert before.value != after.value
        assert account_with(visitor.app, before.value) == 303
        assert account_with(visitor.app, after.value) == 200

    def test_what_lies_in_the_table_is_no_token(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the token kept as it is."""
        token = opened(session, make.user())
        kept = session.exec(select(AuthSession.token_hash)).one()
        assert kept == tokens.digest(token)
        assert account_with(app, kept) == 303


def test_every_page_that_asks_for_somebody_leads_to_the_way_out(app: Flask, database: Database, session: Session, make: Make) -> None:
    """By the head of the page to the account page, where the button stands. Seen to fail with the head leading elsewhere."""
    cast, shown = Cast(session, make), 0
    visitor = cast.visitor(app, "admin")
    for rule, method in routes(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if method != "GET" or permission in {None, Permission.PUBLIC, Permission.DEVELOPMENT}:
            continue
        with undone(database):
            page = visitor.get(cast.path(app, rule), follow=False)
        if page.status_code == 200 and page.mimetype == "text/html":
            shown += 1
            assert re.search(r"<header\b.*href=\"/account\".*</header>", page.text, re.S), rule.rule
    assert shown >= 15
    assert [form.action for form in forms_of(visitor.get("/account")) if form.action == "/logout"] == ["/logout"]
