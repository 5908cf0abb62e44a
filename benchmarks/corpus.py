"""Listings to measure search with: invented, the same for one seed on every machine, and of any number without holding them all.

They come in chunks, each drawn from the seed and its own number, so that 10,000 listings are the first tenth of 100,000. A chunk that
was made is kept in a folder and read from there the next time.
"""

import pickle
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import vocabulary
from directory.core.text import sort_key
from directory.places import gazetteer
from directory.places.money import currency, minor_units
from directory.reviews import rules as reviews
from directory.search import analysis, bands, concepts
from directory.search.criteria import Evidence, Kind
from directory.search.documents import PROFESSIONS, REPAIRS, Document
from directory.treatments import rules as taxonomy

SEED = 20261122
#: Listings drawn together.
CHUNK = 10_000
#: Goes up with every change of what is drawn; chunks of another version are not read.
VERSION = 2

#: How many times as many listings a country has as its people alone would make: where the trade and its directories are.
SKEW = {
    **{"US": 6.0, "GB": 7.0, "TR": 4.0, "CA": 4.0, "AU": 5.0, "DE": 3.0, "ES": 3.0, "IT": 3.0, "FR": 2.0, "NL": 3.0, "AE": 5.0},
    **{"MX": 2.0, "BR": 1.5, "PL": 2.0, "IE": 6.0, "IN": 0.6, "CN": 0.1},
}
#: The language that everybody speaks there; English elsewhere.
SPOKEN = {
    **{"TR": "tr", "ES": "es", "MX": "es", "AR": "es", "CO": "es", "DE": "de", "AT": "de", "FR": "fr", "IT": "it", "BR": "pt", "PT": "pt"},
    **{"RU": "ru", "PL": "pl", "NL": "nl", "IN": "hi", "PK": "ur", "CN": "zh", "JP": "ja", "KR": "ko", "IL": "he", "GR": "el", "SE": "sv"},
    **{"RO": "ro", "CZ": "cs", "HU": "hu", "UA": "uk", "VN": "vi", "TH": "th", "ID": "id", "IR": "fa", "BD": "bn", "EG": "ar", "AE": "ar"},
}
LANGUAGES = (
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "tr",
    "ar",
    "ru",
    "pl",
    "nl",
    "hi",
    "ur",
    "zh",
    "ja",
    "ko",
    "he",
    "el",
    "sv",
    "ro",
    "cs",
    "hu",
    "uk",
    "vi",
    "th",
    "id",
    "fa",
    "bn",
    "ta",
    "sr",
)
#: How often a treatment is offered beside the others; those not named here, once.
OFFERED = {"smp": 12, "smp-density": 8, "smp-hairline": 8, "smp-scar": 6, "hair-transplant": 8, "fue": 10, "dhi": 4, "fut": 3, "prp": 7}
PEOPLE = (Kind.SMP_ARTIST, Kind.SURGEON, Kind.DERMATOLOGIST, Kind.PHYSICIAN, Kind.NURSE, Kind.TECHNICIAN, Kind.OTHER)
PEOPLE_ODDS = (0.5, 0.25, 0.08, 0.06, 0.04, 0.04, 0.03)
#: Shares of listings.
PRACTICES, ON_REGISTER, PRICED, VERIFIED, REVIEWED, WITH_HAIRLINE, WITH_PHRASE = 0.3, 0.1, 0.6, 0.6, 0.8, 0.5, 0.3
#: Words in what somebody says of themselves.
SHORTEST, LONGEST = 60, 120
#: Where people stand around their city's point: one standard deviation, in degrees.
SPREAD = 0.05
FIRST_REVIEW, LAST_REVIEW = 1_500_000_000, 1_780_000_000


@dataclass(frozen=True)
class City:
    """A place of the gazetteer with what an index needs of it."""

    id: int
    region_id: int
    country_code: str
    name: str
    lat: float
    lon: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Treatment:
    """A node of the taxonomy as `search.documents` writes it: its code and those of all above it; its own tokens."""

    codes: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """A number of listings.

    Args:
        folder: Where chunks are kept.
        size: How many listings.
        seed: What they are drawn from.
    """

    folder: Path
    size: int
    seed: int = SEED

    def documents(self) -> Iterator[Document]:
        """Give all listings by number, one chunk in memory at a time."""
        for number in range(self._chunks):
            documents = self._read(number)
            yield from documents[: self.size - number * CHUNK]
            del documents

    def batches(self, size: int = 500) -> Iterator[list[Document]]:
        """Give all listings in lists, as the site reads them from its database."""
        batch: list[Document] = []
        for document in self.documents():
            batch.append(document)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    def make(self, *, processes: int = 2) -> float:
        """Make the chunks that are not there yet; return the seconds that took."""
        started = time.perf_counter()
        missing = [number for number in range(self._chunks) if not self._path(number).exists()]
        if len(missing) > 1:
            with ProcessPoolExecutor(processes) as pool:
                list(pool.map(partial(_keep, self), missing))
        elif missing:
            _keep(self, missing[0])
        return time.perf_counter() - started

    @property
    def _chunks(self) -> int:
        return -(-self.size // CHUNK)

    def _path(self, number: int) -> Path:
        short = f"-{self.size}" if self.size < CHUNK else ""
        return self.folder / f"listings-v{VERSION}-{concepts.table().digest[:8]}-{self.seed}-{number:04}{short}.pickle"

    def _read(self, number: int) -> list[Document]:
        with self._path(number).open("rb") as file:
            found: list[Document] = pickle.load(file)
        return found


def _keep(corpus: Corpus, number: int) -> None:
    """Make one chunk and write it whole or not at all."""
    path = corpus._path(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
        pickle.dump(chunk(corpus.seed, number, min(CHUNK, corpus.size)), file, protocol=5)
    Path(file.name).replace(path)


@cache
def cities() -> tuple[tuple[City, ...], NDArray[np.float64]]:
    """Return the places where somebody lives, with how likely a listing stands in each: people to the power of 0.95, skewed by country."""
    rows = [row for row in gazetteer.Gazetteer().places() if row.population > 0]
    regions: dict[tuple[str, str], int] = {}
    found = []
    for row in sorted(rows, key=lambda row: row.id):
        region = regions.setdefault((row.country_code, row.region_code), len(regions) + 1)
        country = gazetteer.country_name(row.country_code)
        words = [word for name in (row.name, row.region_name, country) if name for word in analysis.tokens(name)]
        found.append(City(row.id, region, row.country_code, row.name, row.lat, row.lon, tuple(words)))
    people = {row.id: row.population for row in rows}
    odds = np.array([people[city.id] ** 0.95 * SKEW.get(city.country_code, 1.0) for city in found])
    return tuple(found), odds / odds.sum()


@cache
def treatments() -> tuple[tuple[Treatment, ...], NDArray[np.float64]]:
    """Return the real taxonomy, with how likely each node is offered."""
    above: dict[str, tuple[str, ...]] = {}
    own: dict[str, tuple[str, ...]] = {}
    for node in taxonomy.shipped():
        above[node.code] = (node.code, *(above[node.parent] if node.parent else ()))
        said = (word for text in node.said for word in analysis.tokens(text) if not word.startswith(concepts.MARK))
        own[node.code] = (*dict.fromkeys(said), concepts.token(node.code))
    nodes = tuple(Treatment(codes, own[code]) for code, codes in above.items())
    odds = np.array([float(OFFERED.get(node.codes[0], 1)) for node in nodes])
    return nodes, odds / odds.sum()


@cache
def words_of(code: str) -> tuple[str, ...]:
    """Return the tokens of one treatment."""
    return next(treatment.words for treatment in treatments()[0] if treatment.codes[0] == code)


def chunk(seed: int, number: int, size: int = CHUNK) -> list[Document]:
    """Return the listings `number * CHUNK + 1` and following.

    Args:
        seed: What the corpus is drawn from.
        number: Of the chunk.
        size: How many.
    """
    chance = np.random.default_rng((seed, number))
    drawn = _Drawn(chance, size)
    return [drawn.document(at, number * CHUNK + at + 1) for at in range(size)]


class _Drawn:
    """What is drawn for a chunk, all at once: numpy draws a million words in the time of a few thousand single ones."""

    def __init__(self, chance: np.random.Generator, size: int) -> None:
        self.city = chance.choice(len(cities()[0]), size, p=cities()[1])
        self.given, self.family, self.other = (chance.integers(0, len(names), size) for names in _NAMES)
        self.is_practice = chance.random(size) < PRACTICES
        self.is_double = chance.random(size) < 0.25
        self.practice = chance.integers(0, len(vocabulary.PRACTICES), size)
        self.kind = chance.choice(len(PEOPLE), size, p=PEOPLE_ODDS)
        self.on_register = chance.random(size) < ON_REGISTER
        self.verified = chance.random(size) < VERIFIED
        self.offers = chance.choice(len(treatments()[0]), (size, 6), p=treatments()[1])
        self.offered = chance.integers(1, 7, size)
        self.languages = chance.integers(0, len(LANGUAGES), (size, 2))
        self.spread = chance.normal(0, SPREAD, (size, 2))
        self.price = (chance.lognormal(7.2, 0.7, size) // 50 * 50).astype(np.int64)
        self.priced = chance.random(size) < PRICED
        self.mean = np.clip(chance.normal(4.4, 0.45, size), 1, 5)
        self.reviews = np.where(chance.random(size) < REVIEWED, np.minimum(chance.lognormal(2.2, 1.3, size), 4000), 0).astype(np.int64)
        self.newest = chance.integers(FIRST_REVIEW, LAST_REVIEW, size)
        self.has_hairline = chance.random(size) < WITH_HAIRLINE
        self.phrase = np.where(chance.random(size) < WITH_PHRASE, chance.integers(0, len(vocabulary.PHRASES), size), -1)
        lengths = chance.integers(SHORTEST, LONGEST + 1, size)
        self.ends = np.cumsum(lengths)
        self.words = _text(chance, int(self.ends[-1]))

    def document(self, at: int, number: int) -> Document:
        """Return one listing."""
        city = cities()[0][self.city[at]]
        hair = not self.on_register[at]
        kind = Kind.PRACTICE if self.is_practice[at] else PEOPLE[self.kind[at]]
        name, company = self._names(at)
        offered = self._offered(at) if hair else []
        codes = tuple(dict.fromkeys(code for treatment in offered for code in treatment.codes))
        said = tuple(word for code in codes for word in words_of(code))
        count = int(self.reviews[at]) if hair else 0
        stars = round(float(self.mean[at]) * count)
        lat, lon = city.lat + self.spread[at, 0], (city.lon + self.spread[at, 1] + 180) % 360 - 180
        money = currency(city.country_code)
        priced = money is not None and hair and self.priced[at]
        return Document(
            id=number,
            name=tuple(analysis.name_tokens(name)),
            company=tuple(analysis.name_tokens(company)),
            places=city.words,
            treatments=(*said, *analysis.tokens(PROFESSIONS[kind])),
            about=tuple(analysis.tokens(self._about(at))) if hair else (),
            place_id=city.id,
            region_id=city.region_id,
            country_code=city.country_code,
            lat=round(float(np.clip(lat, -89, 89)), 5),
            lon=round(float(lon), 5),
            offers=codes,
            kind=kind,
            languages=self._languages(at, city.country_code) if kind is not Kind.PRACTICE else (),
            evidence=Evidence.HAIR if hair else Evidence.REGISTER,
            repairs=not REPAIRS.isdisjoint(codes),
            verified=bool(self.verified[at]) and hair,
            score=reviews.weighted(stars, count),
            reviews=count,
            newest=int(self.newest[at]) if count else 0,
            mean=stars * reviews.MILLION // count if count else 0,
            sort_key=sort_key(name),
            currency=money,
            price=int(self.price[at]) * bands.STRETCH.get(money, 1) * minor_units(money) if priced and money else None,
        )

    def _names(self, at: int) -> tuple[str, str]:
        """Return the name of the listing, and of where a person works."""
        family = vocabulary.FAMILY[self.family[at]]
        practice = f"{vocabulary.FAMILY[self.other[at]]} {vocabulary.PRACTICES[self.practice[at]]}"
        if self.is_practice[at]:
            return practice, ""
        double = f"-{vocabulary.FAMILY[self.other[at]]}" if self.is_double[at] else ""
        return f"{vocabulary.GIVEN[self.given[at]]} {family}{double}", practice if self.other[at] % 3 == 0 else ""

    def _offered(self, at: int) -> list[Treatment]:
        chosen = dict.fromkeys(self.offers[at, : self.offered[at]].tolist())
        return [treatments()[0][one] for one in chosen]

    def _languages(self, at: int, country: str) -> tuple[str, ...]:
        more = [LANGUAGES[one] for one in self.languages[at, : self.offered[at] % 3]]
        return tuple(dict.fromkeys([SPOKEN.get(country, "en"), *more]))

    def _about(self, at: int) -> str:
        words: list[str] = list(self.words[self.ends[at - 1] if at else 0 : self.ends[at]])
        if not self.has_hairline[at]:
            words = [word for word in words if word != "hairline"]
        elif "hairline" not in words:
            words.insert(3, "hairline")
        if self.phrase[at] >= 0:
            words[5:5] = [vocabulary.PHRASES[self.phrase[at]]]
        return " ".join(words)


_NAMES = (vocabulary.GIVEN, vocabulary.FAMILY, vocabulary.FAMILY)


def _text(chance: np.random.Generator, many: int) -> NDArray[np.object_]:
    """Return words: half of them small, two fifths of the trade, a tenth from the long tail, each kind by Zipf's law."""
    known = np.array([*vocabulary.SMALL, *vocabulary.TRADE, *vocabulary.tail()], dtype=object)
    small, trade = len(vocabulary.SMALL), len(vocabulary.TRADE)
    kind = chance.random(many)
    words = np.where(
        kind < 0.5,
        chance.choice(small, many, p=_zipf(small, 0.6)),
        np.where(
            kind < 0.9,
            small + chance.choice(trade, many, p=_zipf(trade, 0.75)),
            small + trade + chance.choice(vocabulary.TAIL, many, p=_zipf(vocabulary.TAIL, 0.9)),
        ),
    )
    return known[words]


def _zipf(many: int, power: float) -> NDArray[np.float64]:
    odds = 1 / np.arange(1, many + 1) ** power
    shares: NDArray[np.float64] = odds / odds.sum()
    return shares
