"""The shipped files read into plain rows: countries, regions, places, their names, postcodes."""

import csv
import hashlib
import lzma
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import babel
from babel import Locale
from babel.languages import get_official_languages

from directory.places import names

DATA = Path(__file__).resolve().parent.parent / "data"
#: Goes up when the rules that turn the files into rows change, so that a database built before is built again.
RULES_VERSION = 2

#: Names that are shorter, or more often said, than those of the Unicode locale data.
COUNTRY_NAMES = {"HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar", "PS": "Palestine", "CD": "DR Congo", "CG": "Congo"}
#: Other words that people type for a country.
COUNTRY_WORDS = {
    "AE": ("uae", "emirates"),
    "BA": ("bosnia",),
    "CD": ("democratic republic of the congo", "congo kinshasa"),
    "CG": ("republic of the congo", "congo brazzaville"),
    "CI": ("ivory coast",),
    "CV": ("cabo verde",),
    "CZ": ("czech republic",),
    "DO": ("dominican republic",),
    "GB": ("uk", "great britain", "britain"),
    "KR": ("korea", "republic of korea"),
    "MK": ("macedonia",),
    "MM": ("burma",),
    "MO": ("macau",),
    "NL": ("holland", "the netherlands"),
    "RU": ("russian federation",),
    "SZ": ("swaziland",),
    "TL": ("east timor",),
    "TR": ("turkey", "turkiye"),
    "US": ("usa", "united states of america", "america", "the united states", "the us", "the usa"),
    "VA": ("vatican",),
}
#: Languages beside its own in which a country's name may be typed: those of the treatments' synonyms.
LANGUAGES = ("de", "es", "fr", "it", "nl", "pl", "pt", "tr", "ru", "el", "ar", "ja", "ko", "zh", "zh_Hant")
#: Postal abbreviations where GeoNames numbers the regions instead; the United States' are its codes already.
REGION_CODES = {
    "AU": {"01": "act", "02": "nsw", "03": "nt", "04": "qld", "05": "sa", "06": "tas", "07": "vic", "08": "wa"},
    "BR": {
        **{"01": "ac", "02": "al", "03": "ap", "04": "am", "05": "ba", "06": "ce", "07": "df", "08": "es", "11": "ms"},
        **{"13": "ma", "14": "mt", "15": "mg", "16": "pa", "17": "pb", "18": "pr", "20": "pi", "21": "rj", "22": "rn"},
        **{"23": "rs", "24": "ro", "25": "rr", "26": "sc", "27": "sp", "28": "se", "29": "go", "30": "pe", "31": "to"},
    },
    "CA": {
        **{"01": "ab", "02": "bc", "03": "mb", "04": "nb", "05": "nl", "07": "ns", "08": "on", "09": "pe", "10": "qc"},
        **{"11": "sk", "12": "yt", "13": "nt", "14": "nu"},
    },
}


class PlaceRow(NamedTuple):
    """One line of `places.csv.xz`, its name already Latin."""

    id: int
    name: str
    country_code: str
    region_code: str
    region_name: str
    lat: float
    lon: float
    population: int
    timezone: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """A folder with `places.csv.xz` and `postcodes/`.

    Args:
        folder: Where the files are; ours are shipped in `directory/data`.
    """

    folder: Path = DATA

    def digest(self, name: str) -> str:
        """Return the fingerprint of a file together with the rules and the locale data by which it is read."""
        marks = f"{RULES_VERSION} {babel.__version__}".encode()
        return hashlib.sha256(self._path(name).read_bytes() + marks).hexdigest()

    def places(self, *, countries: Collection[str] = (), limit: int | None = None) -> list[PlaceRow]:
        """Return the places, by number.

        Args:
            countries: Codes of the countries wanted; all when empty.
            limit: Only that many, those with most people; a smaller gazetteer for trying things out.
        """
        rows = [_place(line) for line in self.lines("places") if not countries or line["country"] in countries]
        if limit is not None:
            rows = sorted(rows, key=lambda row: (-row.population, row.id))[:limit]
        return sorted(rows, key=lambda row: row.id)

    def countries(self) -> frozenset[str]:
        """Return the codes of the countries that have places."""
        return frozenset(line["country"] for line in self.lines("places"))

    def lines(self, name: str) -> Iterator[dict[str, str]]:
        """Give the lines of one file by column."""
        with lzma.open(self._path(name), "rt", encoding="utf-8", newline="") as text:
            yield from csv.DictReader(text)

    def _path(self, name: str) -> Path:
        return self.folder / ("" if name == "places" else "postcodes") / f"{name}.csv.xz"


def country_name(code: str) -> str:
    """Return the English name of a country, from the Unicode locale data."""
    return COUNTRY_NAMES.get(code) or str(Locale("en").territories.get(code, code))


def country_keys(code: str) -> dict[str, bool]:
    """Return what a country is called, in English, in its own languages and in LANGUAGES, and whether that is a mere code."""
    english = str(Locale("en").territories.get(code, code))
    own = (_own_name(code, language) for language in {*get_official_languages(code, de_facto=True), *LANGUAGES})
    keys = {key for name in (country_name(code), english, *own) for key in names.area_keys(name)}
    keys |= {names.key(word) for word in COUNTRY_WORDS.get(code, ())}
    return {code.lower(): True} | dict.fromkeys(sorted(keys - {""}), False)


def region_keys(country_code: str, code: str, name: str) -> dict[str, bool]:
    """Return what a region is called, and whether that is a mere code ("il", "on")."""
    keys: dict[str, bool] = dict.fromkeys(sorted(names.area_keys(name)), False)
    if country_code == "US":
        keys[f"{names.key(name)} state"] = False
    abbreviation = REGION_CODES.get(country_code, {}).get(code) or (code.lower() if code.isalpha() and len(code) > 1 else "")
    return {abbreviation: True} | keys if abbreviation else keys


def people(rows: Collection[PlaceRow]) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Return how many people live in the places of each country, and of each region."""
    by_country: dict[str, int] = defaultdict(int)
    by_region: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        by_country[row.country_code] += row.population
        by_region[row.country_code, row.region_code] += row.population
    return by_country, by_region


def _place(line: dict[str, str]) -> PlaceRow:
    others = tuple(line["aliases"].split("|")) if line["aliases"] else ()
    name = names.latin_name(line["name"], others)
    return PlaceRow(
        id=int(line["geonameid"]),
        name=name,
        country_code=line["country"],
        region_code=line["admin1"] if line["region"] else "",
        region_name=line["region"],
        lat=float(line["latitude"]),
        lon=float(line["longitude"]),
        population=int(line["population"]),
        timezone=line["timezone"],
        others=others if name == line["name"] else (*others, line["name"]),
    )


@cache
def _own_name(code: str, language: str) -> str:
    try:
        return str(Locale.parse(language, sep="_").territories.get(code, ""))
    except babel.UnknownLocaleError:  # a language without locale data: its name for the country is not known
        return ""
