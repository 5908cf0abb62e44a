"""A profile's facts in the form that its page's components take: every one with its source and its day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import phonenumbers
from babel import Locale, UnknownLocaleError
from flask import url_for
from markupsafe import Markup

from directory.core import clock, text
from directory.core.i18n import _, lazy
from directory.models.assertions import AssertionRank
from directory.models.profiles import CLAIMED, Inspection, Location, ProfileStatus
from directory.profiles.rules import is_old_visit, page_path
from directory.profiles.shown import OfferingFact, Origin, ProfileFacts, RecordFact
from directory.provenance import fields
from directory.web import cards, hairwork, papers, seo, templating, words

Pair = tuple[str, Any]
#: Facts beside the page, within a sentence that says whose they are.
_NAMED = {
    "address": lazy("address"),
    "phone": lazy("phone"),
    "hours": lazy("opening hours"),
    fields.WEBSITE: lazy("website"),
    fields.LANGUAGES: lazy("languages"),
    fields.YEAR_STARTED: lazy("working since"),
    fields.ACCEPTING_CLIENTS: lazy("new clients"),
}


def head(facts: ProfileFacts) -> dict[str, Any]:
    """Return what `components/profile-head.html` takes."""
    profile = facts.profile
    badges, notes = [hairwork.badge(profile.hair_evidence, is_vouched=facts.is_vouched)], [hairwork.note(facts)]
    if facts.records:
        badges.append(words.Badge(_("From a public register"), "line"))
    if profile.status in CLAIMED:
        badges.append(words.CLAIMED)
        notes.append(Markup("{}").format(_("Claimed: somebody showed us that they act for it.")))
    return {
        "name": profile.name,
        "initials": text.initials(profile.name),
        "kind_line": _kind_line(facts),
        "mean": None if profile.mean_micro is None else profile.mean_micro / 1_000_000,
        "count": profile.review_count,
        "badges": [badge._asdict() for badge in badges],
        "notes": notes,
        "unclaimed": profile.status is ProfileStatus.PUBLISHED_UNCLAIMED,
        "is_sample": profile.is_sample,
    }


def _kind_line(facts: ProfileFacts) -> Markup:
    """Return the profession, the practice where a person works, and the city."""
    said = Markup("{}").format(kind(facts))
    if facts.practitioner is not None and facts.roles:
        first = facts.roles[0].profile
        at = Markup('<a href="{}">{}</a>').format(page_path(first.slug), first.name)
        said = Markup(_("%(profession)s at %(practice)s")) % {"profession": said, "practice": at}  # noqa: S704  (both are escaped)
    return Markup("{}, {}").format(said, facts.place.label) if facts.place else said


def kind(facts: ProfileFacts) -> str:
    """Return the profession of a person, or what a practice is."""
    if facts.practitioner is not None:
        return str(words.PROFESSIONS[facts.practitioner.kind])
    return words.practice(facts.organization.schema_type if facts.organization else "")


def pairs(facts: ProfileFacts) -> list[Pair]:
    """Return the facts beside the page; what is not known is None and printed as such."""
    location = facts.locations[0] if facts.locations else None
    person = facts.practitioner
    found: list[Pair] = [
        (_("Address"), [*address(location), *directions(location)] if location else _at_work(facts)),
        (_("Phone"), phone(location.phone) if location and location.phone else None),
        (_("Website"), _website(facts)),
        (
            _("Opening hours"),
            _with_day(hours(location, facts), facts, fields.hours(location.position)) if location and location.hours else None,
        ),
    ]
    if facts.profile.accepting_clients is not None:
        takes = _("Yes, as they say") if facts.profile.accepting_clients else _("Not at present, as they say")
        found.append((_("New clients"), _with_day([takes], facts, fields.ACCEPTING_CLIENTS)))
    if person is not None:
        found.append((_("Languages"), ", ".join(language(tag) for tag in person.languages) or None))
        found.append((_("Working since"), str(person.year_started) if person.year_started else None))
    found += [(_identifier(one.system), one.value) for one in facts.identifiers]
    return found


def _with_day(lines: list[str], facts: ProfileFacts, field: str) -> list[str]:
    """Return lines with the day on which somebody last said that they are right, where that is known."""
    day = facts.confirmed([field])
    return lines if day is None else [*lines, _("Last confirmed on %(day)s", day=templating.day(day))]


def _at_work(facts: ProfileFacts) -> list[Markup] | None:
    """Return where else to look for the address of a person who has none of their own."""
    works = [role.profile for role in facts.roles] if facts.practitioner is not None else []
    return [Markup('<a href="{}">{}</a>').format(page_path(one.slug), one.name) for one in works] or None


def address(location: Location) -> list[str]:
    """Return an address in lines."""
    city = " ".join(filter(None, (location.region, location.postal_code)))
    return [line for line in (location.address, ", ".join(filter(None, (location.city, city)))) if line]


def directions(location: Location) -> list[Markup]:
    """Return a link to the way there, on a map that somebody else keeps; none where the point is not known."""
    if location.lat is None or location.lon is None:
        return []
    url = directions_url(location.lat, location.lon)
    return [Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, _("Directions on OpenStreetMap"))]


def directions_url(lat: float, lon: float) -> str:
    """Return the address of the way to a point, on a map that somebody else keeps; where from is asked there."""
    return f"https://www.openstreetmap.org/directions?route=%3B{lat:.6f}%2C{lon:.6f}"


def phone(number: str) -> Markup:
    """Return a number to call, written as people write it; plain text where it is no number that we can read."""
    shown = phone_number(number)
    return Markup("{}").format(number) if shown == number else Markup('<a href="tel:{}">{}</a>').format(number, shown)


def phone_number(number: str) -> str:
    """Return a number as people write it, and as it is where it is none that we can read."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return number


def hours(location: Location, facts: ProfileFacts) -> list[str]:
    """Return the opening hours, a line a day, in the local time of the place; never whether it is open now."""
    lines = [
        f"{name}: {', '.join(f'{opens}-{closes}' for opens, closes in location.hours[day]) or _('closed')}"
        for day, name in words.DAYS.items()
        if day in location.hours
    ]
    return [*lines, _("Local time in %(place)s", place=facts.place.name)] if facts.place else lines


def language(tag: str) -> str:
    """Return the name of a language; its tag where we have no name."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(templating.LOCALE) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def sources(facts: ProfileFacts, used: Iterable[int | None]) -> list[RecordFact]:
    """Return the records behind some facts, each once; facts without one are the owner's word."""
    found = (facts.source_of(number) for number in used if number is not None)
    return list({fact.record.id: fact for fact in found if fact is not None}.values())


def fact_origins(facts: ProfileFacts) -> list[tuple[Origin, str]]:
    """Return where the facts beside the page come from; which of them, where they come from more than one."""
    found = facts.origins(fact_words(facts))
    return [(one, ", ".join(dict.fromkeys(map(_named, one.facts))) if len(found) > 1 else "") for one in found]


def _named(field: str) -> str:
    stem = fields.stem(field)
    return _identifier(field.partition(":")[2].partition("/")[0]) if stem == "identifier" else str(_NAMED[stem])


def offering_origins(facts: ProfileFacts) -> list[tuple[Origin, str]]:
    """Return where the treatments come from."""
    return [(one, "") for one in facts.origins(offering_words(facts))]


def offerings_caption(facts: ProfileFacts) -> str:
    """Return what the table of treatments is called: "they say" only where the owner has said anything of it."""
    if any(one.rank is AssertionRank.OWNER for one, _said in offering_origins(facts)):
        return _("Treatments they say they offer, and the prices they advertise")
    return _("Treatments listed here, and the prices advertised")


def fact_words(facts: ProfileFacts) -> list[tuple[str, int | None]]:
    """Return the word of each fact beside the page, with the record behind its row."""
    used: list[tuple[str, int | None]] = []
    for row in facts.locations:
        kinds = ((row.address or row.city, fields.address), (row.phone, fields.phone), (row.hours, fields.hours))
        used += [(word(row.position), row.source_record_id) for is_there, word in kinds if is_there]
    said: Any = facts.organization or facts.practitioner
    plain = (fields.WEBSITE, fields.LANGUAGES, fields.YEAR_STARTED)
    used += [(name, None) for name in plain if getattr(said, name, None)]
    if facts.profile.accepting_clients is not None:
        used.append((fields.ACCEPTING_CLIENTS, None))
    met: Counter[str] = Counter()
    for one in facts.identifiers:
        met[one.system] += 1
        used.append((fields.identifier(one.system, met[one.system]), one.source_record_id))
    return used


def offering_words(facts: ProfileFacts) -> list[tuple[str, int | None]]:
    """Return the word of each treatment that they offer, with the record behind its row."""
    return [(fields.offering(fact.treatment.code, fact.offering.technique), fact.offering.source_record_id) for fact in facts.offerings]


def prices_confirmed(facts: ProfileFacts) -> date | None:
    """Return the day on which prices were last confirmed; none where none is published or nobody's word holds.

    A word that is older than the price says nothing of it, so it is left out.
    """
    priced = [fact for fact in facts.offerings if fact.offering.min_price is not None]
    day = facts.confirmed(fields.offering(fact.treatment.code, fact.offering.technique) for fact in priced)
    dated = max((fact.offering.price_date for fact in priced if fact.offering.price_date is not None), default=None)
    return None if day is None or (dated is not None and day < dated) else day


def offerings(facts: ProfileFacts) -> list[list[str]]:
    """Return what they offer as rows of a table: treatment with its technique, price, the day it was advertised."""
    return [[", ".join(filter(None, (fact.treatment.label, fact.offering.technique))), *_price(fact)] for fact in facts.offerings]


def inspections(rows: Sequence[Inspection]) -> list[dict[str, Any]]:
    """Return what `components/inspection.html` takes, in the register's own words."""
    today = clock.today()
    return [
        {
            "date": visit.inspected_on,
            "outcome": visit.outcome,
            "tone": "" if is_old_visit(visit.inspected_on, today=today) else words.tone(visit.outcome),
            "notes": [_infraction(found) for found in visit.infractions] or [_("The register names no infraction.")],
        }
        for visit in rows
    ]


def people(facts: ProfileFacts) -> list[dict[str, Any]]:
    """Return the other ends of the roles: where a person works, or who works at a practice."""
    return [
        {
            "url": page_path(role.profile.slug),
            "name": role.profile.name,
            "note": ", ".join(filter(None, (str(words.PROFESSIONS[role.kind]) if role.kind else "", role.title))),
            "count": None,
        }
        for role in facts.roles
    ]


def links(facts: ProfileFacts, *, reviews: int, comments: int) -> list[tuple[str, str, int | None]]:
    """Return the parts of the page for `components/subnav.html`, those that are there."""
    found: list[tuple[bool, tuple[str, str, int | None]]] = [
        (True, ("facts", _("Address and facts"), None)),
        (bool(facts.offerings), ("offers", _("Treatments"), None)),
        (bool(facts.inspections), ("inspections", _("Inspections"), len(facts.inspections))),
        (bool(facts.credentials), ("credentials", _("Credentials"), len(facts.credentials))),
        (papers.asks_who(facts), ("operates", _("Who does the work"), None)),
        (bool(papers.speaks_of(facts)), ("law", _("What the law asks here"), None)),
        (bool(facts.roles), ("people", _("Who works here") if facts.organization else _("Works at"), None)),
        (True, ("reviews", _("Reviews"), reviews)),
        (True, ("comments", _("Comments"), comments)),
    ]
    return [link for is_there, link in found if is_there]


def crumbs(facts: ProfileFacts) -> list[seo.Crumb]:
    """Return the way to the page: its city, where that is known."""
    place = facts.place
    ways: list[seo.Crumb] = [(_("Places"), url_for("home.countries"))]
    above = [place.country, place.region, place] if place else []
    return [*ways, *((one.name, f"/{one.path}/") for one in above if one is not None), (facts.profile.name, None)]


def _price(fact: OfferingFact) -> tuple[str, str]:
    offering = fact.offering
    if offering.min_price is None or offering.currency is None or offering.unit is None or offering.price_date is None:
        return _("Not published"), "-"
    shown = cards.price_range(offering.min_price, offering.max_price, offering.currency)
    return f"{shown} {words.UNITS[offering.unit]}", templating.day(offering.price_date)


def _website(facts: ProfileFacts) -> Markup | None:
    said = facts.organization or facts.practitioner
    url = seo.outside(said.website) if said is not None else None
    host = url.split("://", 1)[1].split("/", 1)[0].removeprefix("www.") if url else ""
    return Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>').format(url, host) if url else None


def _identifier(system: str) -> str:
    return {"npi": _("NPI number"), "toronto-bodysafe": _("BodySafe number"), "state_licence": _("Licence number")}.get(system, system)


def _infraction(found: dict[str, str]) -> str:
    severity, said, action = found.get("severity", ""), found.get("text", ""), found.get("action", "")
    line = f"{severity}: {said}" if severity else said
    return f"{line.rstrip('.')}. {action}".strip() if action else line
