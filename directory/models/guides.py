"""Dated, signed articles; their text ships with the code."""

from datetime import date
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from directory.models.base import Record


class Guide(Record, table=True):
    """One article, as it is shown."""

    __tablename__ = "guides"
    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    title: str = Field(max_length=160)
    summary: str = Field(max_length=400)
    author: str = Field(max_length=80)
    published_on: date
    updated_on: date
    #: Markdown of our own: `core.text.article`.
    body: str
    #: [{"title": ..., "publisher": ..., "url": ..., "seen_on": ...}]
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    #: SHA-256 of the file that it was read from.
    hash: str = Field(max_length=64)
