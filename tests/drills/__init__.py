"""Faults made on purpose: small numbers in `make test`, full numbers in `make drills`."""

import os


def size(*, small: int, full: int) -> int:
    """Return how many times a drill does its thing."""
    return full if os.environ.get("HAIRLINE_DRILL") == "full" else small
