"""What tests of the account pages share: somebody to register, and the mails that follow."""

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from directory import jobs
from directory.accounts.throttle import Limit
from directory.models.ops import KeptMail
from tests.clients import Visitor
from tests.factories import PASSWORD

#: What Ada types.
ADA: dict[str, Any] = {
    "display_name": "Ada 7",
    "email": "Ada@Patients.example",
    "password": "three calm green mornings",
    "birth_year": 1985,
    "consent": True,
}


def register(visitor: Visitor, path: str = "/register", **other: Any) -> TestResponse:
    """Register as Ada, or as somebody who differs in `other`."""
    return visitor.send(path, **(ADA | other))


def log_in(visitor: Visitor, email: str, password: str = PASSWORD, *, path: str = "/login", follow: bool = True) -> TestResponse:
    """Log in on the log-in page."""
    return visitor.send(path, email=email, password=password, follow=follow)


def mails(app: Flask, session: Session) -> list[KeptMail]:
    """Let the worker run, then return all kept mails, the newest last."""
    jobs.run_due(app)
    session.expire_all()
    return list(session.exec(select(KeptMail).order_by(col(KeptMail.id))))


def link_in(mail: KeptMail) -> str:
    """Return the path of the address in a mail that holds a secret."""
    found = re.search(r"http://localhost:8000(/(?:confirm|reset|account/email/\w+|unsubscribe)/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def mail_to(app: Flask, session: Session, address: str) -> KeptMail:
    """Return the newest kept mail to an address."""
    return [mail for mail in mails(app, session) if mail.recipient == address][-1]


def boundless() -> Limit:
    """Return a limit that nobody reaches, for tests that knock many times."""
    return Limit("boundless", 10**6, timedelta(minutes=15))
