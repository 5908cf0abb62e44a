"""Which place is meant: the weights of names and of people, pure."""

from collections.abc import Sequence
from dataclasses import dataclass

#: A name of its own outranks an alias unless the alias's place has more than this many times its people:
#: "frisco" is Frisco, Texas; "rio" is Rio de Janeiro and not Río in Greece.
ALIAS_HANDICAP = 100
#: While a name is typed, one by which a place is also known counts as so many times fewer people, and a country or region too.
ALIAS_SHARE = 30
AREA_SHARE = 30
#: A place where somebody is listed counts as so many times more people, with hair work on a register alone, and found by an alias.
LISTED_BOOST, REGISTER_BOOST, ALIAS_BOOST = 20, 3, 3
#: One match is meant, and no list of choices needed, when it has this many times the people of the next.
PLAIN_CASE = 5


@dataclass(frozen=True)
class PlaceHit:
    """A place one of whose names is the typed one."""

    id: int
    key: str
    #: Whether the key is its own name and not an alias.
    primary: bool
    population: int
    country_code: str
    region_id: int | None


@dataclass(frozen=True)
class AreaHit:
    """A country, or a region where `region_id` is given, one of whose names or codes was typed."""

    key: str
    country_code: str
    region_id: int | None
    is_code: bool
    people: int

    def holds(self, country_code: str, region_id: int | None) -> bool:
        """Say whether something of that country and region lies in it."""
        return self.country_code == country_code and self.region_id in {None, region_id}


@dataclass(frozen=True)
class Answer:
    """What the typed words may mean, most likely first; `straight` when it is only one."""

    hits: tuple[PlaceHit | AreaHit, ...] = ()
    straight: bool = False


def ranked(hits: Sequence[PlaceHit]) -> list[PlaceHit]:
    """Return the places of one typed name, the likeliest first; outranked aliases are left out."""
    primary = sorted({hit for hit in hits if hit.primary}, key=_size)
    bar = ALIAS_HANDICAP * primary[0].population if primary else -1
    aliases = sorted({hit for hit in hits if not hit.primary and hit.population > bar}, key=_size)
    return aliases + primary


def is_plain(sizes: Sequence[int]) -> bool:
    """Say whether the first of these numbers of people is so much larger that it alone is meant."""
    return len(sizes) == 1 or (len(sizes) > 1 and sizes[0] > 0 and sizes[0] >= PLAIN_CASE * max(sizes[1:]))


def decide(places: Sequence[PlaceHit], areas: Sequence[AreaHit]) -> Answer:
    """Choose among the places and the countries and regions that have the typed name.

    A country or region is no rival of the city in it that it shares the name with: "singapore", "rio de janeiro"
    and "new york" are cities. Beside a place that lies elsewhere it weighs by its people, with the handicap of
    an alias before it is meant alone ("canada"; but "washington" gives a choice). A bare code is only ever a choice
    beside a place ("IL" is also a village).

    Returns:
        Everything it may be, in order; nothing when there are no hits.
    """
    cities = ranked(places)
    named = sorted({area for area in areas if not area.is_code}, key=_size)
    if not cities:
        chosen = named or sorted(areas, key=_size)
        return Answer(tuple(chosen), bool(chosen) and is_plain([area.people for area in chosen]))
    plain = is_plain([city.population for city in cities])
    bar = ALIAS_HANDICAP * max(city.population for city in cities)
    rivals = [area for area in named if not (plain and _yields(area, cities[0]))]
    if len(rivals) == 1 and rivals[0].people > bar:
        return Answer((rivals[0], *cities), True)
    rivals += [area for area in areas if area.is_code and area.people > bar]
    if not rivals:
        return Answer(tuple(cities), plain)
    return Answer(tuple(sorted([*rivals, *cities], key=_size)))


def pull(people: int, *, alias: bool = False, area: bool = False) -> int:
    """Return how strongly a name that somebody begins to type draws towards what it stands for.

    Args:
        people: Who live there.
        alias: Whether it is not its own name: "mun" is Munich rather than a town of which it is one more spelling.
        area: Whether it is a country or region: most visitors look for a city in it.
    """
    return max(people // (ALIAS_SHARE if alias else AREA_SHARE if area else 1), 1)


def boost(hair_count: int, register_count: int, *, is_sure: bool) -> int:
    """Return how many times more strongly a place draws because of who is listed there: visitors look for somebody to go to.

    An alias that is only begun is seldom what is meant, whoever is listed.
    """
    if not is_sure:
        return ALIAS_BOOST if hair_count else 1
    return LISTED_BOOST if hair_count else REGISTER_BOOST if register_count else 1


def draw(population: int, km: float) -> float:
    """Return how strongly a place draws a point that many kilometres away: the greatest stands for a postcode.

    The nearest by distance alone would be a quarter of 6,000 people in the middle of a city of millions; people
    over the cube of the distance keeps a suburb its own postcodes and gives the quarters to their city.
    """
    return max(population, 1) / max(km, CITY_CORE) ** 3


#: Kilometres around a centre within which distance says nothing.
CITY_CORE = 3.0


def _yields(area: AreaHit, city: PlaceHit) -> bool:
    """Say whether the area gives way to its own city: always to one of that very name, to an alias when it has a fifth of the people."""
    return area.holds(city.country_code, city.region_id) and (city.primary or PLAIN_CASE * city.population >= area.people)


def _size(hit: PlaceHit | AreaHit) -> tuple[int, int, str]:
    if isinstance(hit, PlaceHit):
        return (-hit.population, hit.id, "")
    return (-hit.people, hit.region_id or 0, hit.country_code)
