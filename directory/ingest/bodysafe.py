"""BodySafe, Toronto's register of personal-service settings: who is inspected for micropigmentation, and how it went.

One row is one establishment, service, inspection and infraction. The register does not tell brows from scalp.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.text import clean_line
from directory.ingest import natural, rows
from directory.ingest.days import day_in_name, iso_day
from directory.ingest.listing import Bad, Feed, Item, Refusal, Skipped, storable_row, wrong_kind
from directory.ingest.rows import Row
from directory.profiles.listing import IdentifierRow, InspectionRow, Listing, LocationRow, PracticeRow

CODE = "toronto-bodysafe"
SERVICE = "micropigmentation"
_COLUMNS = (
    "estId",
    "estName",
    "addrFull",
    "srvType",
    "insStatus",
    "insDate",
    "infCategory",
    "defDesc",
    "infType",
    "actionDesc",
    "geometry",
)
#: Written as text where a field is empty.
_EMPTY = frozenset({"", "none", "null", "nan"})
_POINT = re.compile(r"\[\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,2}(?:\.\d+)?)\s*[\],]")
#: The register changed its own word in 2024.
_OUTCOMES = {"Close": "Closed"}
#: Where one visit has rows of several outcomes, the gravest stands.
_GRAVITY = ("Pass", "Conditional Pass", "Closed")
_REMARK = re.compile(r"\s*\(.*\)\s*$")


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield each establishment listed for micropigmentation, with its inspections for that service alone.

    Raises:
        Refused: at once, when this is no BodySafe file or lists no micropigmentation at all.
    """
    found = _gather(rows.read(file, _accept))
    if not found.listed:
        raise Refused(_("This file lists no micropigmentation at all. Nothing was read."))
    return _items(found)


def _accept(header: Sequence[str]) -> Sequence[str]:
    if not set(_COLUMNS) <= set(header):
        raise wrong_kind(_("a BodySafe file of the City of Toronto"))
    return header


@dataclass
class _Found:
    """What a file says, gathered: rows of one establishment need not stand together."""

    listed: dict[str, list[Row]] = field(default_factory=dict)
    services: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    first_line: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def _gather(many: Iterator[Row | Refusal]) -> _Found:
    found = _Found()
    for row in many:
        if isinstance(row, Refusal):
            found.refused.append(row)
            continue
        key = _said(row, "estId")
        service = _REMARK.sub("", _said(row, "srvType"))
        try:
            if not key:
                raise Bad("estId", _("This field is empty."))
            if service.lower().startswith(SERVICE):
                _check(row)
                found.listed.setdefault(key, []).append(row)
        except Bad as bad:
            found.refused.append(Refusal(row.line, bad.column, bad.reason, key))
            continue
        found.services[key].add(service)
        found.first_line.setdefault(key, row.line)
    return found


def _items(found: _Found) -> Iterator[Item]:
    for refusal in found.refused:  # where other rows of the establishment are right, they speak for it
        yield refusal._replace(key="") if refusal.key in found.listed else refusal
    for key, services in found.services.items():
        if key in found.listed:
            yield _listing(key, found.listed[key])
        else:
            yield Skipped(found.first_line[key], _("other service"), key, tuple(sorted(services)))


def _check(row: Row) -> None:
    """Raise Bad when a row of our service cannot be taken."""
    if not _said(row, "estName"):
        raise Bad("estName", _("This field is empty."))
    if _said(row, "insDate"):
        iso_day("insDate", _said(row, "insDate"))
        if not _said(row, "insStatus"):
            raise Bad("insStatus", _("An inspection needs its outcome."))
    if _said(row, "geometry") and not _POINT.search(row.values["geometry"]):
        raise Bad("geometry", _("This is no point."))


def _listing(key: str, many: Sequence[Row]) -> Listing:
    first = many[-1]  # the newest spelling of name and address, should they differ
    point = _POINT.search(first.values["geometry"])
    name = _said(first, "estName")
    return Listing(
        key=key,
        line=many[0].line,
        raw={"rows": [storable_row({name: text for name, text in row.values.items() if name != "_id"}) for row in many]},
        name=natural.business(name),
        practice=PracticeRow(legal_name=name, schema_type="HealthAndBeautyBusiness"),
        locations=(
            LocationRow(
                country_code="CA",
                city="Toronto",
                region="Ontario",
                address=natural.title(_said(first, "addrFull")),
                lat=float(point[2]) if point else None,
                lon=float(point[1]) if point else None,
            ),
        ),
        identifiers=(IdentifierRow(CODE, key),),
        inspections=tuple(_inspections(many)),
    )


def _inspections(many: Sequence[Row]) -> Iterator[InspectionRow]:
    """Yield one inspection a day, newest first, with the infractions found at it."""
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in many:
        if _said(row, "insDate"):
            by_day[iso_day("insDate", _said(row, "insDate"))].append(row)
    for day, visits in sorted(by_day.items(), reverse=True):
        outcomes = [_OUTCOMES.get(_said(row, "insStatus"), _said(row, "insStatus")) for row in visits]
        worst = max(outcomes, key=lambda outcome: _GRAVITY.index(outcome) if outcome in _GRAVITY else len(_GRAVITY))
        infractions = dict.fromkeys(found for row in visits if (found := _infraction(row)))
        yield InspectionRow(CODE, day, worst, tuple(infractions))


def _infraction(row: Row) -> tuple[tuple[str, str], ...]:
    """Return what was found, in the register's words, by our names; nothing where nothing was found."""
    if not _said(row, "defDesc"):
        return ()
    said = {
        "severity": re.sub(r"^[A-Z]\s*-\s*", "", _said(row, "infType")),
        "text": _said(row, "defDesc"),
        "category": re.sub(r"^\d+\s*-\s*", "", _said(row, "infCategory")),
        "action": _said(row, "actionDesc"),
        "outcome": _said(row, "OutcomeDesc"),
    }
    return tuple((name, text) for name, text in said.items() if text)


def _said(row: Row, column: str) -> str:
    """Return a field on one line; empty where the register writes "None"."""
    text = clean_line(row.values.get(column, ""))
    return "" if text.lower() in _EMPTY else text


FEED = Feed(
    code=CODE,
    name="BodySafe, City of Toronto",
    url="https://open.toronto.ca/dataset/bodysafe/",
    licence="Open Government Licence – Toronto",
    licence_url="https://open.toronto.ca/open-data-licence/",
    attribution="Contains information licensed under the Open Government Licence – Toronto.",
    read=read,
    day_of=day_in_name,
)
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "bodysafe"
