"""What may be asked of a list of profiles, made clean."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from directory.core import page
from directory.core.text import clean_line
from directory.models.treatments import Treatment
from directory.places.sphere import KM_PER_MILE
from directory.search import analysis, bands

#: Cards on a page of a list.
PAGE_SIZE = 20
#: Filters of one kind in one question; no form sends more.
MAX_CHOICES = 30
#: How far around a place one may look, in its own unit.
RADII = (5, 10, 25, 50, 100, 200)
#: Least mean that may be asked for, in tenths of a star.
RATINGS = (45, 40, 35, 30)
#: Under so many reviews no mean is shown, so none can be asked for.
RATED_FROM = 3


class Args(Protocol):
    """The part of a query string that is read here; a web framework's arguments fit."""

    def get(self, key: str, /) -> str | None:
        """Return the first value."""
        ...

    def getlist(self, key: str, /) -> list[str]:
        """Return all values."""
        ...


class Kind(StrEnum):
    """Who may be asked for: a profession, or a practice."""

    SMP_ARTIST = "smp_artist"
    SURGEON = "surgeon"
    DERMATOLOGIST = "dermatologist"
    PHYSICIAN = "physician"
    NURSE = "nurse"
    TECHNICIAN = "technician"
    OTHER = "other"
    PRACTICE = "practice"


class Evidence(StrEnum):
    """Which profiles: those whose hair work is confirmed or stated, those on a register alone, or all."""

    HAIR = "hair"
    REGISTER = "register"
    ANY = "any"


class Sort(StrEnum):
    """The orders of a list. `RELEVANCE` is there for words alone, `DISTANCE` where there is a centre, `PRICE` where there is a currency."""

    RELEVANCE = "relevance"
    SCORE = "score"
    DISTANCE = "distance"
    REVIEWS = "reviews"
    NEWEST = "newest"
    PRICE = "price"
    NAME = "name"


class Unit(StrEnum):
    """In what a radius is counted."""

    KM = "km"
    MI = "mi"


#: Kilometres in one of each.
KM_PER = {Unit.KM: 1.0, Unit.MI: KM_PER_MILE}


class Group(StrEnum):
    """The groups of filters: any value within one, all groups together. The value is the name in a query string."""

    TREATMENT = "treatment"
    TECHNIQUE = "technique"
    KIND = "kind"
    LANGUAGE = "lang"
    PRICE = "price"
    RATING = "rating"
    REPAIRS = "repairs"
    VERIFIED = "verified"


Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Centre:
    """Where distances are counted from: a place's own point, never a person's.

    Args:
        lat: Degrees north.
        lon: Degrees east.
    """

    lat: float
    lon: float


@dataclass(frozen=True)
class Bounds:
    """Which part of the world a page is of; from its path, never from the query string.

    Args:
        place_id: Only profiles of this place, unless a radius is asked for.
        region_id: Only profiles of places in this region.
        country_code: Only profiles of places in this country (ISO code, capitals).
        centre: The place's point.
        unit: How that country counts distances.
        currency: The currency of the country (ISO 4217); prices in others cannot be compared with it.
    """

    place_id: int | None = None
    region_id: int | None = None
    country_code: str | None = None
    centre: Centre | None = None
    unit: Unit = Unit.KM
    currency: str | None = None


@dataclass(frozen=True)
class Criteria:
    """One question.

    Args:
        text: What was typed, cleaned and cut; all its `clauses` must be met.
        place_id: Only profiles of this place; not looked at where a radius is asked for.
        region_id: Only profiles of places in this region.
        country_code: Only profiles of places in this country (ISO code, capitals).
        centre: Where distances are counted from.
        radius: Only profiles within so many `unit`s of the centre.
        unit: How distances are counted.
        usual_unit: How the country counts them; another one is said in the address.
        treatments: Codes of the treatments asked for; any of them, or any treatment below one, will do.
        treatment_ids: The numbers of those treatments and of all below them.
        techniques: Codes of the ways of doing a treatment (the taxonomy's third level); any of them will do.
        technique_ids: The numbers of those.
        kinds: Who is asked for; any of them will do; none means everybody.
        languages: BCP 47 tags; any of them will do.
        prices: Bands of the lowest published price, as `bands.code` writes them; any of them will do.
        currency: The currency that prices are asked in; prices in others are not looked at.
        rating: Least mean in tenths of a star; 0 asks for none. Applies from RATED_FROM reviews on.
        repairs: Only those who say that they mend earlier work.
        verified: Only those who have proved who they are.
        evidence: What must be known of their hair work.
        sort: The order.
        number: The page, 1 for the first.
        size: Profiles on a page.
        faceted: Whether to count what each filter would leave.
        as_typed: Take words as they stand, without mending them.
        register: So many of those who are on a register alone are brought along with the answer.
    """

    text: str = ""
    place_id: int | None = None
    region_id: int | None = None
    country_code: str | None = None
    centre: Centre | None = None
    radius: int | None = None
    unit: Unit = Unit.KM
    usual_unit: Unit = Unit.KM
    treatments: tuple[str, ...] = ()
    treatment_ids: frozenset[int] = field(default=frozenset())
    techniques: tuple[str, ...] = ()
    technique_ids: frozenset[int] = field(default=frozenset())
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    currency: str | None = None
    rating: int = 0
    repairs: bool = False
    verified: bool = False
    evidence: Evidence = Evidence.HAIR
    sort: Sort = Sort.SCORE
    number: int = 1
    size: int = PAGE_SIZE
    faceted: bool = False
    as_typed: bool = False
    register: int = 0

    @classmethod
    def from_args(cls, args: Args, *, taxonomy: Sequence[Treatment] = (), bounds: Bounds | None = None) -> "Criteria":
        """Read a query string: the names of `Group`, and q, radius, unit, evidence, sort, as, page. What is not known is left out.

        Args:
            args: The query string.
            taxonomy: All treatments; those that stand nowhere in it are left out.
            bounds: The part of the world that the page is of.
        """
        bounds = bounds or Bounds()
        text = clean_line((args.get("q") or "")[: analysis.MAX_CHARACTERS])
        evidence = _known(Evidence, args.get("evidence")) or Evidence.HAIR
        # A register does not say what is done: asked for its entries, a treatment would find none.
        known = taxonomy if evidence is not Evidence.REGISTER else ()
        treatments = _chosen(args, Group.TREATMENT, {treatment.code for treatment in known})
        techniques = _chosen(args, Group.TECHNIQUE, {treatment.code for treatment in techniques_of(known)})
        unit = _known(Unit, args.get("unit")) or bounds.unit
        radius = _radius(args.get("radius")) if bounds.centre else None
        found = cls(
            text=text,
            place_id=bounds.place_id,
            region_id=bounds.region_id,
            country_code=bounds.country_code,
            centre=bounds.centre,
            radius=radius,
            unit=unit if bounds.centre else Unit.KM,
            usual_unit=bounds.unit if bounds.centre else Unit.KM,
            treatments=treatments,
            treatment_ids=with_below(taxonomy, treatments),
            techniques=techniques,
            technique_ids=with_below(taxonomy, techniques),
            kinds=tuple(dict.fromkeys(kind for raw in args.getlist("kind")[:MAX_CHOICES] if (kind := _known(Kind, raw)))),
            languages=tuple(dict.fromkeys(tag for raw in args.getlist("lang")[:MAX_CHOICES] if (tag := bands.language(raw)))),
            prices=_chosen(args, Group.PRICE, set(bands.codes(bounds.currency))),
            currency=bounds.currency,
            rating=_rating(args.get("rating")),
            repairs=args.get("repairs") == "1",
            verified=args.get("verified") == "1",
            evidence=evidence,
            number=page.page_number(args.get("page")),
            faceted=True,
            as_typed=args.get("as") == "typed" and bool(text),
        )
        sort = _known(Sort, args.get("sort"))
        return replace(found, sort=sort if sort in found.sorts else found.usual_sort)

    @property
    def clauses(self) -> tuple[analysis.Clause, ...]:
        """What must be met, all of it; none where nothing was typed that could be a word."""
        return analysis.question(self.text)

    @property
    def words(self) -> tuple[str, ...]:
        """The words typed, folded; none where nothing was typed that could be one."""
        return analysis.asked(self.text)

    @property
    def radius_km(self) -> float | None:
        """The radius in kilometres."""
        return None if self.radius is None else self.radius * KM_PER[self.unit]

    @property
    def usual_sort(self) -> Sort:
        """The order where none is asked for."""
        return Sort.RELEVANCE if self.words else Sort.SCORE

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """The orders that mean something here."""
        missing = {
            *((Sort.RELEVANCE,) if not self.words else ()),
            *((Sort.DISTANCE,) if self.centre is None else ()),
            *((Sort.PRICE,) if self.currency is None else ()),
        }
        return tuple(sort for sort in Sort if sort not in missing)

    @property
    def filters(self) -> int:
        """How many filters are on; a radius and words are none."""
        several = (self.treatments, self.techniques, self.kinds, self.languages, self.prices)
        return sum(len(chosen) for chosen in several) + bool(self.rating) + self.repairs + self.verified

    @property
    def is_plain(self) -> bool:
        """Whether this is the whole list in its usual order: no words, no filter, no radius."""
        return not self.words and not self.filters and self.radius is None and self.evidence is Evidence.HAIR and self.sort is Sort.SCORE

    def on_register(self, size: int) -> "Criteria":
        """Return the question for those who are on a register alone, without what registers do not know: treatments, prices, reviews."""
        return replace(
            self,
            evidence=Evidence.REGISTER,
            treatments=(),
            treatment_ids=frozenset(),
            techniques=(),
            technique_ids=frozenset(),
            prices=(),
            rating=0,
            repairs=False,
            number=1,
            size=size,
            faceted=False,
            register=0,
        )

    def pairs(self, *, without: Collection[str] = (), number: int | None = None) -> list[tuple[str, str]]:
        """Return the question as name and value pairs for a link or a form; what stands by itself is left out.

        Args:
            without: Names to leave out.
            number: The page to name; page 1 is never named.
        """
        found = [("q", self.text)] if self.text else []
        found += [("as", "typed")] if self.as_typed else []
        found += [("radius", str(self.radius))] if self.radius is not None else []
        found += [("unit", self.unit.value)] if self.unit is not self.usual_unit else []
        found += [("treatment", code) for code in self.treatments]
        found += [("technique", code) for code in self.techniques]
        found += [("kind", kind.value) for kind in self.kinds]
        found += [("lang", tag) for tag in self.languages]
        found += [("price", code) for code in self.prices]
        found += [("rating", rating_value(self.rating))] if self.rating else []
        found += [("repairs", "1")] if self.repairs else []
        found += [("verified", "1")] if self.verified else []
        found += [("evidence", self.evidence.value)] if self.evidence is not Evidence.HAIR else []
        found += [("sort", self.sort.value)] if self.sort is not self.usual_sort else []
        found += [("page", str(number))] if number and number > 1 else []
        return [(name, value) for name, value in found if name not in without]


def rating_value(tenths: int) -> str:
    """Return a least rating as it stands in addresses and counts: "4", "4.5"."""
    return f"{tenths / 10:g}"


def fitting_radius(km: float, unit: Unit) -> int:
    """Return the least radius of a list, in its unit, that reaches so far; the largest where none does."""
    return next((radius for radius in RADII if radius * KM_PER[unit] >= km), RADII[-1])


def with_below(taxonomy: Sequence[Treatment], codes: Collection[str]) -> frozenset[int]:
    """Return the numbers of treatments and of all below them: who offers scar camouflage offers scalp micropigmentation."""
    found = {treatment.id for treatment in taxonomy if treatment.code in codes}
    for treatment in taxonomy:  # parents stand before their children
        if treatment.parent_id in found:
            found.add(treatment.id)
    return frozenset(found)


def techniques_of(taxonomy: Sequence[Treatment]) -> list[Treatment]:
    """Return the third level of the taxonomy: not what is done but how (manual, robotic, sapphire FUE)."""
    trunks = {treatment.id for treatment in taxonomy if treatment.parent_id is None}
    return [treatment for treatment in taxonomy if treatment.parent_id is not None and treatment.parent_id not in trunks]


def _chosen(args: Args, group: Group, known: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in args.getlist(group.value)[:MAX_CHOICES] if code in known))


def _radius(raw: str | None) -> int | None:
    number = page.page_number(raw) if raw else None
    return number if number in RADII else None


def _rating(raw: str | None) -> int:
    return next((tenths for tenths in RATINGS if raw in {rating_value(tenths), f"{tenths / 10:.1f}"}), 0)


def _known(kind: type[Word], raw: str | None) -> Word | None:
    return next((word for word in kind if word.value == raw), None)
