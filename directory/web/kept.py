"""Nothing typed is lost: a form that cannot be taken now is given back on the page that says why, to be sent again from there."""

from flask import request

from directory.web.security import UNSAFE

#: Whose forms are given back. Never one that may hold a password.
KEPT = frozenset({"reviews", "comments", "reports", "moderation"})
#: What a form says by itself; the token against forged requests is made anew.
_BY_ITSELF = frozenset({"csrf_token", "idempotency_key", "opened"})
#: An answer of so many characters is worth keeping: a sentence, in Chinese too. What is only ticked is ticked again.
WORTH = 10


def typed() -> tuple[tuple[str, str], ...]:
    """Return the fields of this request's form as (name, value), without its token; nothing where nobody wrote anything."""
    if request.method not in UNSAFE or request.blueprint not in KEPT:
        return ()
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return fields if any(len(value.strip()) >= WORTH for name, value in fields if name not in _BY_ITSELF) else ()


def ours() -> bool:
    """Say whether the browser itself vouches that a page of this site sent the form; no other site can have filled it in then."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or request.headers.get("Origin") == request.host_url.rstrip("/")
