"""Pieces of a page that are drawn once: a macro given the same values prints the same, so nothing can go stale."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, request
from jinja2 import Template
from markupsafe import Markup

#: Pieces kept: a few kilobytes each.
KEPT = 2048


class Look(NamedTuple):
    """What a piece depends on beside its values."""

    template: Template
    #: Of the static files that it links to.
    build: str
    root: str
    locale: str


def look(name: str) -> Look:
    """Return what the component of that name (its file's, without ".html") depends on now."""
    environment = current_app.jinja_env
    template = environment.get_template(f"components/{name}.html")
    return Look(template, current_app.extensions["assets"].hash, request.script_root, environment.globals["locale"])


def drawn(name: str, *values: Hashable, **named: Hashable) -> Markup:
    """Return what the macro of a component prints for these values."""
    return _drawn(look(name), name.replace("-", "_"), values, tuple(named.items()))


@lru_cache(KEPT)
def _drawn(look: Look, macro: str, values: tuple[Hashable, ...], named: tuple[tuple[str, Hashable], ...]) -> Markup:
    module: Any = look.template.module
    return Markup(getattr(module, macro)(*values, **dict(named)))  # noqa: S704  (a macro escapes what it prints)
