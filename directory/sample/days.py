"""Days of the sample data: all before one fixed day, none from the clock."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

#: The newest day in the sample data.
SAMPLE_DAY = date(2026, 11, 1)
#: Everybody is here from this day on; the first reviews come after it.
OPENED = date(2020, 10, 1)
#: The first month of which a review speaks.
FIRST_MONTH = (2021, 1)


def moment(day: date, rng: Random) -> datetime:
    """Return a moment of the day, in UTC."""
    return datetime.combine(day, time(6), UTC) + timedelta(seconds=rng.randrange(16 * 3600))


def some_day(rng: Random, first: date, last: date) -> date:
    """Return a day between two, both included."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def month_before(months: int) -> tuple[int, int]:
    """Return the year and month that many months before that of the newest day."""
    year, month = divmod(SAMPLE_DAY.year * 12 + SAMPLE_DAY.month - 1 - months, 12)
    return year, month + 1


def in_months(month: tuple[int, int], months: int) -> date:
    """Return the first day of the month that many months after another."""
    year, number = divmod(month[0] * 12 + month[1] - 1 + months, 12)
    return date(year, number + 1, 1)
