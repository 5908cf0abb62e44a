"""A profile in a list as `components/card.html` takes it."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup

from directory.core import text
from directory.core.i18n import _, ngettext
from directory.credentials.rules import Standing
from directory.models.profiles import CLAIMED, ProfileStatus
from directory.profiles.pins import Pin
from directory.profiles.rules import Price, page_path
from directory.profiles.shown import Card
from directory.web import hairwork, pieces, templating, words

#: Treatments named on a card; the rest is a number.
NAMED = 3
_SYMBOL = re.compile(r"^\D+")


class How(NamedTuple):
    """How a list shows a card.

    Args:
        rank: Its number in the list; none where the order says nothing.
        city: Whether to name the city.
        distance: How far it is, in words; empty where nobody asked.
        visit: A currency: show the lowest price for a whole visit in it, by which the list compares; else the price that says most.
        wanted: Labels of the treatments that were asked for: they are named first.
    """

    rank: int | None = None
    city: bool = True
    distance: str = ""
    visit: str = ""
    wanted: frozenset[str] = frozenset()


def drawn(card: Card, how: How = How()) -> Markup:  # noqa: B008  (a tuple: never changed)
    """Return a card as it stands on the page; see `item`.

    A card that is the same as before is not drawn again: what it shows is all in `Card`, so there is nothing to go stale.
    """
    return _drawn(pieces.look("card"), card, how)


@lru_cache(pieces.KEPT)
def _drawn(look: pieces.Look, card: Card, how: How) -> Markup:
    module: Any = look.template.module
    return Markup(module.card(item(card, how)))  # noqa: S704  (a macro escapes what it prints)


def item(card: Card, how: How) -> dict[str, Any]:
    """Return a card's values."""
    shown = next((price for price in card.visits if price.currency == how.visit), card.price)
    return {
        "id": card.id,
        "url": page_path(card.slug),
        "name": card.name,
        "initials": text.initials(card.name),
        "kind_line": ", ".join(filter(None, (kind(card), card.place_name if how.city else ""))),
        "distance": how.distance or None,
        "mean": card.mean,
        "count": card.count,
        "lines": _lines(card, how.wanted),
        "price": price(shown) if shown else None,
        "price_note": price_note(shown) if shown else None,
        "badges": [badge._asdict() for badge in _badges(card)],
        "is_sample": card.is_sample,
        "unclaimed": card.status is ProfileStatus.PUBLISHED_UNCLAIMED,
        "rank": how.rank,
    }


def kind(card: Card | Pin) -> str:
    """Return the profession of a person, or what a practice is."""
    return str(words.PROFESSIONS[card.practitioner_kind]) if card.practitioner_kind else words.practice(card.schema_type)


def price(found: Price) -> str:
    """Return a price or a range of prices with its currency."""
    return price_range(found.low, found.high, found.currency)


def price_range(low: int, high: int | None, currency: str) -> str:
    """Return "$1,900" or "$1,900-2,600"; the amounts in minor units, the currency said once."""
    shown = templating.money(low, currency)
    return shown if high in {None, low} else f"{shown}-{_SYMBOL.sub('', templating.money(high or 0, currency))}"


def price_note(found: Price) -> str:
    """Return what a price is for, and when it was advertised."""
    return _(
        "%(unit)s, %(treatment)s, advertised %(day)s",
        unit=words.UNITS[found.unit],
        treatment=found.treatment,
        day=templating.day(found.dated),
    )


def _badges(card: Card) -> list[words.Badge]:
    claimed = [words.CLAIMED] if card.status in CLAIMED else []
    return [hairwork.badge(card.hair_evidence, is_vouched=card.is_vouched), *claimed]


def _lines(card: Card, wanted: frozenset[str]) -> list[dict[str, str]]:
    lines = []
    if card.conflicts:
        lines.append({"icon": "warn", "text": _("May not fit what the law asks here: see the page"), "tone": "warn"})
    if card.credential is not None:
        is_checked = card.credential.standing is Standing.CHECKED
        said = _("checked %(day)s") if is_checked else _("not confirmed, looked at %(day)s")
        seen = said % {"day": templating.day(card.credential.checked_on)}
        lines.append({"icon": "seal", "text": f"{card.credential.title}: {seen}", "tone": "good" if is_checked else ""})
    if card.treatments:
        more = len(card.treatments) - NAMED
        named = ", ".join(sorted(card.treatments, key=lambda label: label not in wanted)[:NAMED])
        lines.append(
            {
                "icon": "scale",
                "text": ngettext("%(named)s and %(num)d more", "%(named)s and %(num)d more", more) % {"named": named, "num": more}
                if more > 0
                else named,
                "tone": "",
            }
        )
    if card.inspection is not None:
        seen = _("Last inspection: %(outcome)s, %(day)s", outcome=card.inspection.outcome, day=templating.day(card.inspection.inspected_on))
        lines.append({"icon": "building", "text": seen, "tone": "" if card.inspection.is_old else words.tone(card.inspection.outcome)})
    if card.gone_on is not None:
        lines.append({"icon": "info", "text": _("On no register since %(day)s", day=templating.day(card.gone_on)), "tone": "warn"})
    return lines
