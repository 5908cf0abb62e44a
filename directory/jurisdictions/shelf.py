"""The rules that ship, read from their file and checked; and what they come to for a profile."""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources

from directory.jurisdictions import rules
from directory.jurisdictions.rules import Finding, Rule, Says, Verdict, WhoMay
from directory.models.disclosures import TeamDisclosure
from directory.models.treatments import TreatmentFamily


class BrokenRules(ValueError):
    """The file of rules contradicts itself; the text says where."""


@cache
def shipped() -> tuple[Rule, ...]:
    """Return the rules that ship with this version."""
    return parse((resources.files("directory") / "data" / "jurisdictions.toml").read_text("utf-8"))


def parse(text: str) -> tuple[Rule, ...]:
    """Read the rules.

    Raises:
        BrokenRules: when a place has two rules for one family, or a rule names no source, an unknown step, or no day.
    """
    found: dict[tuple[str, TreatmentFamily], Rule] = {}
    for raw in tomllib.loads(text)["rule"]:
        rule = Rule(
            place=raw["place"],
            family=TreatmentFamily(raw["family"]),
            who_may=WhoMay(raw["who_may"]),
            licence=raw["licence"],
            min_age=raw.get("min_age"),
            tasks=tuple(raw.get("tasks", ())),
            proof=frozenset(raw["proof"]),
            says=raw["says"],
            sources=tuple((source["name"], source["url"]) for source in raw["sources"]),
            text_of=raw["text_of"],
            checked_on=raw["checked_on"],
            note=raw["note"],
            local=tuple((one["place"], one["note"]) for one in raw.get("local", ())),
        )
        if (rule.place, rule.family) in found:
            raise BrokenRules(f"{rule.place} has two rules for {rule.family}")
        if not rule.says or not rule.sources or not isinstance(rule.checked_on, date):
            raise BrokenRules(f"{rule.place} says nothing, names no source or no day")
        if not all(name and url.startswith(("https://", "http://")) for name, url in rule.sources):
            raise BrokenRules(f"{rule.place} has a source that is no link")
        if not set(rule.tasks) <= TeamDisclosure.model_fields.keys():
            raise BrokenRules(f"{rule.place} keeps a step that nobody is asked about")
        if not all(place.startswith(f"{rule.place}/") and text for place, text in rule.local):
            raise BrokenRules(f"{rule.place} says something of a place that is no part of it")
        found[rule.place, rule.family] = rule
    return tuple(found.values())


def findings(says: Says) -> tuple[Finding, ...]:
    """Return what the rules of its place come to for a profile; nothing where we have read none."""
    return tuple(rules.verdict(says, rule) for rule in rules.applying(shipped(), says)) if says.place else ()


def unread(says: Says) -> list[TreatmentFamily]:
    """Return what a profile does of which we have read no rule of its place; nothing where we do not know the place."""
    return rules.unread(shipped(), says) if says.place else []


def conflicts(says: Says) -> Sequence[Finding]:
    """Return the rules that a profile contradicts."""
    return tuple(found for found in findings(says) if found.verdict is Verdict.CONFLICTS)
