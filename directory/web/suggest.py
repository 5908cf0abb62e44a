"""Suggestions as the search box takes them: JSON, the same for everybody."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import url_for

from directory.core.i18n import _, lazy, ngettext
from directory.search.suggest import About, Suggestion
from directory.web import seo, words

#: What stands above each group.
TITLES: Mapping[About, str] = {
    About.TREATMENT: lazy("Treatments"),
    About.PLACE: lazy("Places"),
    About.PERSON: lazy("People"),
    About.PRACTICE: lazy("Studios and clinics"),
}


def answer(found: Sequence[Suggestion]) -> dict[str, Any]:
    """Return suggestions in their groups, with the sentence that a screen reader says."""
    groups = [
        {"title": str(TITLES[about]), "options": [_option(one) for one in own]} for about, own in groupby(found, lambda one: one.about)
    ]
    said = ngettext("%(num)s suggestion", "%(num)s suggestions", len(found)) % {"num": len(found)}
    return {"groups": groups, "said": said if found else _("No suggestions")}


def _option(one: Suggestion) -> dict[str, str]:
    """Return one line: what it says, what it puts into the box and, where it has a page, its address."""
    line = {"label": one.label, "note": one.note, "fills": one.fills}
    if one.about is About.TREATMENT:
        return line
    if one.about is About.PLACE:
        return line | _place(one)
    kind = str(words.PROFESSIONS[one.profession]) if one.profession else words.practice(one.schema_type)
    return line | {"note": ", ".join(filter(None, (kind, one.note))), "url": url_for("profiles.show", slug=one.slug)}


def _place(one: Suggestion) -> dict[str, str]:
    if one.treatment is not None:
        # How many are listed there would be read as how many offer the treatment.
        label = _("%(treatment)s in %(place)s", treatment=one.treatment.label, place=one.label)
        return {"label": label, "url": seo.with_query(f"/{one.path}/", [("treatment", one.treatment.code)])}
    listed = ngettext("%(num)s listed", "%(num)s listed", one.listed) % {"num": one.listed} if one.listed else ""
    return {"note": " · ".join(filter(None, (one.note, listed))), "url": f"/{one.path}/"}
