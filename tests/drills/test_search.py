"""The index under fire: its writer killed in the middle of commits, and readers while a writer goes flat out."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from directory.search.criteria import Criteria, Evidence
from directory.search.documents import Document
from directory.search.whoosh_engine import WhooshEngine
from tests.drills import size
from tests.search.made import document
from tests.search.reference import Reference

pytestmark = pytest.mark.drill

KILLS = size(small=6, full=200)
SECONDS = size(small=3, full=60)
PROFILES = size(small=300, full=3000)

#: Applies one change after another, and says before and after each which: what it says last tells where it was killed.
WRITER = """
import random, sys
from pathlib import Path
from directory.search.whoosh_engine import WhooshEngine
from tests.search.made import document
engine, chance, profiles = WhooshEngine(Path(sys.argv[1])), random.Random(int(sys.argv[2])), int(sys.argv[3])
step = int(sys.argv[4])
while True:
    step += 1
    ids = chance.sample(range(1, profiles + 1), chance.randrange(1, 5))
    gone = set(chance.sample(range(1, profiles + 1), chance.randrange(2))) - set(ids)
    print(f"begin {step} {ids} {sorted(gone)}", flush=True)
    engine.apply([document(number, step) for number in ids], gone, job=step)
    print(f"end {step}", flush=True)
"""

#: Asks for everybody and for words, over and over; says how often, and every total that cannot be.
READER = """
import json, sys, time
from pathlib import Path
from directory.search.criteria import Criteria, Evidence
from directory.search.whoosh_engine import WhooshEngine
engine, end, asked, wrong = WhooshEngine(Path(sys.argv[1])), time.monotonic() + float(sys.argv[2]), 0, []
while time.monotonic() < end:
    try:
        everybody = engine.search(None, Criteria(evidence=Evidence.ANY))
        words = engine.search(None, Criteria(text="natural hair", evidence=Evidence.ANY, faceted=True))
        if everybody.total != int(sys.argv[3]) or words.total > everybody.total or len(everybody.ids) != 20:
            wrong.append([everybody.total, words.total])
    except Exception as error:
        wrong.append(repr(error))
    asked += 2
print(json.dumps({"asked": asked, "wrong": wrong[:5]}))
"""


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_killed_in_the_middle_of_commits_it_opens_and_catches_up(tmp_path: Path) -> None:
    """After each kill the index says what it said before or after the change in hand; run again, that change is there.

    Seen to fail with the table of contents written before the segment.
    """
    chance = random.Random(20261126)
    documents = {number: document(number) for number in range(1, PROFILES + 1)}
    WhooshEngine(tmp_path).rebuild([list(documents.values())], total=PROFILES)
    step = kills = 0
    while kills < KILLS:
        writer = started(WRITER, tmp_path, chance.randrange(2**31), PROFILES, step)
        assert writer.stdout is not None
        lines: list[str] = []
        # So many changes first, then somewhere within the next one: a commit takes some ten milliseconds.
        for _ in range(2 * chance.randrange(1, 4) + 1):
            lines.append(writer.stdout.readline())
        time.sleep(chance.random() * 0.03)
        writer.send_signal(signal.SIGKILL)
        lines += writer.communicate()[0].splitlines()
        kills += 1
        pending: tuple[dict[int, Document], set[int]] | None = None
        for line in filter(None, map(str.strip, lines)):
            word, _, rest = line.partition(" ")
            step = int(rest.split()[0])
            if word == "begin":
                ids, gone = json.loads(f"[{rest.partition(' ')[2].replace('] [', '], [')}]")
                pending = ({number: document(number, step) for number in ids}, set(gone))
            elif pending is not None:
                documents = _after(documents, *pending)
                pending = None
        engine = WhooshEngine(tmp_path)
        assert not engine.state(deep=True).faults
        found = _everybody(engine)
        allowed = [documents] if pending is None else [documents, _after(documents, *pending)]
        assert any(found == sorted(state) for state in allowed)
        if pending is not None:
            engine.apply(list(pending[0].values()), pending[1], job=step)
            documents = _after(documents, *pending)
        assert not engine.state(deep=True).faults
        _agrees(engine, documents)


def test_readers_never_see_an_error_while_a_writer_goes_flat_out(tmp_path: Path) -> None:
    """Two readers, one writer that changes and never adds: the total is the same at every moment.

    Seen to fail with merged files swept away and one try instead of three.
    """
    documents = [document(number) for number in range(1, PROFILES + 1)]
    engine = WhooshEngine(tmp_path)
    engine.rebuild([documents], total=PROFILES)
    readers = [started(READER, tmp_path, SECONDS, PROFILES) for _ in range(2)]
    end, commits = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        commits += 1
        engine.apply([document(number, commits) for number in random.Random(commits).sample(range(1, PROFILES + 1), 3)], (), job=commits)
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        said = json.loads(out.splitlines()[-1]) if out else {"wrong": [err[-500:]]}
        assert said["wrong"] == []
        assert said["asked"] > 10
    assert commits > 10


def _after(documents: dict[int, Document], changed: dict[int, Document], gone: set[int]) -> dict[int, Document]:
    return {number: one for number, one in (documents | changed).items() if number not in gone}


def _everybody(engine: WhooshEngine) -> list[int]:
    return sorted(engine.search(None, Criteria(evidence=Evidence.ANY, size=PROFILES)).ids)


def _agrees(engine: WhooshEngine, documents: dict[int, Document]) -> None:
    for criteria in (Criteria(text="natural", as_typed=True), Criteria(place_id=3, evidence=Evidence.ANY)):
        wanted = [one.id for one in Reference(list(documents.values()), ()).found(criteria)]
        found = engine.search(None, criteria)
        assert (found.total, list(found.ids)) == (len(wanted), wanted[:20])
