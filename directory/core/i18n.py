"""One marker for every visible string, usable on every floor; catalogues come through the standard gettext."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

_translations: ContextVar[NullTranslations] = ContextVar("translations", default=NullTranslations())  # noqa: B039  (never changed in place)


def gettext(message: str) -> str:
    """Return `message` in the language of the present request or job."""
    return _translations.get().gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of the message that fits the number `n`."""
    return _translations.get().ngettext(singular, plural, n)


def _(message: str, **values: object) -> str:
    """Translate `message` and fill its %(name)s places from `values`."""
    text = gettext(message)
    return text % values if values else text


class LazyText:
    """A message translated each time it is shown: for form labels and other text made at import."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return gettext(self.message)

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(self.message)

    def __len__(self) -> int:
        return len(str(self))

    def __repr__(self) -> str:
        return f"LazyText({self.message!r})"


def lazy(message: str) -> str:
    """Mark a string made at import; it is translated when it is shown.

    The return type says `str` because every user of it prints or formats it.
    """
    return LazyText(message)  # type: ignore[return-value]


@contextmanager
def speaking(translations: NullTranslations) -> Iterator[None]:
    """Use `translations` inside the block."""
    token = _translations.set(translations)
    try:
        yield
    finally:
        _translations.reset(token)
