"""A request that another site made, or that carries no token or somebody else's, changes nothing on any route."""

from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session
from werkzeug.routing import Rule

from directory.core import clock
from directory.models.accounts import AuthSession, User
from directory.models.moderation import Report, ReportKind
from directory.profiles import proposing
from directory.profiles.proposing import Entry, Relation, Sort
from tests.attacks.rows import all_rows
from tests.clients import Visitor, forms_of
from tests.evidence.papers import claim, shown
from tests.factories import Make

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def mutating(app: Flask) -> list[Rule]:
    """Every route that takes an unsafe method."""
    return [rule for rule in app.url_map.iter_rules() if (rule.methods or set()) & UNSAFE]


class World:
    """Somebody's things, and a path for each route that would change them."""

    def __init__(self, make: Make, session: Session) -> None:
        make.treatment("smp")
        self.author: User = make.moderator()
        profile = make.profile("Ada Marsh")
        guide = make.guide(f"guide-{profile.id}")
        comment = make.comment(guide=guide)
        report = Report(
            comment_id=comment.id, kind=ReportKind.ABUSE, text="Rude.", reporter_email="r@readers.example", created_at=clock.now()
        )
        session.add(report)
        session.flush()
        told = {"name": "Cy Noor", "sort": Sort.STUDIO, "place_id": make.place().id, "website": "", "treatments": ("smp",)}
        entry = proposing.propose(session, user_id=make.user().id, entry=Entry(**told, relation=Relation.CLIENT))
        mine = claim(session, make)
        self.values: dict[str, Any] = {
            "slug": profile.slug,
            "guide": guide.slug,
            "own_review": make.review(author=self.author).id,
            "review_id": make.review(profile=profile).id,
            "own_comment": make.comment(profile=profile, author=self.author).id,
            "comment_id": comment.id,
            "profile_id": profile.id,
            "user_id": make.user().id,
            "report_id": report.id,
            "entry_id": entry.id,
            "evidence_id": shown(session, mine).id,
            "claim_id": mine.id,
            "reply_id": make.reply(review=make.review(profile=profile)).id,
            "dispute_id": make.dispute(review=make.review(profile=profile)).id,
            **{"site": "dns", "paper": "licence", "code": "email"},
            # Asked for before anything is looked up.
            **dict.fromkeys(("membership_id", "invitation_id", "role_id", "proposal_id", "assertion_id", "suggestion_id", "number"), 1),
            "session_id": self._device(session),
            "token": "x" * 43,
            "credential_id": make.credential(profile).id,
            "passkey_id": make.passkey(self.author).id,
        }

    def _device(self, session: Session) -> int:
        moment = clock.now()
        row = AuthSession(token_hash=token_hex(32), user_id=self.author.id, created_at=moment, last_seen_at=moment, expires_at=moment)
        session.add(row)
        session.flush()
        return row.id

    def path(self, app: Flask, rule: Rule) -> str:
        """Return a path of this route that leads to something."""
        given = {name: self.values[name] for name in rule.arguments}
        if rule.endpoint == "comments.on_guide":
            given["slug"] = self.values["guide"]
        if rule.endpoint == "reviews.withdraw":
            given["review_id"] = self.values["own_review"]
        if rule.endpoint in {"comments.edit", "comments.delete"}:
            given["comment_id"] = self.values["own_comment"]
        with app.test_request_context():
            from flask import url_for  # noqa: PLC0415

            return url_for(rule.endpoint, **given)


#: Right answers to every form at once: a form takes what it knows.
ANSWERS = {
    "overall": "5",
    "treatment": "smp",
    "month": "09/2025",
    "title": "",
    "body": "Forged words, long enough for any of the forms on this site.",
    "own_experience": "y",
    "kind": "privacy",
    "text": "Forged words of a report.",
    "email": "forger@forgers.example",
    "good_faith": "y",
    "action": "hide",
    "reason_class": "spam",
    "reason": "Forged words of a moderator.",
}


@pytest.mark.parametrize("how", ["no token", "a made-up token", "another's token", "another site's origin", "another site's page"])
def test_nothing_is_changed(session: Session, make: Make, app: Flask, how: str) -> None:
    """Every route that takes an unsafe method, while a moderator is signed in.

    Seen to fail with CSRFProtect taken out (the first three) and with same_origin taken out (the last two).
    """
    world = World(make, session)
    visitor = Visitor(app).sign_in(world.author)
    stranger = Visitor(app)
    foreign = forms_of(stranger.get("/login"))
    token = next(form.values["csrf_token"][0] for form in foreign if form.method == "post")
    own = next(
        form.values["csrf_token"][0] for form in forms_of(visitor.get(f"/p/{world.values['slug']}/comment")) if form.method == "post"
    )
    data, headers = dict(ANSWERS), {}
    if how == "a made-up token":
        data["csrf_token"] = "IjAwMDAi.aAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA"
    elif how == "another's token":
        data["csrf_token"] = token
    elif how == "another site's origin":
        data["csrf_token"], headers = own, {"Origin": "https://evil.example"}
    elif how == "another site's page":
        data["csrf_token"], headers = own, {"Sec-Fetch-Site": "cross-site"}
    before = all_rows(session)
    for rule in mutating(app):
        path = world.path(app, rule)
        for method in sorted((rule.methods or set()) & UNSAFE):
            answer = visitor.client.open(path, method=method, data=data, headers=headers)
            # Mail programs have no token of ours: this address is signed itself, and this one is not (test_unsubscribe.py).
            alone = rule.endpoint == "notifications.stop" and not headers
            assert answer.status_code == (404 if alone else 400), f"{method} {path}: {answer.status}"
    assert all_rows(session) == before


def test_with_the_right_token_it_would_have_been_changed(session: Session, make: Make, app: Flask) -> None:
    """So that the test above does not pass because its answers are wrong."""
    ours = [rule for rule in mutating(app) if rule.endpoint.split(".")[0] in {"reviews", "comments", "reports", "moderation"}]
    assert len(ours) >= 12
    for rule in ours:
        world = World(make, session)
        visitor = Visitor(app, address=f"192.0.{ours.index(rule)}.1").sign_in(world.author)
        form = next(form for form in forms_of(visitor.get(f"/p/{world.values['slug']}/comment")) if form.method == "post")
        more = {"action": "suspend"} if rule.endpoint == "moderation.on_user" else {}
        before = all_rows(session)
        answer = visitor.post(world.path(app, rule), ANSWERS | more | {"csrf_token": form.values["csrf_token"][0]}, follow=False)
        assert answer.status_code == 303, f"{rule}: {answer.status}"
        assert all_rows(session) != before, rule


def test_opening_a_page_changes_nothing(session: Session, make: Make, app: Flask) -> None:
    """Every page without something to fill in, seen by a moderator: GET never writes. Seen to fail with a GET that withdraws."""
    world = World(make, session)
    visitor = Visitor(app).sign_in(world.author)
    before = all_rows(session)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and set(rule.arguments) <= world.values.keys():
            visitor.get(world.path(app, rule), follow=False)
    assert all_rows(session) == before
