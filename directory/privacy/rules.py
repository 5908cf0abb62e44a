"""The numbers of privacy, and the words for them; pure."""

from datetime import timedelta

from directory.core.i18n import ngettext

#: How long somebody who asked to be forgotten can change their mind.
GRACE = timedelta(days=14)
#: Rows that one transaction of an erasure or of the retention clock touches: well under a tenth of a second.
BATCH = 50


def span(time: timedelta) -> str:
    """Return a time in words: "14 days", "1 year"; nothing for no time at all."""
    if time.days % 365 == 0 and time.days:
        years = time.days // 365
        return ngettext("%(num)d year", "%(num)d years", years) % {"num": years}
    return ngettext("%(num)d day", "%(num)d days", time.days) % {"num": time.days} if time.days else ""
