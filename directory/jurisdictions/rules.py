"""What the law asks in a place, and whether what a profile says fits: pure, and cautious.

A conflict is said only where the page itself says that the work is done by somebody whom the rule clearly leaves out. Everything
else is unknown until a moderator has checked a credential of the kind that the rule asks for.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from directory.core.i18n import lazy
from directory.models.disclosures import PerformedBy
from directory.models.profiles import PractitionerKind
from directory.models.treatments import TreatmentFamily

#: schema.org types of practices where a physician may answer for the work.
MEDICAL = frozenset({"MedicalClinic", "MedicalBusiness", "Physician", "Hospital"})
PHYSICIANS = frozenset({PractitionerKind.SURGEON, PractitionerKind.DERMATOLOGIST, PractitionerKind.PHYSICIAN})
_NO_PHYSICIANS = frozenset({PractitionerKind.SMP_ARTIST, PractitionerKind.TECHNICIAN, PractitionerKind.NURSE})
#: A nurse may well work under a physician's word; these two say nothing of the kind by themselves.
_NO_DELEGATES = frozenset({PractitionerKind.SMP_ARTIST, PractitionerKind.TECHNICIAN})
_UNLICENSED_HANDS = frozenset({PerformedBy.TECHNICIAN, PerformedBy.SMP_ARTIST})


class WhoMay(StrEnum):
    """Whom a rule lets do the work."""

    PHYSICIAN = "physician"
    #: A physician, or somebody to whom one delegates it.
    DELEGATE = "delegate"
    LICENSED_BODY_ARTIST = "licensed_body_artist"
    ANYONE = "anyone"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Whether what a profile says fits the rule."""

    MEETS = "meets"
    UNKNOWN = "unknown"
    #: The rule asks the person for nothing that could be shown: nothing was checked.
    NOT_ASKED = "not_asked"
    CONFLICTS = "conflicts"


class Why(StrEnum):
    """The reason for a verdict; `WHY` has the sentence."""

    ANYONE = "anyone"
    PROVED = "proved"
    NOT_PROVED = "not_proved"
    UNCLEAR = "unclear"
    AT_A_CLINIC = "at_a_clinic"
    OTHER_PROFESSION = "other_profession"
    OTHER_HANDS = "other_hands"


#: The same words for everybody.
WHY: Mapping[Why, str] = {
    Why.ANYONE: lazy("The rule asks for no licence of the person, so there was nothing for us to check."),
    Why.PROVED: lazy("We have checked a credential of the kind that the rule asks for."),
    Why.NOT_PROVED: lazy("We have checked nothing that shows whether the rule is met. Ask to see the licence."),
    Why.UNCLEAR: lazy("What the law asks here is not clear to us. Ask the authority."),
    Why.AT_A_CLINIC: lazy(
        "They work at a medical practice. Whether a physician has delegated the work to them, this page does not say. Ask."
    ),
    Why.OTHER_PROFESSION: lazy(
        "The rule keeps this work for physicians, or for people to whom a physician delegates it. This page says that somebody of another"
        " profession does it, and names no physician. Ask before you book."
    ),
    Why.OTHER_HANDS: lazy(
        "The rule keeps steps of the work for people with a health licence. The practice says that somebody without one does them."
        " Ask before you book."
    ),
}


@dataclass(frozen=True)
class Rule:
    """One rule of one place for one family of treatments.

    Args:
        place: The beginning of a path of places: "us/south-carolina".
        family: What it is about.
        who_may: Whom it lets do the work.
        licence: What the licence is called; "" where there is none.
        min_age: The client's least age; none where the source does not say.
        tasks: The steps that it keeps, as columns of a disclosure; none: the whole.
        proof: Types of credentials that show that it is met, once checked.
        says: The rule in our words.
        sources: (name, link) of where it was read.
        text_of: Of when the text is, where the source says so.
        checked_on: When we read it.
        note: What else to know.
        local: (place, text) of what else to know in a part of the place alone: "ca/ontario/toronto".
    """

    place: str
    family: TreatmentFamily
    who_may: WhoMay
    licence: str
    min_age: int | None
    tasks: tuple[str, ...]
    proof: frozenset[str]
    says: str
    sources: tuple[tuple[str, str], ...]
    text_of: str
    checked_on: date
    note: str
    local: tuple[tuple[str, str], ...] = ()

    def notes(self, place: str) -> tuple[str, ...]:
        """Return what else to know at a place: of the whole rule, and of that place."""
        return (*filter(None, (self.note,)), *(text for part, text in self.local if is_within(place, part)))


@dataclass(frozen=True)
class Says:
    """What a profile says of who does the work; a card knows as much as a page, save for what was checked.

    Args:
        place: The path of its city.
        families: What it offers.
        kind: The profession of a person; none for a practice.
        at_clinic: Whether this person works at a medical practice.
        hands: Who does which step, as the practice says.
        checked: The types of its credentials that are checked today.
    """

    place: str
    families: Collection[TreatmentFamily]
    kind: PractitionerKind | None
    at_clinic: bool
    hands: Mapping[str, PerformedBy | None]
    checked: Collection[str] = ()

    @property
    def works(self) -> frozenset[TreatmentFamily]:
        """What it offers; an SMP artist does SMP, whether or not a treatment is named."""
        artist = {TreatmentFamily.SMP} if self.kind is PractitionerKind.SMP_ARTIST else set()
        return frozenset(self.families) | artist


@dataclass(frozen=True)
class Finding:
    """A rule, whether the profile fits it, and why we say so."""

    rule: Rule
    verdict: Verdict
    why: Why


def is_within(place: str, wide: str) -> bool:
    """Say whether a path of places lies in another, or is it."""
    return place == wide or place.startswith(f"{wide}/")


def unread(rules: Iterable[Rule], says: Says) -> list[TreatmentFamily]:
    """Return what a profile does of which no rule of its place is known to us; a surgeon is asked about transplants by everybody."""
    surgeon = {TreatmentFamily.TRANSPLANT} if says.kind is PractitionerKind.SURGEON else set()
    known = {rule.family for rule in rules if is_within(says.place, rule.place)} | {TreatmentFamily.ADJUNCT}
    return [family for family in TreatmentFamily if family in says.works | surgeon and family not in known]


def applying(rules: Iterable[Rule], says: Says) -> list[Rule]:
    """Return the rules of a profile's place for what it does, the narrowest place of each family alone."""
    found: dict[TreatmentFamily, Rule] = {}
    for rule in rules:
        if (
            is_within(says.place, rule.place)
            and rule.family in says.works
            and (rule.family not in found or len(rule.place) > len(found[rule.family].place))
        ):
            found[rule.family] = rule
    return [found[family] for family in TreatmentFamily if family in found]


def verdict(says: Says, rule: Rule) -> Finding:
    """Say whether what a profile says fits a rule."""
    why = _conflict(says, rule)
    if why is not None:
        return Finding(rule, Verdict.CONFLICTS, why)
    if rule.who_may is WhoMay.UNKNOWN:
        return Finding(rule, Verdict.UNKNOWN, Why.UNCLEAR)
    if rule.proof & set(says.checked):
        return Finding(rule, Verdict.MEETS, Why.PROVED)
    if rule.who_may is WhoMay.ANYONE:
        return Finding(rule, Verdict.NOT_ASKED, Why.ANYONE)
    if rule.who_may is WhoMay.DELEGATE and says.at_clinic and says.kind not in PHYSICIANS:
        return Finding(rule, Verdict.UNKNOWN, Why.AT_A_CLINIC)
    return Finding(rule, Verdict.UNKNOWN, Why.NOT_PROVED)


def _conflict(says: Says, rule: Rule) -> Why | None:
    """Return why a profile contradicts a rule, or None. Nobody contradicts a body artist's rule: physicians are exempt everywhere."""
    if rule.who_may not in {WhoMay.PHYSICIAN, WhoMay.DELEGATE}:
        return None
    is_strict = rule.who_may is WhoMay.PHYSICIAN
    if rule.tasks:
        left_out = _UNLICENSED_HANDS | ({PerformedBy.NURSE} if is_strict else set())
        return Why.OTHER_HANDS if any(says.hands.get(task) in left_out for task in rule.tasks) else None
    if is_strict:
        return Why.OTHER_PROFESSION if says.kind in _NO_PHYSICIANS else None
    return Why.OTHER_PROFESSION if says.kind in _NO_DELEGATES and not says.at_clinic else None
