"""What a guide says of itself, and which video may be framed."""

import pytest

from directory.guides import rules
from directory.guides.documents import DocumentError

TEXT = """+++
title = "A guide"
slug = "a-guide"
summary = "What it is."
author = "The editors"
published = 2026-11-22
updated = 2026-11-22

[[sources]]
title = "A law"
publisher = "A state"
url = "https://law.example/44"
seen_on = 2026-11-22
+++

Words.
"""


class TestShipped:
    def test_the_hash_is_of_the_whole_file(self):
        """Seen to fail: hashing the body alone gives both the same hash."""
        assert rules.shipped(TEXT).hash != rules.shipped(TEXT.replace("A law", "The law")).hash

    def test_days_of_sources_are_words_fit_for_json(self):
        assert rules.shipped(TEXT).sources[0]["seen_on"] == "2026-11-22"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('author = "The editors"', 'author = ""'),
            ("published = 2026-11-22", 'published = "yesterday"'),
            ("updated = 2026-11-22", "updated = 2026-11-21"),
            ('summary = "What it is."', 'summary = "x"\nsubtitle = "y"'),
            ("https://law.example/44", "http://law.example/44"),
            ("seen_on = 2026-11-22", 'seen_on = "then"'),
            ('publisher = "A state"\n', ""),
            ("Words.", "::: short"),
        ],
    )
    def test_what_is_missing_or_wrong_is_refused(self, old, new):
        assert old in TEXT
        with pytest.raises(DocumentError):
            rules.shipped(TEXT.replace(old, new))


class TestVideo:
    def test_only_a_named_host_may_be_framed(self):
        """Seen to fail: with `embed` always true the second one is framed."""
        assert rules.video("https://video.example/smp", {"video.example"}).embed
        assert not rules.video("https://film.example/smp", {"video.example"}).embed

    def test_a_port_of_its_own_is_another_host_to_the_browser(self):
        assert not rules.video("https://video.example:8443/smp", {"video.example"}).embed

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "  ",
            "http://video.example/",
            "javascript:alert(1)",
            "//video.example/x",
            "https://",
            "https://[",
            "https://a@video.example/",
        ],
    )
    def test_no_address_no_video(self, url):
        assert rules.video(url, {"video.example"}) is None
