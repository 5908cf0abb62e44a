"""Rows before they are written: plain values by column."""

from typing import Any

from sqlmodel import SQLModel

from directory.profiles import facts

Row = dict[str, Any]


def blank(model: type[SQLModel], *unknown: str) -> Row:
    """Return a model's defaults, without the columns that only the database can fill."""
    return {name: value for name, value in facts.blank(model).items() if name not in unknown}
