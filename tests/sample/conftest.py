"""A database that is ready for sample data, and small sample data."""

import pytest
from sqlmodel import Session

from directory.core.db import Database
from directory.places import sphere
from directory.profiles import facts
from directory.sample import generate, shelf
from directory.treatments import service as treatments
from tests.factories import Make

#: Enough to have every kind of profile.
PEOPLE, REVIEWS = 90, 300


@pytest.fixture(scope="session")
def small() -> generate.Sample:
    return generate.generate(practitioners=PEOPLE, reviews=REVIEWS)


@pytest.fixture(scope="session")
def whole() -> generate.Sample:
    return generate.generate(practitioners=2000, reviews=9000)


@pytest.fixture
def ready(database: Database, session: Session, make: Make) -> Database:
    """With the treatments, a guide, and the cities of the sample data."""
    treatments.sync(session)
    make.guide("how-to-choose")
    for code in shelf.countries():
        make.country(code, code)
    facts.insert_many(session, "places", [_place(city) for city in shelf.cities()])
    session.commit()
    return database


def _place(city: shelf.City) -> dict[str, object]:
    words = {name: f"{city.name}-{city.place_id}".lower() for name in ("name", "key", "slug", "sort_key")}
    return {
        "id": city.place_id,
        "country_code": city.country,
        "region_id": None,
        **words,
        "path": f"{city.country.lower()}/{words['slug']}",
        "lat": city.lat,
        "lon": city.lon,
        **sphere.vector(city.lat, city.lon)._asdict(),
        "population": 1,
        "timezone": "UTC",
    }
