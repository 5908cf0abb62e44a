"""Nothing typed is lost: a form that cannot be taken now is given back on the page that says why, to be sent again from there."""

from typing import NamedTuple

from flask import request

from directory.web.security import UNSAFE

#: Whose forms are given back. Never one that may hold a password.
KEPT = frozenset(
    {
        "reviews",
        "comments",
        "reports",
        "moderation",
        "claims",
        "claim_moderation",
        "proposing",
        "entries",
        "credentials",
        "credential_checks",
        "replies",
        "disputes",
        "disputed",
        "facts",
        "suggestions",
    }
)
#: What a form says by itself; the token against forged requests is made anew.
_BY_ITSELF = frozenset({"csrf_token", "idempotency_key", "opened"})
#: An answer of so many characters is worth keeping: a sentence, in Chinese too. What is only ticked is ticked again.
WORTH = 10
#: Longer answers are shown, to be read and copied; the others go along unseen.
LONG = 40


class Typed(NamedTuple):
    """One field of a form that is given back."""

    name: str
    value: str

    @property
    def is_shown(self) -> bool:
        """Whether somebody wrote it and will want to see it."""
        return self.name not in _BY_ITSELF and (len(self.value) > LONG or "\n" in self.value)


def typed() -> tuple[Typed, ...]:
    """Return the fields of this request's form, without its token; nothing where nobody wrote anything."""
    if request.method not in UNSAFE or request.blueprint not in KEPT:
        return ()
    fields = tuple(Typed(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return fields if any(len(one.value.strip()) >= WORTH for one in fields if one.name not in _BY_ITSELF) else ()


def ours() -> bool:
    """Say whether the browser itself vouches that a page of this site sent the form; no other site can have filled it in then."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or request.headers.get("Origin") == request.host_url.rstrip("/")
