"""What visitors read in place of the words that tables hold: professions, units, outcomes, days of the week."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from directory.core.i18n import _, lazy
from directory.models.profiles import HairEvidence, PractitionerKind, PriceUnit
from directory.places import money
from directory.search import bands
from directory.search.port import Kind, Sort, Unit, WhyEmpty, rating_value
from directory.web import templating


class Badge(NamedTuple):
    """A short fact with its tone and drawing, as `components/badge.html` takes it."""

    label: str
    tone: str = ""
    icon: str | None = None


#: One person of that profession.
PROFESSIONS: Mapping[PractitionerKind, str] = {
    PractitionerKind.SURGEON: lazy("Surgeon"),
    PractitionerKind.DERMATOLOGIST: lazy("Dermatologist"),
    PractitionerKind.PHYSICIAN: lazy("Physician"),
    PractitionerKind.SMP_ARTIST: lazy("SMP artist"),
    PractitionerKind.NURSE: lazy("Nurse"),
    PractitionerKind.TECHNICIAN: lazy("Technician"),
    PractitionerKind.OTHER: lazy("Practitioner"),
}
#: What a practice is called by its schema.org type; any other is a practice.
PRACTICES: Mapping[str, str] = {
    "HealthAndBeautyBusiness": lazy("Studio"),
    "BeautySalon": lazy("Studio"),
    "TattooParlor": lazy("Studio"),
    "MedicalClinic": lazy("Clinic"),
    "MedicalBusiness": lazy("Clinic"),
    "Physician": lazy("Clinic"),
    "Hospital": lazy("Hospital"),
}
PRACTICE = lazy("Practice")
#: Several of a kind, for filters.
KINDS: Mapping[Kind, str] = {
    Kind.SMP_ARTIST: lazy("SMP artists"),
    Kind.SURGEON: lazy("Surgeons"),
    Kind.DERMATOLOGIST: lazy("Dermatologists"),
    Kind.PHYSICIAN: lazy("Other physicians"),
    Kind.NURSE: lazy("Nurses"),
    Kind.TECHNICIAN: lazy("Technicians"),
    Kind.OTHER: lazy("Other professions"),
    Kind.PRACTICE: lazy("Studios and clinics"),
}
WHO = lazy("Who")
TECHNIQUE = lazy("How it is done")
LANGUAGE = lazy("Language")
PRICE = lazy("Price")
RATING = lazy("Least rating")
REPAIRS = lazy("Earlier work")
MENDS = lazy("Mends earlier work")
#: Why nobody was found, below the words that say so.
WHY_EMPTY: Mapping[WhyEmpty, str] = {
    WhyEmpty.NOBODY_HERE: lazy("We know nobody here yet. That says nothing about who works here."),
    WhyEmpty.FILTERS: lazy("Some are listed here, but nobody fits all the filters that are on."),
    WhyEmpty.WORDS: lazy("The words are known to us, but nobody here has all of them."),
    WhyEmpty.UNKNOWN_WORDS: lazy("At least one of the words stands nowhere on our pages, and nothing spelled like it does."),
}
SORTS: Mapping[Sort, str] = {
    Sort.RELEVANCE: lazy("Fit to your words"),
    Sort.SCORE: lazy("Score"),
    Sort.REVIEWS: lazy("Number of reviews"),
    Sort.DISTANCE: lazy("Distance"),
    Sort.NEWEST: lazy("Newest review"),
    Sort.PRICE: lazy("Price, lowest first"),
    Sort.NAME: lazy("Name"),
}
#: Why the list stands in this order (T-12).
REASONS: Mapping[Sort, str] = {
    Sort.RELEVANCE: lazy("By how well they fit your words: a word in the name counts most. What fits alike stands by score."),
    Sort.SCORE: lazy("By score: the average of all published reviews, pulled to 3.5 while they are few. No reviews counts as 3.5."),
    Sort.REVIEWS: lazy("By the number of published reviews, good and bad alike."),
    Sort.NEWEST: lazy("By the day of the newest published review. Those without reviews come last."),
    Sort.DISTANCE: lazy("By distance from the middle of the city, as the crow flies."),
    Sort.PRICE: lazy("By the lowest price published for a whole visit, in the currency of the country. Those without one come last."),
    Sort.NAME: lazy("By name, from A to Z."),
}
#: What the link says that counts distances the other way.
IN_UNIT: Mapping[Unit, str] = {Unit.KM: lazy("In kilometres"), Unit.MI: lazy("In miles")}
UNITS: Mapping[PriceUnit, str] = {
    PriceUnit.PER_GRAFT: lazy("per graft"),
    PriceUnit.PER_HAIR: lazy("per hair"),
    PriceUnit.PER_SESSION: lazy("per session"),
    PriceUnit.PER_HOUR: lazy("per hour"),
    PriceUnit.PER_AREA: lazy("per area"),
    PriceUnit.PACKAGE_TOTAL: lazy("in total"),
}
EVIDENCE: Mapping[HairEvidence, Badge] = {
    HairEvidence.CONFIRMED: Badge(lazy("Hair work confirmed"), "good", "check"),
    HairEvidence.STATED_BY_OWNER: Badge(lazy("Hair work stated by the owner"), "line"),
    HairEvidence.UNKNOWN: Badge(lazy("Hair work not confirmed"), "line"),
}
#: Never green: it says nothing about the facts or the work.
CLAIMED = Badge(lazy("Claimed"), "line")
DAYS: Mapping[str, str] = {
    "mo": lazy("Monday"),
    "tu": lazy("Tuesday"),
    "we": lazy("Wednesday"),
    "th": lazy("Thursday"),
    "fr": lazy("Friday"),
    "sa": lazy("Saturday"),
    "su": lazy("Sunday"),
}


#: What an entry of a register does not prove, by the source's code.
CAVEATS: Mapping[str, str] = {
    "toronto-bodysafe": lazy(
        "The register lists places that are inspected for infection control. It does not tell brows from scalp, does not name who"
        " works there, and an inspection looks at hygiene on one day, not at how the work looks."
    ),
    "nppes": lazy(
        "The register gives everybody a number who bills for health care in the United States. An entry does not prove a licence in good"
        " standing, training in hair surgery, or that they treat hair at all. The specialty is what they said of themselves."
    ),
}
#: What it means that a source lists somebody no more, by the source's code.
GONE: Mapping[str, str] = {
    "toronto-bodysafe": lazy("The city's file of %(day)s lists this place no longer for micropigmentation."),
    "nppes": lazy("The file of %(day)s gives this number no more, or no longer with a specialty that we list."),
}
GONE_ELSEWHERE = lazy("The file of %(day)s lists them no more.")
CAVEAT = lazy("An entry in a list says that somebody wrote it down on that day. It does not prove training, skill or a licence.")
#: What a credential means and does not mean, by the beginning of its type.
MEANINGS: Mapping[str, str] = {
    "specialty:": lazy("A specialty that the holder stated. It does not prove that they passed an exam or treat hair."),
    "state_licence": lazy("May practise the profession there. Says nothing about hair in particular."),
    "licence": lazy("May practise the profession. Says nothing about hair in particular."),
    "body_art_licence": lazy("May do body art there. It says nothing about training in scalp work."),
    "body_art_permit": lazy("The place may be used for body art. It says nothing about who works in it."),
    "bloodborne_pathogens": lazy("A course on infections that blood carries. It does not teach the work itself."),
    "board_exam": lazy("Passed the exam of a private board."),
    "training": lazy("A course that was attended. It is no licence."),
    "membership": lazy("A membership, not a certificate of skill."),
    "facility": lazy("Says something about the place, nothing about the result."),
    "insurance": lazy("Ask to see the certificate of this year."),
    "npi": lazy("A number for billing health care. It is no licence."),
}


def reach(radius: int, unit: Unit) -> str:
    """Return a radius in words: "25 km", "25 miles"."""
    return _("%(number)s miles", number=radius) if unit is Unit.MI else _("%(number)s km", number=radius)


def rating(tenths: int) -> str:
    """Return a least rating in words: "4.5 stars and up"."""
    return _("%(stars)s stars and up", stars=rating_value(tenths))


def band(code: str, currency: str) -> str:
    """Return a band of prices in words: "under $500", "$500-1,500", "$6,000 and up"."""
    low, high = bands.bounds(code)
    unit = money.minor_units(currency)
    if high is None:
        return _("%(price)s and up", price=templating.money(low * unit, currency))
    if not low:
        return _("Under %(price)s", price=templating.money(high * unit, currency))
    return f"{templating.money(low * unit, currency)}-{templating.number(high)}"


def language(tag: str) -> str:
    """Return what a language is called, by its BCP 47 tag; the tag itself where nobody has named it."""
    return _language(tag, templating.LOCALE)


@lru_cache(1024)
def _language(tag: str, locale: str) -> str:
    try:
        name = Locale.parse(tag, sep="-").get_display_name(locale)
    except (UnknownLocaleError, ValueError):
        name = Locale.parse(locale).languages.get(tag.partition("-")[0])
    return name[:1].upper() + name[1:] if name else tag


def practice(schema_type: str) -> str:
    """Return what a practice is called."""
    return str(PRACTICES.get(schema_type, PRACTICE))


def caveat(code: str) -> str:
    """Return what an entry of a source does not prove."""
    return str(CAVEATS.get(code, CAVEAT))


def gone(code: str, day: str) -> str:
    """Return what it means that a source lists somebody no more.

    Args:
        code: The source's code.
        day: The day of the first file without them, as it is shown.
    """
    return str(GONE.get(code, GONE_ELSEWHERE)) % {"day": day}


def meaning(credential_type: str) -> str:
    """Return what a credential means; nothing for a type that we have no words for."""
    return next((str(text) for begin, text in MEANINGS.items() if credential_type.startswith(begin)), "")


def tone(outcome: str) -> str:
    """Return the tone for an inspection's outcome in the register's own words; what we do not know is neutral."""
    word = outcome.casefold().strip()
    if word in {"pass", "passed"}:
        return "good"
    if word.startswith(("conditional", "closed", "fail", "suspend")):
        return "warn" if word.startswith("conditional") else "bad"
    return ""
