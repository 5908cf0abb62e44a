"""Ask which pinned packages have known holes; where nobody can be asked, say so in one loud line and go on.

    python tools/audit.py

Ends with 1 when a hole is known. A machine without a network, or with a mirror that knows no advisories, cannot tell: that is
not the same as "none are known", so it is said, and it does not stop the work.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
#: What runs at operators', and what runs at developers'.
LOCKS = ("requirements.txt", "requirements-dev.txt")
#: Advisories that do not concern us -> why. Each is looked at again with every release.
ACCEPTED: dict[str, str] = {}
SECONDS = 180


def verdict(report: str) -> tuple[list[str], int, int]:
    """Read what pip-audit says as JSON.

    Args:
        report: Its standard output; empty or no JSON where it could ask nobody.

    Returns:
        The holes that are known, a line each; how many packages were looked up; how many could not be.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return [], 0, 0
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in packages
        for hole in one.get("vulns", ())
        if hole["id"] not in ACCEPTED
    ]
    skipped = sum("skip_reason" in one for one in packages)
    return holes, len(packages) - skipped, skipped


def ask(lock: str) -> str:
    """Return the report on one lock file; empty where nobody answers in time."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    try:
        return subprocess.run([*command, "-r", lock], cwd=HERE, check=False, capture_output=True, text=True, timeout=SECONDS).stdout
    except subprocess.TimeoutExpired:
        return ""


def main() -> int:
    """Ask about every lock file and say what came of it."""
    worst = 0
    for lock in LOCKS:
        holes, asked, skipped = verdict(ask(lock))
        for hole in holes:
            print(f"HOLE  {lock}: {hole}")
        if not asked or skipped:
            what = f"{skipped} of {asked + skipped} packages are unknown to it" if asked or skipped else "no answer came"
            print(
                f"NOT AUDITED: {lock} could not be held against the list of known holes ({what}). Run `make audit` where it can be reached."
            )
        elif not holes:
            print(f"{lock}: no holes known in {asked} packages")
        worst = max(worst, int(bool(holes)))
    return worst


if __name__ == "__main__":
    sys.exit(main())
