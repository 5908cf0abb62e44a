"""A code by letter: one sheet for a window envelope, which the operator prints and posts."""

from collections.abc import Sequence
from datetime import datetime


def pdf(
    address_lines: Sequence[str],
    code: str,
    *,
    site_name: str,
    url: str,
    profile_name: str,
    until: datetime,
    country_code: str = "",
    sender: str = "",
) -> bytes:
    """Return the letter as a PDF; the same words give the same bytes.

    Args:
        address_lines: As on an envelope, the name first; at most six are printed.
        code: Eight characters, as they are to be typed.
        site_name: Who writes.
        url: The page on which the code is typed, without secrets.
        profile_name: Whose page is claimed.
        until: When the code ends.
        country_code: ISO 3166-1; of the countries that use it a sheet in US Letter, else A4.
        sender: The operator's postal address on one line, above the address in the window.
    """
    raise NotImplementedError
