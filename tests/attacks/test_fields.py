"""What is a person's own stands on no page and in no answer for others."""

import pytest
from flask import Flask
from sqlmodel import Session

from directory.models.base import metadata
from directory.reviews import service as reviews
from tests.clients import Visitor
from tests.factories import Make
from tests.world import World

#: Of the author: the address, the year of birth, the month of the treatment, as they would stand in a page or in JSON.
OWN = ("zoe.secret@patients.example", "zoe.secret", "1937", "2024-11", "11/2024", "November 2024", "$argon2id$")


@pytest.mark.parametrize("who", ["signed out", "another patient"])
def test_what_only_its_owner_may_see_is_in_no_answer(app: Flask, session: Session, make: Make, who: str) -> None:
    """Lists, profile, reviews, comments, map, suggestions, sitemap."""
    world = World(session, make)
    ada, zoe = world.profile("Ada Marsh"), make.user("Zoe", email=OWN[0], birth_year=1937)
    review, comment = make.review(profile=ada, author=zoe, month="2024-11"), make.comment(profile=ada, author=zoe)
    reviews.refresh_rating(session, ada)
    session.commit()
    visitor = Visitor(app) if who == "signed out" else Visitor(app).sign_in(make.user())
    pages = [
        *("/", "/ca/ontario/toronto/", "/search?q=ada", "/search?q=zoe.secret", f"/p/{ada.slug}", f"/p/{ada.slug}/reviews"),
        *(f"/p/{ada.slug}/comments", "/map/pins?at=/ca/ontario/toronto/", "/suggest?q=zoe", "/suggest?q=ada", "/sitemaps/profiles-1.xml"),
        *(f"/report/review/{review.id}", f"/report/comment/{comment.id}", f"/comments/{comment.id}/edit", f"/reviews/{review.id}/withdraw"),
    ]
    seen = ""
    for path in pages:
        answer = visitor.get(path)
        found = [own for own in OWN if own in answer.text and own not in path]
        assert found == [], path
        seen += answer.text
    assert ">Zoe<" in seen.replace("\n", "").replace(" ", "") or "Zoe" in seen, "the shown name is there"


def test_no_table_holds_hints_questions_or_answers() -> None:
    """Nor a password in a form that could be read."""
    names = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert [one for one in names if any(word in one.split(".")[1] for word in ("hint", "question", "maiden"))] == []
    kept = {one for one in names if "password" in one.split(".")[1]}
    assert kept == {"users.password_hash", "users.password_version", "mailed_tokens.password_version"}
