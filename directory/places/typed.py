"""Taking apart what was typed: a name, and the areas behind it: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.places import names
from directory.places.rules import Answer, AreaHit, PlaceHit, decide, is_plain, ranked

#: No place and its areas need more words; longer text is looked up whole.
MAX_WORDS = 8


@dataclass(frozen=True)
class Split:
    """One way to read the text: a name, and one or two areas that it lies in."""

    head: str
    tail: tuple[str, ...]


@dataclass(frozen=True)
class Typed:
    """A typed place, taken apart.

    Args:
        key: The whole of it.
        splits: Ways to read it as a name and its areas, the longest name first.
        comma: The visitor divided it, so the division is believed before the whole.
        guess: A part of what was typed: a single match is offered and not gone to.
    """

    key: str
    splits: tuple[Split, ...] = ()
    comma: bool = False
    guess: bool = False

    @property
    def heads(self) -> tuple[str, ...]:
        """Every key that may be a name."""
        return tuple(dict.fromkeys((self.key, *(split.head for split in self.splits))))

    @property
    def areas(self) -> tuple[str, ...]:
        """Every key that may be an area."""
        return tuple(dict.fromkeys((*self.heads, *(part for split in self.splits for part in split.tail))))


def readings(line: str) -> tuple[Typed, ...]:
    """Return the ways to read a clean line, the likeliest first; none where it has no letter or digit.

    As it stands; with "st" for "saint" or the other way round; without its first part, when more than one comma
    divides it (an address, a district); the first part alone.
    """
    first, comma, rest = (part.strip() for part in line.partition(","))
    found = [read(line), _respelled(line)]
    if comma:
        found += [read(rest)] if "," in rest else []
        found.append(Typed(names.key(first), guess=True))
    return tuple(dict.fromkeys(reading for reading in found if reading.key))


def read(line: str) -> Typed:
    """Take a clean line apart as it stands: "Springfield, IL, USA", "london ontario"."""
    head, _comma, rest = line.partition(",")
    return _taken_apart(names.key(line), names.key(head), names.key(rest))


def answer(typed: Typed, places: Sequence[PlaceHit], areas: Sequence[AreaHit]) -> Answer:
    """Choose what was meant among all that has one of the typed names.

    Args:
        typed: The typed line.
        places: Places with a name among `typed.heads`.
        areas: Countries and regions with a name among `typed.areas`.
    """
    whole = decide([p for p in places if p.key == typed.key], [a for a in areas if a.key == typed.key])
    if typed.guess:
        return Answer(whole.hits)
    if whole.hits and not typed.comma:
        return whole
    for split in typed.splits:
        found = _within(split, places, areas)
        if found.hits:
            return found
    return whole


def _respelled(line: str) -> Typed:
    head, _comma, rest = line.partition(",")
    return _taken_apart(*(names.respelled(names.key(part)) for part in (line, head, rest)))


def _taken_apart(whole: str, head: str, rest: str) -> Typed:
    if head and rest:
        words = rest.split()[:MAX_WORDS]
        # The last words count when the first are no area: "Scarborough, Toronto, Ontario".
        tails = [tail for start in range(len(words)) for tail in _parts(words[start:])]
        return Typed(whole, tuple(Split(head, tail) for tail in tails), comma=True)
    words = whole.split()
    if len(words) > MAX_WORDS:
        return Typed(whole)
    return Typed(whole, tuple(Split(" ".join(words[:n]), tail) for n in range(len(words) - 1, 0, -1) for tail in _parts(words[n:])))


def misspelled(typed: Typed, areas: Sequence[AreaHit]) -> tuple[str, str | None]:
    """Return the part of an unknown text that is the name, and the country that the rest of it says, if it does."""
    for split in typed.splits:
        bounds = [area for area in areas if split.tail and area.key == split.tail[-1]]
        if bounds and len(split.head) > 2:
            return split.head, bounds[0].country_code if len({area.country_code for area in bounds}) == 1 else None
    return (typed.splits[0].head, None) if typed.comma and typed.splits else (typed.key, None)


def _within(split: Split, places: Sequence[PlaceHit], areas: Sequence[AreaHit]) -> Answer:
    bounds = [[area for area in areas if area.key == part] for part in split.tail]
    if not bounds or not all(bounds):
        return Answer()
    inside = [p for p in places if p.key == split.head and all(_any_holds(bound, p.country_code, p.region_id) for bound in bounds)]
    cities = ranked(inside)
    if cities:
        return Answer(tuple(cities), is_plain([city.population for city in cities]))
    regions = [a for a in areas if a.key == split.head and a.region_id and all(_any_holds(bound, a.country_code, None) for bound in bounds)]
    return Answer(tuple(regions), len(regions) == 1)


def _any_holds(bound: Sequence[AreaHit], country_code: str, region_id: int | None) -> bool:
    return any(area.holds(country_code, region_id) for area in bound)


def _parts(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the ways to read words as one area or as two: "new york", "ontario" + "canada"."""
    if not words:
        return []
    return [(" ".join(words),), *((" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words)))]
