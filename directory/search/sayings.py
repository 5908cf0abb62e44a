"""Words of the field that are neither a treatment, a name nor a place: who, where, how. Plurals need no entry of their own."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from directory.search import concepts
from directory.search.analysis import stem, words
from directory.search.criteria import Kind


class Role(StrEnum):
    """What some words of a line do in it."""

    TREATMENT = "treatment"
    KIND = "kind"
    #: The best stand first anyway.
    BEST = "best"
    CHEAP = "cheap"
    NEAR_ME = "near_me"
    #: A place stands behind it.
    IN = "in"
    #: A place stands behind it, and its surroundings are meant too.
    NEAR = "near"
    #: Stands before a name and is not part of it.
    TITLE = "title"


#: One place in a line: what its words do, and the values that go with it: codes of treatments, or kinds.
Meaning = tuple[Role, tuple[str, ...]]

_DOCTORS = (Kind.SURGEON, Kind.DERMATOLOGIST, Kind.PHYSICIAN)
_KINDS: Mapping[tuple[Kind, ...], str] = {
    (Kind.SURGEON,): "surgeon, hair surgeon, plastic surgeon, transplant surgeon, chirurg, cirujano, chirurgien, cirurgião, cerrah",
    (Kind.DERMATOLOGIST,): "dermatologist, dermatologe, hautarzt, dermatólogo, dermatologue, dermatologista, dermatolog",
    (Kind.PHYSICIAN,): "physician",
    _DOCTORS: "doctor, hair doctor, arzt, ärzte, médico, médecin, doktor",
    (Kind.NURSE,): "nurse",
    (Kind.SMP_ARTIST,): "artist, micropigmentist, scalp micropigmentist, tricopigmentist, tattoo artist, tattooist, tattooer",
    (Kind.SMP_ARTIST, Kind.TECHNICIAN): "technician, tech",
}
_SAYINGS: Mapping[Role, str] = {
    Role.BEST: (
        "best, the best, top, top rated, best rated, highest rated, good, leading, recommended, top 10, top ten, beste, besten, bester, "
        "mejor, mejores, meilleur, meilleure, melhor, melhores, en iyi, worldwide, in the world, anywhere"
    ),
    Role.CHEAP: (
        "cheap, cheapest, affordable, low cost, lowest price, inexpensive, budget, "
        "günstig, günstige, billig, barato, económico, pas cher, ucuz"
    ),
    Role.NEAR_ME: (
        "near me, nearby, near by, nearest, nearest to me, closest, closest to me, close to me, close by, around me, around here, "
        "near here, in my area, near my location, in meiner nähe, in der nähe, cerca de mi, près de moi, autour de moi, perto de mim, "
        "yakınımda"
    ),
    Role.IN: "in, at, en, em, im, bei",
    Role.NEAR: "near, near to, around, close to, not far from, nahe, in der nähe von, cerca de, près de, autour de, perto de",
    Role.TITLE: "dr, prof, prof dr, professor",
}
#: Words that say no more than the site does. Left over alone, beside a treatment, a profession or a place, they are let go.
GENERIC = frozenset(
    stem(word)
    for word in words(
        "clinic studio practice practitioner specialist expert provider professional salon center centre office place hair scalp head "
        "treatment procedure service surgery list directory cost price review result picture before after who which what where find "
        "looking do does i my me vs versus und für mit von klinik praxis kosten preise clínica consultorio precio costo para "
        "clinique cabinet prix coût pour preço custo klinik merkezi fiyat fiyatları ve"
    )
)
#: The same, but also the names of places in short: "la" is Los Angeles, "de" Germany.
ARTICLES = frozenset(["de", "del", "la", "el", "los", "las", "le", "les", "du", "des", "da", "do", "das", "dos", "der", "die"])


@cache
def meanings() -> Mapping[tuple[str, ...], Meaning]:
    """Return every phrase, its words in their plain form, with what it means; treatments last, so that they win."""
    found: dict[tuple[str, ...], Meaning] = {}
    for role, said in _SAYINGS.items():
        found |= {_phrase(text): (role, ()) for text in said.split(", ")}
    for kinds, said in _KINDS.items():
        found |= {_phrase(text): (Role.KIND, kinds) for text in said.split(", ")}
    return found | {phrase: (Role.TREATMENT, codes) for phrase, codes in concepts.table().phrases.items()}


@cache
def longest() -> int:
    """Return the number of words in the longest phrase."""
    return max(map(len, meanings()))


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(text))
