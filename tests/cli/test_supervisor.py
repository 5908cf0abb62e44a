"""Children that die are started again; the end of the supervisor is the end of its children."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from directory.cli.supervisor import Supervisor

#: A supervisor over one child that writes its process id into a file and sleeps.
SCRIPT = """
import sys
from directory.cli.supervisor import Supervisor
child = "import os, sys, time; open(sys.argv[1], 'a').write(str(os.getpid()) + '\\\\n'); time.sleep(60)"
sys.exit(Supervisor({"child": [sys.executable, "-c", child, sys.argv[1]]}).run())
"""


@pytest.fixture
def supervisor(tmp_path: Path):
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / "pids")])
    yield process, tmp_path / "pids"
    process.kill()
    process.wait()


def _pids(path: Path, count: int) -> list[int]:
    """Wait until the file names `count` processes."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        pids = [int(line) for line in path.read_text().split()] if path.exists() else []
        if len(pids) >= count:
            return pids
        time.sleep(0.05)
    pytest.fail(f"{count} children were expected")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}").exists() else False


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _runs(pid)


def test_a_killed_child_is_started_again(supervisor) -> None:
    """Seen to fail with `_look` starting each child once only."""
    _, pids = supervisor
    first = _pids(pids, 1)[0]
    os.kill(first, signal.SIGKILL)
    second = _pids(pids, 2)[1]
    assert second != first
    assert _runs(second)


def test_sigterm_ends_the_children_too(supervisor) -> None:
    """Seen to fail without `_stop`."""
    process, pids = supervisor
    child = _pids(pids, 1)[0]
    process.terminate()
    assert process.wait(20) == 0
    assert not _runs(child)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_killed_supervisor_leaves_no_orphans(supervisor) -> None:
    """Seen to fail without `_die_with_parent`."""
    process, pids = supervisor
    child = _pids(pids, 1)[0]
    process.kill()
    process.wait()
    assert _ends(child)


def test_a_child_that_never_stays_up_ends_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail without MOST_DEATHS: it goes on for ever."""
    monkeypatch.setattr("directory.cli.supervisor.LONGEST_WAIT", 1)
    assert Supervisor({"child": [sys.executable, "-c", "raise SystemExit(9)"]}).run() == 1
