"""A question answered the slow way, document by document: what engines are held against."""

from collections.abc import Iterable

from directory.places import money, sphere
from directory.search import analysis, bands
from directory.search.criteria import RATED_FROM, RATINGS, Criteria, Evidence, Group, Sort
from directory.search.documents import Document


def meets(document: Document, criteria: Criteria, *, without: Group | None = None) -> bool:
    """Say whether a document meets a question; `without`: a group of filters that is not looked at."""
    tokens = {*document.name, *document.company, *document.places, *document.treatments, *document.about}
    clauses = criteria.clauses
    for clause in clauses:
        begun = clause is clauses[-1] and not criteria.as_typed and analysis.may_be_begun(clause)
        names = (*document.name, *document.company)
        if clause.token not in tokens and not (begun and any(word.startswith(clause.surface) for word in names if ":" not in word)):
            return False
    if criteria.radius_km is not None and criteria.centre is not None:
        if document.lat is None or distance(document, criteria) > criteria.radius_km:
            return False
    elif criteria.place_id is not None:
        if document.place_id != criteria.place_id:
            return False
    elif criteria.country_code is not None and document.country_code != criteria.country_code:
        return False
    if criteria.evidence is not Evidence.ANY and document.evidence is not criteria.evidence:
        return False
    return all(holds(document, criteria, group) for group in Group if group is not without)


def holds(document: Document, criteria: Criteria, group: Group) -> bool:
    """Say whether a document holds what is chosen of a group."""
    if group in (Group.TREATMENT, Group.TECHNIQUE):
        chosen = criteria.treatments if group is Group.TREATMENT else criteria.techniques
        return not chosen or not set(chosen).isdisjoint(document.offers)
    if group is Group.KIND:
        return not criteria.kinds or document.kind in criteria.kinds
    if group is Group.LANGUAGE:
        return not criteria.languages or not set(criteria.languages).isdisjoint(document.languages)
    if group is Group.PRICE:
        return not criteria.prices or band(document, criteria.currency) in criteria.prices
    if group is Group.RATING:
        return not criteria.rating or (document.reviews >= RATED_FROM and document.mean >= criteria.rating * 100_000)
    if group is Group.REPAIRS:
        return not criteria.repairs or document.repairs
    return not criteria.verified or document.verified


def band(document: Document, currency: str | None) -> str | None:
    """Return the band of prices that a document stands in."""
    if document.price is None or currency is None or document.currency != currency:
        return None
    whole = document.price / money.minor_units(currency)
    for code in bands.codes(currency):
        low, high = bands.bounds(code)
        if low <= whole and (high is None or whole < high):
            return code
    return None


def distance(document: Document, criteria: Criteria) -> float:
    """Return kilometres from the centre."""
    assert criteria.centre is not None
    assert document.lat is not None
    assert document.lon is not None
    return sphere.kilometres(sphere.vector(document.lat, document.lon), sphere.vector(criteria.centre.lat, criteria.centre.lon))


def order(documents: Iterable[Document], criteria: Criteria) -> list[int]:
    """Return the numbers of documents in an order; not by relevance."""

    def by_score(document: Document) -> tuple[object, ...]:
        return -document.score, -document.reviews, document.sort_key.encode(), document.id

    def by_name(document: Document) -> tuple[object, ...]:
        return document.sort_key.encode(), document.id

    def key(document: Document) -> tuple[object, ...]:
        if criteria.sort is Sort.REVIEWS:
            return -document.reviews, *by_score(document)
        if criteria.sort is Sort.NEWEST:
            return not document.newest, -document.newest, *by_name(document)
        if criteria.sort is Sort.NAME:
            return by_name(document)
        if criteria.sort is Sort.PRICE:
            priced = document.price is not None and document.currency == criteria.currency
            return not priced, document.price if priced else 0, *by_score(document)
        if criteria.sort is Sort.DISTANCE:
            known = document.lat is not None
            return not known, round(distance(document, criteria) * 1000) if known else 0, *by_score(document)
        return by_score(document)

    return [document.id for document in sorted(documents, key=key)]


def values(document: Document, criteria: Criteria, group: Group) -> list[str]:
    """Return the values of a group that a document counts for."""
    if group is Group.TREATMENT:
        return list(dict.fromkeys(document.offers))
    if group is Group.TECHNIQUE:
        return [code for code in dict.fromkeys(document.offers) if code.startswith("fue-")]
    if group is Group.KIND:
        return [document.kind.value]
    if group is Group.LANGUAGE:
        return list(dict.fromkeys(document.languages))
    if group is Group.PRICE:
        found = band(document, criteria.currency)
        return [found] if found else []
    if group is Group.RATING:
        return [f"{tenths / 10:g}" for tenths in RATINGS if document.reviews >= RATED_FROM and document.mean >= tenths * 100_000]
    return ["1"] if (document.repairs if group is Group.REPAIRS else document.verified) else []


def facets(documents: Iterable[Document], criteria: Criteria) -> dict[str, dict[str, int]]:
    """Return what each filter would leave, each group counted without its own choices."""
    found: dict[str, dict[str, int]] = {}
    documents = list(documents)
    for group in Group:
        counts: dict[str, int] = {}
        for document in documents:
            if meets(document, criteria, without=group):
                for value in values(document, criteria, group):
                    counts[value] = counts.get(value, 0) + 1
        if counts:
            found[group.value] = counts
    return found
