"""A list of profiles as a page shows it: filters, orders, chips, numbered pages, cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from directory.core.errors import NotFound
from directory.core.i18n import _, lazy
from directory.core.page import Page
from directory.models.treatments import Treatment, TreatmentFamily
from directory.profiles import queries as profiles
from directory.profiles.shown import Card
from directory.search.port import Criteria, Evidence, Kind, Results, Sort
from directory.web import cards, db, pieces, search, seo, words

#: What the treatments of a family stand under, in this order; information-only ones are nobody's filter.
FAMILIES = {TreatmentFamily.SMP: lazy("Scalp micropigmentation"), TreatmentFamily.TRANSPLANT: lazy("Hair transplant")}
#: Register entries shown below a list; the rest is a link away.
ON_REGISTER = 10


@dataclass(frozen=True)
class Option:
    """One filter to tick."""

    value: str
    label: str
    on: bool
    #: How many profiles it leaves; not counted yet.
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """Filters of one kind; any of those ticked will do."""

    title: str
    name: str
    options: tuple[Option, ...]
    open: bool = True


@dataclass(frozen=True)
class ListPage:
    """One page of a list.

    Args:
        criteria: What was asked.
        results: What was found.
        register: The first of those who are on a register alone; looked for where no treatment was asked for.
        found: The cards by the number of their profile; one that has just been taken down is missing.
        taxonomy: All treatments, parents before their children.
        path: Where the page stands; filters and pages lead there.
        in_city: All are of one city, so the cards do not name it.
    """

    criteria: Criteria
    results: Results
    register: Results
    found: Mapping[int, Card]
    taxonomy: Sequence[Treatment]
    path: str
    in_city: bool = False

    @property
    def cards(self) -> list[Markup]:
        """The cards, with their numbers in the list."""
        first = (self.results.number - 1) * self.results.size + 1
        shown = [(rank, self.found[id_]) for rank, id_ in enumerate(self.results.ids, first) if id_ in self.found]
        return [cards.drawn(card, rank=rank, city=not self.in_city) for rank, card in shown]

    @property
    def on_register(self) -> list[Markup]:
        """The cards of the first register entries; their order says nothing, so they have no numbers."""
        return [cards.drawn(self.found[id_], city=not self.in_city) for id_ in self.register.ids if id_ in self.found]

    @property
    def is_empty(self) -> bool:
        """Whether nobody was found, on a register neither."""
        return not self.results.total and not self.register.total

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
        return seo.with_query(self.path, [*self.criteria.pairs(without={"treatment", "evidence"}), ("evidence", Evidence.REGISTER.value)])

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form of filters carries along."""
        return self.criteria.pairs(without={"treatment", "kind"})

    @property
    def beside_sort(self) -> list[tuple[str, str]]:
        """What the form of orders carries along."""
        return self.criteria.pairs(without={"sort"})

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders to choose from; fit is one only where there are words."""
        return [(sort.value, label) for sort, label in words.SORTS.items() if sort is not Sort.RELEVANCE or self.criteria.words]

    @property
    def why(self) -> str:
        """Why the list stands in this order (T-12)."""
        return words.REASONS[self.criteria.sort]

    @property
    def filters(self) -> Markup:
        """The form of filters."""
        hidden = tuple(self.beside_filters)
        return pieces.drawn("facets", self.path, self.groups, on=self.criteria.filters, hidden=hidden, clear_url=self.clear_url)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The filters as `components/facets.html` takes them."""
        who = Group(words.WHO, "kind", tuple(Option(kind.value, words.KINDS[kind], kind in self.criteria.kinds) for kind in Kind))
        if self.criteria.evidence is Evidence.REGISTER:
            return (who,)
        return (*(self._treatments(family) for family in FAMILIES), who)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters that are on, each with the address of the list without it."""
        labels = {treatment.code: treatment.label for treatment in self.taxonomy}
        on = [("treatment", code, labels[code]) for code in self.criteria.treatments]
        on += [("kind", kind.value, words.KINDS[kind]) for kind in self.criteria.kinds]
        pairs = self.criteria.pairs()
        return [(label, seo.with_query(self.path, [pair for pair in pairs if pair != (name, value)])) for name, value, label in on]

    def _treatments(self, family: TreatmentFamily) -> Group:
        trunks = {node.id for node in self.taxonomy if node.parent_id is None}
        nodes = [node for node in self.taxonomy if node.family is family and self._is_offered(node, trunks)]
        options = tuple(Option(node.code, self._label(node), node.code in self.criteria.treatments) for node in nodes)
        # All of them open would hide the button that applies them.
        return Group(FAMILIES[family], "treatment", options, family is TreatmentFamily.SMP or any(option.on for option in options))

    def _is_offered(self, treatment: Treatment, trunks: set[int]) -> bool:
        """Say whether a treatment is a filter of its own: the trunk and its branches, twigs only when they are on."""
        return treatment.parent_id is None or treatment.parent_id in trunks or treatment.code in self.criteria.treatments

    def _label(self, treatment: Treatment) -> str:
        return _("Any of these") if treatment.parent_id is None else treatment.label


def find(criteria: Criteria, taxonomy: Sequence[Treatment], *, path: str, in_city: bool = False) -> ListPage:
    """Answer a question: the list, on its first page those on a register alone, and the cards of both, in four SELECTs.

    Raises:
        NotFound: when the list has no such page.
    """
    results = search.find(criteria)
    if results.number > 1 and not results.ids:
        raise NotFound(_("This list has fewer pages."), nearest=((_("Its first page"), seo.with_query(path, criteria.pairs())),))
    with_register = criteria.evidence is Evidence.HAIR and criteria.number == 1 and not criteria.treatments
    register = search.find(criteria.on_register(ON_REGISTER)) if with_register else Results((), 0, 1, ON_REGISTER)
    found = {card.id: card for card in profiles.cards(db.session(), [*results.ids, *register.ids])}
    return ListPage(criteria, results, register, found, taxonomy, path, in_city)
