"""The right answers, found by looking at every document: slow, plain, and without a line of the engines' own code."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import asin, cos, radians, sin, sqrt
from typing import Any

from directory.places import money
from directory.search import analysis, bands
from directory.search.criteria import Criteria, Evidence, Group, Sort
from directory.search.documents import Document
from directory.search.results import WhyEmpty

#: Kilometres; the sphere's own constant is not asked.
RADIUS = 6371.0088
#: What a group is without a choice.
OPEN: dict[Group, dict[str, Any]] = {
    Group.TREATMENT: {"treatments": (), "treatment_ids": frozenset()},
    Group.TECHNIQUE: {"techniques": (), "technique_ids": frozenset()},
    Group.KIND: {"kinds": ()},
    Group.LANGUAGE: {"languages": ()},
    Group.PRICE: {"prices": ()},
    Group.RATING: {"rating": 0},
    Group.REPAIRS: {"repairs": False},
    Group.VERIFIED: {"verified": False},
}


class Reference:
    """Answers by brute force.

    Args:
        documents: All listed profiles.
        techniques: Codes of the taxonomy's third level.
    """

    def __init__(self, documents: Sequence[Document], techniques: Sequence[str]) -> None:
        self.documents = documents
        self._techniques = frozenset(techniques)

    def found(self, criteria: Criteria) -> list[Document]:
        """Return all who meet the criteria, in order; by relevance they stand as by score."""
        met = [document for document in self.documents if self._meets(document, criteria)]
        return sorted(met, key=lambda document: _key(document, criteria))

    def facets(self, criteria: Criteria) -> dict[str, dict[str, int]]:
        """Return what each filter would leave."""
        return {group.value: dict(Counter(self._values(group, replace(criteria, **open_)))) for group, open_ in OPEN.items()}

    def unrated(self, criteria: Criteria) -> int:
        """Return how many have too few reviews for the rating asked for."""
        return sum(one.reviews < 3 for one in self.found(replace(criteria, rating=0))) if criteria.rating else 0

    def why_empty(self, criteria: Criteria) -> WhyEmpty | None:
        """Say why nobody is found; every word that stands nowhere counts as unknown."""
        if self.found(criteria):
            return None
        bare = criteria
        for open_ in OPEN.values():
            bare = replace(bare, **open_)
        if not self.found(replace(bare, text="")):
            return WhyEmpty.NOBODY_HERE
        if not criteria.clauses:
            return WhyEmpty.FILTERS
        for clause in criteria.clauses:
            begun = clause is criteria.clauses[-1] and not criteria.as_typed
            if not clause.is_concept and not any(_has(document, clause, begun) for document in self.documents):
                return WhyEmpty.UNKNOWN_WORDS
        return WhyEmpty.FILTERS if self.found(bare) else WhyEmpty.WORDS

    def _values(self, group: Group, criteria: Criteria) -> list[str]:
        read: dict[Group, Callable[[Document], Sequence[str]]] = {
            Group.TREATMENT: lambda one: one.offers,
            Group.TECHNIQUE: lambda one: [code for code in one.offers if code in self._techniques],
            Group.KIND: lambda one: [one.kind.value],
            Group.LANGUAGE: lambda one: one.languages,
            Group.PRICE: lambda one: [code for code in bands.codes(criteria.currency) if _in_band(one, criteria.currency, code)],
            Group.RATING: lambda one: [f"{tenths / 10:g}" for tenths in (30, 35, 40, 45) if _rated(one, tenths)],
            Group.REPAIRS: lambda one: ["1"] if one.repairs else [],
            Group.VERIFIED: lambda one: ["1"] if one.verified else [],
        }
        return [value for document in self.found(criteria) for value in read[group](document)]

    def _meets(self, one: Document, asked: Criteria) -> bool:
        return (
            (asked.evidence is Evidence.ANY or one.evidence is asked.evidence)
            and _stands(one, asked)
            and (not asked.treatments or not set(asked.treatments).isdisjoint(one.offers))
            and (not asked.techniques or not set(asked.techniques).isdisjoint(one.offers))
            and (not asked.kinds or one.kind in asked.kinds)
            and (not asked.languages or not set(asked.languages).isdisjoint(one.languages))
            and (not asked.prices or any(_in_band(one, asked.currency, code) for code in asked.prices))
            and (not asked.rating or _rated(one, asked.rating))
            and (one.repairs or not asked.repairs)
            and (one.verified or not asked.verified)
            and all(_has(one, clause, clause is asked.clauses[-1] and not asked.as_typed) for clause in asked.clauses)
        )


def kilometres(one: Document, criteria: Criteria) -> float | None:
    """Return the distance from the centre by the haversine formula."""
    if one.lat is None or one.lon is None or criteria.centre is None:
        return None
    here, there = radians(criteria.centre.lat), radians(one.lat)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(radians(one.lon - criteria.centre.lon) / 2) ** 2
    return 2 * RADIUS * asin(sqrt(half))


def in_name(one: Document, criteria: Criteria) -> int:
    """Return how many of the words stand in the name."""
    only = replace(one, company=(), places=(), treatments=(), about=())
    return sum(_has(only, clause, clause is criteria.clauses[-1] and not criteria.as_typed) for clause in criteria.clauses)


def _stands(one: Document, asked: Criteria) -> bool:
    if asked.radius_km is not None:
        away = kilometres(one, asked)
        return away is not None and away <= asked.radius_km
    if asked.place_id is not None:
        return one.place_id == asked.place_id
    if asked.region_id is not None:
        return one.region_id == asked.region_id
    return asked.country_code is None or one.country_code == asked.country_code


def _has(one: Document, clause: analysis.Clause, begun: bool) -> bool:
    if any(clause.token in words for words in (one.name, one.company, one.places, one.treatments, one.about)):
        return True
    return begun and analysis.may_be_begun(clause) and any(word.startswith(clause.surface) for word in (*one.name, *one.company))


def _in_band(one: Document, currency: str | None, code: str) -> bool:
    if currency is None or one.currency != currency or one.price is None:
        return False
    low, _, high = code.partition("-")
    whole = one.price / money.minor_units(currency)
    return int(low) <= whole and (not high or whole < int(high))


def _rated(one: Document, tenths: int) -> bool:
    return one.reviews >= 3 and one.mean >= tenths * 100_000


def _key(one: Document, asked: Criteria) -> tuple[Any, ...]:
    score, name = (-one.score, -one.reviews), (one.sort_key.encode(), one.id)
    away, price = kilometres(one, asked), one.price if one.currency == asked.currency else None
    keys: dict[Sort, tuple[Any, ...]] = {
        Sort.NAME: name,
        Sort.REVIEWS: (-one.reviews, -one.score, *name),
        Sort.NEWEST: (-one.newest, *name),
        Sort.DISTANCE: (away is None, round((away or 0) * 1000), *score, *name),
        Sort.PRICE: (price is None, price or 0, *score, *name),
    }
    return keys.get(asked.sort, (*score, *name))
