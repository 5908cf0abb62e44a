"""How many requests one network and one account may send, and the answer to more: the numbers, whom they count, and 429."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from flask import Flask, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded, RequestLimit
from limits.errors import ConfigurationError

from directory.accounts import throttle
from directory.config import Settings, SettingsError
from directory.core import tokens
from directory.core.db import Database
from directory.core.i18n import _
from directory.web import counts, errors, kept
from directory.web.auth import person
from directory.web.mailer import app_settings
from directory.web.security import UNSAFE


class Group(StrEnum):
    """Routes that are counted together. It goes by what answers, never by the address as typed."""

    PAGES = "pages"
    SEARCH = "search"
    MAP = "map"
    SUGGEST = "suggest"
    SIGN_IN = "sign_in"
    ASKING = "asking"
    REPORT = "report"
    MODERATION = "moderation"
    WRITING = "writing"


#: Requests of any kind, of each account or, signed out, of each network; every process counts for itself, before anything is done.
#: A network is a /24 or a /64: a household, an office, a part of a mobile carrier. Each number is far above what people do.
REQUESTS: Mapping[Group, str] = {
    # Somebody who reads opens a page every few seconds; this is thirty such people at once. Addresses that lead nowhere count here too.
    Group.PAGES: "300/minute",
    # A question costs ten times a page, and each filter that is ticked is one.
    Group.SEARCH: "180/minute",
    # A look at the map is one question for pins and some twenty for the names on it.
    Group.MAP: "900/minute",
    # One for each letter typed: two people who type all the time.
    Group.SUGGEST: "600/minute",
}


@dataclass(frozen=True)
class Changes:
    """How many requests that change something are taken, over all processes.

    Args:
        account: Of each account.
        network: Of each network, whoever is signed in.
    """

    account: str
    network: str


#: Requests that are meant to change something: counted for the account and for the network, exactly, before they are looked at.
CHANGES: Mapping[Group, Changes] = {
    # Failed log-ins, new accounts and mails have their own, smaller limits (`accounts.throttle`), which look at whom they concern;
    # this one holds whoever has right passwords for many accounts.
    Group.SIGN_IN: Changes("60/hour", "120/hour"),
    # Every open log-in page asks fifteen times an hour whether a passkey may be offered; nothing is written for it.
    Group.ASKING: Changes("600/hour", "6000/hour"),
    # Anybody may report, so the network is all there is to go by. A reader who is thorough sends a handful.
    Group.REPORT: Changes("30/hour", "30/hour"),
    # A moderator who does nothing else decides on one thing in fifteen seconds.
    Group.MODERATION: Changes("240/hour", "900/hour"),
    # Forms sent again after a correction are in it. An office may have five busy people.
    Group.WRITING: Changes("60/hour", "300/hour"),
}

#: Blueprints that are a group of their own; all others are pages, and what is sent there is writing.
_REQUESTS_OF = {"search": Group.SEARCH, "listings": Group.SEARCH, "map": Group.MAP, "suggest": Group.SUGGEST}
_CHANGES_OF = {"accounts": Group.SIGN_IN, "factors": Group.SIGN_IN, "passkeys": Group.SIGN_IN}
_MODERATORS = ("moderation", "credential_checks", "claim_moderation", "evidence", "entries", "disputed")
_CHANGES_OF |= {"reports": Group.REPORT, **dict.fromkeys(_MODERATORS, Group.MODERATION)}
#: What a log-in page asks for by itself, again every few minutes while it is open.
_ASKING = ("passkeys.ask",)
#: What is never counted: whether the site lives, and files.
EXEMPT = frozenset({"ops.healthz", "ops.readyz", "static_files", "favicon_ico", "favicon_svg"})

#: How long Redis may take before its place is taken by memory. Seconds.
REDIS_PATIENCE = 0.25


@dataclass(frozen=True)
class Limits:
    """The counters of one app.

    Args:
        requests: Of everything that comes in.
        changes: Of what is meant to change something.
    """

    requests: Limiter
    changes: Limiter

    def reset(self) -> None:
        """Forget all counts."""
        for limiter in (self.requests, self.changes):
            limiter.reset()


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Count from now on. It belongs before what guards forms: a flood of forged ones is a flood too. See `count_changes`.

    Raises:
        SettingsError: when the counts are to be kept in Redis and its client is not installed.
    """

    def times(most: str) -> str:
        number, _slash, span = most.partition("/")
        return f"{int(number) * settings.limit_factor}/{span}"

    of_requests: list[Any] = [_limit(request_group, lambda: times(REQUESTS[request_group()]), whom, exempt_when=_exempt)]
    of_changes: list[Any] = [
        _limit(change_group, lambda: times(CHANGES[change_group()].network), network, exempt_when=_no_change),
        _limit(change_group, lambda: times(CHANGES[change_group()].account), account, exempt_when=lambda: _no_change() or person() is None),
    ]
    in_memory, in_sql = _stores(settings, database)
    requests = Limiter(whom, application_limits=of_requests, key_prefix="requests", request_identifier=request_group, **in_memory)
    changes = Limiter(network, application_limits=of_changes, key_prefix="changes", request_identifier=change_group, **in_sql)
    app.extensions["hairline_limits"] = Limits(requests, changes)
    app.register_error_handler(RateLimitExceeded, too_many)
    _start(requests, app)


def count_changes(app: Flask) -> None:
    """Count what is meant to change something. It belongs behind what guards forms: no other site can use up a visitor's share."""
    _start(app.extensions["hairline_limits"].changes, app)


def request_group() -> Group:
    """Return the group whose requests this one counts among."""
    return _REQUESTS_OF.get(request.blueprint or "", Group.PAGES)


def change_group() -> Group:
    """Return the group whose changes this one counts among."""
    if (request.endpoint or "").startswith(_ASKING):
        return Group.ASKING
    return _CHANGES_OF.get(request.blueprint or "", Group.WRITING)


def whom() -> str:
    """Return whose request it is: the account's where somebody is signed in, else the network's."""
    return network() if person() is None else account()


def network() -> str:
    """Return the key of the network that the request comes from."""
    return _key("network", throttle.network(request.remote_addr))


def account() -> str:
    """Return the key of the account that is signed in."""
    user = person()
    return _key("account", str(user.id if user else 0))


def too_many(error: RateLimitExceeded) -> tuple[str, int, dict[str, str]]:
    """Answer a request over its limit: how long to wait, and how nothing that was typed is lost."""
    wait = int(g.get("limited_for", 60))
    if request.method not in UNSAFE:
        return errors.page(429, retry_after=wait)
    # Before the guard of forms nobody knows who filled it in, so nothing is given back.
    again = kept.typed() if g.get("limited_change") else ()
    return errors.page(429, message=_("Too much was sent in a short time. Nothing was changed."), retry_after=wait, again=again)


def _start(limiter: Limiter, app: Flask) -> None:
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise SettingsError(f"HAIRLINE_REDIS_URL: {error}. The client comes with: pip install 'hairline[redis]'") from error


def _limit(group: Callable[[], Group], most: Callable[[], str], key: Callable[[], str], *, exempt_when: Callable[[], bool]) -> Any:
    """Return one limit: of a group, of somebody."""
    return ApplicationLimit(
        limit_provider=most,
        key_function=key,
        scope=lambda _endpoint: group().value,
        exempt_when=exempt_when,
        on_breach=partial(_remember, group is change_group),
    )


def _remember(is_change: bool, over: RequestLimit) -> None:
    """Keep for the page how long the window still lasts; asked here, where the library minds a store that has gone away."""
    g.limited_for = max(1, over.reset_at - int(time.time()))
    g.limited_change = is_change


def _exempt() -> bool:
    return request.endpoint in EXEMPT


def _no_change() -> bool:
    return request.method not in UNSAFE or _exempt()


def _key(kind: str, of: str) -> str:
    """Return what stands for a network or an account in every store: nobody can read it back from there."""
    return tokens.keyed_digest(f"{kind}\n{of}", key=app_settings().secret_key)


def _stores(settings: Settings, database: Database) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return where requests and where changes are counted, in the words of the library."""
    if settings.redis_url:
        # Quickly or not at all, and never twice: a page does not wait for a counter.
        patience = {"socket_connect_timeout": REDIS_PATIENCE, "socket_timeout": REDIS_PATIENCE, "retry": None}
        redis = {"storage_uri": settings.redis_url, "storage_options": patience, "in_memory_fallback_enabled": True}
        return redis, redis
    memory, sql = (f"{kind.STORAGE_SCHEME[0]}://" for kind in (counts.MemoryCounts, counts.SqlCounts))
    return {"storage_uri": memory}, {"storage_uri": sql, "storage_options": {"database": database, "secret": settings.secret_key}}
