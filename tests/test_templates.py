"""Rules that templates and style sheets keep, each proven on a planted offender."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template
from jinja2 import TemplateSyntaxError

from directory.core.paths import STATIC, shipped
from tests.bare import bare_app

TEMPLATES = shipped("templates")
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)
SHEETS = sorted(path.relative_to(STATIC).as_posix() for path in (STATIC / "css").rglob("*.css"))

#: Tokens hold the colours; nothing else may.
COLOURED = {"css/tokens.css"}
#: An input inside `labelled` needs its look; running text is written by hand inside its frame.
BY_HAND = {"field__input", "field__input--short", "prose", "prose__lead"}
#: Shown as the frame of the patterns page itself.
FRAME = {"skip-link", "site-header", "sample", "site-footer"}
#: Its texts are samples.
UNTRANSLATED = {"patterns.html"}

TAG = re.compile(r"<[/!]?[a-z\0](?:\"[^\"]*\"|[^<>\"])*>", re.S)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
TRANS = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.S)
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|(?<![\w-])(?:white|black|red|green|blue|grey|gray)(?![\w-])", re.I
)


def no_comments(css: str) -> str:
    """Return a style sheet without comments and addresses."""
    return re.sub(r"/\*.*?\*/|url\([^)]*\)", "", css, flags=re.S)


def raw_colours(css: str) -> list[str]:
    """Return colours written out instead of taken from a token; `color-mix` mixes tokens and is fine."""
    return list(COLOUR.findall(no_comments(css).replace("color-mix(", "mix(")))


def plain(html: str) -> str:
    """Return a template as HTML alone: comments and `{% trans %}` gone, every other expression a NUL."""
    return JINJA.sub("\0", TRANS.sub("", re.sub(r"\{#.*?#\}", "", html, flags=re.S)))


def tags(html: str) -> list[str]:
    """Return every tag, a NUL for each template expression in it."""
    return TAG.findall(plain(html))


def style_or_script(html: str) -> list[str]:
    """Return what the content policy blocks: style attributes and elements, inline scripts, on... attributes."""
    found = [tag for tag in tags(html) if re.search(r"[\s\0](?:style|on[a-z]+)\s*=", tag) or re.match(r"<style\b", tag)]
    scripts = [tag for tag in tags(html) if tag.startswith("<script") and " src=" not in tag and "application/ld+json" not in tag]
    return found + scripts


def bare_images(html: str) -> list[str]:
    """Return pictures without words for those who cannot see them, or without the size that keeps the page still."""
    return [tag for tag in tags(html) if tag.startswith("<img") and not all(f" {name}=" in tag for name in ("alt", "width", "height"))]


def copied_markup(html: str) -> list[str]:
    """Return class names of components outside their macro: whoever needs one calls it."""
    names = [name for value in re.findall(r'class="([^"]*)"', plain(html)) for name in value.replace("\0", " ").split()]
    return [name for name in names if name not in BY_HAND and re.split(r"__|--", name)[0] in COMPONENTS]


def unmarked_words(html: str) -> list[str]:
    """Return visible words that stand outside `_()` and `{% trans %}`, in text and in attributes that are read out."""
    read_out = [value for tag in tags(html) for value in re.findall(r'\s(?:alt|title|aria-label|placeholder)="([^"]*)"', tag)]
    text = TAG.sub("\0", re.sub(r"<script\b.*?</script>|&\w+;", "\0", plain(html), flags=re.S))
    return [words.strip() for words in [*read_out, *text.split("\0")] if re.search(r"[A-Za-z]{2}", words)]


def missing_files(html: str) -> list[str]:
    """Return names given to `static_url` that no file has; those in vendor/ are fetched at set-up."""
    asked = re.findall(r"static_url\(['\"]([^'\"]+)['\"]\)", html)
    return [name for name in asked if name != "css/site.css" and not name.startswith("vendor/") and not (STATIC / name).is_file()]


def missing_icons(html: str) -> list[str]:
    """Return drawings that the sprite does not hold."""
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img/icons.svg").read_text()))
    asked = re.findall(
        r"\b(?:icon|drawing)\(['\"]([^'\"]+)['\"]|\bicon(?:_after)?=['\"]([^'\"]+)['\"]|['\"]icon['\"]: ?['\"]([^'\"]+)['\"]", html
    )
    return [name for names in asked for name in names if name and name not in known]


RULES: list[tuple[Callable[[str], list[str]], str, str]] = [
    (style_or_script, '<p class="x" style="color: red">', 'style="color: red"'),
    (style_or_script, '<a href="{{ url }}" onclick="go()">', "onclick"),
    (style_or_script, "<script>go()</script>", "<script>"),
    (style_or_script, "<style>p { margin: 0 }</style>", "<style>"),
    (bare_images, '<img src="{{ a > b }}" width="1" height="1">', "<img"),
    (bare_images, '<img src="a.svg" alt="">', "<img"),
    (copied_markup, '<div class="stack card">', "card"),
    (copied_markup, '<p class="card__title">', "card__title"),
    (unmarked_words, "<p>{{ name }} was here</p>", "was here"),
    (unmarked_words, '<nav aria-label="Pages">', "Pages"),
    (missing_files, "{{ static_url('img/nobody.svg') }}", "img/nobody.svg"),
    (missing_icons, '{{ icon("unicorn") }}', "unicorn"),
    (missing_icons, '{{ button(_("Go"), icon="unicorn") }}', "unicorn"),
    (raw_colours, "a { color: #fff }", "#fff"),
    (raw_colours, "a { background: linear-gradient(oklch(1 0 0), var(--ink)) }", "oklch("),
    (raw_colours, "a { color: white }", "white"),
]


@pytest.mark.parametrize(("rule", "planted", "named"), RULES)
def test_a_planted_offender_is_named(rule: Callable[[str], list[str]], planted: str, named: str) -> None:
    """Seen to fail: any rule made to return nothing fails here."""
    assert any(named in found for found in rule(planted))


def test_the_rules_let_the_innocent_pass() -> None:
    innocent = (
        '<p class="stack fine" {% if a > b %}id="x"{% endif %}>{{ _("Hello") }} <img src="x" alt="" width="1" height="1"></p>{# Words #}'
    )
    assert [rule(innocent) for rule in (style_or_script, bare_images, copied_markup, unmarked_words, missing_icons)] == [[], [], [], [], []]
    assert (
        raw_colours("a { color: var(--ink); white-space: nowrap; background: color-mix(in oklab, var(--ink) 4%, transparent) } /* #fff */")
        == []
    )


@pytest.fixture(scope="module")
def app() -> Flask:
    return bare_app()


def read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
class TestEveryTemplate:
    def test_compiles(self, app: Flask, name: str) -> None:
        """Seen to fail with an unclosed `{% if %}` in a component."""
        try:
            app.jinja_env.get_template(name)
        except TemplateSyntaxError as error:
            pytest.fail(f"{name}:{error.lineno}: {error.message}")

    def test_has_nothing_that_the_content_policy_blocks(self, name: str) -> None:
        assert style_or_script(read(name)) == []

    def test_describes_and_sizes_its_pictures(self, name: str) -> None:
        assert bare_images(read(name)) == []

    def test_calls_components_instead_of_copying_them(self, name: str) -> None:
        assert name.startswith("components/") or copied_markup(read(name)) == []

    def test_marks_its_words_for_translation(self, name: str) -> None:
        assert name in UNTRANSLATED or unmarked_words(read(name)) == []

    def test_names_files_and_drawings_that_exist(self, name: str) -> None:
        assert missing_files(read(name)) + missing_icons(read(name)) == []

    def test_says_in_its_head_what_it_is_for(self, name: str) -> None:
        """Components, layouts and the base: whoever uses one reads the first comment only."""
        shared = name.startswith(("components/", "layouts/")) or name in {"base.html", "patterns.html"}
        assert not shared or read(name).startswith("{# ")


@pytest.mark.parametrize("sheet", SHEETS)
class TestEveryStyleSheet:
    def test_takes_its_colours_from_tokens(self, sheet: str) -> None:
        assert sheet in COLOURED or raw_colours((STATIC / sheet).read_text()) == []

    def test_belongs_to_a_component_or_is_one_of_five(self, sheet: str) -> None:
        path = Path(sheet)
        parts = {"fonts", "tokens", "base", "layout", "utilities"}
        assert path.stem in (COMPONENTS if path.parent.name == "components" else parts)

    def test_styles_nothing_but_its_own_block(self, sheet: str) -> None:
        """A class that begins a selector is the component's own, so that a change stays where it is made."""
        path = Path(sheet)
        if path.parent.name != "components":
            return
        for first in re.findall(r"(?:^|[{}])\s*(?:[a-z]*)\.([\w-]+)", no_comments((STATIC / sheet).read_text()), re.M):
            assert re.split(r"__|--", first)[0] == path.stem, f"{sheet} styles .{first}"

    def test_uses_tokens_that_exist(self, sheet: str) -> None:
        css = no_comments((STATIC / sheet).read_text())
        known = set(re.findall(r"(--[\w-]+):", (STATIC / "css/tokens.css").read_text() + css))
        assert set(re.findall(r"var\((--[\w-]+)", css)) <= known


class TestEveryComponent:
    @pytest.mark.parametrize("name", COMPONENTS)
    def test_has_a_macro_and_a_style_sheet_of_its_name(self, name: str) -> None:
        assert re.search(rf"\{{% macro {name.replace('-', '_')}\(", read(f"components/{name}.html"))
        assert (STATIC / f"css/components/{name}.css").is_file()

    def test_stands_on_the_patterns_page(self, shown: str) -> None:
        """Seen to fail when the entry for `stat` was taken out."""
        missing = [name for name in COMPONENTS if name not in FRAME and f'id="p-{name}"' not in shown]
        assert missing == []

    def test_is_drawn_on_the_patterns_page(self, shown: str) -> None:
        drawn = {re.split(r"__|--", name)[0] for value in re.findall(r'class="([^"]*)"', shown) for name in value.split()}
        assert [name for name in COMPONENTS if name not in drawn] == []

    def test_has_ids_of_its_own(self, shown: str) -> None:
        """One id twice breaks labels and links; the patterns page shows each component several times."""
        ids = re.findall(r'\sid="([^"]+)"', shown)
        assert sorted({one for one in ids if ids.count(one) > 1}) == []

    def test_closes_what_it_opens(self, shown: str) -> None:
        assert list(unbalanced(shown)) == []


@pytest.fixture(scope="module")
def shown(app: Flask) -> str:
    with app.test_request_context("/patterns"):
        return render_template("patterns.html")


VOID = {"meta", "link", "img", "input", "br", "hr"}


def unbalanced(html: str) -> Iterator[str]:
    """Yield closing tags that close nothing, and elements left open."""
    open_: list[str] = []
    for closing, name, self_closed in re.findall(r"<(/?)([a-z][a-z0-9]*)(?:\"[^\"]*\"|[^\">])*?(/?)>", html):
        if closing:
            if not open_ or open_.pop() != name:
                yield f"</{name}>"
                return
        elif name not in VOID and not self_closed:
            open_.append(name)
    yield from open_


def test_an_unbalanced_page_is_named() -> None:
    assert list(unbalanced("<div><p>Hello</div>")) == ["</div>"]
    assert list(unbalanced('<div><img alt="a > b"><p>Hello</p>')) == ["div"]
