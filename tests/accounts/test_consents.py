"""What people agree to is kept findable: a changed text has a new version."""

import hashlib

from directory.accounts.consents import HEALTH_DATA

#: Version -> the beginning of the SHA-256 of its text. A line is added for each new text and never changed.
KNOWN = {"2026-11-22": "23f309faec3ad0cc"}


def test_a_changed_text_has_a_new_version() -> None:
    """Seen to fail with one word changed."""
    assert hashlib.sha256(str(HEALTH_DATA.text).encode()).hexdigest().startswith(KNOWN[HEALTH_DATA.version])
