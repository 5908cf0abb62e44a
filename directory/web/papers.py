"""What stands on a profile's page of licences, of who does the work, and of what the law asks: in the same words for everybody."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from directory.core import clock
from directory.core.i18n import _, lazy
from directory.credentials import rules, types
from directory.credentials.queries import Decided
from directory.credentials.rules import Shown, Standing
from directory.credentials.types import Type
from directory.disclosures import rules as disclosures
from directory.jurisdictions import shelf
from directory.jurisdictions.rules import WHY, Finding, Verdict
from directory.models.disclosures import PerformedBy, TeamDisclosure
from directory.models.profiles import Credential, CredentialStatus
from directory.models.treatments import TreatmentFamily
from directory.profiles.shown import ProfileFacts
from directory.web import evidence, seo, templating, words

NOT_SAID = lazy("Not said")
_FAMILIES = {TreatmentFamily.SMP: lazy("Scalp micropigmentation"), TreatmentFamily.TRANSPLANT: lazy("Hair transplants")}
#: The same in the middle of a sentence.
_WORK = {TreatmentFamily.SMP: lazy("scalp micropigmentation"), TreatmentFamily.TRANSPLANT: lazy("hair transplants")}
_VERDICTS = {
    Verdict.MEETS: (lazy("Seems to fit"), "good"),
    Verdict.UNKNOWN: (lazy("Not known"), ""),
    Verdict.NOT_ASKED: (lazy("No licence of the person is asked for here"), ""),
    Verdict.CONFLICTS: (lazy("Does not fit what this page says"), "warn"),
}


def credential(one: Credential, shown: Shown) -> dict[str, Any]:
    """Return what `components/credential.html` takes of one credential, with who says so and when (T-30)."""
    known, link = types.known(one.type), seo.outside(one.source_url)
    is_good = shown.standing is Standing.CHECKED
    is_stated = one.stated_at is not None
    in_document = is_stated and not one.source_url
    note = standing(shown, link, stated=is_stated, in_document=in_document)
    # Nobody has asked whoever gave it, so they are no source yet; nor is a page that the owner names, nor the owner's document.
    named = (is_good and not in_document) or not is_stated
    return {
        "title": " ".join(filter(None, (rules.wording(one.type, one.title), one.reference))),
        "meaning": known.proves_not if known else words.meaning(one.type),
        "state": "good" if is_good else "warn",
        "issuer": one.issuer,
        "source": one.issuer if named else None,
        "source_url": link if named else None,
        "checked": shown.day if is_good and not is_stated else None,
        "note": note if named else _("Given by %(issuer)s.", issuer=one.issuer) + f" {note}",
    }


def standing(shown: Shown, link: str | None, *, stated: bool, in_document: bool = False) -> str:
    """Return how a credential stands, in a sentence.

    Args:
        shown: How it stands, and the day.
        link: Where somebody looked, if they did.
        stated: Whether whoever acts for the profile states it; else a register or file says so, and the component prints the day.
        in_document: Whether what was found was seen in a document, and nowhere where others could look.
    """
    day = templating.day(shown.day) if shown.day else ""
    if shown.standing is Standing.CHECKED and in_document:
        return _("Seen by us in a document on %(day)s.", day=day)
    if shown.standing is Standing.CHECKED:
        host = (urlsplit(link).hostname or "").removeprefix("www.") if link else ""
        return _("Checked on %(day)s at %(host)s.", day=day, host=host) if stated else ""
    if shown.standing is Standing.STALE:
        return _("Unconfirmed since %(day)s.", day=day)
    if shown.standing is Standing.EXPIRED:
        return _("Expired on %(day)s.", day=day)
    if shown.standing is Standing.LAPSED:
        return _("It has ended, as we found on %(day)s.", day=day) if day else _("It has ended.")
    if shown.standing is Standing.NOT_FOUND:
        return _("Stated by the practice. We looked on %(day)s and could not find it.", day=day)
    return _("Stated by the practice, not checked.") if stated or shown.standing is Standing.STATED else _("Not confirmed.")


def credentials(facts: ProfileFacts) -> list[dict[str, Any]]:
    """Return what `components/credential.html` takes, for each credential that is shown."""
    today = clock.today()
    return [credential(one, facts.standing(one, today)) for one in facts.credentials]


def findings(facts: ProfileFacts) -> tuple[Finding, ...]:
    """Return what the rules of its place come to for a profile."""
    return shelf.findings(facts.says(clock.today()))


def law(facts: ProfileFacts) -> list[dict[str, Any]]:
    """Return what the law asks here, rule by rule: what, where we read it and when, and whether what the page says fits."""
    found = []
    for one in findings(facts):
        label, tone = _VERDICTS[one.verdict]
        rule = one.rule
        pairs = [(_("Licence"), rule.licence or _("None named"))]
        if rule.min_age is not None:
            pairs.append((_("Least age of the client"), _("%(age)d years", age=rule.min_age)))
        found.append(
            {
                "family": str(_FAMILIES[rule.family]),
                "says": rule.says,
                "pairs": pairs,
                "sources": rule.sources,
                "checked_on": rule.checked_on,
                "text_of": rule.text_of,
                "notes": rule.notes(facts.place.path if facts.place else ""),
                "verdict": str(label),
                "tone": tone,
                "why": str(WHY[one.why]),
            }
        )
    return found


def unread(facts: ProfileFacts) -> list[str]:
    """Return what they do of which we have not looked up the law of their place, in words for the middle of a sentence."""
    return [str(_WORK[family]) for family in shelf.unread(facts.says(clock.today()))]


def speaks_of(facts: ProfileFacts) -> str:
    """Return of which treatments the part on the law speaks; empty where there is no such part."""
    read = [str(_WORK[one.rule.family]) for one in findings(facts)]
    return ", ".join([*read, *unread(facts)])


def asks_who(facts: ProfileFacts) -> bool:
    """Say whether the page speaks of who does the work: where somebody has said it, and where they operate at all."""
    return facts.disclosure is not None or any(fact.treatment.family is TreatmentFamily.TRANSPLANT for fact in facts.offerings)


def work(facts: ProfileFacts) -> disclosures.Work:
    """Return what kind of work a profile is about."""
    kinds = [role.kind for role in facts.roles] if facts.practitioner is None else [facts.practitioner.kind]
    return disclosures.work([fact.treatment.family for fact in facts.offerings], kinds)


def operates(facts: ProfileFacts) -> dict[str, Any] | None:
    """Return who does the work, as the practice says; the second column is for what patients report."""
    if not asks_who(facts):
        return None
    said, about = facts.disclosure, work(facts)
    return {
        "rows": _rows(said, about) if said else [],
        "is_surgery": about.is_surgery,
        "stated_on": said.stated_at if said else None,
        "is_old": said is not None and disclosures.is_old(said.stated_at, now=clock.now()),
    }


def _rows(said: TeamDisclosure, about: disclosures.Work) -> list[list[str]]:
    none_yet = _("No reports yet")
    hands = [[str(label), _hands(getattr(said, task)), none_yet] for task, label in disclosures.asked(about, said.model_dump()).items()]
    patients = _("At most %(number)d", number=said.patients_per_day) if said.patients_per_day else str(NOT_SAID)
    insured = str(NOT_SAID) if said.is_insured is None else _("Yes") if said.is_insured else _("No")
    return [
        *hands,
        [_("Patients on one day"), patients, none_yet],
        [_("Everybody involved is insured"), insured, none_yet],
    ]


def _hands(by: PerformedBy | None) -> str:
    return str(disclosures.HANDS[by]) if by else str(NOT_SAID)


def meanings(known: Iterable[Type]) -> list[tuple[str, list[str]]]:
    """Return what each type does not prove, as `components/facts.html` takes it, with where it can be looked up."""
    link = Markup('<a href="{}" rel="noopener noreferrer">{}<span class="visually-hidden">: {}</span></a>')
    return [
        (one.wording, [one.proves_not, *([link.format(one.lookup, _("Look it up"), one.wording)] if one.lookup else [])]) for one in known
    ]


def managed(one: Credential, found: Decided | None, *, today: date) -> dict[str, Any]:
    """Return a credential for those who act for the profile and for moderators: what the page shows, and what they may do.

    Args:
        one: The row.
        found: What a moderator found last, where the page says it.
        today: The present day.
    """
    is_ours = one.source_record_id is None
    shown = rules.of(one, as_of=None if is_ours else one.checked_on, today=today)
    is_false = one.status is CredentialStatus.FALSE_CLAIM
    item = credential(one, shown)
    if is_false:
        item["note"] = _("Found to be not true. It is not shown.")
    elif not is_ours:
        item["note"] = _("A register says this. It cannot be changed here.")
    return item | {
        "id": one.id,
        "link": seo.outside(one.source_url),
        "may_change": is_ours and not is_false,
        "may_show": rules.takes_documents(one) and evidence.is_open(),
        "expires_on": one.expires_on,
        "issued_on": one.issued_on,
        "stated_at": one.stated_at,
        "reason": found.reason if found else "",
    }
