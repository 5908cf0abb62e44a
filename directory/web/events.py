"""Security events: what the log says of log-ins, of refusals and of whoever tries a way round; never an address or what was typed."""

from enum import StrEnum

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user

log = structlog.get_logger("security")


class Event(StrEnum):
    """What is noted. Each stands in docs/security.md with what it means."""

    #: Somebody showed who they are, or did not; `factor` says by what.
    PROVED = "security.proved"
    NOT_PROVED = "security.not_proved"
    FACTOR_CHANGED = "security.factor_changed"
    LOGGED_OUT = "security.logged_out"
    #: Somebody signed in asked for what is not theirs, or not for them.
    REFUSED = "security.refused"
    LIMITED = "security.limited"
    FORGED = "security.forged"
    OTHER_SITE = "security.other_site"
    OTHER_HOST = "security.other_host"
    #: A request that no form of ours sends: a wrong shape, a field given twice, a body that is too large.
    MALFORMED = "security.malformed"


#: What an answer says by its status alone.
MALFORMED = frozenset({400, 405, 413, 414, 431})
#: Failures; the others are told at the level of every request.
WARNED = frozenset({Event.NOT_PROVED, Event.REFUSED, Event.LIMITED, Event.FORGED, Event.OTHER_SITE, Event.OTHER_HOST, Event.MALFORMED})


def note(event: Event, *, user_id: int | None = None, factor: str = "") -> None:
    """Write one line: when (by the log), what, where (the route, never the path) and who (a number, never a name).

    Args:
        event: What happened.
        user_id: Whose account it is about; None where there is none.
        factor: By what somebody shows who they are: "password".
    """
    g.noted = True
    route = request.url_rule.rule if request.url_rule else None
    write = log.warning if event in WARNED else log.info
    write(event.value, method=request.method, route=route, user=user_id, **({"factor": factor} if factor else {}))


def init_app(app: Flask) -> None:
    """Note what an answer tells by its status and nobody has noted yet."""

    @app.after_request
    def watch(response: Response) -> Response:
        if g.get("noted"):
            return response
        if response.status_code == 429:
            note(Event.LIMITED, user_id=_who())
        elif response.status_code in MALFORMED:
            note(Event.MALFORMED, user_id=_who())
        elif response.status_code in {403, 404} and request.url_rule is not None and _who() is not None:
            note(Event.REFUSED, user_id=_who())
        return response


def _who() -> int | None:
    """Return the number of the person asking; None where nobody is signed in."""
    return current_user.id if current_user.is_authenticated else None
