"""What the head of a page says to those who look for a token, read as a browser reads it."""

import contextlib
from html.parser import HTMLParser

#: The name of the tag.
NAME = "hairline-verification"

#: What may stand in a head. Whatever else comes first ends it, as in a browser, though the page may say `</head>` later.
_OF_A_HEAD = frozenset({"html", "head", "meta", "title", "link", "base", "script", "style", "noscript", "template"})
#: What is inside of these is text, or is not shown: words that a visitor typed may stand there.
_CLOSED = frozenset({"title", "script", "style", "noscript", "template"})


class _Over(Exception):
    """The head has ended."""


class _Head(HTMLParser):
    """Collects the tokens of a head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a token from a meta tag that stands open in the head."""
        if tag not in _OF_A_HEAD:
            raise _Over
        if tag in _CLOSED:
            self._inside.append(tag)
        elif tag == "meta" and not self._inside:
            # Of an attribute that is given twice, browsers take the first.
            said = {name: value or "" for name, value in reversed(attrs)}
            if said.get("name", "").strip().lower() == NAME:
                self.found.append(said.get("content", "").strip())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read `<title/>` as `<title>`: browsers do not know the short form."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open; the end of the head, or of what it stands in, is the end."""
        if self._inside:
            if tag == self._inside[-1]:
                self._inside.pop()
        elif tag in {"head", "body", "html", "br"}:
            raise _Over

    def handle_data(self, data: str) -> None:
        """Take text outside of a title and the like for the beginning of the body."""
        if not self._inside and data.strip("\ufeff \t\n\f\r"):
            raise _Over


def tokens(html: str) -> list[str]:
    """Return what the tags of our name in the head of a page hold, in their order.

    What stands in the body, in a comment, in a script, in a title, in a template or in a field does not count: visitors of a site
    can often have their words put there.
    """
    head = _Head()
    # The second is raised by the standard library, for some marked sections that are none.
    with contextlib.suppress(_Over, AssertionError):
        # Never `close`: what is not ended is then read again from each of its beginnings, minutes for half a megabyte of "<!--".
        head.feed(html)
    return head.found
