"""How far an account is trusted: how much it may write in a day, and what a moderator sees first. Pure; a rating is no part of it (T-5)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from directory.models.moderation import HoldReason

#: An account is new for so long ...
NEW_FOR = timedelta(days=7)
#: ... and until so many of its reviews and comments are public and were left standing.
LEAST_STANDING = 2


class Trust(StrEnum):
    """How far."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True)
class Daily:
    """How much somebody may write in 24 hours."""

    reviews: int
    comments: int


#: Nobody has more treatments than this in a day; whoever knows the place may talk at length.
A_DAY = {Trust.NEW: Daily(3, 10), Trust.KNOWN: Daily(10, 50)}


@dataclass(frozen=True)
class Writer:
    """What the rules look at of somebody who writes.

    Args:
        created_at: When their account was made.
        standing: How many of their reviews and comments are public now.
        is_staff: Whether they are a moderator.
    """

    created_at: datetime
    standing: int
    is_staff: bool = False

    def trust(self, now: datetime) -> Trust:
        """Return how far they are trusted at a moment."""
        known = self.is_staff or (now - self.created_at >= NEW_FOR and self.standing >= LEAST_STANDING)
        return Trust.KNOWN if known else Trust.NEW


def hold(writer: Writer, *texts: str, now: datetime, suspicion: HoldReason | None = None) -> HoldReason | None:
    """Return why a moderator looks at something before others do; None: it is public at once.

    Args:
        writer: Who wrote it.
        texts: Every word of it.
        now: The moment.
        suspicion: What the request gave away: see `forms.traps`, and `blocks`.
    """
    if suspicion is not None:
        return suspicion
    return HoldReason.LINK if writer.trust(now) is Trust.NEW and any(leads_away(text) for text in texts) else None


#: Endings of sites that no sentence begins with, and those that one could: "No pain.No swelling" has a capital there.
_PLAIN = (
    "com net org info biz xyz app dev icu vip co io ai eu uk de fr es nl pl cz ro gr tr ru ua ir ae pk jp kr br mx au nz dk fi rs example"
)
_WORDS = "shop store online site club clinic health care beauty hair pro link live life top at be ch in it me no se so to us ca ie is"
_NAME = r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
_SITE = re.compile(rf"{_NAME}(?:{_PLAIN.replace(' ', '|')})(?![\w-])|{_NAME}[a-z]{{2,}}/\w", re.ASCII | re.IGNORECASE)
_SITE_IN_SMALL = re.compile(rf"{_NAME}(?:{_WORDS.replace(' ', '|')})(?![\w-])", re.ASCII)
_LINK = re.compile(r"https?\s*:|\bhxxps?\b|\bwww\s*\.|://|\]\(")
_DOT = r"\s*[\[({]?\s*\b(?:dot|punkt|punto)\b\s*[\])}]?\s*"
#: "name at gmail dot com", "clinic (dot) com".
_SPELLED = re.compile(rf"\w{_DOT}(?:com|net|org|info|co|io|de|tr|uk)\b|\w\s*[\[({{]\s*(?:at|dot)\s*[\])}}]\s*\w")
_MAIL = re.compile(r"[^\s@]\s?@\s?[^\s@]{1,200}\.[a-z]{2,}")
#: A name on another network: "@dr.smith".
_HANDLE = re.compile(r"(?<![\w.])@[a-z0-9_][a-z0-9_.]{2,}")
_NUMBER = re.compile(r"(?<![\d.,])(?:\+|00|\(?0)\d?[\d\s()./-]{6,20}\d(?!\d)|(?<!\d)\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\d)")
_CALL = re.compile(
    r"\b(?:whats\s?app|telegram|viber|signal|wechat|phone|tel|call|text|sms|mobile|dm)\b\W{0,3}(?:\w+\W+){0,4}?\+?\d[\d\s()./-]{5,}\d"
)
_DAY = re.compile(r"(?<![\d./-])(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![./-]?\d)")
_DIGITS = re.compile(r"\D")


def leads_away(text: str) -> bool:
    """Say whether a text holds a link, the address of a site or a mailbox, or a number to call: what adverts are written for.

    It errs on the side of a moderator's look; nothing is refused for it.

    >>> leads_away("Write to me at calm.hair (at) mail.example")
    True
    >>> leads_away("Two sessions on 12.03.2025, 2,500 grafts, 3.500 EUR. Fine.")
    False
    """
    typed = unicodedata.normalize("NFKC", text)
    plain = _DAY.sub(" . ", typed.lower())
    if _SITE_IN_SMALL.search(typed) or any(pattern.search(plain) for pattern in (_LINK, _SITE, _MAIL, _SPELLED, _HANDLE, _CALL)):
        return True
    return any(len(_DIGITS.sub("", found.group())) >= 8 for found in _NUMBER.finditer(plain))


#: What leads to a site, whole: with or without "https://", and spelled out.
_WHOLE = re.compile(r"(?:https?|hxxps?)\s*:\s*/*\s*[^\s/<>()\"']+|\bwww\s*\.\s*[^\s/<>()\"']+", re.IGNORECASE)
_SPELLED_SITE = re.compile(rf"\w{{1,63}}{_DOT}(?:com|net|org|info|co|io|de|tr|uk)\b", re.IGNORECASE)


def sites(text: str) -> list[str]:
    """Return the addresses of sites that a text holds, as far as their hosts go.

    >>> sites("See https://calm.example/prices, clinic dot com or write to a@b.example.")
    ['https://calm.example', 'clinic dot com']
    """
    typed = unicodedata.normalize("NFKC", text)
    whole = [match.group().rstrip(".,;:!?") for match in _WHOLE.finditer(typed)]
    rest = _MAIL.sub(" ", _WHOLE.sub(" ", typed))
    bare = [match.group().split("/")[0] for pattern in (_SITE, _SITE_IN_SMALL) for match in pattern.finditer(rest)]
    spelled = [match.group() for match in _SPELLED_SITE.finditer(rest)]
    return list(dict.fromkeys([*whole, *bare, *spelled]))
