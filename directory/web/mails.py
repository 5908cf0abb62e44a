"""Handlers that send mail: each reads what it needs when it runs, so that no secret lies in a job."""

from directory.work import Handler

HANDLERS: dict[str, Handler] = {}
