"""The filters of a list as a page shows them: groups of options with what each would leave, and those that are on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from directory.core.i18n import _, lazy, ngettext
from directory.models.treatments import Treatment, TreatmentFamily
from directory.search import bands, criteria
from directory.search.port import RATINGS, Criteria, Evidence, Kind, Results, rating_value
from directory.search.port import Group as Name
from directory.web import words

#: What the treatments of a family stand under, in this order; information-only ones are nobody's filter.
FAMILIES = {TreatmentFamily.SMP: lazy("Scalp micropigmentation"), TreatmentFamily.TRANSPLANT: lazy("Hair transplant")}
#: Languages shown at once; the rest is behind "more".
LANGUAGES = 6


@dataclass(frozen=True)
class Option:
    """One filter to tick.

    Args:
        count: How many profiles it would leave; None where the engine did not count.
    """

    value: str
    label: str
    on: bool
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """Filters of one kind; any of those ticked will do.

    Args:
        more: Options behind a fold.
        single: One of them at a time.
    """

    title: str
    name: str
    options: tuple[Option, ...]
    open: bool = True
    hint: str = ""
    more: tuple[Option, ...] = ()
    single: bool = False


class On(NamedTuple):
    """A filter that is on: its name and value in the address, and its words."""

    name: str
    value: str
    label: str


def groups(asked: Criteria, results: Results, taxonomy: Sequence[Treatment]) -> tuple[Group, ...]:
    """Return the filters as `components/facets.html` takes them. A register knows professions and languages alone."""
    shelf = _Shelf(asked, results.facets)
    if asked.evidence is Evidence.REGISTER:
        found = [_kinds(asked, shelf), _languages(asked, shelf)]
    else:
        found = [
            *(_treatments(asked, shelf, taxonomy, family) for family in FAMILIES),
            _techniques(asked, shelf, taxonomy),
            _kinds(asked, shelf),
            _prices(asked, shelf),
            _rating(asked, shelf, results.unrated),
            _languages(asked, shelf),
            _repairs(asked, shelf),
        ]
    return tuple(group for group in found if group.options)


def on(asked: Criteria, taxonomy: Sequence[Treatment]) -> list[On]:
    """Return the filters that are on, in the order of the groups."""
    labels = {treatment.code: treatment.label for treatment in taxonomy}
    found = [On(Name.TREATMENT.value, code, labels[code]) for code in asked.treatments]
    found += [On(Name.TECHNIQUE.value, code, labels[code]) for code in asked.techniques]
    found += [On(Name.KIND.value, kind.value, words.KINDS[kind]) for kind in asked.kinds]
    found += [On(Name.PRICE.value, code, words.band(code, asked.currency)) for code in asked.prices if asked.currency]
    found += [On(Name.RATING.value, rating_value(asked.rating), words.rating(asked.rating))] if asked.rating else []
    found += [On(Name.LANGUAGE.value, tag, words.language(tag)) for tag in asked.languages]
    found += [On(Name.REPAIRS.value, "1", words.MENDS)] if asked.repairs else []
    return found


class _Shelf:
    """Makes options with their counts."""

    def __init__(self, asked: Criteria, facets: Mapping[str, Mapping[str, int]]) -> None:
        pairs = asked.pairs()
        self._on = set(pairs)
        self._facets = facets

    @property
    def is_counted(self) -> bool:
        """Whether the engine counted at all."""
        return bool(self._facets)

    def counts(self, name: Name) -> Mapping[str, int]:
        """Return what each value of a group would leave."""
        return self._facets.get(name.value, {})

    def option(self, name: Name, value: str, label: str) -> Option:
        """Return an option; one that nobody was counted for leaves nobody."""
        count = self.counts(name).get(value, 0) if self.is_counted else None
        return Option(value, label, (name.value, value) in self._on, count)

    def present(self, options: Iterator[Option]) -> tuple[Option, ...]:
        """Return those that leave somebody, and those that are on."""
        return tuple(option for option in options if option.count != 0 or option.on)


def _treatments(asked: Criteria, shelf: _Shelf, taxonomy: Sequence[Treatment], family: TreatmentFamily) -> Group:
    """The trunk and its branches; twigs only when they are on."""
    trunks = {node.id for node in taxonomy if node.parent_id is None}
    nodes = [
        node
        for node in taxonomy
        if node.family is family and (node.parent_id is None or node.parent_id in trunks or node.code in asked.treatments)
    ]
    options = tuple(shelf.option(Name.TREATMENT, node.code, _("Any of these") if node.parent_id is None else node.label) for node in nodes)
    # All of them open would hide the button that applies them.
    return Group(
        FAMILIES[family], Name.TREATMENT.value, options, open=family is TreatmentFamily.SMP or any(option.on for option in options)
    )


def _techniques(asked: Criteria, shelf: _Shelf, taxonomy: Sequence[Treatment]) -> Group:
    nodes = criteria.techniques_of(taxonomy)
    options = shelf.present(shelf.option(Name.TECHNIQUE, node.code, node.label) for node in nodes)
    return Group(words.TECHNIQUE, Name.TECHNIQUE.value, options, open=bool(asked.techniques))


def _kinds(asked: Criteria, shelf: _Shelf) -> Group:
    options = tuple(shelf.option(Name.KIND, kind.value, words.KINDS[kind]) for kind in Kind)
    return Group(words.WHO, Name.KIND.value, options)


def _prices(asked: Criteria, shelf: _Shelf) -> Group:
    """None where nobody publishes a price in the currency, or where there is no one currency."""
    currency = asked.currency or ""
    options = tuple(shelf.option(Name.PRICE, code, words.band(code, currency)) for code in bands.codes(asked.currency))
    if shelf.is_counted and not any(option.count or option.on for option in options):
        options = ()
    hint = _("The lowest price for a whole visit, as published. Who publishes none is left out.")
    return Group(words.PRICE, Name.PRICE.value, options, open=bool(asked.prices), hint=hint)


def _rating(asked: Criteria, shelf: _Shelf, unrated: int) -> Group:
    levels = (shelf.option(Name.RATING, rating_value(tenths), words.rating(tenths)) for tenths in RATINGS)
    any_ = Option("", _("Any rating"), not asked.rating)
    hint = _("The average of all reviews; applies from three reviews on.")
    if asked.rating and unrated:
        hint += " " + ngettext(
            "%(num)d profile without enough reviews is left out.", "%(num)d profiles without enough reviews are left out.", unrated
        ) % {"num": unrated}
    return Group(words.RATING, Name.RATING.value, (any_, *levels), open=bool(asked.rating), hint=hint, single=True)


def _languages(asked: Criteria, shelf: _Shelf) -> Group:
    """Those that somebody speaks, the most spoken first; without counts those alone that are on."""
    tags = dict.fromkeys([*asked.languages, *shelf.counts(Name.LANGUAGE)])
    found = shelf.present(shelf.option(Name.LANGUAGE, tag, words.language(tag)) for tag in tags)
    ranked = sorted(found, key=lambda option: (not option.on, -(option.count or 0), option.label))
    first = max(LANGUAGES, len(asked.languages))
    return Group(words.LANGUAGE, Name.LANGUAGE.value, tuple(ranked[:first]), open=bool(asked.languages), more=tuple(ranked[first:]))


def _repairs(asked: Criteria, shelf: _Shelf) -> Group:
    hint = _("They say that they correct, remove or repair what was done before, by others too.")
    option = shelf.option(Name.REPAIRS, "1", words.MENDS)
    return Group(words.REPAIRS, Name.REPAIRS.value, (option,), open=asked.repairs, hint=hint)
