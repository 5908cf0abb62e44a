"""A question answered over segments with numpy: who meets every clause and filter, in which order, and what each filter would leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.search import analysis, facets, geo, ranking, schema, spelling
from directory.search.analysis import Clause
from directory.search.criteria import RATED_FROM, Criteria, Evidence, Group, Sort
from directory.search.results import Results, Spelling, WhyEmpty
from directory.search.segments import Ids, Segment, Weights

#: A list is looked up in another of so many times its length; longer ones are laid side by side.
LOOKED_UP = 8
#: Long words that one beginning may stand for, in each segment.
MOST_BEGUN = 50


@dataclass(frozen=True)
class State:
    """The index at one moment.

    Args:
        segments: The segments.
        saturation: What a word adds, by weight and length (`ranking.saturation`).
        documents: Those that are there.
        techniques: Codes of the treatments that are techniques.
    """

    segments: Sequence[Segment]
    saturation: NDArray[np.float32]
    documents: int
    techniques: frozenset[str]


class Term(NamedTuple):
    """A clause as it is looked up: any of these tokens will do."""

    #: (field, token)
    tokens: tuple[tuple[str, str], ...]
    clause: Clause


class Met(NamedTuple):
    """Who, in one segment, meets everything."""

    segment: Segment
    ids: Ids
    #: Kilometres from the centre for each of `ids`; none without a centre.
    km: NDArray[np.float64] | None
    counts: dict[Group, dict[str, int]]
    unrated: int


def answer(state: State, criteria: Criteria) -> Results:
    """Return one page of an answer.

    Typed words are taken as they stand first. Where they find nobody, those that stand nowhere are mended.
    """
    terms = [Term(_tokens(state, clause, criteria, last=clause is criteria.clauses[-1]), clause) for clause in criteria.clauses]
    results = _answer(state, criteria, terms)
    if not terms or criteria.as_typed or results.total:
        return results if results.total else replace(results, why_empty=_why(state, criteria, terms))
    mended = spelling.mend(state.segments, [term.clause for term in terms])
    if mended is None:
        return replace(results, why_empty=_why(state, criteria, terms))
    tried = [
        Term(tuple((schema.TEXT, word) for word in words) or term.tokens, term.clause)
        for words, term in zip(mended.words, terms, strict=True)
    ]
    again = _answer(state, criteria, tried)
    if not again.total:
        return replace(results, why_empty=_why(state, criteria, tried), spelling=Spelling(mended.text, used=False))
    return replace(again, spelling=Spelling(mended.text, used=True))


def named(state: State, text: str, limit: int) -> list[int]:
    """Return the profiles whose own names hold every word of a text, the last one perhaps begun; the best score first."""
    words = [analysis.stem(word) for word in analysis.asked(text)[:-1]]
    last = analysis.asked(text)[-1:]
    if not last:
        return []
    begun = Term(_beginnings(state.segments, last[0], (schema.OWN_GRAMS,)), Clause(last[0], last[0]))
    terms = [*(Term(((schema.NAME, word),), Clause(word, word)) for word in words), begun]
    picked = []
    for segment in state.segments:
        ids = _there(segment, _meet(segment, terms), Evidence.ANY)
        picked.append(ranking.pick(segment, ids, None, limit))
    return _profiles(ranking.merged(picked, 0, limit))


def _answer(state: State, criteria: Criteria, terms: Sequence[Term]) -> Results:
    found = [_met(segment, criteria, terms) for segment in state.segments]
    total = sum(len(met.ids) for met in found)
    first = (criteria.number - 1) * criteria.size
    by_name = criteria.sort in (Sort.NAME, Sort.NEWEST)
    fit = _Fit(state, terms) if criteria.sort is Sort.RELEVANCE and terms else None
    picked = []
    for met in found:
        segment = met.segment
        first_by = (
            fit.of(segment, met.ids)
            if fit
            else ranking.primary(_plain(criteria.sort), segment, met.ids, km=met.km, currency=criteria.currency)
        )
        picked.append(ranking.pick(segment, met.ids, first_by, first + criteria.size, by_name=by_name))
    page = ranking.merged(picked, first, first + criteria.size, by_name=by_name) if first < total else []
    counts: dict[str, dict[str, int]] = {}
    for met in found:
        facets.add(counts, met.counts, state.techniques)
    return Results(
        ids=tuple(_profiles(page)),
        total=total,
        number=criteria.number,
        size=criteria.size,
        facets=counts,
        distances=_distances(page, criteria),
        unrated=sum(met.unrated for met in found),
    )


def _met(segment: Segment, criteria: Criteria, terms: Sequence[Term]) -> Met:
    """Return who meets the words, the place and the filters, and what each filter would leave."""
    ids = _meet(segment, terms, _area(criteria))
    km: NDArray[np.float64] | None = None
    if criteria.centre is not None and criteria.radius_km is not None:
        ids, km = _around(segment, ids, criteria)
    kept = _there_mask(segment, ids, criteria.evidence)
    if kept is not None:
        ids, km = ids[kept], None if km is None else km[kept]
    on = facets.choices(segment, criteria)
    held = [choice.holds(ids) for choice in on]
    counts = facets.count(segment, criteria, ids, on, held) if criteria.faceted else {}
    unrated = 0
    if criteria.rating:
        others = [mask for choice, mask in zip(on, held, strict=True) if choice.group is not Group.RATING]
        few = segment.column("reviews")[ids] < RATED_FROM
        unrated = int(np.count_nonzero(np.logical_and.reduce([few, *others])))
    if held:
        both = np.logical_and.reduce(held)
        ids, km = ids[both], None if km is None else km[both]
    if km is None and criteria.sort is Sort.DISTANCE and criteria.centre is not None:
        km = _kilometres(segment, ids, criteria)
    return Met(segment, ids, km, counts, unrated)


def _meet(segment: Segment, terms: Sequence[Term], area: str | None = None) -> Ids:
    """Return who holds every term and stands in the area, ascending; gone ones still among them."""
    lists = [segment.postings(schema.TAGS, area)[0]] if area else []
    lists += [_postings(segment, term)[0] for term in terms]
    if not lists:
        everybody: Ids = segment.own("everybody", lambda: np.arange(segment.count, dtype=np.int32))
        return everybody
    lists.sort(key=len)
    ids = lists[0]
    for other in lists[1:]:
        if not len(ids):
            break
        ids = ids[_among(ids, other, segment.count)]
    return ids


def _among(ids: Ids, other: Ids, count: int) -> NDArray[np.bool_]:
    if len(ids) * LOOKED_UP < len(other):
        at = np.searchsorted(other, ids)
        at[at == len(other)] = len(other) - 1
        found: NDArray[np.bool_] = other[at] == ids
        return found
    mask = np.zeros(count, bool)
    mask[other] = True
    return mask[ids]


def _postings(segment: Segment, term: Term) -> tuple[Ids, Weights]:
    """Return who holds any of a term's tokens; where there are several, what they count together."""
    rows = [row for row in (segment.postings(field, token) for field, token in term.tokens) if len(row[0])]
    if not rows:
        return np.empty(0, np.int32), None
    if len(rows) == 1:
        return rows[0]
    ids = np.concatenate([row[0] for row in rows])
    weights = np.concatenate([np.ones(len(row[0]), np.uint8) if row[1] is None else row[1] for row in rows])
    order = np.argsort(ids, kind="stable")
    ids, weights = ids[order], weights[order].astype(np.int64)
    first = np.flatnonzero(np.diff(ids, prepend=-1))
    return ids[first], np.minimum(np.add.reduceat(weights, first), 255).astype(np.uint8)


def _tokens(state: State, clause: Clause, criteria: Criteria, *, last: bool) -> tuple[tuple[str, str], ...]:
    own = ((schema.TEXT, clause.token),)
    if criteria.as_typed or not last or not analysis.may_be_begun(clause):
        return own
    # A beginning is looked for as it was typed, not in its plain form: "james" may become "jameson".
    return (*own, *_beginnings(state.segments, clause.surface, tuple(schema.BEGINNINGS)))


def _beginnings(segments: Sequence[Segment], word: str, fields: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the tokens that stand for a begun word of a name: one beginning, or the long words that begin so."""
    if len(word) <= analysis.LONGEST_GRAM:
        return tuple((field, word) for field in fields)
    names = [schema.BEGINNINGS[field] for field in fields]
    longer = {(name, token) for name in names for segment in segments for token in segment.tokens(name, word, MOST_BEGUN)}
    return tuple(sorted(longer))


def _area(criteria: Criteria) -> str | None:
    if criteria.radius is not None and criteria.centre is not None:
        return None
    if criteria.place_id is not None:
        return f"p:{criteria.place_id}"
    if criteria.region_id is not None:
        return f"r:{criteria.region_id}"
    return f"n:{criteria.country_code}" if criteria.country_code is not None else None


def _around(segment: Segment, ids: Ids, criteria: Criteria) -> tuple[Ids, NDArray[np.float64]]:
    """Return those of `ids` that stand within the radius, ascending, with their distances."""
    centre, radius = criteria.centre, criteria.radius_km
    if centre is None or radius is None:
        raise ValueError("a radius needs a centre")
    near = segment.cells.near(centre.lat, centre.lon, radius)
    if criteria.clauses:
        near = near[_among(near, ids, segment.count)] if len(ids) else near[:0]
    km = _kilometres(segment, near, criteria)
    inside = km <= radius
    near, km = near[inside], km[inside]
    order = np.argsort(near)
    return near[order], km[order]


def _kilometres(segment: Segment, ids: Ids | list[int], criteria: Criteria) -> NDArray[np.float64]:
    """Return distances from the centre; infinite where a point is not known."""
    if criteria.centre is None:
        return np.full(len(ids), np.inf)
    x, y, z = (segment.column(name)[ids] for name in "xyz")
    km = geo.kilometres(x, y, z, criteria.centre.lat, criteria.centre.lon)
    return np.where(segment.column("flags")[ids] & schema.LOCATED != 0, km, np.inf)


def _distances(page: Sequence[tuple[Segment, int]], criteria: Criteria) -> tuple[float, ...]:
    if criteria.centre is None:
        return ()
    km = np.empty(len(page))
    for segment, at, ids in _by_segment(page):
        km[at] = _kilometres(segment, ids, criteria)
    return tuple(np.where(np.isfinite(km), km, -1.0).tolist())


def _profiles(page: Sequence[tuple[Segment, int]]) -> list[int]:
    """Return the profiles' numbers of the documents of a page."""
    found = np.empty(len(page), np.int64)
    for segment, at, ids in _by_segment(page):
        found[at] = segment.column("id")[ids]
    profiles: list[int] = found.tolist()
    return profiles


def _by_segment(page: Sequence[tuple[Segment, int]]) -> Iterator[tuple[Segment, list[int], list[int]]]:
    """Give each segment of a page with where on the page its documents stand, and which they are."""
    for segment in dict.fromkeys(segment for segment, _ in page):
        at = [n for n, (own, _) in enumerate(page) if own is segment]
        yield segment, at, [page[n][1] for n in at]


def _there_mask(segment: Segment, ids: Ids, evidence: Evidence) -> NDArray[np.bool_] | None:
    flag = 0 if evidence is Evidence.ANY else schema.HAIR
    mask = segment.mask(flag, without=evidence is Evidence.REGISTER)
    return None if mask is None else mask[ids]


def _there(segment: Segment, ids: Ids, evidence: Evidence) -> Ids:
    kept = _there_mask(segment, ids, evidence)
    return ids if kept is None else ids[kept]


def _plain(sort: Sort) -> Sort:
    return Sort.SCORE if sort is Sort.RELEVANCE else sort


def _why(state: State, criteria: Criteria, terms: Sequence[Term]) -> WhyEmpty:
    """Say why nobody was found, by asking again for less."""
    bare = replace(criteria, faceted=False, treatments=(), techniques=(), kinds=(), languages=(), prices=(), rating=0, repairs=False)
    bare = replace(bare, verified=False, number=1, size=1)
    if criteria.filters and _answer(state, bare, terms).total:
        return WhyEmpty.FILTERS
    if terms and any(not any(segment.count_of(*token) for segment in state.segments for token in term.tokens) for term in terms):
        return WhyEmpty.UNKNOWN_WORDS
    if terms and _answer(state, replace(bare, text=""), ()).total:
        return WhyEmpty.WORDS
    return WhyEmpty.NOBODY_HERE


class _Fit:
    """How well words fit documents: BM25 over weighted fields."""

    def __init__(self, state: State, terms: Sequence[Term]) -> None:
        self._state, self._terms = state, terms
        held = [sum(len(_postings(segment, term)[0]) for segment in state.segments) for term in terms]
        self._rare = [ranking.rarity(state.documents, min(count, state.documents)) for count in held]
        self._best = sum(self._rare) * (ranking.K1 + 1)

    def of(self, segment: Segment, ids: Ids) -> NDArray[np.int64]:
        """Return what an order by fit goes by, for some documents that hold all the words."""
        fit = np.zeros(len(ids), np.float32)
        lengths = segment.lengths[ids].astype(np.uint16)
        for rare, term in zip(self._rare, self._terms, strict=True):
            holders, weights = _postings(segment, term)
            if not len(holders):
                continue
            steps = (
                (256 + lengths) if weights is None else (_weights(ids, holders, weights, segment.count).astype(np.uint16) << 8) + lengths
            )
            fit += self._state.saturation.take(steps) * np.float32(rare)
        return ranking.relevance(fit, self._best, segment.column("score")[ids])


def _weights(ids: Ids, holders: Ids, weights: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Return what a word counts in each of some documents that all hold it."""
    if len(ids) == len(holders):
        return weights
    if len(ids) * LOOKED_UP < len(holders):
        return weights[np.searchsorted(holders, ids)]
    dense = np.zeros(count, np.uint8)
    dense[holders] = weights
    return dense[ids]


def warm(segment: Segment, *, least: int) -> None:
    """Read in what any question needs.

    Args:
        segment: Where.
        least: Words that so many documents hold are read in.
    """
    for name in schema.COLUMNS:
        segment.column(name)
    segment.own("everybody", lambda: np.arange(segment.count, dtype=np.int32))
    for flag in (0, schema.HAIR):
        segment.mask(flag)
    _ = segment.lengths, segment.cells, segment.lexicon, segment.weight
    facets.warm(segment)
    for _, token in sorted(segment.frequent(schema.TEXT, least)):
        segment.postings(schema.TEXT, token)
