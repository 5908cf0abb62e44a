"""No line of the log holds a network address, an e-mail address, a position, a name or what was looked for (T-25)."""

import re
from collections.abc import Callable

from flask import Flask
from sqlmodel import Session

from directory import jobs
from directory.privacy import erasure
from tests.clients import Visitor
from tests.factories import PASSWORD, Make

#: What must not stand there: of the visitor below, and of everything that they type.
ADDRESS, EMAIL, NAME, WORDS = "198.51.100.77", "quilla@patients.example", "Quilla", "unheardof"
POINT = re.compile(r"43[.]\d|79[.]\d{2}")


def test_a_whole_visit_leaves_nothing_of_the_person_in_the_log(
    app: Flask, session: Session, make: Make, log_lines: Callable[[], str]
) -> None:
    """From the first search to the erasure. Seen to fail with the path, the address or the form logged beside the rule."""
    person = make.user(NAME, email=EMAIL)
    profile = make.profile("Ada Marsh")
    session.commit()
    visitor = Visitor(app, address=ADDRESS)
    visitor.get(f"/search?q={WORDS}&where={WORDS}")
    visitor.get(f"/p/{WORDS}")
    visitor.send("/near", lat="43.6543219", lon="-79.3876543")
    visitor.get("/near?lat=43.6543219&lon=-79.3876543")
    visitor.send("/login", email=EMAIL, password="wrong " + WORDS)
    visitor.send("/login", email=EMAIL, password=PASSWORD)
    visitor.send("/reset", email=EMAIL)
    visitor.send(f"/report/profile/{profile.slug}", kind="other", text=f"{WORDS} words", name=NAME, email=EMAIL, good_faith=True)
    visitor = Visitor(app, address=ADDRESS).sign_in(person)
    visitor.send("/account/export")
    visitor.send("/account/consents/withdraw")
    visitor.send("/account/erase", reviews="delete")
    jobs.run_due(app)
    erasure.ask(session, user_id=person.id, keeps_reviews=False, at_once=True)
    session.commit()
    jobs.run_due(app)
    lines = log_lines()
    assert '"route": "/account/erase"' in lines, "the log was read"
    assert '"name": "privacy.erase"' in lines
    for held in (ADDRESS, "198.51.100", EMAIL, NAME, WORDS, profile.slug):
        assert held not in lines, held
    assert not POINT.search(re.sub(r'"(?:ms|timestamp)": [^,}]+', "", lines))
