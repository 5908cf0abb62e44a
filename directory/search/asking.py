"""What somebody means who types into the boxes: a place to go to, filters, or words to look for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlmodel import Session

from directory.core.text import clean_line
from directory.models.places import Place
from directory.models.treatments import Treatment
from directory.places import queries as places
from directory.places import several
from directory.places.namefile import NameFile
from directory.places.queries import Area, Kind, Resolution
from directory.search import analysis, language
from directory.search.criteria import Group, Sort, techniques_of
from directory.search.language import Said, Split

#: What is shown where nothing was typed as a place.
NOWHERE = Resolution(Kind.NOTHING, "")
#: How far around a place to look for somebody who says "near", in the place's own unit.
NEAR = "25"
#: Places that a line may name, of all ways to cut it, that are looked at more closely.
MAX_LOOKED_AT = 5


@dataclass(frozen=True)
class Known:
    """What is looked up while a line is understood.

    Args:
        session: Where the gazetteer is.
        is_named: Says whether somebody listed has all these words in their name, the last one perhaps begun.
        spellings: The file of all names of places, where there is one: it finds misspelled ones.
    """

    session: Session
    is_named: Callable[[str], bool]
    spellings: NameFile | None = None


@dataclass(frozen=True)
class Asked:
    """What was typed, taken apart.

    Args:
        what: The words, cleaned, fit to be shown again.
        where: The place as typed in a box of its own.
        called: The words that are said to be a place: those of its box, or a part of the one line. Empty where only the whole line
            may be one, for that may be a name too.
        said: What the words say.
        words: The words to look for.
        place: What the place means.
        goes_to: The path to go straight to.
        is_near: Whether the surroundings of the place are meant too.
        is_near_me: Whether the visitor's own surroundings are meant, which only their browser knows.
        filters: Treatments, techniques and professions as part of a query string.
    """

    what: str
    where: str
    called: str
    said: Said
    words: str
    place: Resolution = NOWHERE
    goes_to: str | None = None
    is_near: bool = False
    is_near_me: bool = False
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What was asked beside the place, as part of a query string."""
        return [*([("q", self.words)] if self.words else []), *self.filters]

    @property
    def pairs_there(self) -> list[tuple[str, str]]:
        """What goes along to the place."""
        radius = [("radius", NEAR)] if self.is_near and self.place.area is None else []
        postcode = [("postcode", self.place.spot.postcode.prefix)] if self.place.spot else []
        price = [("sort", Sort.PRICE.value)] if self.said.is_cheap else []
        return [*self.pairs, *radius, *price, *postcode]

    @property
    def is_unknown(self) -> bool:
        """Whether a place was asked for that is none."""
        return bool(self.called) and self.place.kind is Kind.NOTHING

    @property
    def choices(self) -> tuple[Place | Area, ...]:
        """The places that it may be, or that are spelled like it, or the one that gave way to a name."""
        found = self.place.place or self.place.area
        return self.place.choices or self.place.nearest or ((found,) if found is not None else ())

    @property
    def must_choose(self) -> bool:
        """Whether a place was asked for that may be several."""
        return bool(self.called) and self.place.kind is Kind.CHOICES

    @property
    def is_read(self) -> bool:
        """Whether the words looked for are not all that was typed: the visitor is offered to look for those instead."""
        return bool(self.what) and (self.words != self.what or bool(self.filters))


def understand(known: Known, *, what: str, where: str, taxonomy: Sequence[Treatment], as_typed: bool = False) -> Asked:
    """Say what was meant by the words and the place typed; either may be empty.

    A place of its own box is gone to when it is only one. In one line a place is looked for too: the whole line, what stands
    behind "in" or "near", an end or a beginning. Words that are left over make a place of the rest only where somebody is
    listed there and nobody is called by the whole line: a name wins.

    Args:
        known: What is looked up.
        what: The words.
        where: The place, from a box of its own.
        taxonomy: All treatments.
        as_typed: Take the words as they stand; a place of its own box is still one.
    """
    what, where = _line(what), _line(where)
    said = language.typed(what) if as_typed else language.read(what, known={treatment.code for treatment in taxonomy})
    asked = Asked(what, where, where, said, said.words, filters=_filters(said, taxonomy))
    if where:
        return _in_two_boxes(known, asked)
    if said.is_near_me:
        return replace(asked, is_near_me=True)
    return _in_one_line(known, asked) if what and not as_typed else asked


def _in_two_boxes(known: Known, asked: Asked) -> Asked:
    asked = _by_name(asked) if _is_rather_a_name(known, asked.said) else asked
    spot = language.where(asked.where)
    if not spot.place:
        return replace(asked, called="", is_near_me=True)
    meant = places.resolve(known.session, asked.where, spellings=known.spellings)
    if meant.kind is Kind.NOTHING and not spot.is_whole:
        meant = places.resolve(known.session, spot.place, spellings=known.spellings)
    return replace(asked, place=meant, goes_to=meant.path, is_near=spot.is_near)


def _in_one_line(known: Known, asked: Asked) -> Asked:
    said = asked.said
    for index, meant in islice(several.known(known.session, [split.place for split in said.splits]), MAX_LOOKED_AT):
        split = _without_area(known, said.splits[index], meant)
        if not _is_likely(known, split, meant):
            continue
        if _wins(known, asked, split, meant):
            filters = () if split.is_whole else asked.filters
            called = "" if split.is_whole else split.place
            return replace(asked, words=split.words, called=called, place=meant, goes_to=meant.path, is_near=split.is_near, filters=filters)
        return replace(_by_name(asked), place=meant)
    if _is_rather_a_name(known, said):
        return _by_name(asked)
    return _unplaced(known, asked)


def _is_likely(known: Known, split: Split, meant: Resolution) -> bool:
    """Say whether a part of a line may be meant as a place: "Ada" of "Ada Marsh" is one in Ohio, where nobody is listed."""
    if split.is_said or not split.words:
        return True
    target = meant.place or meant.area
    if target is None or (meant.spot is not None and not split.is_last):
        return False
    return meant.spot is not None or several.has_listed(known.session, target)


def _wins(known: Known, asked: Asked, split: Split, meant: Resolution) -> bool:
    """Say whether a place wins over a name: always where it says all of the line, unless nobody is there and somebody is called so."""
    if split.is_said or meant.spot is not None:
        return True
    target = meant.place or meant.area
    if split.words or split.has_generic:
        return not known.is_named(asked.said.name)
    if target is not None and several.has_listed(known.session, target):
        return True
    return not known.is_named(asked.said.name if split.is_whole else split.place)


def _without_area(known: Known, split: Split, meant: Resolution) -> Split:
    """Return a split without the words before a postcode that are a place themselves: "Toronto, ON M5V 2T6"."""
    if meant.spot is None or not split.words or next(several.known(known.session, [split.words]), None) is None:
        return split
    return replace(split, words="")


def _is_rather_a_name(known: Known, said: Said) -> bool:
    """Say whether a line that was taken apart is somebody's name as a whole: "Scalp Tattoo Marsh"."""
    return (
        bool(said.treatments or said.kinds or said.words != said.name)
        and bool(said.words or said.has_generic)
        and known.is_named(said.name)
    )


def _by_name(asked: Asked) -> Asked:
    return replace(asked, words=asked.said.name, filters=())


def _unplaced(known: Known, asked: Asked) -> Asked:
    """Return what was asked where no place was found: one that was said to be one is unknown, other words may be misspelled."""
    said = next((split for split in asked.said.splits if split.is_said and not split.words), None)
    if said is not None:
        return replace(
            asked,
            called=said.place,
            words="",
            place=places.resolve(known.session, said.place, spellings=known.spellings),
            is_near=said.is_near,
        )
    return replace(
        asked,
        place=Resolution(
            Kind.NOTHING, asked.words, nearest=tuple(several.spelled_like(known.session, asked.words, spellings=known.spellings))
        ),
    )


def _filters(said: Said, taxonomy: Sequence[Treatment]) -> tuple[tuple[str, str], ...]:
    """Return treatments, or ways of doing one where nothing else was named, and professions."""
    ways = {treatment.code for treatment in techniques_of(taxonomy)}
    group = Group.TECHNIQUE if said.treatments and ways.issuperset(said.treatments) else Group.TREATMENT
    return (*((group.value, code) for code in said.treatments), *((Group.KIND.value, kind.value) for kind in said.kinds))


def _line(text: str) -> str:
    return clean_line(text[: analysis.MAX_CHARACTERS])
