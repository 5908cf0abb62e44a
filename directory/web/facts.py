"""Facts with whose word they are, in words: for those who act for a profile, for moderators and for the boxes of a suggestion."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlmodel import Session

from directory.core.errors import Refused
from directory.core.i18n import _, lazy
from directory.disclosures import rules as disclosures
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.disclosures import PerformedBy
from directory.models.profiles import PractitionerKind, PriceUnit, Profile, ProfileKind
from directory.models.treatments import Treatment
from directory.profiles import assertions, completeness, conflicts, history, values
from directory.provenance import fields
from directory.treatments import queries as treatments
from directory.web import cards, templating, words
from directory.web import profile as pages

LABELS: Mapping[str, str] = {
    fields.NAME: lazy("Name"),
    fields.ABOUT: lazy("In your own words"),
    fields.WEBSITE: lazy("Website"),
    fields.LEGAL_NAME: lazy("Legal name"),
    fields.KIND: lazy("Profession"),
    fields.LANGUAGES: lazy("Languages"),
    fields.YEAR_STARTED: lazy("Working since"),
    fields.HAIR_EVIDENCE: lazy("Work on hair"),
    fields.ACCEPTING_CLIENTS: lazy("New clients"),
    fields.DISCLOSURE: lazy("Who does the work"),
    "address": lazy("Address"),
    "phone": lazy("Phone"),
    "hours": lazy("Opening hours"),
    "identifier": lazy("Number"),
    "credential": lazy("Credential"),
    "inspection": lazy("Inspection"),
    "role": lazy("Works at"),
}


#: Addresses of a profile, those counted that were taken away.
MOST_PLACES = 50


@dataclass(frozen=True)
class Line:
    """A fact of a profile in words.

    Args:
        whose: Whose word it is.
        day: When that was last confirmed; none where nothing is said.
        against: What registers say that is something else, each a sentence.
    """

    field: str
    label: str
    value: str
    whose: str = ""
    day: datetime | None = None
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Facts that are edited on one page, and what can be confirmed with one click."""

    key: str
    title: str
    url: str
    lines: tuple[Line, ...]
    confirms: tuple[tuple[str, str], ...] = ()
    #: Where the next one of the same kind is added.
    more_url: str = ""


@dataclass(frozen=True)
class Sheet:
    """All facts of a profile by group, and what patients ask for."""

    groups: tuple[Group, ...]
    asked: tuple[completeness.Asked, ...]

    @property
    def answered(self) -> int:
        """How many of the questions are answered."""
        return sum(one.is_there for one in self.asked)

    @property
    def conflicts(self) -> int:
        """On how many fields a register says something else."""
        return sum(bool(line.against) for group in self.groups for line in group.lines)


def label(field: str, treatment_labels: Mapping[str, str]) -> str:
    """Return what a field is called."""
    stem, place = fields.stem(field), fields.position(field)
    if stem == "offering":
        code, _slash, technique = field.partition(":")[2].partition("/")
        return ", ".join(filter(None, (treatment_labels.get(code, code), technique)))
    said = str(LABELS.get(stem, stem))
    return _("%(what)s, address %(number)s", what=said, number=place + 1) if place else said


def told(field: str, value: Any, practices: Mapping[int, str] | None = None) -> str:
    """Return a value in words.

    Args:
        practices: What practices are called, by the numbers of their profiles; see `history.practices`.
    """
    stem = fields.stem(field)
    if stem == "role":
        return _role(field, value, practices or {})
    if value is None or value in ("", [], {}):
        return _("None")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if stem == "offering":
        return _price(value)
    if stem == "address":
        region = " ".join(filter(None, (value.get("region"), value.get("postal_code"))))
        return ", ".join(filter(None, (value.get("address"), value.get("city"), region, value.get("country_code"))))
    if stem == "hours":
        return "; ".join(f"{name} {values.written(value[day])}" for day, name in words.DAYS.items() if day in value)
    if stem == "phone":
        return pages.phone_number(value)
    if stem == fields.LANGUAGES:
        return ", ".join(pages.language(tag) for tag in value)
    if stem == fields.KIND:
        return str(words.PROFESSIONS[PractitionerKind(value)])
    if stem == fields.HAIR_EVIDENCE:
        return {"confirmed": _("Confirmed"), "stated_by_owner": _("Stated by the owner")}.get(value, _("Not known"))
    if stem == "credential":
        return _credential(field, value)
    if stem == fields.DISCLOSURE:
        return _disclosed(value)
    if isinstance(value, dict):
        return ", ".join(str(one) for one in value.values() if one)
    return str(value)


def whose(word: FieldAssertion, source: str, *, to_owner: bool = True) -> str:
    """Return whose word it is, never a person's name.

    Args:
        to_owner: Whether those who act for the profile read it.
    """
    if word.rank is AssertionRank.REGISTER:
        return source or _("A register")
    return {
        AssertionRank.OWNER: _("You, or another who acts for this profile") if to_owner else _("Somebody who acts for the profile"),
        AssertionRank.MODERATOR: _("A moderator"),
    }.get(word.rank, _("Nobody has confirmed it"))


def is_editable(word: FieldAssertion) -> bool:
    """Say whether owners and moderators speak of the field at all."""
    return fields.stem(word.field) in assertions.EDITABLE


def may_go_back(word: FieldAssertion) -> bool:
    """Say whether an owner may go back to a word: to an owner's that has ended, or to what a register says now."""
    is_past_of_owner = word.rank is AssertionRank.OWNER and word.ended_at is not None
    return is_editable(word) and (is_past_of_owner or (word.rank is AssertionRank.REGISTER and word.ended_at is None))


def sheet(session: Session, profile: Profile) -> Sheet:
    """Return the facts of a profile with whose word they are: three SELECTs."""
    all_words = assertions.holding(session, profile.id)
    shown = assertions.shown(all_words)
    names = history.sources(session, all_words)
    taxonomy = treatments.all_(session)
    labels = {one.code: one.label for one in taxonomy}
    against: dict[str, list[str]] = {}
    for word in conflicts.against(all_words, shown):
        said = _(
            "%(source)s says %(value)s since %(day)s.", source=names.get(word.source_record_id or 0) or _("The register"), **_since(word)
        )
        against.setdefault(word.field, []).append(said)

    def line(field: str) -> Line:
        word = shown.get(field)
        if word is None or (word.value is None and field not in against):
            return Line(field, label(field, labels), _("Nothing said yet"))
        source = names.get(word.source_record_id or 0, "")
        day = word.verified_at
        return Line(field, label(field, labels), told(field, word.value), whose(word, source), day, tuple(against.get(field, ())))

    there = {field for field, word in shown.items() if word.value is not None or field in against}
    return Sheet(tuple(_groups(profile, shown, there, line)), _asked(profile, shown, taxonomy))


def asked(session: Session, profile: Profile) -> tuple[completeness.Asked, ...]:
    """Return what patients ask for, each with whether the profile says it: two SELECTs."""
    return _asked(profile, assertions.shown(assertions.holding(session, profile.id)), treatments.all_(session))


def _asked(profile: Profile, shown: Mapping[str, FieldAssertion], taxonomy: Sequence[Treatment]) -> tuple[completeness.Asked, ...]:
    has_price = any(fields.stem(field) == "offering" and (word.value or {}).get("min_price") is not None for field, word in shown.items())
    known = [field for field, word in shown.items() if word.value not in (None, "", [], {})]
    return tuple(
        completeness.asked(
            known, has_price=has_price, is_person=profile.kind is ProfileKind.PRACTITIONER, is_surgery=_operates(shown, taxonomy)
        )
    )


def next_place(said: Iterable[str]) -> int:
    """Return the number of the next address: behind all of which somebody has said something, so that what was taken away stays away.

    Args:
        said: The fields of which anybody says anything.
    """
    return min(max((n for field in said if (n := fields.position(field)) is not None), default=0) + 2, MOST_PLACES)


def _operates(shown: Mapping[str, FieldAssertion], taxonomy: Sequence[Treatment]) -> bool:
    """Say whether they operate, by the treatments that they offer and their profession."""
    codes = {field.partition(":")[2].partition("/")[0] for field, word in shown.items() if _offers(field, word)}
    kind = shown[fields.KIND].value if fields.KIND in shown else None
    return disclosures.work([one.family for one in taxonomy if one.code in codes], [PractitionerKind(kind)] if kind else []).is_surgery


def _offers(field: str, word: FieldAssertion) -> bool:
    return fields.stem(field) == "offering" and word.value is not None


def _groups(profile: Profile, shown: Mapping[str, FieldAssertion], there: Collection[str], line: Any) -> list[Group]:
    is_person, slug = profile.kind is ProfileKind.PRACTITIONER, profile.slug
    places = sorted({n for field in there if (n := fields.position(field)) is not None} | {0})
    offered = [field for field, word in shown.items() if _offers(field, word)]
    about = [fields.NAME, fields.ABOUT, fields.WEBSITE, *([fields.YEAR_STARTED] if is_person else [])]
    found = [Group("about", _("Name and words"), url_for("facts.about", slug=slug), tuple(map(line, about)))]
    for n in places:
        here = (fields.address(n), fields.phone(n), fields.hours(n))
        confirms = (("hours", _("The hours are still right")),) if n == 0 and _has(shown, "hours") else ()
        title = _("Address, phone and hours") if n == 0 else _("Address %(number)s", number=n + 1)
        more = url_for("facts.place", slug=slug, number=next_place(shown)) if n == places[-1] and fields.address(0) in there else ""
        found.append(Group(f"place-{n}", title, url_for("facts.place", slug=slug, number=n + 1), tuple(map(line, here)), confirms, more))
    confirms = (("offering", _("Treatments and prices are still right")),) if offered else ()
    found.append(Group("offers", _("Treatments and prices"), url_for("facts.offers", slug=slug), tuple(map(line, offered)), confirms))
    clients = (fields.ACCEPTING_CLIENTS, *([fields.LANGUAGES] if is_person else []))
    confirms = ((fields.ACCEPTING_CLIENTS, _("This is still right")),) if _has(shown, fields.ACCEPTING_CLIENTS) else ()
    title = _("New clients and languages") if is_person else _("New clients")
    found.append(Group("clients", title, url_for("facts.clients", slug=slug), tuple(map(line, clients)), confirms))
    return found


def _has(shown: Mapping[str, FieldAssertion], stem: str) -> bool:
    return any(fields.stem(field) == stem and word.value is not None for field, word in shown.items())


def _since(word: FieldAssertion) -> dict[str, str]:
    return {"value": told(word.field, word.value), "day": templating.day(word.asserted_at.date())}


def _role(field: str, value: Any, practices: Mapping[int, str]) -> str:
    name = practices.get(fields.practice(field) or 0) or _("a practice that is not shown any more")
    return ", ".join(filter(None, (name, (value or {}).get("title"))))


def _credential(field: str, value: Mapping[str, Any]) -> str:
    days = {name: templating.day(date.fromisoformat(value[name])) for name in ("issued_on", "expires_on") if value.get(name)}
    reference = fields.reference(field)
    told = (
        *(value.get("title"), value.get("issuer")),
        _("number %(number)s", number=reference) if reference else "",
        _("issued on %(day)s", day=days["issued_on"]) if "issued_on" in days else "",
        _("until %(day)s", day=days["expires_on"]) if "expires_on" in days else "",
    )
    return ", ".join(filter(None, told))


def _disclosed(value: Mapping[str, Any]) -> str:
    told = [f"{label}: {disclosures.HANDS[PerformedBy(value[task])]}" for task, label in disclosures.TASKS.items() if value.get(task)]
    if value.get("patients_per_day"):
        told.append(_("Patients on one day: at most %(number)d", number=value["patients_per_day"]))
    if value.get("is_insured") is not None:
        told.append(_("Everybody involved is insured: %(answer)s", answer=_("Yes") if value["is_insured"] else _("No")))
    return "; ".join(told)


def _price(value: Mapping[str, Any]) -> str:
    if value.get("min_price") is None:
        return _("Offered, no price published")
    return f"{cards.price_range(value['min_price'], value.get('max_price'), value['currency'])} {words.UNITS[PriceUnit(value['unit'])]}"


#: What visitors may suggest, beside the prices of what is offered; addresses and numbers of the first place alone.
SUGGESTIBLE = (fields.NAME, fields.WEBSITE, fields.phone(0), fields.address(0), fields.hours(0), fields.ACCEPTING_CLIENTS)


def suggestible(shown: Mapping[str, FieldAssertion], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the fields that a visitor may suggest another value for, with their labels."""
    needs_place = fields.address(0) in shown
    offered = [field for field, word in shown.items() if fields.stem(field) == "offering" and (word.value or {}).get("currency")]
    plain = [field for field in SUGGESTIBLE if needs_place or fields.position(field) is None]
    return [
        *((field, str(label(field, labels))) for field in plain),
        *((field, _("Price of %(what)s", what=label(field, labels))) for field in offered),
    ]


def read(field: str, text: str, present: FieldAssertion | None, *, today: Any) -> Any:
    """Return what a visitor typed for a field as it is kept.

    Raises:
        Refused: when it cannot be read.
    """
    stem = fields.stem(field)
    now: Any = None if present is None else present.value
    try:
        if stem == fields.NAME:
            return values.name(text)
        if stem == fields.WEBSITE:
            return values.website(text)
        if stem == "phone":
            return values.phone(text)
        if stem == "address":
            return values.address({**now, "address": text}, now["country_code"])
        if stem == "hours":
            return values.week(text)
        if stem == "offering":
            low, _dash, high = text.replace("–", "-").partition("-")
            return values.price(low, high, now["currency"], now["unit"], day=today)
        return values.yes_or_no(text)
    except Refused as refusal:
        raise Refused(str(refusal), field="value") from refusal


def currencies(now: Sequence[str], home: str | None) -> list[str]:
    """Return the currencies to choose from, the likeliest first."""
    return list(dict.fromkeys([*filter(None, (home,)), *now, "USD", "CAD", "EUR", "GBP", "TRY"]))
