"""Which of several texts are places: all of them looked up together, so that trying many costs no more than trying one."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from directory.models.places import Country, Place, PlaceCount, Region
from directory.places import lookup, postcodes, queries, slips, typed
from directory.places.namefile import NameFile
from directory.places.queries import Area, Kind, Resolution

#: Postcodes are looked up one by one, so only so many are.
MAX_POSTCODES = 2


def known(session: Session, lines: Sequence[str]) -> Iterator[tuple[int, Resolution]]:
    """Give those of the texts that are places exactly as written, in their order, each with its index and what it means.

    No slip of the finger is forgiven and no part taken for the whole, for all of these texts are guesses themselves.
    Three queries for all of them, and three more for each that is taken from the iterator.

    Args:
        session: Where the gazetteer is.
        lines: Clean.
    """
    readings = [[reading for reading in typed.readings(line) if not reading.guess] for line in lines]
    every = [reading for found in readings for reading in found]
    areas = lookup.area_hits(session, {key for reading in every for key in reading.areas})
    places = lookup.place_hits(session, {key for reading in every for key in reading.heads})
    tried = 0
    for index, (line, found) in enumerate(zip(lines, readings, strict=True)):
        if _is_postcode(line):
            tried += 1
            meant = queries.resolve(session, line) if tried <= MAX_POSTCODES else None
            if meant is not None and meant.kind is not Kind.NOTHING:
                yield index, meant
            continue
        answer = next((answer for reading in found if (answer := typed.answer(reading, places, areas)).hits), None)
        if answer is not None:
            rows = lookup.load(session, answer.hits[: 1 if answer.straight else queries.MAX_CHOICES])
            yield index, _resolution(line, rows, straight=answer.straight)


def spelled_like(session: Session, line: str, *, spellings: NameFile | None = None) -> list[Place]:
    """Return the places whose names are spelled most like a text that is none (one query with the file, three without it).

    Args:
        session: Where the gazetteer is.
        line: Clean.
        spellings: The file of all names.
    """
    readings = typed.readings(line)
    if not readings:
        return []
    if spellings is None:
        return lookup.spelled_like(session, readings[0].key, limit=queries.MOST_NEAREST)
    return lookup.numbered(session, [near.number for near in slips.meant(spellings, readings, limit=queries.MOST_NEAREST)])


def has_listed(session: Session, where: Place | Area) -> bool:
    """Say whether anybody at all is listed in a place, region or country (one query)."""
    inside = select(col(PlaceCount.place_id)).where((col(PlaceCount.hair_count) > 0) | (col(PlaceCount.register_count) > 0))
    if isinstance(where, Place):
        return session.exec(inside.where(col(PlaceCount.place_id) == where.id)).first() is not None
    inside = inside.join(Place, col(Place.id) == col(PlaceCount.place_id))
    held = col(Place.region_id) == where.id if isinstance(where, Region) else col(Place.country_code) == where.code
    return session.exec(inside.where(held).limit(1)).first() is not None


def _is_postcode(line: str) -> bool:
    """Say whether a text is a postcode and nothing else: one word or two, each with a digit."""
    words = line.split()
    return len(words) <= 2 and all(any(sign.isdigit() for sign in word) for word in words) and bool(postcodes.read(line))


def _resolution(line: str, rows: Sequence[Place | Region | Country], *, straight: bool) -> Resolution:
    if not straight:
        return Resolution(Kind.CHOICES, line, choices=tuple(rows))
    row = rows[0]
    return Resolution(Kind.PLACE, line, place=row) if isinstance(row, Place) else Resolution(Kind.AREA, line, area=row)
