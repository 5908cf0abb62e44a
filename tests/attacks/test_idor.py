"""What belongs to somebody else answers like what does not exist, whatever is asked of it."""

from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session

from tests.attacks.rows import all_rows
from tests.clients import Visitor, forms_of, unhurried, words_of
from tests.factories import Make

NOWHERE = 4711


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/comments/{comment}/edit", {"body": "Mine now."}),
        ("/comments/{comment}/delete", {}),
        ("/reviews/{review}/withdraw", {}),
        ("/moderation/reviews/{review}", {"action": "hide", "reason_class": "spam", "reason": "Because I want to."}),
        ("/moderation/comments/{comment}", {"action": "hide", "reason_class": "spam", "reason": "Because I want to."}),
        ("/moderation/profiles/{profile}", {"action": "hide", "reason_class": "spam", "reason": "Because I want to."}),
        ("/moderation/users/{user}", {"action": "suspend", "reason_class": "spam", "reason": "Because I want to."}),
    ],
)
def test_another_s_thing_is_not_found(session: Session, make: Make, app: Flask, path: str, answers: dict[str, Any]) -> None:
    """Seen to fail without the author's check in queries.own, and with SIGNED_IN in place of MODERATE."""
    profile, author = make.profile(), make.user("Bo")
    ids = {
        "comment": make.comment(profile=profile, author=author).id,
        "review": make.review(profile=profile, author=author).id,
        "profile": profile.id,
        "user": author.id,
    }
    stranger = Visitor(app).sign_in(make.user("Stranger"))
    here, nowhere = path.format(**ids), path.format(**dict.fromkeys(ids, NOWHERE))
    token = next(form.values["csrf_token"][0] for form in forms_of(stranger.get(f"/p/{profile.slug}/comment")) if form.method == "post")
    before = all_rows(session)
    shown, missing = stranger.get(here), stranger.get(nowhere)
    sent, unsent = (stranger.post(one, answers | {"csrf_token": token}) for one in (here, nowhere))
    assert {answer.status_code for answer in (shown, missing, sent, unsent)} == {404}
    assert words_of(shown).replace(str(ids), "") == words_of(missing)
    assert words_of(sent) == words_of(unsent)
    assert all_rows(session) == before


def test_a_form_s_key_answers_its_own_sender_alone(session: Session, make: Make, app: Flask) -> None:
    """A stranger who learns the hidden key of a form gets their own answer. Seen to fail with one actor for all."""
    profile = make.profile()
    bo, cy = Visitor(app).sign_in(make.user("Bo")), Visitor(app).sign_in(make.user("Cy"))
    page = bo.get(f"/p/{profile.slug}/comment")
    key = next(form.values["idempotency_key"][0] for form in forms_of(page) if form.method == "post")
    first = bo.fill(page, body="From Bo.", follow=False)
    form = next(form for form in forms_of(cy.get(f"/p/{profile.slug}/comment")) if form.method == "post")
    second = cy.post(f"/p/{profile.slug}/comment", unhurried(app, form.values) | {"body": "From Cy.", "idempotency_key": key}, follow=False)
    assert first.headers["Location"] != second.headers["Location"]
    seen = words_of(Visitor(app).get(f"/p/{profile.slug}/comments"))
    assert "From Bo." in seen
    assert "From Cy." in seen
