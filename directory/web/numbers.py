"""Numbers in addresses: none is larger than a row's number can be."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

#: What a column of row numbers holds on PostgreSQL.
LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:name>` in plain digits: a longer number is no address of ours, and never reaches a database or arithmetic."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST} | kwargs)


def init_app(app: Flask) -> None:
    """Use it for every `<int:...>` of routes that are added from now on."""
    app.url_map.converters["int"] = RowNumber
