"""Documents out of a seed, with many ties, for tests of the index itself."""

import random

from directory.core.text import sort_key
from directory.search import analysis
from directory.search.criteria import Evidence, Kind
from directory.search.documents import Document

GIVEN = ("Ada", "Zoë", "Ümit", "Łukasz", "植髪", "Jo")
FAMILY = ("Marsh", "Müller", "Yılmaz", "Orchardson-Lindenshaw of the Long Name", "O'Neil", "Smith")
SAID = (
    *("hairline", "density", "scar", "natural", "follicle", "calm", "clinic", "session", "crown", "temple"),
    *("shaved", "look", "scalp", "micropigmentation", "hair", "tattoo"),
)
OFFERS = (
    ("smp",),
    ("smp-scar", "smp"),
    ("fue", "hair-transplant"),
    ("fue-manual", "fue", "hair-transplant"),
    ("ht-repair", "hair-transplant"),
    (),
)


def document(number: int, version: int = 0) -> Document:
    """Return a document that is the same for the same numbers.

    Args:
        number: The profile's.
        version: Another one gives another document of that profile.
    """
    rng = random.Random(number * 1009 + version)
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    offers = rng.choice(OFFERS)
    place = rng.randrange(1, 6)
    located = rng.random() < 0.9
    reviews = rng.choice((0, 0, 1, 2, 3, 3, 9))
    priced = rng.random() < 0.5
    return Document(
        id=number,
        name=tuple(analysis.name_tokens(name)),
        company=tuple(analysis.name_tokens(rng.choice(("Bay Scalp Studio", "Northern Hair", "")))),
        places=tuple(analysis.tokens(rng.choice(("Toronto Ontario Canada", "Bangor Maine")))),
        treatments=tuple(analysis.tokens(" ".join(offers))),
        about=tuple(analysis.tokens(" ".join(rng.choices(SAID, k=rng.randrange(30))))),
        place_id=place,
        region_id=place % 2 + 1,
        country_code="CA" if place < 4 else "US",
        lat=43.0 + place / 3 + rng.random() / 5 if located else None,
        lon=-79.0 - place / 3 - rng.random() / 5 if located else None,
        offers=offers,
        kind=rng.choice(tuple(Kind)),
        languages=tuple(rng.sample(("en", "fr", "tr"), k=rng.randrange(3))),
        evidence=Evidence.HAIR if rng.random() < 0.8 else Evidence.REGISTER,
        repairs="ht-repair" in offers,
        verified=rng.random() < 0.1,
        score=3_500_000 + rng.randrange(3) * 250_000,
        reviews=reviews,
        newest=1_700_000_000 + rng.randrange(4) if reviews else 0,
        mean=rng.randrange(4, 21) * 250_000 if reviews else 0,
        sort_key=sort_key(name),
        currency="CAD" if place < 4 else "USD",
        price=rng.choice((20_000, 49_999, 50_000, 150_000, 700_000)) if priced else None,
    )
