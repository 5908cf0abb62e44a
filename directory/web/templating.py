"""What templates may use: the translation marker, filters for dates and money, and the site's own data."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask, g
from jinja2 import StrictUndefined

from directory.config import Settings
from directory.core import i18n, text
from directory.web import account, manage, pieces, waiting

#: The one language that the catalogue has so far; each request's language will come from here.
LOCALE = "en"
#: Days, numbers and amounts written out are remembered: a list holds the same ones again and again.
KEPT = 4096


@dataclass(frozen=True)
class Site:
    """What every page may say of the site and who runs it."""

    name: str
    operator_name: str
    operator_address: str
    operator_email: str
    public_url: str
    video_hosts: tuple[str, ...]
    smp_video_url: str
    map_tiles_url: str
    map_tiles_credit: str
    production: bool
    keeps_mail: bool


@lru_cache(KEPT)
def day(value: date | datetime | None) -> str:
    """Return a day as "22 Nov 2026", never relative: a page is the same bytes today and tomorrow."""
    return format_date(value, "d MMM y", locale=LOCALE) if value else ""


def month(value: str) -> str:
    """Return "2026-11" as "November 2026"."""
    return format_date(date.fromisoformat(value + "-01"), "MMMM y", locale=LOCALE)


def moment(value: datetime) -> str:
    """Return a moment as "22 Nov 2026, 14:05 UTC"."""
    return format_datetime(value, "d MMM y, HH:mm", tzinfo=get_timezone("UTC"), locale=LOCALE) + " UTC"


def hour(value: datetime) -> str:
    """Return a moment that is known to the hour as "22 Nov 2026, 14:00 to 15:00 UTC"."""
    begins = value.astimezone(UTC).hour
    return i18n.gettext("%(day)s, %(begin)s:00 to %(end)s:00 UTC") % {
        "day": day(value.astimezone(UTC)),
        "begin": f"{begins:02}",
        "end": f"{begins + 1:02}",
    }


def span(value: timedelta) -> str:
    """Return a length of time in its days, hours or minutes: "90 days", "12 hours", "30 minutes"."""
    days: dict[str, Any] = {"granularity": "day", "threshold": 10**6} if value.days else {}
    return format_timedelta(value, locale=LOCALE, **days)


def isodate(value: date | datetime) -> str:
    """Return the day for a machine: 2026-11-22."""
    return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()


@lru_cache(KEPT)
def number(value: float) -> str:
    """Return a number with separators: 1,234."""
    return format_decimal(value, locale=LOCALE)


@lru_cache(KEPT)
def money(minor: int, currency: str) -> str:
    """Return an amount given in minor units: money(150000, "USD") is "$1,500"."""
    digits = get_currency_precision(currency)
    amount = minor / 10**digits
    pattern = "¤#,##0" if minor % 10**digits == 0 else None
    return format_currency(amount, currency, pattern, locale=LOCALE, currency_digits=pattern is None)


def micro(value: int | None, digits: int = 1) -> str:
    """Return millionths of a star as a number: micro(4_166_667) is "4.2"."""
    return "" if value is None else f"{value / 1_000_000:.{digits}f}"


def init_app(app: Flask, settings: Settings) -> None:
    """Set the environment up."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.trim_blocks = env.lstrip_blocks = True
    if not settings.production:
        # A name that a template misspells must fail before a patient sees it.
        env.undefined = StrictUndefined
    env.filters.update(
        {
            "day": day,
            "month": month,
            "moment": moment,
            "hour": hour,
            "span": span,
            "isodate": isodate,
            "number": number,
            "money": money,
            "micro": micro,
        }
        | {"markdown": text.markdown, "article": text.article, "inline": text.inline, "excerpt": text.excerpt, "initials": text.initials}
    )
    listed = settings.listed("video_hosts")
    site = Site(
        name=settings.site_name,
        operator_name=settings.operator_name,
        operator_address=settings.operator_address,
        operator_email=settings.operator_email,
        public_url=settings.public_url,
        video_hosts=listed,
        smp_video_url=settings.smp_video_url,
        map_tiles_url=settings.map_tiles_url,
        map_tiles_credit=settings.map_tiles_credit,
        production=settings.production,
        keeps_mail=settings.keeps_mail,
    )
    env.globals.update(
        site=site,
        locale=LOCALE,
        text_direction="ltr",
        drawn=pieces.drawn,
        account_pages=account.pages,
        manage_pages=manage.pages,
        moderation_waits=waiting.counts,
    )

    @app.context_processor
    def page() -> dict[str, Any]:
        return {"private_page": bool(g.get("private_page")), "is_sample_page": False, "request_id": g.get("request_id", "")}
