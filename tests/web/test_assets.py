"""Static files: joined, hashed, kept, and nothing beyond the folder."""

import gzip
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory.web import assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small static folder, with a secret beside it."""
    for name, text in {
        "css/fonts.css": '@font-face { src: url("../vendor/x.woff2") }',
        "css/tokens.css": "@layer tokens { :root { --ink: 1 } }",
        "css/base.css": "base",
        "css/layout.css": "layout",
        "css/utilities.css": "utilities",
        "css/components/card.css": 'card { mask: url("../../img/star.svg") }',
        "css/components/avatar.css": "avatar",
        "img/star.svg": "<svg></svg>",
        "img/mark.svg": "<svg>mark</svg>",
        "img/.hidden": "no",
        "js/video.js": "go()",
    }.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "static"


@pytest.fixture
def app(folder: Path) -> Flask:
    app = Flask("assets", static_folder=None)
    assets.init_app(app, folder)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def url(app: Flask, name: str) -> str:
    with app.test_request_context("/"):
        return assets.static_url(name)


class TestJoining:
    def test_parts_stand_in_order_and_their_addresses_still_lead_to_the_file(self, folder: Path) -> None:
        """Seen to fail with `PARTS` in another order, and without the rewriting of `../../`."""
        css = assets.build(folder).files["css/site.css"].body.decode()
        order = ["tokens", "base", "layout", "avatar", "card", "utilities"]
        assert sorted(order, key=css.index) == order
        assert 'url("../img/star.svg")' in css

    def test_what_is_for_writers_stays_at_home(self, folder: Path) -> None:
        """Seen to fail without `FOR_WRITERS`, and with it greedy: all between the first remark and the last one was gone."""
        (folder / "css/base.css").write_text("/* a */\n@layer base {\n  b { c: d }\n}\n/* e\n f */\n")
        assert b"}@layer base {\nb { c: d }\n}\nlayout" in assets.build(folder).files["css/site.css"].body

    def test_the_fonts_part_comes_with_the_font_only(self, folder: Path) -> None:
        assert b"@font-face" not in assets.build(folder).files["css/site.css"].body
        (folder / "vendor").mkdir()
        (folder / assets.READER_FONT).write_bytes(b"wOF2")
        assert assets.build(folder).files["css/site.css"].body.startswith(b"@font-face")

    def test_parts_and_hidden_files_are_not_sent(self, folder: Path) -> None:
        assert set(assets.build(folder).files) == {"css/site.css", "img/star.svg", "img/mark.svg", "js/video.js"}


class TestAnswers:
    def test_the_present_build_may_be_kept_for_a_year(self, app: Flask, client: FlaskClient) -> None:
        answer = client.get(url(app, "js/video.js"))
        assert (answer.status_code, answer.text, answer.content_type) == (200, "go()", "text/javascript; charset=utf-8")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    def test_an_older_build_is_asked_about_each_time(self, client: FlaskClient) -> None:
        """A page kept from before a release still gets its style, and nobody stores it under the wrong name."""
        answer = client.get("/static/0123456789ab/js/video.js")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")

    def test_text_is_gzipped_for_who_takes_it(self, app: Flask, client: FlaskClient) -> None:
        plain = client.get(url(app, "css/site.css"))
        zipped = client.get(url(app, "css/site.css"), headers={"Accept-Encoding": "br, gzip"})
        refused = client.get(url(app, "css/site.css"), headers={"Accept-Encoding": "gzip;q=0"})
        assert zipped.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(zipped.data) == plain.data == refused.data
        assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
        assert plain.headers["ETag"] != zipped.headers["ETag"]

    def test_who_has_it_gets_no_body(self, app: Flask, client: FlaskClient) -> None:
        first = client.get(url(app, "js/video.js"))
        again = client.get(url(app, "js/video.js"), headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_a_head_request_gets_no_body(self, app: Flask, client: FlaskClient) -> None:
        answer = client.head(url(app, "js/video.js"))
        assert (answer.status_code, answer.data, answer.content_length) == (200, b"", 4)

    @pytest.mark.parametrize(
        "name",
        [
            "../secret.txt",
            "..%2fsecret.txt",
            "%2e%2e/secret.txt",
            "js/../../secret.txt",
            "/etc/passwd",
            "js",
            "",
            "css/tokens.css",
            "a\\..\\b",
        ],
    )
    def test_nothing_outside_the_list_is_reachable(self, app: Flask, client: FlaskClient, name: str) -> None:
        now = app.extensions["assets"].hash
        assert client.get(f"/static/{now}/{name}", follow_redirects=True).status_code == 404

    @pytest.mark.parametrize("name", ["favicon.ico", "favicon.svg"])
    def test_browsers_that_ask_by_habit_get_the_mark(self, client: FlaskClient, name: str) -> None:
        answer = client.get(f"/{name}")
        assert (answer.text, answer.content_type) == ("<svg>mark</svg>", "image/svg+xml; charset=utf-8")


class TestAddresses:
    def test_the_hash_follows_the_content(self, folder: Path) -> None:
        before = assets.build(folder).hash
        assert assets.build(folder).hash == before
        (folder / "css/components/card.css").write_text("other")
        assert assets.build(folder).hash != before

    def test_a_prefix_of_the_application_stays(self, app: Flask) -> None:
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/hair"}):
            assert assets.static_url("js/video.js").startswith("/hair/static/")

    def test_a_misspelt_name_is_an_error_not_a_dead_link(self, app: Flask) -> None:
        with app.app_context(), pytest.raises(LookupError, match=r"img/nobody\.svg"):
            assets.static_url("img/nobody.svg")

    def test_templates_can_ask_whether_a_file_is_there(self, app: Flask) -> None:
        with app.app_context():
            assert assets.has_static("img/star.svg")
            assert not assets.has_static(assets.READER_FONT)


def edit(path: Path, text: str) -> None:
    """Write a file with a later time, whatever the clock's grain."""
    path.write_text(text)
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


@pytest.mark.parametrize("debug", [True, False])
def test_an_edited_file_is_read_again_while_debugging_only(app: Flask, client: FlaskClient, folder: Path, debug: bool) -> None:
    """Seen to fail without the comparison of stamps."""
    app.debug = debug
    edit(folder / "js/video.js", "stop()")
    assert client.get("/static/x/js/video.js").text == ("stop()" if debug else "go()")


def test_the_real_build_holds_what_pages_ask_for() -> None:
    files = assets.build().files
    assert {"css/site.css", "img/icons.svg", "img/mark.svg", "js/video.js"} <= set(files)
    css = files["css/site.css"]
    assert css.gzipped
    assert len(css.gzipped) < 14_000, "the whole style in one small file"
    assert b"@import" not in css.body
