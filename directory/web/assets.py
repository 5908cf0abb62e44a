"""Static files: the CSS parts joined into one, every address with a hash of the whole build, answers from memory.

An address is `/static/<build>/<path>`. The hash stands before the path, so an address relative to a file
(`../img/star.svg` in the CSS) leads into the same build, and every answer may be kept for a year.
"""

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, current_app, request

from directory.core.paths import STATIC

FONTS = "css/fonts.css"
READER_FONT = "vendor/atkinson-hyperlegible-next-latin-wght-normal.woff2"
#: In this order; a folder stands for its parts by name.
PARTS = (FONTS, "css/tokens.css", "css/base.css", "css/layout.css", "css/components", "css/utilities.css")
JOINED = "css/site.css"
#: Remarks, and the space that lines begin with: a fifth of the style sheet as it goes over the wire.
FOR_WRITERS = re.compile(rb"/\*.*?\*/\s*|^[ \t]+", re.DOTALL | re.MULTILINE)
TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain", ".json": "application/json"}
BINARY = {".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: plain, and gzipped once and for all where it is text."""

    body: bytes
    content_type: str
    etag: str
    gzipped: bytes | None


@dataclass(frozen=True)
class Build:
    """All static files at one moment; the stamp tells whether one was edited since."""

    files: dict[str, Asset]
    hash: str
    stamp: tuple[tuple[str, int, int], ...]


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, times in nanoseconds and sizes in bytes of all files below the folder, hidden ones left out."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return tuple((path.relative_to(folder).as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)


def join_css(files: dict[str, bytes]) -> bytes:
    """Return the CSS parts as one text for browsers: the fonts' part only where the font is, addresses made right for one folder up."""
    parts = [name for part in PARTS for name in sorted(files) if name == part or name.startswith(part + "/")]
    whole = b"".join(files[name].replace(b'url("../../', b'url("../') for name in parts if name != FONTS or READER_FONT in files)
    return FOR_WRITERS.sub(b"", whole)


def asset(name: str, body: bytes) -> Asset:
    """Return a file ready to be sent; the gzipped form holds no time, so the same text gives the same bytes."""
    ending = Path(name).suffix
    zipped = gzip.compress(body, mtime=0) if ending in TEXT else None
    content_type = f"{TEXT[ending]}; charset=utf-8" if ending in TEXT else BINARY.get(ending, "application/octet-stream")
    return Asset(body, content_type, sha256(body).hexdigest()[:20], zipped)


def build(folder: Path = STATIC) -> Build:
    """Read every static file and return them with the hash of them all; the CSS parts only as the joined file."""
    then = stamp(folder)
    found = {name: (folder / name).read_bytes() for name, _time, _size in then}
    files = {name: asset(name, body) for name, body in found.items() if not name.startswith("css/")}
    files[JOINED] = asset(JOINED, join_css(found))
    everything = "".join(f"{name} {files[name].etag}\n" for name in sorted(files))
    return Build(files, sha256(everything.encode()).hexdigest()[:12], then)


def static_url(path: str) -> str:
    """Return the address of a file such as `img/icons.svg`; a name that does not exist is the template's mistake."""
    now: Build = current_app.extensions["assets"]
    if path not in now.files:
        raise LookupError(f"There is no static file {path!r}.")
    # Joined by hand: a page asks for some hundred drawings, and url_for would match its rules for each.
    return f"{request.script_root if request else ''}/static/{now.hash}/{path}"


def has_static(path: str) -> bool:
    """Tell whether a file exists; those in `vendor/` are fetched at set-up and may be missing."""
    return path in current_app.extensions["assets"].files


def answer(name: str, cache: str) -> Response:
    """Return one file, gzipped for who takes it, or 304 for who has it; names are looked up, never opened."""
    found: Asset | None = current_app.extensions["assets"].files.get(name)
    if found is None:
        abort(404)
    zipped = found.gzipped if request.accept_encodings.quality("gzip") > 0 else None
    headers = (
        {"Cache-Control": cache} | ({"Vary": "Accept-Encoding"} if found.gzipped else {}) | ({"Content-Encoding": "gzip"} if zipped else {})
    )
    response = Response(zipped or found.body, content_type=found.content_type, headers=headers)
    response.set_etag(found.etag + ("-gzip" if zipped else ""))
    response.make_conditional(request)
    return response


def init_app(app: Flask, folder: Path = STATIC) -> None:
    """Read the files; give the app (made with `static_folder=None`) their routes, the templates `static_url` and `has_static`."""
    app.extensions["assets"] = build(folder)

    @app.before_request
    def refresh() -> None:
        if app.debug and stamp(folder) != app.extensions["assets"].stamp:
            app.extensions["assets"] = build(folder)

    def send(build: str, name: str) -> Response:
        is_current = build == app.extensions["assets"].hash
        return answer(name, "public, max-age=31536000, immutable" if is_current else "no-cache")

    app.add_url_rule("/static/<build>/<path:name>", "static_files", send)
    for name in ("favicon.ico", "favicon.svg"):
        app.add_url_rule(f"/{name}", name.replace(".", "_"), lambda: answer("img/mark.svg", "public, max-age=86400"))
    app.add_template_global(static_url)
    app.add_template_global(has_static)
