"""Every fact that a page shows is somebody's word."""

from datetime import date
from pathlib import Path

from sqlmodel import delete, select

from directory.ingest import bodysafe, nppes, pipeline
from directory.models.assertions import FieldAssertion
from directory.models.profiles import Profile
from directory.sample import service
from directory.treatments import service as treatments
from tests.clients import words_of
from tests.ingest.test_bodysafe import JANUARY, JULY
from tests.provenance import unsaid
from tests.sample.conftest import ready as ready  # noqa: PLC0414  (a fixture)

NPPES = Path(__file__).parents[1] / "ingest/nppes_329.csv"


def test_of_every_imported_fact(database, session, make):
    """BodySafe, then a later file of it, and NPPES. Seen to fail with credentials left out of `words_of`."""
    treatments.sync(session)
    make.place("Toronto", region="Ontario", country="CA", lat=43.70, lon=-79.42)
    session.commit()
    for feed, path in ((bodysafe.FEED, JANUARY), (bodysafe.FEED, JULY), (nppes.feed(all_taxonomies=True), NPPES)):
        pipeline.run(database, feed, path, as_of=date(2026, 11, 1) if path is NPPES else None)
    assert len(session.exec(select(Profile)).all()) > 150
    assert unsaid(session) == []


def test_of_every_fact_of_the_sample(ready, session):
    """Seen to fail with the roles left out of `sample.words`."""
    service.load(ready, practitioners=90, reviews=20)
    assert unsaid(session) == []
    session.exec(delete(FieldAssertion))
    assert len(unsaid(session)) > 90, "the walk finds what is missing"


def test_the_page_says_whose_word(cast, say, visitor):
    """Owner's, moderator's and nobody's. Seen to fail with the row's record alone."""
    assert "The source of these facts is not known." in words_of(visitor.get(f"/p/{cast.ada.slug}"))
    say(cast.ada, cast.users["owner"], phone__0="+14165550123", website="https://ada.example")
    assert "Stated by the practice on" in words_of(visitor.get(f"/p/{cast.ada.slug}"))
