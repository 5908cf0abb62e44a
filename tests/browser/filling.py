"""What a site for browser journeys holds: real places, a studio of Toronto's register, invented practitioners, a moderator."""

from flask import Flask

from directory.accounts import totp
from directory.cli.schema import bring_up_to_date
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.places import Place
from directory.models.profiles import Profile, ProfileKind
from directory.places import queries as places
from directory.places import service as gazetteer
from directory.profiles import service as profiles
from directory.reviews import service as reviews
from directory.search import indexer
from tests.factories import PASSWORD, Make

MODERATOR = "moderator@patients.example"
#: What the moderator's authenticator app was told; `signing.type_code` reads it.
MODERATOR_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: Enough to hold the cities of the journeys, few enough to load at once.
PLACES = 1200


def fill(app: Flask, settings: Settings) -> tuple[str, str]:
    """Fill the database and the index; return the moderator's address and password."""
    bring_up_to_date(app, settings)
    database: Database = app.extensions["hairline_database"]
    gazetteer.build(database, limit=PLACES)
    with database.transaction() as session:
        make = Make(session)
        toronto = places.by_path(session, "ca/ontario/toronto")
        assert isinstance(toronto, Place)
        for name in ("Ada", "Bo", "Cy"):
            make.user(name, email=f"{name.lower()}@patients.example")
        morgan = make.moderator("Morgan", email=MODERATOR)
        totp.put(session, user_id=morgan.id, secret=MODERATOR_SECRET, key=settings.secret_key, confirmed_at=clock.now())
        shown = [
            _reviewed(make, toronto, name, stars) for name, stars in (("Ada Marsh", (5, 4, 5, 3)), ("Scalp House", (5,)), ("Nim Okoye", ()))
        ]
        for profile in shown:
            reviews.refresh_rating(session, profile)
        profiles.recount_places(session, [toronto.id])
    indexer.rebuild(database, settings)
    database.dispose()
    return MODERATOR, PASSWORD


def _reviewed(make: Make, place: Place, name: str, stars: tuple[int, ...]) -> Profile:
    kind = ProfileKind.PRACTICE if "House" in name else ProfileKind.PRACTITIONER
    profile = make.profile(name, place=place, kind=kind, slug=name.lower().replace(" ", "-"))
    for overall in stars:
        make.review(profile=profile, overall=overall)
    return profile
