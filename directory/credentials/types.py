"""The credentials that we know by name: read from their file and checked, pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from directory.accounts.skeleton import skeleton
from directory.models.profiles import ProfileKind

#: What is not in the file: the owner writes its title.
OTHER = "other"
#: How long a look at one of those holds.
OTHER_MONTHS = 12
#: A word of so many letters is looked for inside of others too: nobody writes "abhrs" by chance.
_LONG = 5


class BrokenTypes(ValueError):
    """The file of credentials contradicts itself; the text says where."""


@dataclass(frozen=True)
class Type:
    """One known credential.

    Args:
        code: Its word in `credentials.type`.
        wording: What stands on the page, the same for everybody (T-30).
        issuer: Who gives it; "" where there are many.
        proves_not: What it does not prove.
        lookup: Where anybody can look; "" where there is no one register.
        months: How long a look of ours holds.
        fits: Whom it can belong to.
        said: Words by which a title that somebody types is known to mean this one.
        source: Where the facts about it were read.
        read_on: When.
        countries: Where those are who can hold it; none where that is not certain.
    """

    code: str
    wording: str
    issuer: str
    proves_not: str
    lookup: str
    months: int
    fits: frozenset[ProfileKind]
    said: tuple[str, ...]
    source: str
    read_on: date
    countries: frozenset[str] = frozenset()


_KINDS = {"person": ProfileKind.PRACTITIONER, "practice": ProfileKind.PRACTICE}


@cache
def shipped() -> Mapping[str, Type]:
    """Return the types that ship with this version, by their codes, in the order of the file."""
    return parse((resources.files("directory") / "data" / "credentials.toml").read_text("utf-8"))


def parse(text: str) -> Mapping[str, Type]:
    """Read the types.

    Raises:
        BrokenTypes: when a code stands twice or is too long, a link is none of the web, or nothing fits.
    """
    found: dict[str, Type] = {}
    for raw in tomllib.loads(text)["type"]:
        fits = frozenset(_KINDS[word] for word in raw["fits"])
        values = raw | {"fits": fits, "said": tuple(raw["said"]), "countries": frozenset(raw.get("countries", ()))}
        one = Type(**values)
        if one.code in found or one.code == OTHER or not 0 < len(one.code) <= 60:
            raise BrokenTypes(f"{one.code} cannot stand here")
        if not (one.wording and len(one.wording) <= 160 and one.proves_not and one.months > 0 and fits):
            raise BrokenTypes(f"{one.code} is not whole")
        if any(url and not url.startswith("https://") for url in (one.lookup, one.source)) or not one.source:
            raise BrokenTypes(f"{one.code} needs links that begin with https://")
        found[one.code] = one
    return found


def known(code: str) -> Type | None:
    """Return the type of a code, or None for one that registers and files made up."""
    return shipped().get(code)


def fitting(kind: ProfileKind, countries: Collection[str] = ()) -> list[Type]:
    """Return the types that a person, or a practice, can hold; those of other countries last, for somebody may have worked there.

    Args:
        countries: Where they are; none where that is not known.
    """
    mine = [one for one in shipped().values() if kind in one.fits]
    return sorted(mine, key=lambda one: bool(one.countries and countries and one.countries.isdisjoint(countries)))


def months(code: str) -> int:
    """Return for how many months a look at a credential of this type holds."""
    one = known(code)
    return one.months if one else OTHER_MONTHS


def meant(title: str) -> Type | None:
    """Return the known type that a freely typed title means, or None.

    Letters that look alike count as the same, and dots and spaces between them do not: "A.В.H.R.S. diplomate" is the ABHRS.
    """
    words = {skeleton(word) for word in title.replace("-", " ").replace("/", " ").replace(",", " ").split()} | {
        skeleton(word) for word in title.split()
    }
    whole = skeleton(title)
    for one in shipped().values():
        for said in (*one.said, one.issuer, one.wording):
            mark = skeleton(said)
            if mark and (mark in words or (len(mark) >= _LONG and mark in whole)):
                return one
    return None
