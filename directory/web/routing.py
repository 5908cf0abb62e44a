"""What a number in an address may be."""

from flask import Flask
from werkzeug.routing import IntegerConverter

#: The largest that an id column holds: a larger one is nobody's, and a database driver would fail on it.
MAX_ID = 2**31 - 1


class Id(IntegerConverter):
    """A number in plain digits that a column can hold; whatever else stands there is another address, so 404."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: object, *args: object, **kwargs: object) -> None:  # noqa: A002  (its name in Werkzeug)
        super().__init__(map, *args, **({"max": MAX_ID} | kwargs))


def init_app(app: Flask) -> None:
    """Read every `<int:...>` so."""
    app.url_map.converters["int"] = Id
