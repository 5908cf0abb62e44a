"""/dev/outbox: readable in development on this machine, and nowhere else."""

import re

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.models.ops import KeptMail
from tests.accounts.visits import ADA, register
from tests.clients import Visitor, words_of
from tests.web.test_auth import production

PATHS = ("/dev/outbox", "/dev/outbox/1", "/dev/outbox/1/html")


def test_a_mail_can_be_read_and_its_link_followed(app: Flask, visitor: Visitor, session: Session) -> None:
    """Seen to fail without `urlize`."""
    assert "No mails yet" in words_of(visitor.get("/dev/outbox"))
    register(visitor)
    jobs.run_due(app)
    (kept,) = session.exec(select(KeptMail))
    page = visitor.get("/dev/outbox")
    assert "Confirm your e-mail address" in words_of(page)
    mail = visitor.get(f"/dev/outbox/{kept.id}")
    found = re.search(r'href="(http://localhost:8000/confirm/[^"]+)"', mail.text)
    assert found
    assert "Confirm your e-mail" in words_of(visitor.get(found[1]))
    assert mail.headers["Cache-Control"] == "private, no-store"


def test_the_html_part_stands_alone_and_runs_nothing(app: Flask, visitor: Visitor, session: Session) -> None:
    """Seen to fail with the policy of the site: its style would not be shown."""
    register(visitor)
    jobs.run_due(app)
    (kept,) = session.exec(select(KeptMail))
    page = visitor.get(f"/dev/outbox/{kept.id}/html")
    assert page.text == kept.html
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation"


@pytest.mark.parametrize("number", ["0", "4711", "99999999999999999999", "-1", "x"])
def test_a_mail_that_is_not_there(visitor: Visitor, number: str) -> None:
    """Seen to fail with numbers that no column holds."""
    assert visitor.get(f"/dev/outbox/{number}").status_code == 404


@pytest.mark.parametrize("where", ["production", "listening to the world"])
def test_nowhere_else(database: Database, settings: Settings, where: str) -> None:
    """Not there, and not linked. Seen to fail with the permission of all."""
    elsewhere = production() if where == "production" else settings.model_copy(update={"host": "0.0.0.0"})
    visitor = Visitor(create_app(elsewhere, database=database))
    base = elsewhere.public_url
    for path in PATHS:
        assert visitor.get(path, base_url=base).status_code == 404
    assert "outbox" not in visitor.get("/register/sent", base_url=base).text
    assert "outbox" not in visitor.get("/reset/sent", base_url=base).text


def test_the_page_after_registering_leads_there(visitor: Visitor) -> None:
    """In development a newcomer finds the mail. Seen to fail without the link."""
    assert 'href="/dev/outbox"' in visitor.send("/register", **ADA).text
