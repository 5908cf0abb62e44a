"""NPPES, the register of everyone with a United States provider number (NPI): the people who hold one of our specialties.

Its monthly file has 329 columns or more; its web API answers with JSON. Both are read.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from directory.core.i18n import _
from directory.core.text import clean_line
from directory.ingest import contact, natural, rows
from directory.ingest.days import american_day, day_in_name
from directory.ingest.listing import Bad, Feed, Item, Refusal, Skipped, storable, storable_row, wrong_kind
from directory.ingest.specialties import SPECIALTIES, named
from directory.profiles.listing import CredentialRow, IdentifierRow, Listing, LocationRow, PersonRow

CODE = "nppes"
SLOTS = range(1, 16)
_PRACTICE = "Provider Business Practice Location Address"
_COUNTRY = f"{_PRACTICE} Country Code (If outside U.S.)"
_COLUMNS = (
    *("NPI", "Entity Type Code", "Replacement NPI", "NPI Deactivation Date", "NPI Reactivation Date"),
    *("Provider Last Name (Legal Name)", "Provider First Name", "Provider Middle Name"),
    *("Provider Name Prefix Text", "Provider Name Suffix Text", "Provider Credential Text"),
    *("Provider First Line Business Practice Location Address", "Provider Second Line Business Practice Location Address"),
    *(f"{_PRACTICE} {part}" for part in ("City Name", "State Name", "Postal Code", "Telephone Number")),
    _COUNTRY,
    *(f"Healthcare Provider Taxonomy Code_{slot}" for slot in SLOTS),
    *(f"Provider License Number_{slot}" for slot in SLOTS),
    *(f"Provider License Number State Code_{slot}" for slot in SLOTS),
    *(f"Healthcare Provider Primary Taxonomy Switch_{slot}" for slot in SLOTS),
)
_CSV_NAMES = {"last": "Provider Last Name (Legal Name)", "city": f"{_PRACTICE} City Name", "country": _COUNTRY}
_JSON_NAMES = {"last": "last_name", "city": "city", "country": "country_code"}
#: Written as states of the United States, and countries of their own in our gazetteer.
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
_SPAN = re.compile(r"_([0-9]{8})-[0-9]{8}")
_ABSENT = frozenset({"", "--", "<UNAVAIL>"})


class Taxonomy(NamedTuple):
    """One of the specialties that a person states, with the licence they state for it."""

    code: str
    licence: str
    state: str
    primary: bool


@dataclass(frozen=True)
class Provider:
    """One entry, from either kind of file; texts as written there."""

    line: int
    npi: str
    raw: Mapping[str, Any]
    person: bool
    deactivated: bool
    replaced_by: str
    names: Mapping[str, str]
    address: Mapping[str, str]
    taxonomies: tuple[Taxonomy, ...]
    #: What the file calls what we blame: last, city, country.
    columns: Mapping[str, str]


def feed(*, all_taxonomies: bool = False) -> Feed:
    """Return the source.

    Args:
        all_taxonomies: Take every person, whatever their specialty.
    """
    return Feed(
        code=CODE,
        name="NPPES, the United States register of provider numbers",
        url="https://npiregistry.cms.hhs.gov/",
        licence="Public data of the United States government",
        licence_url="https://download.cms.gov/nppes/NPI_Files.html",
        attribution="NPI data: Centers for Medicare & Medicaid Services (NPPES).",
        read=partial(read, all_taxonomies=all_taxonomies),
        day_of=day_in_name,
        options={"all_taxonomies": all_taxonomies},
        is_part=is_part,
    )


def is_part(path: Path, head: bytes) -> bool:
    """Say whether a file is an answer of the API, or one of the weekly files, which hold changes alone.

    The whole register is named after the day on which it began: "npidata_pfile_20050523-20261108.csv".
    """
    weekly = _SPAN.search(path.name)
    return _is_json(head) or (weekly is not None and weekly[1] != "20050523")


def read(file: BinaryIO, *, all_taxonomies: bool = False) -> Iterator[Item]:
    """Yield the people, not the firms, who hold one of our specialties.

    Raises:
        Refused: at once, when this is neither a native file of NPPES nor an answer of its API.
    """
    head = file.read(64)
    file.seek(0)
    return _items(_from_json(file) if _is_json(head) else _from_csv(rows.read(file, _accept)), all_taxonomies)


def _is_json(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def _items(found: Iterator[Provider | Refusal], all_taxonomies: bool) -> Iterator[Item]:
    for provider in found:
        if isinstance(provider, Refusal):
            yield provider
        elif provider.deactivated:
            yield Skipped(provider.line, _("deactivated"), provider.npi, (_("deactivated"),))
        elif provider.replaced_by:
            yield Skipped(provider.line, _("replaced by another number"), provider.npi, (provider.replaced_by,))
        elif not all_taxonomies and not any(taxonomy.code in SPECIALTIES for taxonomy in provider.taxonomies):
            yield Skipped(provider.line, _("other specialty"))
        elif not provider.person:
            yield Skipped(provider.line, _("organization"))
        else:
            try:
                yield _listing(provider)
            except Bad as bad:
                yield Refusal(provider.line, bad.column, bad.reason, provider.npi)


def _listing(provider: Provider) -> Listing:
    """Return what an entry says.

    Raises:
        Bad: when it has no name, no city or no country that we know.
    """
    ours = [taxonomy for taxonomy in provider.taxonomies if taxonomy.code in SPECIALTIES] or list(provider.taxonomies)
    main = min(ours, key=lambda taxonomy: not taxonomy.primary, default=Taxonomy("", "", "", False))
    names = provider.names
    given = " ".join(filter(None, (natural.person(names["first"]), natural.person(names["middle"]))))
    family = natural.family(names["last"])
    if not family:
        raise Bad(provider.columns["last"], _("This field is empty."))
    return Listing(
        key=provider.npi,
        line=provider.line,
        raw=provider.raw,
        name=" ".join(filter(None, (given, family, natural.generation(names["suffix"])))),
        person=PersonRow(
            kind=named(main.code).kind,
            prefix=natural.person(names["prefix"]).rstrip("."),
            given_name=given,
            family_name=family,
            suffix=natural.credentials(names["credential"])[:60],
        ),
        locations=(_location(provider.address, provider.columns),),
        identifiers=(IdentifierRow("npi", provider.npi),),
        credentials=tuple(_credentials(provider.npi, ours)),
    )


def _location(address: Mapping[str, str], columns: Mapping[str, str]) -> LocationRow:
    country, state = address["country"].upper() or "US", address["state"].upper()
    if country == "US" and state in _TERRITORIES:
        country = state
    city = natural.title(address["city"])
    if not city:
        raise Bad(columns["city"], _("This field is empty."))
    if not contact.is_country(country):
        raise Bad(columns["country"], _("This is no country code that we know."))
    american = country == "US" or country in _TERRITORIES
    return LocationRow(
        country_code=country,
        city=city,
        region=state if country == "US" else "" if american else natural.title(address["state"]),
        address=", ".join(filter(None, (natural.title(address["first"]), natural.title(address["second"])))),
        postal_code=contact.zip_code(address["postcode"]) if american else address["postcode"].upper(),
        phone=contact.phone(address["phone"], "US" if american else country),
    )


def _credentials(npi: str, taxonomies: Sequence[Taxonomy]) -> Iterator[CredentialRow]:
    """Yield each specialty that the entry states, once a licence: what the holder says, checked by nobody."""
    seen = set()
    for taxonomy in taxonomies:
        key = taxonomy.code, " ".join(filter(None, (taxonomy.state, taxonomy.licence)))
        if key not in seen:
            seen.add(key)
            yield CredentialRow(
                type=f"specialty:{taxonomy.code}",
                title=named(taxonomy.code).label,
                issuer=_("Stated by the holder to NPPES"),
                reference=key[1],
                source_url=f"https://npiregistry.cms.hhs.gov/provider-view/{npi}",
            )


def _accept(header: Sequence[str]) -> Sequence[str]:
    if not set(_COLUMNS) <= set(header):
        raise wrong_kind(_("a native file of NPPES with its 329 columns, nor an answer of its API"))
    return header


def _from_csv(many: Iterator[rows.Row | Refusal]) -> Iterator[Provider | Refusal]:
    for row in many:
        if isinstance(row, Refusal):
            yield row
            continue
        said = row.values
        npi = said["NPI"].strip()
        if not is_npi(npi):
            yield Refusal(row.line, "NPI", _("This is no NPI: ten digits, the last of which checks the others."))
            continue
        gone, back = american_day(said["NPI Deactivation Date"].strip()), american_day(said["NPI Reactivation Date"].strip())
        yield Provider(
            line=row.line,
            npi=npi,
            raw=storable_row(said),
            person=said["Entity Type Code"].strip() == "1",
            deactivated=gone is not None and (back is None or back < gone),
            replaced_by=said["Replacement NPI"].strip(),
            names={
                "prefix": _word(said["Provider Name Prefix Text"]),
                "first": _word(said["Provider First Name"]),
                "middle": _word(said["Provider Middle Name"]),
                "last": _word(said["Provider Last Name (Legal Name)"]),
                "suffix": _word(said["Provider Name Suffix Text"]),
                "credential": _word(said["Provider Credential Text"]),
            },
            address={
                "first": _word(said["Provider First Line Business Practice Location Address"]),
                "second": _word(said["Provider Second Line Business Practice Location Address"]),
                "city": _word(said[f"{_PRACTICE} City Name"]),
                "state": _word(said[f"{_PRACTICE} State Name"]),
                "postcode": _word(said[f"{_PRACTICE} Postal Code"]),
                "country": _word(said[_COUNTRY]),
                "phone": _word(said[f"{_PRACTICE} Telephone Number"]),
            },
            taxonomies=tuple(
                Taxonomy(
                    code,
                    _word(said[f"Provider License Number_{slot}"]),
                    _word(said[f"Provider License Number State Code_{slot}"]),
                    said[f"Healthcare Provider Primary Taxonomy Switch_{slot}"] == "Y",
                )
                for slot in SLOTS
                if (code := said[f"Healthcare Provider Taxonomy Code_{slot}"].strip())
            ),
            columns=_CSV_NAMES,
        )


def _from_json(file: BinaryIO) -> Iterator[Provider | Refusal]:
    """Read an answer of the API whole: it has at most 200 records."""
    try:
        answer = json.load(file)
    except (ValueError, RecursionError):
        answer = None
    records = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        raise wrong_kind(_("a native file of NPPES with its 329 columns, nor an answer of its API"))
    return _providers(records)


def _providers(records: Sequence[Any]) -> Iterator[Provider | Refusal]:
    for number, record in enumerate(records, start=1):
        said = record if isinstance(record, dict) else {}
        npi = _text(said, "number")
        if not is_npi(npi):
            yield Refusal(number, "number", _("This is no NPI: ten digits, the last of which checks the others."))
            continue
        basic = _part(said, "basic")
        addresses = [one for one in _list(said, "addresses") if _text(one, "address_purpose").upper() == "LOCATION"]
        address = (addresses or _list(said, "addresses") or [{}])[0]
        yield Provider(
            line=number,
            npi=npi,
            raw=storable(said),
            person=_text(said, "enumeration_type") == "NPI-1",
            deactivated=_text(basic, "status").upper() not in {"", "A"},
            replaced_by=_text(basic, "replacement_npi"),
            names={
                "prefix": _text(basic, "name_prefix"),
                "first": _text(basic, "first_name"),
                "middle": _text(basic, "middle_name"),
                "last": _text(basic, "last_name"),
                "suffix": _text(basic, "name_suffix"),
                "credential": _text(basic, "credential"),
            },
            address={
                "first": _text(address, "address_1"),
                "second": _text(address, "address_2"),
                "city": _text(address, "city"),
                "state": _text(address, "state"),
                "postcode": _text(address, "postal_code"),
                "country": _text(address, "country_code"),
                "phone": _text(address, "telephone_number"),
            },
            taxonomies=tuple(
                Taxonomy(_text(one, "code"), _text(one, "license"), _text(one, "state"), one.get("primary") is True)
                for one in _list(said, "taxonomies")
                if _text(one, "code")
            ),
            columns=_JSON_NAMES,
        )


def is_npi(text: str) -> bool:
    """Say whether ten digits are an NPI: with 80840 before them they pass Luhn's check (45 CFR 162.406, CMS check-digit paper)."""
    if not (len(text) == 10 and text.isascii() and text.isdigit() and text[0] in "12"):
        return False
    digits = [int(digit) for digit in f"80840{text}"]
    doubled = [digit if n % 2 == 0 else sum(divmod(2 * digit, 10)) for n, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _word(text: str) -> str:
    """Return a field on one line; empty where the register writes a sign for "nothing"."""
    said = clean_line(text)
    return "" if said in _ABSENT else said


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return _word(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _part(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = part.get(name)
    return value if isinstance(value, dict) else {}


def _list(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = part.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
