"""Places to choose from while one is typed: the file of all names says which, the database who is listed there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from directory.models.places import PlaceCount
from directory.places import lookup, names, rules, suggestions
from directory.places.namefile import Found, NameFile
from directory.places.suggestions import Draw

#: Places of the file that the database is asked about: enough that a listed one among them comes up, few enough for one quick SELECT.
LOOKED_AT = 40
#: With fewer than this the finger may have slipped.
FEW = 4


@dataclass(frozen=True)
class Choice:
    """A place, region or country to choose.

    Args:
        name: Its name.
        around: Its region and country.
        path: Of its page, without the outer slashes.
        listed: How many profiles with hair work stand there; 0 for a region or country, for which it is not counted.
    """

    name: str
    around: str
    path: str
    listed: int = 0

    @property
    def label(self) -> str:
        """The name with its region and country."""
        return f"{self.name}, {self.around}" if self.around else self.name


def begun(session: Session, file: NameFile | None, text: str, *, limit: int) -> list[Choice]:
    """Return what a typed beginning may become, the likeliest first: by its people, and by whether anybody is listed (one SELECT).

    Where little begins so, large places and areas that begin nearly so are offered too: "torno" may become Toronto.

    Args:
        session: To read with.
        file: All names; without it names alone are looked through, in the database.
        text: As typed.
        limit: How many at most.
    """
    if file is None:
        return _from_database(session, text, limit)
    found = suggestions.begun(file, text, limit=LOOKED_AT)
    if len(found) < FEW:
        known = {place.target for place, _draw in found}
        found += [one for one in suggestions.like(file, text, limit=FEW) if one[0].target not in known]
    return _listed_first(session, found, limit)


def _listed_first(session: Session, found: Sequence[tuple[Found, Draw]], limit: int) -> list[Choice]:
    numbers = [place.number for place, _draw in found if place.number]
    columns = (col(PlaceCount.place_id), col(PlaceCount.hair_count), col(PlaceCount.register_count))
    rows = session.execute(select(*columns).where(col(PlaceCount.place_id).in_(numbers))).all() if numbers else []
    counts = {number: (hair, register) for number, hair, register in rows}
    ordered = sorted(found, key=lambda one: -one[1].weight * rules.boost(*counts.get(one[0].number, (0, 0)), is_sure=one[1].is_sure))
    return [Choice(place.name, place.around, place.path, counts.get(place.number, (0, 0))[0]) for place, _draw in ordered[:limit]]


def _from_database(session: Session, text: str, limit: int) -> list[Choice]:
    key = names.key(text)
    rows = lookup.beginning(session, key, limit=limit) if len(key) >= suggestions.SHORTEST else []
    return [Choice(row.name, row.label.removeprefix(row.name).removeprefix(", "), row.path) for row in rows]
