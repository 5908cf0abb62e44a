"""From text to the words that are compared: one function for what is stored and for what is asked."""

import re

from directory.core.text import fold

#: What one question may hold, cut before anything else looks at it: an endless question must not cost more than a long one.
MAX_CHARACTERS = 200
MAX_WORDS = 12

_APOSTROPHES = re.compile("['’‘ʻʼʽ´`′]")
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text, folded: "O'Brien Hair-Studio" gives obrien, hair and studio; an emoji gives nothing."""
    folded = text.lower() if text.isascii() and text.isprintable() else fold(text)
    return _WORD.findall(_APOSTROPHES.sub("", folded))


def asked(text: str) -> tuple[str, ...]:
    """Return the words of a question, each once, at most MAX_WORDS from its first MAX_CHARACTERS characters."""
    return tuple(dict.fromkeys(words(text[:MAX_CHARACTERS])))[:MAX_WORDS]
