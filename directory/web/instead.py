"""The way back from what was understood to the words: who did not mean the place and the filters looks for the words everywhere."""

from flask import url_for

from directory.models.treatments import Treatment
from directory.web import seo, words
from directory.web.lists import ListPage


def link(shown: ListPage, name: str) -> tuple[str, str] | None:
    """Return the words that a filtered list stands for, and where they are looked for as they stand; None where nothing was asked.

    Made of what the page shows and not of what was typed, so that the page is the same for everybody who comes to it.

    Args:
        shown: The list.
        name: Of the place that it is of.
    """
    asked = shown.asked
    chosen = {*asked.treatments, *asked.techniques}
    said = [
        asked.text,
        *(_plain(node) for node in shown.taxonomy if node.code in chosen),
        *(str(words.KINDS[kind]) for kind in asked.kinds),
    ]
    if not any(said):
        return None
    line = " ".join(filter(None, [*said, name]))
    return line, seo.with_query(url_for("search.show"), [("q", line), ("as", "typed")])


def _plain(treatment: Treatment) -> str:
    return treatment.label.partition(" (")[0]
