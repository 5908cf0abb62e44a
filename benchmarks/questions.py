"""The questions that engines are asked: twelve of each kind, the same for one seed and for every number of listings."""

import random

import numpy as np

from benchmarks import corpus, vocabulary
from benchmarks.engines.port import Op, Question
from directory.core.text import fold
from directory.search.criteria import Centre, Criteria, Evidence, Sort
from directory.search.documents import Document

#: Of each kind.
MANY = 12
#: Listings that names are taken from.
SAMPLE = 5_000
#: What each place is the centre of.
RADIUS = 50
#: GeoNames' number of the place that every city question begins with.
LOS_ANGELES = 5368361

_WITH_COUNTRY = (
    *(("scar camouflage", "US"), ("fue hairline", "US"), ("alopecia areata", "GB"), ("norwood temple", "TR")),
    *(("finasteride minoxidil", "DE"), ("beard transplant", "US"), ("robotic sapphire", "TR"), ("diffuse pattern", "US")),
    *(("hair tattoo", "CA"), ("megasession afro", "US"), ("telogen shockloss", "AU"), ("density natural", "GB")),
)
_BROAD = (
    "hairline",
    "density",
    "scalp",
    "micropigmentation",
    "extraction",
    "follicular",
    "smp",
    "scar",
    "transplant",
    "alopecia",
    "camouflage",
    "unit",
)
_MISSPELLED = (
    *("hairlne desity", "scalp micropigmentaton", "alopeca areata", "folicular extraction", "camouflge scar", "trnsplant surgery"),
    *("finastride minoxidil", "norwod crown", "dermatolgy clinic", "hypepigmentation removal", "mesotherpy session"),
    "tricholgist consultaton",
)
_COUNTED = (
    *(("hairline", "US"), ("hairline", None), ("scar", "GB"), ("density", None), ("smp", "US"), ("fue", "TR")),
    *(("alopecia", None), ("scalp", "DE"), ("transplant", "US"), ("unit", "IN"), ("extraction", None), ("camouflage", "CA")),
)


def all_(documents: list[Document], *, seed: int = 3) -> list[Question]:
    """Return every question.

    Args:
        documents: Some listings; names to look for are taken from them.
        seed: What cities and names are drawn from.
    """
    chance = random.Random(seed)
    large = largest(400)
    places = [large[0], *chance.sample(large[1:16], MANY // 2), *chance.sample(large[100:], MANY - 1 - MANY // 2)]
    beginnings = _beginnings(documents, chance)
    here = {"evidence": Evidence.ANY, "as_typed": True}
    return [
        *(Question(Op.CITY, Criteria(place_id=place.id, evidence=Evidence.HAIR, sort=Sort.SCORE)) for place in places),
        *(Question(Op.TEXT_COUNTRY, Criteria(text, country_code=code, sort=Sort.RELEVANCE, **here)) for text, code in _WITH_COUNTRY),
        *(Question(Op.BROAD, Criteria(text, sort=Sort.RELEVANCE, **here)) for text in _BROAD),
        *(Question(Op.BROAD_BY_SCORE, Criteria(text, sort=Sort.SCORE, **here)) for text in _BROAD),
        *(Question(Op.TYPOS, Criteria(text, evidence=Evidence.ANY, sort=Sort.RELEVANCE)) for text in _MISSPELLED),
        *(Question(op, Criteria(text)) for op in (Op.SUGGEST, Op.SUGGEST_TOKENS) for text in beginnings),
        *(Question(Op.RADIUS, around(place)) for place in large[:MANY]),
        *(Question(Op.FACETS, Criteria(text, country_code=code, sort=Sort.RELEVANCE, faceted=True, **here)) for text, code in _COUNTED),
        *(Question(Op.SPELL, Criteria(text.split()[0], evidence=Evidence.ANY, size=1)) for text in _MISSPELLED),
    ]


def largest(many: int) -> list[corpus.City]:
    """Return the places where most listings stand, Los Angeles first of all."""
    cities, odds = corpus.cities()
    found = [cities[at] for at in np.argsort(-odds, kind="stable")[:many].tolist()]
    return sorted(found, key=lambda city: city.id != LOS_ANGELES)


def around(place: corpus.City) -> Criteria:
    """Return the question for whoever stands near a place."""
    return Criteria(centre=Centre(place.lat, place.lon), radius=RADIUS, evidence=Evidence.ANY, sort=Sort.DISTANCE)


def untouched() -> list[Question]:
    """Return single words from the most frequent to the rarest, to be asked of a process that was never asked for them before."""
    words = [*vocabulary.TRADE, *vocabulary.SMALL[::3], *vocabulary.tail()[:4000:100], *(fold(name) for name in vocabulary.FAMILY[::4])]
    return [Question(Op.BROAD, Criteria(word, evidence=Evidence.ANY, sort=Sort.RELEVANCE, as_typed=True)) for word in dict.fromkeys(words)]


def _beginnings(documents: list[Document], chance: random.Random) -> list[str]:
    """Return what somebody has typed who looks for a name: its first word begun, or whole with the second begun."""
    found = []
    for at, document in enumerate(chance.sample([one for one in documents if len(one.name) > 1], MANY)):
        first, second = document.name[:2]
        found.append(document.name[at % 2][: 3 + at % 3] if at % 4 else f"{first} {second[:3]}")
    return found
