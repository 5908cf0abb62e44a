"""What may be asked of a list of profiles, made clean, and what is answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from directory.core import page
from directory.core.text import clean_line
from directory.models.treatments import Treatment
from directory.search import analysis

#: Cards on a page of a list.
PAGE_SIZE = 20
#: Filters of one kind in one question; no form sends more.
MAX_CHOICES = 30


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
    """The orders of a list. `RELEVANCE` is there for words alone."""

    RELEVANCE = "relevance"
    SCORE = "score"
    REVIEWS = "reviews"
    NAME = "name"
    NEWEST = "newest"


Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Criteria:
    """One question.

    Args:
        text: What was typed, cleaned and cut; its `words` must all be met.
        place_id: Only profiles of this place.
        region_id: Only profiles of places in this region.
        country_code: Only profiles of places in this country (ISO code, capitals).
        treatments: Codes of the treatments asked for; any of them will do.
        treatment_ids: The numbers of those treatments and of all below them.
        kinds: Who is asked for; any of them will do; none means everybody.
        evidence: What must be known of their hair work.
        sort: The order.
        number: The page, 1 for the first.
        size: Profiles on a page.
    """

    text: str = ""
    place_id: int | None = None
    region_id: int | None = None
    country_code: str | None = None
    treatments: tuple[str, ...] = ()
    treatment_ids: frozenset[int] = field(default=frozenset())
    kinds: tuple[Kind, ...] = ()
    evidence: Evidence = Evidence.HAIR
    sort: Sort = Sort.SCORE
    number: int = 1
    size: int = PAGE_SIZE

    @classmethod
    def from_args(
        cls,
        args: Args,
        *,
        taxonomy: Sequence[Treatment] = (),
        place_id: int | None = None,
        region_id: int | None = None,
        country_code: str | None = None,
    ) -> "Criteria":
        """Read a query string: `q`, `treatment`, `kind`, `evidence`, `sort`, `page`. What is not known is left out.

        Args:
            args: The query string.
            taxonomy: All treatments; those that stand nowhere in it are left out.
            place_id: The place of the page, from its path and never from the query string.
            region_id: The region of the page.
            country_code: The country of the page.
        """
        text = clean_line((args.get("q") or "")[: analysis.MAX_CHARACTERS])
        evidence = _known(Evidence, args.get("evidence")) or Evidence.HAIR
        # A register does not say what is done: asked for its entries, a treatment would find none.
        codes = {treatment.code for treatment in taxonomy} if evidence is not Evidence.REGISTER else set()
        treatments = tuple(dict.fromkeys(code for code in args.getlist("treatment")[:MAX_CHOICES] if code in codes))
        sort = _known(Sort, args.get("sort")) or (Sort.RELEVANCE if text else Sort.SCORE)
        return cls(
            text=text,
            place_id=place_id,
            region_id=region_id,
            country_code=country_code,
            treatments=treatments,
            treatment_ids=with_below(taxonomy, treatments),
            kinds=tuple(dict.fromkeys(kind for raw in args.getlist("kind")[:MAX_CHOICES] if (kind := _known(Kind, raw)))),
            evidence=evidence,
            sort=Sort.SCORE if sort is Sort.RELEVANCE and not analysis.asked(text) else sort,
            number=page.page_number(args.get("page")),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words that must be met; none where nothing was typed that could be one."""
        return analysis.asked(self.text)

    @property
    def filters(self) -> int:
        """How many filters are on."""
        return len(self.treatments) + len(self.kinds)

    @property
    def is_plain(self) -> bool:
        """Whether this is the whole list in its usual order: no words, no filter."""
        return not self.words and not self.filters and self.evidence is Evidence.HAIR and self.sort is Sort.SCORE

    def on_register(self, size: int) -> "Criteria":
        """Return the question for those who are on a register alone, without the treatments: registers do not know them."""
        return replace(self, evidence=Evidence.REGISTER, treatments=(), treatment_ids=frozenset(), number=1, size=size)

    def pairs(self, *, without: Collection[str] = (), number: int | None = None) -> list[tuple[str, str]]:
        """Return the question as name and value pairs for a link or a form; what stands by itself is left out.

        Args:
            without: Names to leave out.
            number: The page to name; page 1 is never named.
        """
        usual = Sort.RELEVANCE if self.words else Sort.SCORE
        found = [("q", self.text)] if self.text else []
        found += [("treatment", code) for code in self.treatments]
        found += [("kind", kind.value) for kind in self.kinds]
        found += [("evidence", self.evidence.value)] if self.evidence is not Evidence.HAIR else []
        found += [("sort", self.sort.value)] if self.sort is not usual else []
        found += [("page", str(number))] if number and number > 1 else []
        return [(name, value) for name, value in found if name not in without]


@dataclass(frozen=True)
class Results:
    """One page of an answer.

    Args:
        ids: The profiles' numbers, in order.
        total: How many there are on all pages: exact.
        number: The page, 1 for the first.
        size: Profiles on a full page.
        names_only: The index was not there, so only names were looked through; the visitor is told.
    """

    ids: tuple[int, ...]
    total: int
    number: int
    size: int
    names_only: bool = False


def with_below(taxonomy: Sequence[Treatment], codes: Collection[str]) -> frozenset[int]:
    """Return the numbers of treatments and of all below them: who offers scar camouflage offers scalp micropigmentation."""
    found = {treatment.id for treatment in taxonomy if treatment.code in codes}
    for treatment in taxonomy:  # parents stand before their children
        if treatment.parent_id in found:
            found.add(treatment.id)
    return frozenset(found)


def _known(kind: type[Word], raw: str | None) -> Word | None:
    return next((word for word in kind if word.value == raw), None)
