"""The files that the sample data is made of, read once."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from directory.core.paths import DATA

FOLDER = DATA / "sample"


@dataclass(frozen=True)
class City:
    """A real city where made-up people work.

    Args:
        place_id: GeoNames' number.
        weight: How many work there beside other cities.
        area_code: Of its telephones, where a range for fiction needs one.
    """

    place_id: int
    country: str
    region: str
    name: str
    lat: float
    lon: float
    weight: int
    area_code: str


@dataclass(frozen=True)
class Country:
    """How names, prices and addresses look in a country.

    Args:
        rate: Units of the currency for a US dollar.
        level: What work costs beside the United States.
        names: Cultures of names with their shares.
        speaks: Languages of its practitioners; all speak the first.
        street: An address line to fill in.
        week: Which kind of opening hours.
        writes: Languages of reviews with their shares of a hundred; the rest is English.
        kinds: Shares of the professions, where they are not the usual ones.
    """

    currency: str
    rate: float
    level: float
    names: Mapping[str, float]
    speaks: tuple[str, ...]
    street: str
    week: str
    writes: Mapping[str, float]
    kinds: Mapping[str, float]


@dataclass(frozen=True)
class Culture:
    """Names that go together."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool
    join: str


@cache
def cities() -> tuple[City, ...]:
    """Return the cities of the sample data."""
    with (FOLDER / "cities.csv").open(encoding="utf-8", newline="") as text:
        return tuple(
            City(
                place_id=int(row["place_id"]),
                country=row["country"],
                region=row["region"],
                name=row["name"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                weight=int(row["weight"]),
                area_code=row["area_code"],
            )
            for row in csv.DictReader(text)
        )


@cache
def countries() -> Mapping[str, Country]:
    """Return the countries by their codes."""
    usual = work()["kinds"]
    return {
        code: Country(**{"writes": {}, "kinds": usual} | said | {"speaks": tuple(said["speaks"])})
        for code, said in toml("countries").items()
    }


@cache
def cultures() -> Mapping[str, Culture]:
    """Return the cultures of names."""
    return {
        code: Culture(tuple(said["given"]), tuple(said["family"]), said.get("order") == "family", said.get("join", " "))
        for code, said in toml("names").items()
    }


@cache
def work() -> Mapping[str, Any]:
    """Return what practitioners offer, hold and say."""
    return toml("work")


@cache
def toml(name: str) -> Mapping[str, Any]:
    """Return one of the files."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
