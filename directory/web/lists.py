"""A list of profiles as a page shows it: filters, radius, orders, chips, numbered pages, cards, and what helps where nobody is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.models.treatments import Treatment
from directory.places import sphere
from directory.profiles import queries as profiles
from directory.profiles.shown import Card
from directory.search.port import RADII, Bounds, Criteria, Evidence, Group, Results, Sort, Unit, WhyEmpty
from directory.web import cards, db, filters, pieces, reach, search, seo, tally, words

#: Register entries shown below a list; the rest is a link away.
ON_REGISTER = 10
#: With more filters on than this, the page does not count what each of them keeps away.
MAX_COUNTED = 3
#: All names of filters in an address.
FILTERS = frozenset(group.value for group in Group)


@dataclass(frozen=True)
class ListPage:
    """One page of a list.

    Args:
        asked: What was asked.
        answer: What was found for it.
        criteria: What the cards answer: what was asked, or the same farther around where nobody was found.
        results: The answer to that.
        register: The first of those who are on a register alone; looked for where nothing was asked that registers do not know.
        found: The cards by the number of their profile; one that has just been taken down is missing.
        taxonomy: All treatments, parents before their children.
        path: Where the page stands; filters and pages lead there.
        here: The name of the city, where the page is of one: its cards do not name it.
    """

    asked: Criteria
    answer: Results
    criteria: Criteria
    results: Results
    register: Results
    found: Mapping[int, Card]
    taxonomy: Sequence[Treatment]
    path: str
    here: str = ""

    @property
    def cards(self) -> list[Markup]:
        """The cards, with their numbers in the list, and how far they are where a distance was asked for."""
        first = (self.results.number - 1) * self.results.size + 1
        ids = self.criteria.treatment_ids | self.criteria.technique_ids
        wanted = frozenset(treatment.label for treatment in self.taxonomy if treatment.id in ids)
        how = cards.How(city=self._names_city, visit=self._compared, wanted=wanted)
        far = dict(zip(self.results.ids, self.results.distances, strict=False)) if self.is_far else {}
        ranked = [(rank, id_) for rank, id_ in enumerate(self.results.ids, first) if id_ in self.found]
        return [cards.drawn(self.found[id_], how._replace(rank=rank, distance=self._spoken(far.get(id_)))) for rank, id_ in ranked]

    @property
    def on_register(self) -> list[Markup]:
        """The cards of the first register entries; their order says nothing, so they have no numbers."""
        how = cards.How(city=self._names_city)
        return [cards.drawn(self.found[id_], how) for id_ in self.register.ids if id_ in self.found]

    @property
    def is_empty(self) -> bool:
        """Whether nobody was found, on a register neither."""
        return not self.results.total and not self.register.total

    @property
    def is_far(self) -> bool:
        """Whether distances matter here: a radius, or the order by distance."""
        return self.criteria.radius is not None or self.criteria.sort is Sort.DISTANCE

    @property
    def is_narrowed(self) -> bool:
        """Whether the visitor asked for more than the place: words, filters or a radius."""
        return bool(self.asked.words or self.asked.filters or self.asked.radius is not None)

    @property
    def is_wider(self) -> bool:
        """Whether nobody was found where they asked, and the cards are of a wider look."""
        return self.criteria is not self.asked

    @property
    def within(self) -> str:
        """The radius of the cards in words; empty without one."""
        return words.reach(self.criteria.radius, self.criteria.unit) if self.criteria.radius is not None else ""

    @property
    def asked_within(self) -> str:
        """The radius asked for in words; empty without one."""
        return words.reach(self.asked.radius, self.asked.unit) if self.asked.radius is not None else ""

    @property
    def farthest(self) -> str:
        """How far a wider look went that found nobody either, in words; empty where none was taken."""
        looked = self.here and self.is_narrowed and not self.results.total
        return words.reach(RADII[-1], self.asked.unit) if looked else ""

    @property
    def why_empty(self) -> str:
        """Why nobody was found, in a sentence; empty where the engine cannot say."""
        return str(words.WHY_EMPTY[self.answer.why_empty]) if self.answer.why_empty else ""

    @property
    def made_up(self) -> bool | str:
        """What `is_sample_page` says of the cards: all, "some" or none of them are made up."""
        samples = sum(card.is_sample for card in self.found.values())
        if not samples:
            return False
        return True if samples == len(self.found) else "some"

    @property
    def page(self) -> Page[int]:
        """What `components/pagination.html` takes."""
        return Page(self.results.ids, self.results.number, self.results.size, self.results.total)

    def url_of(self, number: int) -> str:
        """Return the address of a page."""
        return seo.with_query(self.path, self.criteria.pairs(number=number))

    @property
    def clear_url(self) -> str:
        """The address of the list without its filters."""
        return seo.with_query(self.path, self.beside_filters)

    @property
    def register_url(self) -> str:
        """The address of all register entries."""
        return seo.with_query(self.path, self.asked.on_register(ON_REGISTER).pairs())

    @property
    def near_url(self) -> str:
        """The address of the page that finds the place where the visitor is; the filters go along."""
        return seo.with_query(
            url_for("near.show"), [(name, value) for name, value in self.asked.pairs() if name in FILTERS - {Group.PRICE.value}]
        )

    @property
    def typed_url(self) -> str:
        """The address of what was typed, to the letter."""
        return seo.with_query(self.path, replace(self.asked, as_typed=True).pairs())

    @property
    def spelled_url(self) -> str:
        """The address of the words as they should probably be."""
        spelling = self.answer.spelling
        return seo.with_query(self.path, replace(self.asked, text=spelling.text, as_typed=False).pairs() if spelling else [])

    @property
    def pins_url(self) -> str:
        """Where the map's script asks for the pins of the list."""
        return seo.with_query(url_for("map.pins"), [("at", self.path), *self.criteria.pairs()])

    @property
    def area_url(self) -> str:
        """Where "Search this area" leads, but for the area."""
        return seo.with_query(url_for("map.area"), self.criteria.pairs(without={"radius", "unit"}))

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form of filters carries along."""
        return self.asked.pairs(without=FILTERS)

    @property
    def beside_sort(self) -> list[tuple[str, str]]:
        """What the form of orders carries along."""
        return self.criteria.pairs(without={"sort"})

    @property
    def beside_reach(self) -> list[tuple[str, str]]:
        """What the form of the radius carries along."""
        return self.asked.pairs(without={"radius"})

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders to choose from; fit is one only where there are words."""
        return [(sort.value, words.SORTS[sort]) for sort in self.asked.sorts]

    @property
    def why(self) -> str:
        """Why the list stands in this order (T-12)."""
        return words.REASONS[self.criteria.sort]

    @property
    def filter_form(self) -> Markup:
        """The form of filters."""
        found = filters.groups(self.asked, self.answer, self.taxonomy)
        return pieces.drawn("facets", self.path, found, on=self.asked.filters, hidden=tuple(self.beside_filters), clear_url=self.clear_url)

    @property
    def reach_form(self) -> Markup:
        """The form of the radius, where the page is of one city."""
        if not self.here:
            return Markup()
        other = seo.with_query(self.path, reach.in_other_unit(self.asked).pairs())
        chosen = "" if self.asked.radius is None else str(self.asked.radius)
        choices = reach.choices(self.asked, self.here)
        label = words.IN_UNIT[reach.OTHER[self.asked.unit]]
        return pieces.drawn("reach", self.path, choices, chosen, hidden=tuple(self.beside_reach), other=(label, other))

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters that are on, each with the address of the list without it."""
        return [(one.label, self._without(one)) for one in filters.on(self.asked, self.taxonomy)]

    @property
    def ways_out(self) -> list[tuple[str, str, int | None]]:
        """Where nobody was found: what to leave out, the address without it, and how many that would leave.

        They are counted one by one where that is quick: in one city, and few of them.
        """
        on = filters.on(self.asked, self.taxonomy) if self.answer.why_empty is not WhyEmpty.UNKNOWN_WORDS else []
        if self.asked.words and (self.asked.place_id or self.asked.region_id or self.asked.country_code):
            on.append(filters.On("q", self.asked.text, _("the words you typed")))
        if len(on) > MAX_COUNTED or self.asked.place_id is None:
            return [(one.label, self._without(one), None) for one in on]
        counted = [(one.label, self._without(one), search.find(self._less(one)).total) for one in on]
        return [way for way in counted if way[2]]

    def _without(self, one: filters.On) -> str:
        return seo.with_query(self.path, self._rest(one))

    def _less(self, one: filters.On) -> Criteria:
        """Return the question without one filter, only to be counted."""
        asked = self.asked
        bounds = Bounds(asked.place_id, asked.region_id, asked.country_code, asked.centre, asked.usual_unit, asked.currency)
        return replace(Criteria.from_args(MultiDict(self._rest(one)), taxonomy=self.taxonomy, bounds=bounds), size=1, faceted=False)

    def _rest(self, one: filters.On) -> list[tuple[str, str]]:
        gone = {(one.name, one.value), *([("as", "typed")] if one.name == "q" else [])}
        return [pair for pair in self.asked.pairs() if pair not in gone]

    @property
    def _names_city(self) -> bool:
        return not self.here or self.criteria.radius is not None

    @property
    def _compared(self) -> str:
        """The currency, where the list is in the order of prices or asks for some: each card then shows the price that is compared."""
        by_price = self.criteria.sort is Sort.PRICE or self.criteria.prices
        return (self.criteria.currency or "") if by_price else ""

    def _spoken(self, km: float | None) -> str:
        return "" if km is None else sphere.counted(km, in_miles=self.criteria.unit is Unit.MI)


def find(criteria: Criteria, taxonomy: Sequence[Treatment], *, path: str, here: str = "") -> ListPage:
    """Answer a question: the list, on its first page those on a register alone, and the cards of both: at most four SELECTs.

    Where nobody in a city is found for what the visitor chose, the radius grows to the smallest that finds somebody.

    Args:
        path: Where the page stands.
        here: The city's name, where the page is of one.

    Raises:
        NotFound: when the list has no such page.
    """
    # Nobody has proved who they are yet, so nobody can be asked for who has.
    asked = replace(criteria, verified=False)
    answer = search.find(replace(asked, register=ON_REGISTER) if _fits_register(asked) else asked)
    if answer.number > 1 and not answer.ids:
        raise NotFound(_("This list has fewer pages."), nearest=((_("Its first page"), seo.with_query(path, asked.pairs())),))
    shown, results = asked, answer
    if not answer.total and here and (asked.words or asked.filters or asked.radius is not None):
        shown, results = reach.wider(asked) or (asked, answer)
    register = answer.register or Results((), 0, 1, ON_REGISTER)
    found = {card.id: card for card in profiles.cards(db.session(), [*results.ids, *register.ids])}
    tally.listed(found)
    return ListPage(asked, answer, shown, results, register, found, taxonomy, path, here)


def _fits_register(asked: Criteria) -> bool:
    """Say whether a register may answer too: it knows neither treatments nor prices nor ratings."""
    unknown_there = asked.treatments or asked.techniques or asked.prices or asked.rating or asked.repairs
    return asked.evidence is Evidence.HAIR and asked.number == 1 and not unknown_there
