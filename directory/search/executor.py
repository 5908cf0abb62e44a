"""A question answered over segments with numpy: who meets every clause and filter, in which order, and what each filter would leave."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.search import analysis, facets, geo, ranking, schema, spelling
from directory.search.analysis import Clause
from directory.search.criteria import RATED_FROM, Criteria, Evidence, Group, Sort
from directory.search.holders import Champions, Holders, Ids, contained
from directory.search.results import Results, Spelling, WhyEmpty
from directory.search.segments import Segment

#: Documents on the list of those that a common word fits best.
CHAMPIONS = 512
#: One in so many.
THIRD = 3
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


@dataclass(frozen=True)
class Term:
    """A clause as it is looked up.

    Args:
        tokens: (field, token); any of them will do.
        clause: The clause.
    """

    tokens: tuple[tuple[str, str], ...]
    clause: Clause
    _held: dict[str, Holders] = field(default_factory=dict, compare=False)

    def held(self, segment: Segment) -> Holders:
        """Return who holds any of the tokens; where there are several, weights are what they count together."""
        if len(self.tokens) == 1:
            return segment.holders(*self.tokens[0])
        found = self._held.get(segment.name)
        if found is None:
            found = self._held[segment.name] = _any_of([segment.holders(*token) for token in self.tokens], segment.count)
        return found


class Met(NamedTuple):
    """Who, in one segment, meets everything."""

    segment: Segment
    ids: Ids
    #: Kilometres from the centre for each of `ids`; none without a centre.
    km: NDArray[np.float64] | None
    counts: dict[Group, dict[str, int]]
    unrated: int


def answer(state: State, criteria: Criteria) -> Results:
    """Return one page of an answer, and those on a register alone where they are asked for, found with the same words.

    Typed words are taken as they stand first. Where they find nobody, those that stand nowhere are mended.
    """
    clauses = criteria.clauses
    terms: Sequence[Term] = [Term(_tokens(state, clause, criteria, last=clause is clauses[-1]), clause) for clause in clauses]
    results = _answer(state, criteria, terms)
    if not results.total:
        results, terms = _instead(state, criteria, results, terms)
    if criteria.register:
        results = replace(results, register=_answer(state, criteria.on_register(criteria.register), terms))
    return results


def _instead(state: State, criteria: Criteria, results: Results, terms: Sequence[Term]) -> tuple[Results, Sequence[Term]]:
    """Return what is answered where nobody was found, and the words that it was found with: mended ones, or why there is nobody."""
    mended = None if criteria.as_typed or not terms else spelling.mend(state.segments, [term.clause for term in terms])
    if mended is None:
        return replace(results, why_empty=_why(state, criteria, terms)), terms
    tried = [
        Term(tuple((schema.TEXT, word) for word in words) or term.tokens, term.clause)
        for words, term in zip(mended.words, terms, strict=True)
    ]
    again = _answer(state, criteria, tried)
    if not again.total:
        return replace(results, why_empty=_why(state, criteria, tried), spelling=Spelling(mended.text, used=False)), tried
    return replace(again, spelling=Spelling(mended.text, used=True)), tried


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
        segment, ids = met.segment, met.ids
        first_by: NDArray[np.int64] | None
        if fit:
            ids, first_by = fit.best(segment, ids, first + criteria.size)
        else:
            first_by = ranking.primary(_plain(criteria.sort), segment, ids, km=met.km, currency=criteria.currency)
        picked.append(ranking.pick(segment, ids, first_by, first + criteria.size, by_name=by_name))
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
        ids, km = ids.compress(kept), None if km is None else km.compress(kept)
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
        ids, km = ids.compress(both), None if km is None else km.compress(both)
    if km is None and criteria.sort is Sort.DISTANCE and criteria.centre is not None:
        km = _kilometres(segment, ids, criteria)
    return Met(segment, ids, km, counts, unrated)


def _meet(segment: Segment, terms: Sequence[Term], area: str | None = None) -> Ids:
    """Return who holds every term and stands in the area, ascending; gone ones still among them."""
    lists = [segment.holders(schema.TAGS, area)] if area else []
    lists += [term.held(segment) for term in terms]
    if not lists:
        everybody: Ids = segment.own("everybody", lambda: np.arange(segment.count, dtype=np.int32))
        return everybody
    lists.sort(key=lambda holders: len(holders.ids))
    ids = lists[0].ids
    for other in lists[1:]:
        if not len(ids):
            break
        ids = ids.compress(other.among(ids))
    return ids


def _any_of(rows: Sequence[Holders], count: int) -> Holders:
    """Return who holds any of several tokens; what they count is added up."""
    rows = [row for row in rows if len(row.ids)]
    if len(rows) < 2:
        return rows[0] if rows else Holders(np.empty(0, np.int32), None, count)
    added = np.zeros(count, np.uint16)
    for row in rows:
        if row.is_common:
            added += row.dense()
        else:
            added[row.ids] += 1 if row.weights is None else row.weights
    ids = np.flatnonzero(added).astype(np.int32)
    return Holders(ids, np.minimum(added.take(ids), 255).astype(np.uint8), count)


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
        near = near.compress(Holders(ids, None, segment.count).among(near)) if len(ids) else near[:0]
    km = _kilometres(segment, near, criteria)
    inside = km <= radius
    near, km = near.compress(inside), km.compress(inside)
    order = np.argsort(near)
    return near[order], km[order]


def _kilometres(segment: Segment, ids: Ids | list[int], criteria: Criteria) -> NDArray[np.float64]:
    """Return distances from the centre; infinite where a point is not known."""
    if criteria.centre is None:
        return np.full(len(ids), np.inf)
    x, y, z = (segment.column(name).take(ids) for name in "xyz")
    km = geo.kilometres(x, y, z, criteria.centre.lat, criteria.centre.lon)
    return np.where(segment.column("flags").take(ids) & schema.LOCATED != 0, km, np.inf)


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
    return None if mask is None else mask.take(ids)


def _there(segment: Segment, ids: Ids, evidence: Evidence) -> Ids:
    kept = _there_mask(segment, ids, evidence)
    return ids if kept is None else ids.compress(kept)


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
    """How well words fit documents: BM25 over weighted fields, and a little of the score (`ranking`)."""

    def __init__(self, state: State, terms: Sequence[Term]) -> None:
        self._saturation, self._terms = state.saturation, terms
        held = [sum(len(term.held(segment).ids) for segment in state.segments) for term in terms]
        self._shares = ranking.shares([ranking.rarity(state.documents, min(count, state.documents)) for count in held])

    def best(self, segment: Segment, ids: Ids, wanted: int) -> tuple[Ids, NDArray[np.int64]]:
        """Return the documents that may be among the first by fit, ascending, with what that order goes by.

        Args:
            segment: Where.
            ids: Documents that hold all the words, ascending.
            wanted: How many first ones.
        """
        if len(self._terms) == 1 and self._terms[0].held(segment).is_common:
            champions = self._of_champions(segment, self._terms[0].held(segment), ids, wanted)
            if champions is not None:
                return champions
        # Where a third of all documents hold them it is quicker to go through all than to pick those out first.
        through = len(ids) * THIRD >= segment.count
        fits = self._of(segment, None if through else ids)
        every = max(1, len(ids) // ranking.SAMPLE)
        least = ranking.least(fits.take(ids[::every]) if through else fits[::every], wanted, len(ids))
        if least is not None:
            at = np.flatnonzero(fits >= least - ranking.STEP)
            near = at.astype(np.int32).compress(contained(ids, at)) if through else ids.take(at)
            close = fits.take(near if through else at)
            if np.count_nonzero(close >= least) >= wanted:
                return near, ranking.steps(close)
        return ids, ranking.steps(fits.take(ids) if through else fits)

    def _of_champions(self, segment: Segment, held: Holders, ids: Ids, wanted: int) -> tuple[Ids, NDArray[np.int64]] | None:
        """Look only at the documents that a common word fits best ("champion lists": C. Manning, P. Raghavan, H. Schuetze, "Introduction
        to Information Retrieval", 2008, 7.1.3), but never at the cost of one that belongs there; None where they are too few."""
        best = held.champions
        if best is None or best.of is not self._saturation:
            fits = self._of(segment, None).take(held.ids)
            floor = float(np.partition(fits, -CHAMPIONS)[-CHAMPIONS]) if len(fits) > CHAMPIONS else 0.0
            best = held.champions = Champions(self._saturation, held.ids.compress(fits >= floor), floor)
        near = best.ids.compress(contained(ids, best.ids)) if len(ids) else ids
        fits = self._of(segment, near)
        sure = fits >= best.floor + ranking.STEP
        return (near.compress(sure), ranking.steps(fits.compress(sure))) if np.count_nonzero(sure) >= wanted else None

    def _of(self, segment: Segment, ids: Ids | None) -> NDArray[np.float32]:
        """Return how well some documents fit, or all of the segment."""
        scores: NDArray[np.float32] = segment.own("share", lambda: ranking.score_share(segment.column("score")))
        fits = scores.copy() if ids is None else scores.take(ids)
        lengths = segment.lengths if ids is None else segment.lengths.take(ids)
        for share, term in zip(self._shares, self._terms, strict=True):
            held = term.held(segment)
            if len(held.ids):
                steps = (held.dense() if ids is None else held.weights_of(ids)).astype(np.uint16)
                steps <<= 8
                steps += lengths
                more = self._saturation.take(steps)
                more *= share
                fits += more
        return fits


def warm(segment: Segment, *, least: int, is_enough: Callable[[], bool]) -> None:
    """Read in what any question needs.

    Args:
        segment: Where.
        least: Words that so many documents hold are read in, the commonest first.
        is_enough: Says when no more should be read in: it would only push out what was read in before.
    """
    for name in schema.COLUMNS:
        segment.column(name)
    segment.own("everybody", lambda: np.arange(segment.count, dtype=np.int32))
    for flag in (0, schema.HAIR):
        segment.mask(flag)
    _ = segment.lengths, segment.cells, segment.lexicon, segment.weight
    facets.warm(segment)
    for _, token in sorted(segment.frequent(schema.TEXT, least), reverse=True):
        if is_enough():
            break
        segment.postings(schema.TEXT, token)
    segment.give_back()
