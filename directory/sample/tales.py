"""What one made-up patient went through, and how they tell it."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from directory.models.profiles import PriceUnit
from directory.models.treatments import TreatmentFamily
from directory.sample import dice, phrases, prices, shelf
from directory.sample.phrases import Heard
from directory.sample.profiles import SampleProfile
from directory.sample.rows import Row

_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
)
#: Grafts of one operation: the fewest and the most; the usual where nothing is said.
_GRAFTS = {"ht-eyebrow": (220, 480), "ht-beard": (700, 2200), "ht-scar": (200, 700), "ht-hairline": (900, 2400), "ht-crown": (1200, 2800)}
_USUAL = (1500, 3900)
#: One visit, or as many as it takes: nothing to count.
_UNCOUNTED = {"smp-touch-up"}
_ENGLISH_ONLY = {
    *("smp-density", "smp-alopecia", "smp-beard", "smp-trico", "smp-touch-up", "smp-correction", "smp-removal"),
    *("ht-eyebrow", "ht-beard", "ht-scar", "ht-hairline-lowering", "ht-repair", "ht-gender-affirming", "bht"),
}
#: Reviews in one other language on a page: we have few sentences of each.
MOST_IN_A_LANGUAGE = 7
#: Months after which a result has settled.
SETTLED = {"smp": 4, "transplant": 7}

#: What an English review speaks of, in this order, each in so many cases of a hundred; "result" stands for new, settled, early or late.
_PLAN = {"why": 76, "talk": 56, "work": 66, "feel": 36, "place": 40, "result": 94, "money": 38, "care": 36, "close": 46}
_SHORT = 13
_ELSEWHERE = {"why": 78, "work": 88, "result": 92, "close": 66}
_TITLED = 70
#: Sentences that make two paragraphs.
_LONG = 6


class Told(NamedTuple):
    """A review's own words."""

    title: str
    body: str


@dataclass(frozen=True)
class Treated:
    """One treatment of one patient.

    Args:
        offering: What it was, as the profile offers it.
        stars: What they give.
        year: Of the treatment.
        months: Since the treatment.
        language: Of the review.
    """

    profile: SampleProfile
    offering: Row
    stars: int
    year: int
    months: int
    language: str

    @property
    def code(self) -> str:
        """The treatment's code."""
        return str(self.offering["treatment"])

    @property
    def family(self) -> str:
        """SMP or transplant."""
        return family(self.code)


def family(code: str) -> str:
    """Return the family of a treatment by its code; adjuncts belong to none, and nobody is chosen for them."""
    if code.startswith("smp"):
        return TreatmentFamily.SMP.value
    return (TreatmentFamily.ADJUNCT if code in {"prp", "lllt"} else TreatmentFamily.TRANSPLANT).value


def tell(rng: Random, treated: Treated, heard: Heard, *, at_length: bool = False) -> Told:
    """Return title and text of a review.

    Args:
        heard: The sentences said of this profile before.
        at_length: Not in one line: for a second try where somebody has said the same.
    """
    book = phrases.book(treated.language, treated.family)
    verdict = phrases.verdict(treated.stars)
    slots = _slots(rng, treated)

    def say(aspect: str, sound: str) -> str:
        return book.say(rng, aspect, treated.code, sound, slots, heard)

    title = say("title", verdict) if rng.random() * 100 < _TITLED else ""
    english = treated.language == "en"
    if english and not at_length and rng.random() * 100 < _SHORT:
        return Told(title, say("short", verdict))
    aspects = dice.some(rng, _PLAN if english else _ELSEWHERE)
    sentences = []
    for aspect in aspects if len(aspects) > 2 else ("why", "work", "result", "close"):
        settled = aspect == "close" or (aspect == "result" and not _wavers(rng, treated.stars))
        sound = verdict if settled else phrases.mood(rng, treated.stars)
        sentences.append(say(_stage(treated) if english and aspect == "result" else aspect, sound))
    return Told(title, _paragraphs([sentence for sentence in sentences if sentence]))


def _stage(treated: Treated) -> str:
    fresh = treated.months < SETTLED[treated.family]
    return ("new" if fresh else "settled") if treated.family == "smp" else ("early" if fresh else "late")


def _wavers(rng: Random, stars: int) -> bool:
    return stars in {2, 4} and rng.random() < 0.25


def _paragraphs(sentences: list[str]) -> str:
    if len(sentences) < _LONG:
        return " ".join(sentences)
    half = (len(sentences) + 1) // 2
    return " ".join(sentences[:half]) + "\n\n" + " ".join(sentences[half:])


def _slots(rng: Random, treated: Treated) -> dict[str, str]:
    """Return what the sentences may name; what is not known, or makes no sense for the treatment, is left out."""
    sessions, hours = rng.choice((2, 3, 3, 3, 4)), rng.choice((3, 4, 4, 5))
    grafts = round(rng.randint(*_GRAFTS.get(treated.code, _USUAL)), -1)
    slots = {
        "who": rng.choice(treated.profile.called),
        "city": treated.profile.city.name,
        "spot": "clinic" if treated.profile.kind in {"clinic", "surgeon", "dermatologist", "physician"} else "studio",
        "age": str(rng.randrange(23, 57)),
        "hours": _NUMBERS[hours],
        "weeks": _NUMBERS[rng.choice((2, 3, 3, 4))],
        "elapsed": elapsed(treated.months),
        "year": str(treated.year),
        "grafts": f"{grafts:,}",
    }
    slots |= {f"m{least}": "" for least in (3, 6, 12) if treated.months >= least}
    if treated.code not in _UNCOUNTED:
        slots["sessions"] = _NUMBERS[sessions]
    paid = _paid(rng, treated.offering, sessions=sessions, hours=hours, grafts=grafts)
    return slots | {"price": paid} if paid else slots


def elapsed(months: int) -> str:
    """Return a number of months in words: "five months", "a year and a half"."""
    if months < 1:
        return "a few weeks"
    if months == 1:
        return "a month"
    if months == 12:
        return "a year"
    if months < 18:
        return f"{_NUMBERS[months]} months"
    years, rest = divmod(months, 12)
    if years == 1:
        return "a year and a half"
    return f"{_NUMBERS[years]} and a half years" if rest > 5 else f"{_NUMBERS[years]} years"


def _paid(rng: Random, offering: Row, *, sessions: int, hours: int, grafts: int) -> str:
    """Return what they paid, in keeping with the advertised price; empty where none is advertised."""
    low, currency, unit = offering["min_price"], offering["currency"], offering["unit"]
    if low is None:
        return ""
    times = {PriceUnit.PER_GRAFT: grafts, PriceUnit.PER_SESSION: sessions, PriceUnit.PER_HOUR: sessions * hours}.get(unit, 1)
    units = rng.randint(low, offering["max_price"] or low * 5 // 4) * times
    step = 10 ** max(len(str(units)) - 2, 0)
    return prices.in_words(round(units / step) * step, currency)


def language(rng: Random, profile: SampleProfile, code: str, heard: Heard) -> str:
    """Return the language in which a patient of theirs writes, and count it in `heard`.

    Of rare treatments, and after the first reviews in a language, we have English words alone.
    """
    writes = shelf.countries()[profile.city.country].writes if code not in _ENGLISH_ONLY else {}
    chosen = dice.by_share(rng, {**writes, "en": 100 - sum(writes.values())})
    heard[chosen] += 1
    return chosen if heard[chosen] <= MOST_IN_A_LANGUAGE else "en"
