"""What the log says, in the form in which it is really written."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def listening() -> Iterator[Callable[[], str]]:
    """Read what the log says from now on."""
    root, text = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(next(h.formatter for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)))
    root.addHandler(handler)
    yield text.getvalue
    root.removeHandler(handler)
