"""The pages of guides."""

import json
import re
from html import unescape

import pytest

from directory.app import create_app
from directory.guides import service, shelf
from tests.clients import Visitor, words_of
from tests.counting import statements

SMP = "/guides/scalp-micropigmentation/"


@pytest.fixture
def shipped(session):
    """The guides that ship, in the database."""
    service.sync(session)
    session.commit()


@pytest.fixture
def with_video(schema, database, settings, shipped):
    """A visitor of a site with a video, on hosts that the given settings allow to be framed."""

    def visitor(hosts: str) -> Visitor:
        asked = settings.model_copy(update={"smp_video_url": "https://video.example/smp", "video_hosts": hosts})
        return Visitor(create_app(asked, database=schema))

    return visitor


class TestIndex:
    def test_it_lists_every_guide_with_its_day(self, visitor, shipped):
        page = visitor.get("/guides/")
        assert page.status_code == 200
        for guide in shelf.guides():
            assert guide.title in words_of(page)
            assert f'href="/guides/{guide.slug}/"' in page.text
        assert "22 Nov 2026" in words_of(page)

    def test_without_guides_it_says_so(self, visitor):
        assert "No guides yet" in words_of(visitor.get("/guides/"))


class TestShow:
    def test_a_guide_is_dated_and_signed_and_names_its_sources(self, visitor, shipped):
        words = words_of(visitor.get(SMP))
        assert "By The Hairline editors" in words
        assert "Published 22 Nov 2026" in words
        assert "Read on 22 Nov 2026" in words
        assert "International Society of Hair Restoration Surgery" in words

    def test_every_link_within_the_page_leads_somewhere(self, visitor, shipped):
        """Seen to fail: with the anchors of headings left out of the template."""
        for guide in shelf.guides():
            page = visitor.get(f"/guides/{guide.slug}/").text
            anchors = set(re.findall(r'id="([^"]+)"', page))
            missing = set(re.findall(r'href="#([^"]+)"', page)) - anchors
            assert not missing

    def test_machines_read_what_stands_on_the_page(self, visitor, shipped):
        page = visitor.get(SMP).text
        found, crumbs = (json.loads(data) for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL))
        assert (found["@type"], crumbs["@type"]) == ("Article", "BreadcrumbList")
        assert found["headline"] in unescape(page)
        assert found["datePublished"] == "2026-11-22"
        assert f'<link rel="canonical" href="{found["mainEntityOfPage"]}">' in page

    def test_words_cannot_break_out_of_the_data_for_machines(self, visitor, session, make):
        """Seen to fail: with `|tojson` replaced by `json.dumps` and `|safe`."""
        make.guide("bad", title="</script><b>bold", summary="\u2028</script>")
        session.commit()
        page = visitor.get("/guides/bad/").text
        assert "</script><b>" not in page

    def test_an_unknown_guide_names_the_nearest(self, visitor, shipped):
        page = visitor.get("/guides/scalp-micropigmentaton/")
        assert page.status_code == 404
        assert f'<a href="{SMP}">' in page.text

    def test_it_says_that_it_is_no_medical_advice(self, visitor, shipped):
        """T-32."""
        assert "This is not medical advice" in words_of(visitor.get(SMP))


class TestVideo:
    def test_without_an_address_there_is_no_block(self, visitor, shipped):
        """Seen to fail: with the condition around the block taken away."""
        page = visitor.get(SMP).text
        assert "video__frame" not in page
        assert "video.js" not in page

    def test_a_host_that_is_not_named_is_only_linked_to(self, with_video):
        page = with_video("film.example").get(SMP)
        assert 'href="https://video.example/smp"' in page.text
        assert "data-video" not in page.text
        assert "video.js" not in page.text
        assert "video.example" not in page.headers["Content-Security-Policy"]

    def test_a_named_host_may_be_framed_after_a_press(self, with_video):
        page = with_video("film.example, video.example").get(SMP)
        assert re.search(r'href="https://video\.example/smp"[^>]* data-video', page.text)
        assert "frame-src https://film.example https://video.example" in page.headers["Content-Security-Policy"]
        assert "<iframe" not in page.text
        assert "poster-smp.svg" in page.text


class TestQueries:
    def test_comments_cost_no_query_each(self, app, database, session, make):
        """Seen to fail: with the authors of comments loaded one by one."""
        guide = make.guide("one")
        make.comment(guide=guide)
        session.commit()
        with statements(database) as few:
            Visitor(app).get("/guides/one/")
        for _ in range(12):
            make.comment(guide=guide)
        session.commit()
        with statements(database) as many:
            Visitor(app).get("/guides/one/")
        assert len(few) == len(many) == 3
