"""One box for people, practices, treatments and places: what the typed beginning may become, in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import chain, zip_longest

from sqlalchemy import select
from sqlmodel import Session, col

from directory.core.text import clean_line, fold
from directory.models.places import Place
from directory.models.profiles import LISTED, Organization, Practitioner, PractitionerKind, Profile
from directory.models.treatments import Treatment
from directory.places import choosing
from directory.places.choosing import Choice
from directory.places.namefile import NameFile
from directory.search import analysis
from directory.search.finding import Search
from directory.treatments import rules as treatments
from directory.treatments.queries import WORK

#: In all, unless the caller asks for fewer.
MOST = 8
#: A shorter beginning fits too much; one sign of Chinese or Korean is a word.
SHORTEST = 2
#: A misspelled word for a treatment is at least so long, and so much like it (0 to 1, `difflib`).
SHORTEST_SLIP, ALIKE = 4, 0.75
#: Places at which a treatment is offered.
MOST_THERE = 5
#: Words between a treatment and a place.
BETWEEN = ("in", "near", "at", "around")


class About(StrEnum):
    """What a suggestion is, in the order of the groups."""

    TREATMENT = "treatment"
    PLACE = "place"
    PERSON = "person"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Suggestion:
    """One line to choose.

    Args:
        about: What it is.
        label: Its name.
        fills: What stands in the box when it is chosen there.
        note: The other word that it was found by; what lies around a place; where somebody works.
        slug: Of the profile.
        path: Of the place's page, without the outer slashes.
        treatment: What is looked for there; with a treatment alone, that one.
        listed: How many are listed at the place.
        profession, schema_type: What the person or practice is.
    """

    about: About
    label: str
    fills: str
    note: str = ""
    slug: str = ""
    path: str = ""
    treatment: Treatment | None = None
    listed: int = 0
    profession: PractitionerKind | None = None
    schema_type: str = ""


def suggest(
    session: Session, engine: Search, text: str, taxonomy: Sequence[Treatment], *, names: NameFile | None, limit: int = MOST
) -> list[Suggestion]:
    """Return what may be meant by what is typed so far, group by group: treatments, places, people, practices.

    Every group that has something has its share of the lines. Where nothing begins so, slips in the words for treatments
    are forgiven; in the names of places, see `choosing.begun`.

    Args:
        session: To read with.
        engine: What finds people and practices by name.
        text: As typed.
        taxonomy: All treatments.
        names: All names of places, where the file is there.
        limit: How many lines at most.
    """
    line = _line(text)
    if not line:
        return []
    offered = [treatment for treatment in taxonomy if treatment.family in WORK]
    known = treatments.words(offered)
    # "SMP" is also an airport of somewhere: whoever types the whole word for a treatment means that.
    at = [] if fold(line) in known else choosing.begun(session, names, line, limit=limit)
    groups = [
        _treatments(line, offered),
        [*_there(session, line, known, names), *map(_place, at)],
        *_profiles(session, engine.suggest(session, line, limit=2 * limit)),
    ]
    groups[0] = groups[0] if any(groups) else _treatments_like(line, known)
    # One of each group by turns until the lines are full: no group pushes another out.
    turns = [one for one in chain.from_iterable(zip_longest(*groups)) if one is not None][:limit]
    return sorted(turns, key=lambda one: list(About).index(one.about))


def places(session: Session, text: str, *, names: NameFile | None, limit: int = MOST) -> list[Suggestion]:
    """Return the places that may be meant by what is typed so far, for a box of places alone."""
    line = _line(text)
    if not line:
        return []
    return [_place(one) for one in choosing.begun(session, names, line, limit=limit)]


def _line(text: str) -> str:
    """Return a text fit to be looked up, or nothing: endless text is no beginning of a name."""
    line = clean_line(text) if len(text) <= analysis.MAX_CHARACTERS else ""
    return line if len(line) >= SHORTEST or (line and not line.isascii()) else ""


def _treatments(line: str, taxonomy: Sequence[Treatment]) -> list[Suggestion]:
    """Return the treatments that have a word beginning with each typed one: those called so first, then those by another word."""
    typed = fold(line)
    found: list[tuple[int, Suggestion]] = []
    for treatment in taxonomy:
        phrases = [phrase for phrase in (treatment.label, *treatment.synonyms) if _begins(fold(phrase), typed.split())]
        if phrases:
            exact = any(fold(phrase) == typed for phrase in phrases)
            rank = 0 if exact else 1 if fold(phrases[0]).startswith(typed) else 2 if phrases[0] == treatment.label else 3
            found.append((rank, _treatment(treatment, "" if phrases[0] == treatment.label else phrases[0])))
    return [suggestion for _rank, suggestion in sorted(found, key=lambda one: one[0])]


def _treatments_like(line: str, known: Mapping[str, Treatment]) -> list[Suggestion]:
    like = get_close_matches(fold(line), known, n=3, cutoff=ALIKE) if len(line) >= SHORTEST_SLIP else []
    return [_treatment(treatment, "") for treatment in {known[word].code: known[word] for word in like}.values()]


def _begins(phrase: str, typed: Sequence[str]) -> bool:
    """Say whether every typed word begins one of the phrase's words."""
    words = phrase.replace("(", " ").replace(")", " ").replace("-", " ").split()
    return all(any(word.startswith(begun) for word in words) for begun in typed)


def _there(session: Session, line: str, known: Mapping[str, Treatment], names: NameFile | None) -> list[Suggestion]:
    """Return a treatment at the places behind it: "smp tor", "hair transplant in ist"."""
    words = line.split()
    for cut in range(len(words) - 1, 0, -1):
        treatment = known.get(fold(" ".join(words[:cut])))
        if treatment is not None:
            behind = words[cut + 1 :] if fold(words[cut]) in BETWEEN else words[cut:]
            return [_place(one, treatment, fills=line) for one in choosing.begun(session, names, " ".join(behind), limit=MOST_THERE)]
    return []


def _profiles(session: Session, ids: Sequence[int]) -> tuple[list[Suggestion], list[Suggestion]]:
    """Return the people and the practices among profiles, in their order (one SELECT)."""
    columns = (
        col(Profile.id),
        col(Profile.slug),
        col(Profile.name),
        col(Practitioner.kind),
        col(Organization.schema_type),
        col(Place.name),
    )
    statement = (
        select(*columns)
        .outerjoin(Practitioner, col(Practitioner.profile_id) == Profile.id)
        .outerjoin(Organization, col(Organization.profile_id) == Profile.id)
        .outerjoin(Place, col(Place.id) == Profile.place_id)
        .where(col(Profile.id).in_(ids), col(Profile.status).in_(LISTED))
    )
    rows = {number: found for number, *found in session.execute(statement)} if ids else {}
    people: list[Suggestion] = []
    practices: list[Suggestion] = []
    for slug, name, profession, schema_type, city in (rows[number] for number in ids if number in rows):
        about, group = (About.PERSON, people) if profession else (About.PRACTICE, practices)
        group.append(Suggestion(about, name, name, city or "", slug, profession=profession, schema_type=schema_type or ""))
    return people, practices


def _treatment(treatment: Treatment, note: str) -> Suggestion:
    return Suggestion(About.TREATMENT, treatment.label, treatment.label, note, treatment=treatment)


def _place(choice: Choice, treatment: Treatment | None = None, *, fills: str = "") -> Suggestion:
    return Suggestion(
        About.PLACE, choice.name, fills or choice.label, choice.around, path=choice.path, treatment=treatment, listed=choice.listed
    )
