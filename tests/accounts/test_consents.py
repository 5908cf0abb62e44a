"""What people agree to is kept findable: a changed text has a new version."""

import hashlib

from directory.accounts.consents import HEALTH_DATA, TEXTS

#: Version -> the beginning of the SHA-256 of its text. A line is added for each new text and never changed.
KNOWN = {"2026-11-22": "23f309faec3ad0cc", "2026-11-26": "b1cce81533eba31d"}


def test_a_changed_text_has_a_new_version() -> None:
    """Seen to fail with one word changed."""
    seen = {text.version: hashlib.sha256(str(text.text).encode()).hexdigest()[:16] for text in TEXTS.values()}
    assert seen == KNOWN
    assert HEALTH_DATA.version == max(KNOWN)
