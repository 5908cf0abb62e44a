"""The pages by which somebody who is not listed comes in."""

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.models.moderation import AuditEntry
from directory.models.places import AreaName
from directory.models.profiles import Profile, ProfileStatus
from tests.clients import Visitor, words_of
from tests.factories import Make

GIVEN = {
    "name": "Noor Scalp Studio",
    "sort": "studio",
    "place": "Los Angeles",
    "website": "noor.example",
    "treatments": ["smp"],
    "relation": "self",
}


@pytest.fixture
def person(app: Flask, session: Session, make: Make) -> Visitor:
    make.treatment("smp")
    make.place()
    user = make.user()
    session.commit()
    return Visitor(app).sign_in(user)


def drafts(session: Session) -> list[Profile]:
    session.expire_all()
    return list(session.exec(select(Profile).where(Profile.status == ProfileStatus.IMPORTED_DRAFT)).all())


def test_an_entry_goes_from_the_form_to_the_directory(app: Flask, session: Session, make: Make, person: Visitor) -> None:
    """Seen to fail with the draft shown at once, and with its website as text that nobody can follow."""
    answer = person.send("/new-entry", **GIVEN)
    assert "A moderator looks at it" in words_of(answer)
    (draft,) = drafts(session)
    assert person.get(f"/p/{draft.slug}").status_code == 404
    assert "Noor" not in words_of(person.get("/search?q=noor"))
    moderator = Visitor(app).sign_in(make.moderator())
    assert "Noor Scalp Studio" in words_of(moderator.get("/moderation/new-entries"))
    shown = moderator.get(f"/moderation/new-entries/{draft.id}")
    page = words_of(shown)
    assert '<a href="https://noor.example" rel="nofollow noopener noreferrer">https://noor.example</a>' in shown.text
    assert "No page here has a name like it" in page
    assert "It is me, or my own practice" in page
    assert "No entry waits" in words_of(moderator.send(f"/moderation/new-entries/{draft.id}", action="show"))
    assert "Noor Scalp Studio" in words_of(Visitor(app).get(f"/p/{draft.slug}"))
    assert moderator.get(f"/moderation/new-entries/{draft.id}").status_code == 404


def test_who_may_be_meant_is_shown_before_anything_is_kept(app: Flask, session: Session, make: Make, person: Visitor) -> None:
    """Seen to fail with the box taken for ticked."""
    listed = make.profile("Noor Scalp Studio")
    session.commit()
    asked = person.send("/new-entry", **GIVEN)
    assert asked.status_code == 422
    assert "Is it one of these?" in words_of(asked)
    assert f'href="/p/{listed.slug}"' in asked.text
    assert drafts(session) == []
    assert "A moderator looks at it" in words_of(person.fill(asked, is_new=True))
    (draft,) = drafts(session)
    person.fill(person.send("/new-entry", **GIVEN), is_new=True)
    other = next(one for one in drafts(session) if one.id != draft.id)
    page = Visitor(app).sign_in(make.moderator()).get(f"/moderation/new-entries/{draft.id}")
    assert "Perhaps listed already" in words_of(page)
    assert f'href="/p/{listed.slug}"' in page.text
    assert f'href="/moderation/new-entries/{other.id}"' in page.text, "seen to fail with what waits too named without a way to it"


def test_a_form_that_is_sent_twice_makes_one(session: Session, person: Visitor) -> None:
    """Seen to fail without the key of the form."""
    page = person.get("/new-entry")
    for _ in range(2):
        assert person.fill(page, **GIVEN).status_code == 200
    assert len(drafts(session)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Type the name."),
        ({"name": "x" * 201}, "200 characters"),
        ({"place": "Qqqqqq"}, "We know no town of this name."),
        ({"place": "California"}, "is no town"),
        ({"place": "Springfield"}, "Springfield, Illinois"),
        ({"website": "javascript:alert(1)"}, "This is no address of a web site."),
        ({"website": "https://u:p@noor.example"}, "This is no address of a web site."),
        ({"treatments": []}, "Choose at least one treatment."),
        ({"treatments": ["none"]}, "Choose at least one treatment."),
        ({"sort": "king"}, "Choose what it is."),
        ({"relation": ""}, "Choose what you are to them."),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    session: Session, make: Make, person: Visitor, change: dict[str, object], said: str
) -> None:
    """Seen to fail with each check taken out."""
    for region in ("Illinois", "Missouri"):
        make.place("Springfield", region=region)
    session.add(AreaName(key="california", country_code="US", region_id=make.region("California").id))
    session.commit()
    answer = person.send("/new-entry", **GIVEN | change)
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert drafts(session) == []


def test_whoever_sent_it_cannot_decide_and_a_decline_needs_words(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail without `concerned`, and with an empty reason taken."""
    make.treatment("smp")
    make.place()
    mia, ole = make.moderator(), make.moderator()
    session.commit()
    own, other = Visitor(app).sign_in(mia), Visitor(app).sign_in(ole)
    own.send("/new-entry", **GIVEN)
    (draft,) = drafts(session)
    assert own.get(f"/moderation/new-entries/{draft.id}").status_code == 403
    assert "at least 10 characters" in words_of(other.send(f"/moderation/new-entries/{draft.id}", action="decline", reason="No."))
    other.send(f"/moderation/new-entries/{draft.id}", action="decline", reason="Their site is about eyebrows alone.")
    assert drafts(session) == []
    done = session.exec(select(AuditEntry.action).where(AuditEntry.actor_id == ole.id)).all()
    assert list(done) == ["profile.propose_decline"]


def test_the_way_there_stands_where_somebody_is_missed(app: Flask, session: Session, make: Make) -> None:
    """Seen to fail with each link taken out."""
    ada = make.profile()
    session.commit()
    for path in ("/search?q=nobodyofthisname", f"/p/{ada.slug}"):
        assert 'href="/new-entry"' in Visitor(app).get(path).text
