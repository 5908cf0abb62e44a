"""Static files: the CSS parts joined into one, every address with a hash of the whole build, answers from memory.

A file's address is ``/static/<build>/<path>``. The hash stands before the path, so an address relative to a file
(``../img/star.svg`` in the CSS) leads into the same build, and every answer may be kept for a year.
"""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, current_app, request

FOLDER = Path(__file__).resolve().parents[1] / "static"
JOINED = "css/site.css"
FONTS = "css/fonts.css"
READER_FONT = "vendor/atkinson-hyperlegible-next-latin-wght-normal.woff2"
#: In this order; a folder stands for its parts by name.
PARTS = (FONTS, "css/tokens.css", "css/base.css", "css/layout.css", "css/components", "css/utilities.css")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".ico": "image/x-icon"}
A_YEAR = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"


Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: plain, and gzipped once and for all where that helps."""

    body: bytes
    content_type: str
    etag: str
    gzipped: bytes | None


@dataclass(frozen=True)
class Build:
    """All static files at one moment; the stamp (names, times, sizes) tells whether one was edited since."""

    files: dict[str, Asset]
    hash: str
    stamp: Stamp


def sources(folder: Path) -> list[Path]:
    """Return every file below the folder, hidden ones left out."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]


def stamp(folder: Path) -> Stamp:
    """Return names, times in nanoseconds and sizes in bytes."""
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sources(folder))


def join_css(files: dict[str, bytes]) -> bytes:
    """Return the CSS parts as one text, the fonts' part only where the font is; what lies a folder deeper loses a step in its addresses."""
    parts = [name for part in PARTS for name in sorted(files) if name == part or name.startswith(part + "/")]
    if READER_FONT not in files:
        parts.remove(FONTS)
    return b"".join(files[name].replace(b'url("../../', b'url("../') for name in parts)


def asset(name: str, body: bytes) -> Asset:
    """Return a file ready to be sent; text is gzipped at once (fixed time, so that the same text gives the same bytes)."""
    content_type = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = content_type.startswith("text/") or content_type in ("image/svg+xml", "application/json")
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return Asset(body, content_type, sha256(body).hexdigest()[:20], gzip.compress(body, mtime=0) if is_text else None)


def build(folder: Path = FOLDER) -> Build:
    """Read every static file and return them with the hash of them all; the CSS parts only as the joined file."""
    then = stamp(folder)
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sources(folder)}
    files = {name: asset(name, body) for name, body in found.items() if not name.startswith("css/")}
    files[JOINED] = asset(JOINED, join_css(found))
    everything = "".join(f"{name} {files[name].etag}\n" for name in sorted(files))
    return Build(files, sha256(everything.encode()).hexdigest()[:12], then)


def static_url(path: str) -> str:
    """Return the address of a file such as ``img/icons.svg``; a name that does not exist is the template's mistake."""
    now: Build = current_app.extensions["assets"]
    if path not in now.files:
        raise LookupError(f"There is no static file {path!r}.")
    # Joined by hand: a page asks for some hundred drawings, and url_for would match its rules for each.
    return f"{request.script_root if request else ''}/static/{now.hash}/{path}"


def has_static(path: str) -> bool:
    """Tell whether a file exists; those in ``vendor/`` are fetched at set-up and may be missing."""
    return path in current_app.extensions["assets"].files


def answer(name: str, cache: str) -> Response:
    """Return one file, gzipped for who takes it, or 304 for who has it; names are looked up, never opened."""
    found: Asset | None = current_app.extensions["assets"].files.get(name)
    if found is None:
        abort(404)
    zipped = found.gzipped if request.accept_encodings.quality("gzip") > 0 else None
    response = Response(zipped or found.body, content_type=found.content_type)
    response.headers["Cache-Control"] = cache
    if found.gzipped:
        response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(found.etag + ("-gzip" if zipped else ""))
    response.make_conditional(request)
    return response


def init_app(app: Flask, folder: Path = FOLDER) -> None:
    """Read the files and give the app their routes and the templates ``static_url`` and ``has_static``.

    The app needs ``static_folder=None``. While debugging, edited files are read again at the next request.
    """
    app.extensions["assets"] = build(folder)

    def refresh() -> None:
        if app.debug and stamp(folder) != app.extensions["assets"].stamp:
            app.extensions["assets"] = build(folder)

    def send(build: str, name: str) -> Response:
        return answer(name, A_YEAR if build == app.extensions["assets"].hash else "no-cache")

    app.before_request(refresh)
    app.add_url_rule("/static/<build>/<path:name>", "static_files", send)
    for icon in ("favicon.ico", "favicon.svg"):
        app.add_url_rule(f"/{icon}", icon.replace(".", "_"), lambda: answer("img/mark.svg", A_DAY))
    app.add_template_global(static_url)
    app.add_template_global(has_static)
