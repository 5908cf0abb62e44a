"""Days as files write them: pure."""

import re
from datetime import date
from pathlib import Path

from directory.core.i18n import _
from directory.ingest.listing import Bad

_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def day_in_name(path: Path) -> date | None:
    """Return the last day in a file's name: "bodysafe_2024-07-31.csv", "npidata_pfile_20050523-20241110.csv"."""
    days = [found for match in _IN_NAME.finditer(path.name) if (found := _day(match[1], match[2], match[3]))]
    return days[-1] if days else None


def iso_day(column: str, text: str) -> date:
    """Return the day of "2024-07-31", with or without a time.

    Raises:
        Bad: when this is no day.
    """
    match = _ISO.fullmatch(text)
    if match is None or (day := _day(match[1], match[2], match[3])) is None:
        raise Bad(column, _("This is no day written as YYYY-MM-DD."))
    return day


def american_day(text: str) -> date | None:
    """Return the day of "07/31/2024", or none."""
    match = _AMERICAN.fullmatch(text)
    return _day(match[3], match[1], match[2]) if match else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
