"""Words: folding, ordering keys, slugs, excerpts and safe Markdown."""

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from slugify import slugify as _slugify

#: Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k"}
)
_SPACES = re.compile(r"\s+")
_NUMBERS = re.compile(r"\d+")
#: Marks that steer the direction of text or show nothing: a name must not hide or reverse what follows it.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")

MAX_SLUG = 80


def clean_line(text: str) -> str:
    """Return `text` on one line: NFC, no control or invisible characters, single spaces, trimmed."""
    if text.isascii() and text.isprintable():  # most text is, and then this is all
        return " ".join(text.split())
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text if unicodedata.category(c) != "Cs")
    return _SPACES.sub(" ", text).strip()


def clean_text(text: str) -> str:
    """Return `text` with its line breaks: NFC, no other control or steering characters, trimmed."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in _INVISIBLE.sub("", text) if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def fold(text: str) -> str:
    """Return `text` for comparing: no case, no accents, single spaces ("München" and "MUNCHEN" fold alike)."""
    text = clean_line(text)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    return _SPACES.sub(" ", text).strip()


def sort_key(text: str) -> str:
    """Return the key to order names by, the same on every database.

    Databases order by their own rules (SQLite by bytes, PostgreSQL by its collation), so the key is made here:
    folded to plain letters, punctuation as spaces, numbers padded to eight digits, and cut to 120 characters.
    It is ASCII where the text has a Latin form; compare it bytewise (columns use the "C" collation).
    """
    words = re.sub(r"[^\w]+", " ", fold(text)).strip()
    return _NUMBERS.sub(lambda m: m.group().zfill(8), words)[:120]


def slugify(text: str) -> str:
    """Return the Latin, lower-case, hyphenated form of `text` for a URL, at most 80 characters; may be empty."""
    # The backend is named because "auto" looks for another one at each call, and addresses must not depend on what is installed.
    return _slugify(text.translate(_LETTERS), max_length=MAX_SLUG, word_boundary=True, backend="text-unidecode")  # type: ignore[call-arg]  # newer than its stubs


def initials(name: str) -> str:
    """Return one or two letters that stand for a name where there is no photograph."""
    words = [
        w
        for w in re.split(r"[\s\-.,&/]+", clean_line(name))
        if w and w[0].isalnum() and fold(w) not in {"dr", "the", "prof", "mr", "ms", "mrs"}
    ]
    return "".join(w[0] for w in (words[:1] + words[1:][-1:])).upper() or "?"


def excerpt(text: str, limit: int = 160) -> str:
    """Return the beginning of `text` on one line, at most `limit` characters, cut at a word."""
    line = clean_line(text)
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline"]
)
_article = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
_COMMENT_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr"}
_ARTICLE_TAGS = _COMMENT_TAGS | {"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}


def markdown(text: str) -> Markup:
    """Return what a visitor wrote as safe HTML: paragraphs, lists, emphasis and links, nothing else.

    The writer's HTML is shown as text; what Markdown makes of it then passes an allow-list. Links tell
    search engines nothing and carry no referrer.
    """
    html = nh3.clean(
        _markdown.render(text),
        tags=_COMMENT_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener noreferrer",
    )
    return Markup(html)  # noqa: S704  (cleaned by the allow-list above)


def inline(text: str) -> Markup:
    """Return one line of our own texts, such as a cell of a table, as safe HTML: links and emphasis."""
    html = nh3.clean(
        _article.renderInline(text), tags={"em", "strong", "code", "a"}, attributes={"a": {"href"}}, url_schemes={"http", "https"}
    )
    return Markup(html)  # noqa: S704  (cleaned by the allow-list above)


def article(text: str) -> Markup:
    """Return one of our own texts as safe HTML: also headings and tables."""
    html = nh3.clean(
        _article.render(text),
        tags=_ARTICLE_TAGS,
        attributes={"a": {"href"}, "th": {"scope"}},
        url_schemes={"http", "https"},
        link_rel="noopener",
    )
    return Markup(html)  # noqa: S704  (cleaned by the allow-list above)
