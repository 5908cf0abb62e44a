"""Loading the gazetteer into the database."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table
from sqlmodel import Session, func, select

from directory.core import clock
from directory.core.db import Database
from directory.core.i18n import _
from directory.core.progress import Progress, silent
from directory.core.text import sort_key
from directory.models.base import Record
from directory.models.places import AreaName, CaFsa, Country, GazetteerFile, Place, PlaceAlias, Region, UkOutcode, UsZip
from directory.places import gazetteer as files
from directory.places import names, paths, sphere
from directory.places.build import Row, Shape, Tally, merge
from directory.places.gazetteer import Gazetteer, PlaceRow

POSTCODES: dict[str, type[Record]] = {"us_zips": UsZip, "ca_fsas": CaFsa, "uk_outcodes": UkOutcode}


@dataclass(frozen=True)
class Report:
    """What a build did, table by table."""

    tallies: dict[str, Tally]
    seconds: float

    @property
    def writes(self) -> int:
        """How many rows it wrote; 0 when everything stood already."""
        return sum(tally.writes for tally in self.tallies.values())

    def __str__(self) -> str:
        if not self.writes:
            return _("Nothing to change: %(places)s places are loaded.", places=f"{self.tallies['places'].same:,}")
        parts = (f"{name} {tally}" for name, tally in self.tallies.items() if tally.writes)
        return "; ".join(part.replace("_", " ") for part in parts)


def build(
    database: Database,
    *,
    gazetteer: Gazetteer | None = None,
    countries: Collection[str] = (),
    limit: int | None = None,
    check: bool = False,
    progress: Progress = silent,
) -> Report:
    """Load places and postcodes; safe to run again, beside others, and after a kill.

    Nothing that other rows may point to is ever taken out, and a path that was given stays. Where the same files
    were loaded to the end before, nothing is compared and the report says so.

    Args:
        database: Where to; its tables must exist.
        gazetteer: Which files; the shipped ones where none are given.
        countries: Only the places of these countries (ISO codes, capitals).
        limit: Only that many places, those with most people.
        check: Compare every row even where the files were loaded before.
        progress: Told what is being loaded, how far it is, and of how much.
    """
    start = time.perf_counter()
    source = gazetteer or Gazetteer()
    whole = not countries and limit is None
    if whole and not check and (stands := _standing(database, source)) is not None:
        return Report({name: Tally(same=rows) for name, rows in stands.items()}, time.perf_counter() - start)
    progress("reading", 0, 1)
    rows = source.places(countries=countries, limit=limit)
    progress("reading", 1, 1)
    tallies = _places(database, rows, progress)
    for name, model in POSTCODES.items():
        tallies[name] = _postcodes(database, source, name, model, progress)
    if whole:
        _remember(database, source)
    return Report(tallies, time.perf_counter() - start)


def _places(database: Database, rows: Sequence[PlaceRow], progress: Progress) -> dict[str, Tally]:
    countries, regions = files.people(rows)
    named = {(row.country_code, row.region_code): row.region_name for row in rows if row.region_code}
    with database.session() as session:
        slugs = _region_slugs(session, named)
        given = _place_paths(session, rows, slugs)
    tallies = {}
    codes = sorted(countries)
    tallies["countries"] = merge(
        database, COUNTRY, (_country(code, countries[code]) for code in codes), total=len(codes), progress=progress
    )
    wanted = (_region(code, name, slugs[code], regions[code]) for code, name in sorted(named.items()))
    tallies["regions"] = merge(database, REGION, wanted, total=len(named), progress=progress)
    with database.session() as session:
        ids = _region_ids(session)
    placed = (_place(row, ids, given[row.id]) for row in rows)
    tallies["places"] = merge(database, PLACE, placed, total=len(rows), progress=progress)
    others = sum(len(row.others) for row in rows)
    tallies["place_aliases"] = merge(database, ALIAS, _aliases(rows), total=others, progress=progress)
    areas = list(_area_names(codes, named, ids))
    tallies["area_names"] = merge(database, AREA, areas, total=len(areas), progress=progress)
    return tallies


def _region_slugs(session: Session, named: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    kept = session.exec(select(Region.country_code, Region.code, Region.slug)).all()
    wanted = (paths.RegionToName(country, code, name) for (country, code), name in named.items())
    return paths.region_slugs(wanted, kept={(country, code): slug for country, code, slug in kept})


def _place_paths(session: Session, rows: Sequence[PlaceRow], slugs: dict[tuple[str, str], str]) -> dict[int, str]:
    kept = dict(session.exec(select(Place.id, Place.path)).all())
    wanted = (
        paths.PlaceToName(row.id, row.country_code, slugs.get((row.country_code, row.region_code), ""), row.name, row.population)
        for row in rows
    )
    regions = {f"{country.lower()}/{slug}" for (country, _), slug in slugs.items()}
    return paths.place_paths(wanted, region_paths=regions, kept=kept)


def _region_ids(session: Session) -> dict[tuple[str, str], int]:
    rows = session.exec(select(Region.country_code, Region.code, Region.id)).all()
    return {(country, code): number for country, code, number in rows}


def _country(code: str, people: int) -> Row:
    name = files.country_name(code)
    return {"code": code, "name": name, "sort_key": sort_key(name), "people": people}


def _region(code: tuple[str, str], name: str, slug: str, people: int) -> Row:
    return {"country_code": code[0], "code": code[1], "name": name, "slug": slug, "sort_key": sort_key(name), "people": people}


def _place(row: PlaceRow, regions: dict[tuple[str, str], int], path: str) -> Row:
    point = sphere.vector(row.lat, row.lon)
    return {
        "id": row.id,
        "country_code": row.country_code,
        "region_id": regions.get((row.country_code, row.region_code)),
        "name": row.name,
        "key": names.key(row.name),
        "slug": path.rpartition("/")[2],
        "path": path,
        "sort_key": sort_key(row.name),
        "lat": row.lat,
        "lon": row.lon,
        **point._asdict(),
        "population": row.population,
        "timezone": row.timezone,
    }


def _aliases(rows: Sequence[PlaceRow]) -> Iterator[Row]:
    for row in rows:
        for key in sorted(names.other_keys(row.name, row.others)):
            yield {"place_id": row.id, "key": key}


def _area_names(countries: Sequence[str], named: dict[tuple[str, str], str], ids: dict[tuple[str, str], int]) -> Iterator[Row]:
    inside: dict[str, list[tuple[str, str]]] = {code: [] for code in countries}
    for country, code in sorted(named):
        inside[country].append((country, code))
    for country in countries:
        for key, is_code in files.country_keys(country).items():
            yield {"key": key, "country_code": country, "region_id": None, "is_code": is_code}
        for region in inside[country]:
            for key, is_code in files.region_keys(*region, named[region]).items():
                yield {"key": key, "country_code": country, "region_id": ids[region], "is_code": is_code}


def _postcodes(database: Database, source: Gazetteer, name: str, model: type[Record], progress: Progress) -> Tally:
    table = _table(model)
    identity = next(iter(table.primary_key.columns)).name
    rows: list[Row] = [line | {"lat": float(line["lat"]), "lon": float(line["lon"])} for line in source.lines(name)]
    return merge(database, Shape(table, (identity,), identity, drops=True), rows, total=len(rows), progress=progress)


def _standing(database: Database, source: Gazetteer) -> dict[str, int] | None:
    """Return the rows of each file when all were loaded to the end and are still there."""
    with database.session() as session:
        known = {row.name: row for row in session.exec(select(GazetteerFile)).all()}
        for name, model in {"places": Place, **POSTCODES}.items():
            row = known.get(name)
            if row is None or row.digest != source.digest(name) or row.rows != _count(session, model):
                return None
    return {name: row.rows for name, row in known.items()}


def _remember(database: Database, source: Gazetteer) -> None:
    with database.transaction() as session:
        for name, model in {"places": Place, **POSTCODES}.items():
            digest, rows = source.digest(name), _count(session, model)
            row = session.get(GazetteerFile, name)
            if row is None or (row.digest, row.rows) != (digest, rows):
                session.merge(GazetteerFile(name=name, digest=digest, rows=rows, loaded_at=clock.now()))


def _count(session: Session, model: type[Record]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


def _table(model: type[Record]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


COUNTRY = Shape(_table(Country), ("code",), "code")
REGION = Shape(_table(Region), ("country_code", "code"), "country_code")
PLACE = Shape(_table(Place), ("id",), "id")
ALIAS = Shape(_table(PlaceAlias), ("place_id", "key"), "place_id", drops=True)
AREA = Shape(_table(AreaName), ("key", "country_code", "region_id"), "country_code", drops=True)
