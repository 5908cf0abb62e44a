"""Libraries for browsers that `tools/vendor.py` fetches: tests that load them skip without, and fail where a browser is required."""

import os

import pytest

from directory.core.paths import STATIC


def needs(name: str) -> None:
    """Skip the test where a library was not fetched; fail it where nothing may be left out (`HAIRLINE_REQUIRE_BROWSER`).

    Args:
        name: Its file in `directory/static/vendor`.
    """
    if (STATIC / "vendor" / name).is_file():
        return
    if os.environ.get("HAIRLINE_REQUIRE_BROWSER"):
        pytest.fail(f"HAIRLINE_REQUIRE_BROWSER is set and vendor/{name} was not fetched")
    pytest.skip(f"vendor/{name} was not fetched: `python tools/vendor.py`")
