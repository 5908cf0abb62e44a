"""What somebody means who types into the boxes: a treatment, a place to go to, or words to look for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from directory.core.text import clean_line, fold
from directory.models.places import Place
from directory.models.treatments import Treatment
from directory.places import queries as places
from directory.places.namefile import NameFile
from directory.places.queries import Kind, Resolution
from directory.search import analysis, sql_engine
from directory.treatments import rules as treatments

#: What is shown where nothing was typed as a place.
NOWHERE = Resolution(Kind.NOTHING, "")


@dataclass(frozen=True)
class Asked:
    """What was typed, taken apart.

    Args:
        what: The words, cleaned, fit to be shown again.
        where: The place as typed.
        treatment: The treatment that the words name, if they name one.
        place: What the place means; where one box was filled, what its words mean as a place.
        goes_to: The path to go straight to.
    """

    what: str
    where: str
    treatment: Treatment | None
    place: Resolution
    goes_to: str | None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The words as part of a query string: as the treatment they name, else as they are."""
        if self.treatment is not None:
            return [("treatment", self.treatment.code)]
        return [("q", self.what)] if self.what else []

    @property
    def pairs_there(self) -> list[tuple[str, str]]:
        """What goes along to the place: not the words that named it."""
        postcode = [("postcode", self.place.spot.postcode.prefix)] if self.place.spot else []
        return [*(self.pairs if self.where else []), *postcode]


def understand(session: Session, *, what: str, where: str, taxonomy: Sequence[Treatment], spellings: NameFile | None = None) -> Asked:
    """Say what was meant by the words and the place typed; either may be empty.

    A place of its own box is gone to when it is only one. Words alone may be a place too ("toronto"), and then the
    place is gone to, unless nobody is listed there and somebody is called so.

    Args:
        session: To read with.
        what: The words.
        where: The place.
        taxonomy: All treatments.
        spellings: The file of all names of places, where there is one: it finds misspelled ones.
    """
    what, where = _line(what), _line(where)
    treatment = treatments.words(taxonomy).get(fold(what))
    if where:
        meant = places.resolve(session, where, spellings=spellings)
        return Asked(what, where, treatment, meant, meant.path)
    if not what or treatment is not None:
        return Asked(what, where, treatment, NOWHERE, None)
    meant = places.resolve(session, what, spellings=spellings)
    goes = meant.path if meant.path and _is_rather_a_place(session, meant, what) else None
    return Asked(what, where, None, meant, goes)


def _is_rather_a_place(session: Session, meant: Resolution, words: str) -> bool:
    if meant.spot is not None or (isinstance(meant.place, Place) and any(places.counts_of(session, meant.place))):
        return True
    return not sql_engine.suggest(session, words, limit=1)


def _line(text: str) -> str:
    return clean_line(text[: analysis.MAX_CHARACTERS])
