"""What search engines ask for: robots.txt, and the sitemap in parts of at most 50,000 addresses."""

from collections.abc import Iterable, Iterator
from datetime import date
from html import escape

from flask import Blueprint, Response, url_for

from directory.accounts.permissions import Permission
from directory.core.errors import NotFound
from directory.search import sitemap
from directory.web import db, seo
from directory.web.auth import requires

bp = Blueprint("seo", __name__)

#: As sitemaps.org has it.
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Pages that change with the code alone; no day is claimed for them.
PAGES = ("home.index", "home.countries", "guides.index", "pages.how_ratings_work", "pages.about", "pages.guidelines", "pages.credits")
#: Nothing to find there: answers to forms, private pages, filters without end.
CLOSED = ("/search", "/report/", "/login", "/register", "/account", "/moderation", "/manage/", "/invitations/", "/dev/")

Entry = tuple[str, date | None]


@bp.get("/robots.txt")
@requires(Permission.PUBLIC)
def robots() -> Response:
    """Say what may be read, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Disallow: /*?*sort=", "Disallow: /*?*kind="]
    return Response("\n".join([*lines, f"Sitemap: {seo.address(url_for('seo.index'))}", ""]), content_type="text/plain; charset=utf-8")


@bp.get("/sitemap.xml")
@requires(Permission.PUBLIC)
def index() -> Response:
    """List the parts of the sitemap."""
    names = [(name, number) for name, count in _parts().items() for number in range(1, count + 1)]
    parts = (f"<sitemap><loc>{seo.address(url_for('seo.part', name=name, number=number))}</loc></sitemap>" for name, number in names)
    return _xml("sitemapindex", parts)


@bp.get("/sitemaps/<name>-<int:number>.xml")
@requires(Permission.PUBLIC)
def part(name: str, number: int) -> Response:
    """List the addresses of one part, each with the day of its last change."""
    entries = _entries(name, number)
    if entries is None:
        raise NotFound
    return _xml("urlset", (_url(path, day) for path, day in entries))


def _parts() -> dict[str, int]:
    """Return how many parts each kind of address needs."""
    return {"pages": 1, "places": sitemap.place_parts(db.session()), "profiles": sitemap.profile_parts(db.session())}


def _entries(name: str, number: int) -> Iterable[Entry] | None:
    if not 1 <= number <= _parts().get(name, 0):
        return None
    if name == "profiles":
        return ((url_for("profiles.show", slug=slug), day) for slug, day in sitemap.profiles(db.session(), number))
    if name == "places":
        return ((f"/{path}/", day) for path, day in sitemap.places(db.session(), number))
    return _pages()


def _pages() -> Iterator[Entry]:
    yield from ((url_for(endpoint), None) for endpoint in PAGES)
    yield from ((url_for("guides.show", slug=slug), day) for slug, day in sitemap.guides(db.session()))


def _url(path: str, day: date | None) -> str:
    changed = f"<lastmod>{day.isoformat()}</lastmod>" if day else ""
    return f"<url><loc>{escape(seo.address(path))}</loc>{changed}</url>"


def _xml(root: str, rows: Iterable[str]) -> Response:
    body = "\n".join([f'{XML}<{root} xmlns="{SCHEMA}">', *rows, f"</{root}>", ""])
    return Response(body, content_type="application/xml; charset=utf-8")
