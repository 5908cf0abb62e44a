"""What benchmarks measure with: processes of their own, their memory, middle values, and what machine it was."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MB = 2**20


def memory(line: str = "VmRSS") -> float:
    """Return memory of this process in megabytes.

    Args:
        line: VmRSS for what it has now, VmHWM for the most it ever had, RssAnon for what it shares with nobody.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return round(next(int(one.split()[1]) for one in lines if one.startswith(f"{line}:")) / 1024, 1)


def in_a_process(module: str, *given: str) -> dict[str, Any]:
    """Run a module in a process of its own; return what it prints as JSON in its last line.

    Raises:
        SystemExit: when it fails; its complaint stands above.
    """
    ended = subprocess.run([sys.executable, "-m", module, *given], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    if ended.returncode:
        raise SystemExit(f"{module} {' '.join(given)} ended with {ended.returncode}")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the others does not reach, 0.95 for 95 of 100."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> dict[str, Any]:
    """Say what was measured on."""
    cpu = [
        line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu[0] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 2**30, 1),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "load": [round(one, 2) for one in os.getloadavg()],
    }


def versions(*packages: str) -> dict[str, str]:
    """Say what was measured."""
    found = {package: metadata.version(package) for package in packages}
    return {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **found}


def commit() -> str:
    """Return the commit that is checked out, with a plus where files differ from it; empty without Git."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=True)
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], capture_output=True, text=True, cwd=ROOT, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
