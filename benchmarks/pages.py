"""Home, a city and a profile over many profiles, beside a bare Flask "hello" under the same server in the same run.

    python -m benchmarks.pages [--profiles 100000] [--seconds 4] [--rounds 3]

Prints requests/s and CPU milliseconds a request, and both as ratios to "hello": the machine's speed cancels out.
"""

import argparse
import itertools
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import SQLModel, col

from directory.core.db import Database
from directory.core.text import slugify, sort_key
from directory.guides import service as guides
from directory.models.accounts import User
from directory.models.base import metadata
from directory.models.places import Place
from directory.models.profiles import (
    Credential,
    CredentialStatus,
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    PractitionerKind,
    PriceUnit,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.reviews import Review
from directory.models.treatments import Treatment
from directory.places import service as places
from directory.profiles import service as profiles
from directory.reviews import rules
from directory.treatments import service as taxonomy

SEED = 20261122
BATCH = 5_000
FAMILIES = (
    "Marsh",
    "Haddad",
    "Wells",
    "Yilmaz",
    "Okafor",
    "Larsen",
    "Mueller",
    "Singh",
    "Karapetian",
    "Mireles",
    "Pell",
    "Osei",
    "Tan",
    "Rossi",
)
GIVEN = ("Ada", "Lena", "Owen", "Marta", "Sinan", "Yara", "Tomas", "Ivo", "Noor", "Priya", "Jonah", "Elif", "Zoe", "Kofi", "Mei", "Luc")
STUDIOS = ("Plainline", "Oakline", "Harbor", "Quiet Dot", "Follicle", "Cedar", "Northlight")
MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
#: Reviews on the profile that is asked for.
REVIEWS = 40
HELLO = """
from flask import Flask


def create_app():
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app
"""


def fill(database: Database, many: int) -> None:
    """Load the real gazetteer and `many` made-up profiles: the same every time."""
    metadata.create_all(database.engine)
    places.build(database)
    rng = random.Random(SEED)
    with database.transaction() as session:
        taxonomy.sync(session)
        guides.sync(session)
        treatments = [row.id for row in session.execute(select(Treatment).where(col(Treatment.family) != "adjunct")).scalars()]
        spots = session.execute(select(Place.id, Place.population, Place.lat, Place.lon, Place.country_code, Place.name)).all()
    spots.sort(key=lambda spot: (-spot.population, spot.id))
    weights = [max(spot.population, 1) ** 0.8 for spot in spots]
    for first in range(1, many + 1, BATCH):
        ids = range(first, min(first + BATCH, many + 1))
        chosen = rng.choices(spots, weights, k=len(ids))
        with database.transaction() as session:
            _rows(session, rng, list(zip(ids, chosen, strict=True)), treatments)
    with database.transaction() as session:
        _review(session, 1, treatments[0])
        profiles.recount_places(session, set(session.execute(select(col(Profile.place_id)).distinct()).scalars()))


def _rows(session: Any, rng: random.Random, chosen: list[Any], treatments: list[int]) -> None:
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for number, spot in chosen:
        is_practice = rng.random() < 0.3
        name = f"{rng.choice(STUDIOS)} Scalp {number}" if is_practice else f"{rng.choice(GIVEN)} {rng.choice(FAMILIES)}"
        stars = [rng.choice((0, 0, 0, 1, 2)) for _ in range(5)] if number > 1 else [0] * 5
        count, total = sum(stars), sum(n * k for n, k in enumerate(stars, 1))
        own = {"profile_id": number}
        _add(
            rows,
            Profile,
            id=number,
            slug=f"{slugify(name)}-{number}",
            kind=ProfileKind.PRACTICE if is_practice else ProfileKind.PRACTITIONER,
            name=name,
            sort_key=sort_key(name),
            place_id=spot.id,
            status=ProfileStatus.PUBLISHED_UNCLAIMED,
            hair_evidence=rng.choices((HairEvidence.CONFIRMED, HairEvidence.STATED_BY_OWNER, HairEvidence.UNKNOWN), (5, 3, 2))[0],
            created_at=MOMENT,
            updated_at=MOMENT,
            review_count=count,
            **{f"stars_{n}": k for n, k in enumerate(stars, 1)},
            mean_micro=rules.mean_micro(total, count),
            score_micro=rules.weighted(total, count),
        )
        if is_practice:
            _add(rows, Organization, **own, schema_type="HealthAndBeautyBusiness")
        else:
            _add(rows, Practitioner, **own, kind=rng.choice(list(PractitionerKind)))
        _add(rows, Location, **own, address="1 Sample St", city=spot.name, country_code=spot.country_code, lat=spot.lat, lon=spot.lon)
        price = {"currency": "USD", "unit": PriceUnit.PACKAGE_TOTAL, "price_date": date(2026, 8, 11)}
        for treatment in rng.sample(treatments, rng.randint(1, 3)):
            _add(rows, ServiceOffering, **own, treatment_id=treatment, min_price=rng.randrange(100_000, 900_000, 5_000), **price)
        _add(
            rows,
            Credential,
            **own,
            type="training",
            title="A course",
            issuer="A school",
            status=CredentialStatus.CHECKED_OK,
            source_url="https://register.example/",
            checked_on=date(2026, 11, 3),
        )
    for model, values in rows.items():
        session.execute(insert(model), values)


def _add(rows: dict[type[SQLModel], list[dict[str, Any]]], model: type[SQLModel], **values: Any) -> None:
    rows.setdefault(model, []).append(values)


def _review(session: Any, profile_id: int, treatment_id: int) -> None:
    """Give one profile reviews that count."""
    stars = [1 + number % 5 for number in range(REVIEWS)]
    authors = [
        {
            "id": n,
            "email": f"p{n}@patients.example",
            "email_key": f"p{n}@patients.example",
            "display_name": f"Person {n}",
            "display_name_key": f"person {n}",
        }
        | {"password_hash": "!", "birth_year": 1980, "created_at": MOMENT}
        for n in range(1, REVIEWS + 1)
    ]
    session.execute(insert(User), authors)
    written = [
        {
            "profile_id": profile_id,
            "author_id": n,
            "treatment_id": treatment_id,
            "month": "2025-09",
            "overall": given,
            "own_experience": True,
        }
        | {"body": "Three sessions, calm and clean.\n\nIt looks like my own stubble.", "created_at": MOMENT, "published_at": MOMENT}
        for n, given in enumerate(stars, 1)
    ]
    session.execute(insert(Review), written)
    profile = session.get(Profile, profile_id)
    for given in range(1, 6):
        setattr(profile, f"stars_{given}", stars.count(given))
    profile.review_count = REVIEWS
    profile.mean_micro, profile.score_micro = rules.mean_micro(sum(stars), REVIEWS), rules.weighted(sum(stars), REVIEWS)
    profile.hair_evidence = HairEvidence.CONFIRMED


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        pid: Its first process.
        port: Where it listens on this machine.
    """

    pid: int
    port: int

    def cpu(self) -> float:
        """Return the CPU seconds that it and its children have used."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(stat.parent.name) == self.pid or int(fields[1]) == self.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(target: str, folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Run an app factory under granian, as `hairline serve` does, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", target, "--no-ws", "--no-access-log", "--http", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--log-level", "warning"]
    path = os.pathsep.join([str(folder), str(Path(__file__).resolve().parent.parent)])
    child = subprocess.Popen(command, env=os.environ | environment | {"PYTHONPATH": path}, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Server(child.pid, port)
    finally:
        child.terminate()
        child.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def ask(port: int, path: str, until: float, done: list[int]) -> None:
    """Ask for one path again and again over one kept connection, each time from another network, as many visitors would."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nX-Forwarded-For: {{}}\r\n\r\n"
    networks = itertools.cycle(f"10.{a}.{b}.1" for a in range(256) for b in range(256))
    with socket.create_connection(("127.0.0.1", port), 10) as connection, connection.makefile("rb") as answers:
        while time.monotonic() < until:
            connection.sendall(request.format(next(networks)).encode())
            status = answers.readline()
            if b" 200 " not in status:
                raise RuntimeError(f"{path}: {status!r}")
            length = 0
            while (line := answers.readline()) not in {b"\r\n", b""}:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answers.read(length)
            done.append(1)


def measure(server: Server, path: str, seconds: float, connections: int = 4) -> tuple[float, float]:
    """Return requests/s and CPU seconds a request."""
    ask(server.port, path, time.monotonic() + 0.5, [])  # warm: templates compiled, rows in the cache
    done: list[int] = []
    cpu, begun = server.cpu(), time.monotonic()
    threads = [threading.Thread(target=ask, args=(server.port, path, begun + seconds, done)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    return len(done) / took, (server.cpu() - cpu) / max(len(done), 1)


def targets(database: Database) -> dict[str, str]:
    """Return the pages to ask for: the fullest city, one of middling size, and a profile with reviews."""
    with database.session() as session:
        listed = select(Place.path, func.count()).join(Profile, col(Profile.place_id) == Place.id).group_by(Place.path)
        cities = session.execute(listed.order_by(func.count().desc(), Place.path)).all()
        slug = session.execute(select(Profile.slug).where(col(Profile.id) == 1)).scalar_one()
    middling = next(city for city in cities if city[1] <= 30)
    return {
        "home": "/",
        f"city, {cities[0][1]} profiles": f"/{cities[0][0]}/",
        f"city, {middling[1]} profiles": f"/{middling[0]}/",
        f"profile, {REVIEWS} reviews": f"/p/{slug}",
    }


def main() -> None:
    """Load, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder to keep the database in and use again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hairline-bench-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite:///{folder / 'hairline.sqlite3'}")
        if not (folder / "hairline.sqlite3").exists():
            begun = time.monotonic()
            fill(database, given.profiles)
            print(f"{given.profiles:,} profiles loaded in {time.monotonic() - begun:.0f} s", flush=True)
        (Path(name) / "hello.py").write_text(HELLO)
        environment = {
            "HAIRLINE_DATA_DIR": str(folder),
            "HAIRLINE_SECRET_KEY": "benchmark-only-0123456789-abcdefghijk",
            "HAIRLINE_PROXIES": "1",
        }
        pages = targets(database)
        database.dispose()
        with served("hello:create_app", Path(name), {}) as hello, served("directory.app:create_app", Path(name), environment) as site:
            run(hello, site, pages, given.rounds, given.seconds)


def run(hello: Server, site: Server, pages: dict[str, str], rounds: int, seconds: float) -> None:
    """Measure everything in turn, several times, and print the medians."""
    found: dict[str, list[tuple[float, float]]] = {"hello": [], **{name: [] for name in pages}}
    for _ in range(rounds):
        found["hello"].append(measure(hello, "/", seconds))
        for name, path in pages.items():
            found[name].append(measure(site, path, seconds))
    base = _median(found["hello"])
    print(f"{'':28}{'requests/s':>12}{'CPU ms':>10}{'slower than hello':>20}{'CPU / hello':>14}")
    for name, results in found.items():
        rate, cpu = _median(results)
        print(f"{name:28}{rate:>12,.0f}{cpu * 1000:>10.2f}{base[0] / rate:>20.1f}{cpu / base[1]:>14.1f}")


def _median(results: list[tuple[float, float]]) -> tuple[float, float]:
    middle = len(results) // 2
    return sorted(rate for rate, _ in results)[middle], sorted(cpu for _, cpu in results)[middle]


if __name__ == "__main__":
    main()
