"""What search engines ask for."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from directory.guides import service as guides
from directory.models.profiles import ProfileStatus
from directory.search import sitemap
from tests.clients import Visitor
from tests.world import World

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(page) -> dict[str, str | None]:
    """Each address with the day of its last change."""
    assert page.status_code == 200
    root = ElementTree.fromstring(page.data)
    return {row.findtext(f"{SPACE}loc").removeprefix("http://localhost:8000"): row.findtext(f"{SPACE}lastmod") for row in root}


class TestRobots:
    def test_it_names_the_sitemap_and_closes_what_leads_nowhere(self, visitor: Visitor):
        """Seen to fail without the line."""
        page = visitor.get("/robots.txt")
        assert page.content_type == "text/plain; charset=utf-8"
        assert "Sitemap: http://localhost:8000/sitemap.xml" in page.text
        assert "Disallow: /search\n" in page.text
        assert "Disallow: /\n" not in page.text


class TestSitemap:
    def test_the_index_lists_every_part(self, world: World, visitor: Visitor, monkeypatch):
        """In parts of at most 50,000. Seen to fail with one part for all."""
        assert sitemap.PART == 50_000
        for _ in range(5):
            world.profile()
        monkeypatch.setattr(sitemap, "PART", 2)
        parts = entries(visitor.get("/sitemap.xml"))
        assert list(parts) == [
            "/sitemaps/pages-1.xml",
            *(f"/sitemaps/places-{number}.xml" for number in (1, 2)),
            *(f"/sitemaps/profiles-{number}.xml" for number in (1, 2, 3)),
        ]
        found = [path for number in (1, 2, 3) for path in entries(visitor.get(f"/sitemaps/profiles-{number}.xml"))]
        assert len(found) == len(set(found)) == 5
        found = [path for number in (1, 2) for path in entries(visitor.get(f"/sitemaps/places-{number}.xml"))]
        assert found == ["/ca/", "/ca/ontario/", "/ca/ontario/toronto/"]

    def test_profiles_have_the_day_of_their_last_change(self, world, session, visitor):
        """The newest of facts and reviews. Seen to fail with `updated_at` alone."""
        ada = world.profile("Ada Marsh")
        ada.updated_at = datetime(2026, 1, 2, tzinfo=UTC)
        bo = world.profile("Bo Wells")
        bo.updated_at, bo.newest_review_at = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
        session.add_all([ada, bo])
        session.commit()
        assert entries(visitor.get("/sitemaps/profiles-1.xml")) == {f"/p/{ada.slug}": "2026-01-02", f"/p/{bo.slug}": "2026-03-04"}
        places = entries(visitor.get("/sitemaps/places-1.xml"))
        assert places == dict.fromkeys(["/ca/", "/ca/ontario/", "/ca/ontario/toronto/"], "2026-03-04")

    def test_nothing_made_up_or_taken_down_is_in_it(self, world, visitor):
        """T-6. Seen to fail without `is_sample` in the condition."""
        world.profile(is_sample=True)
        world.profile(status=ProfileStatus.CLOSED)
        world.profile(status=ProfileStatus.SUPPRESSED_LEGAL)
        assert visitor.get("/sitemaps/profiles-1.xml").status_code == 404
        assert visitor.get("/sitemaps/places-1.xml").status_code == 404
        assert "profiles" not in visitor.get("/sitemap.xml").text

    def test_guides_and_pages_are_in_it(self, visitor, session):
        """Seen to fail without the guides."""
        guides.sync(session)
        session.commit()
        found = entries(visitor.get("/sitemaps/pages-1.xml"))
        assert found["/guides/scalp-micropigmentation/"] == "2026-11-22"
        assert found["/"] is None
        assert "/how-ratings-work" in found

    def test_every_address_in_it_answers_and_may_be_listed(self, world, session, visitor):
        """Seen to fail with an empty place among the places."""
        guides.sync(session)
        world.profile()
        world.studio(place=world.hamilton)
        for part in entries(visitor.get("/sitemap.xml")):
            for path in entries(visitor.get(part)):
                page = visitor.get(path, follow=False)
                assert page.status_code == 200, path
                assert "noindex" not in page.text, path
                assert re.search(rf'<link rel="canonical" href="http://localhost:8000{re.escape(path)}">', page.text), path

    def test_other_parts_are_not_there(self, visitor):
        """Seen to fail with an empty part."""
        for path in ("/sitemaps/people-1.xml", "/sitemaps/pages-2.xml", "/sitemaps/profiles-0.xml", "/sitemaps/places-99999.xml"):
            assert visitor.get(path).status_code == 404
