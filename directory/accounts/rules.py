"""What an account may look like: addresses, names, passwords, age."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from email_validator import EmailNotValidError, validate_email

from directory.accounts import strength, trust
from directory.accounts.skeleton import skeleton
from directory.accounts.strength import Weakness
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.text import clean_line, fold
from directory.models.accounts import Role

MAX_EMAIL = 254
MIN_NAME, MAX_NAME = 2, 40
#: Eight is the least that OWASP and NIST SP 800-63B allow; whole sentences fit, and nothing is ever cut off.
MIN_PASSWORD, MAX_PASSWORD = 8, 200
#: Our own name: nothing to be guessed later than others.
OURS = "hairline"
ADULT = 18
#: How long showing who one is counts for what asks for it again (ASVS 7.5.3).
STEP_UP = timedelta(minutes=10)
#: How long a half sign-in waits for its second factor.
HALF_SESSION = timedelta(minutes=10)
FIRST_BIRTH_YEAR = 1900

_WORDS = (
    "admin administrator anonymous deleted doctor dr editor editorial hairline mod moderation moderator official operator prof professor"
    " formermember removed root staff superuser support surgeon sysadmin system team verified webmaster"
)
#: Words that would pass for us, for our staff, or for a title that nobody here has checked.
RESERVED = frozenset(_WORDS.split())
#: The same as they look; and those that nobody is called by, so that they stand nowhere in a name.
_RESERVED_LOOKS = frozenset(skeleton(word) for word in RESERVED)
_NOWHERE = tuple(skeleton(word) for word in ("administrator", "hairline", "moderator"))
#: Digits and signs that are read as letters: "5taff", "$upport".
_READ_AS = str.maketrans("3457@$", "easats")
#: What alphabets are called in the names of letters; these are written beside each other, or belong to no alphabet.
_TOGETHER = frozenset(
    {"BOPOMOFO", "CJK", "FULLWIDTH", "HALFWIDTH", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA", "KATAKANA-HIRAGANA", "MODIFIER"}
)
#: How often a shown name may be changed, and in which time: nobody hides behind ever new ones.
NAME_CHANGES, NAME_SPAN = 3, timedelta(days=30)
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@dataclass(frozen=True)
class SessionLife:
    """How long a sign-in holds.

    Args:
        absolute: Whatever is done with it.
        idle: While nothing is done with it.
        seen_every: How often it is written that something was done: well below `idle`.
    """

    absolute: timedelta
    idle: timedelta
    seen_every: timedelta


#: OWASP ASVS 7.3: weeks for people who come back after months, minutes for those who can hide what others wrote.
LIFE = SessionLife(absolute=timedelta(days=90), idle=timedelta(days=14), seen_every=timedelta(hours=1))
STAFF_LIFE = SessionLife(absolute=timedelta(hours=12), idle=timedelta(minutes=30), seen_every=timedelta(minutes=5))
STAFF = (Role.MODERATOR, Role.ADMIN)


def life_of(role: Role) -> SessionLife:
    """Return how long a sign-in of somebody with this role holds."""
    return STAFF_LIFE if role in STAFF else LIFE


def clean_email(typed: str) -> str:
    """Return an address in its usual form: the domain in small letters, the rest as typed.

    Raises:
        Refused: when it cannot be an address. Whether it exists is not asked here: the mailed link shows that.
    """
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise Refused(_("Write a whole e-mail address, for example name@example.com."), field="email") from error


def email_key(typed: str) -> str:
    """Return what makes an address one account's: lower case. Whatever was typed has a key, so that log-ins can be counted."""
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError:
        return clean_line(typed).lower()[:MAX_EMAIL]


def veiled(email: str) -> str:
    """Return an address as its owner knows it again and nobody else can write to it: "n…@m….example"."""
    local, _at, domain = email.rpartition("@")
    host, _dot, end = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}….{end}"


def name_key(name: str) -> str:
    """Return what makes a shown name one account's: how it looks ("Owen W.", "owen w" and "0wen VV" are alike; see `skeleton`)."""
    return skeleton(name)[:120]


def check_name(name: str) -> None:
    """Refuse a name that could not be told from another, or that would pass for somebody it is not.

    Raises:
        Refused: with the reason.
    """
    if not MIN_NAME <= len(name) <= MAX_NAME or len(name_key(name)) < MIN_NAME:
        message = _(
            "Take a name of %(least)d to %(most)d characters, with at least %(least)d letters or digits.", least=MIN_NAME, most=MAX_NAME
        )
        raise Refused(message, field="display_name")
    if "@" in name or trust.leads_away(name):
        raise Refused(_("Take a name without an address in it: everybody can read it."), field="display_name")
    if _passes_for_staff(name):
        raise Refused(_("That name could be taken for our staff or for a title. Take another."), field="display_name")
    letters = (unicodedata.name(c, "").partition(" ")[0] for c in unicodedata.normalize("NFKC", name) if c.isalpha())
    if len(set(letters) - _TOGETHER) > 1:
        raise Refused(
            _("Write the name in the letters of one alphabet: mixed ones can look like somebody else's name."), field="display_name"
        )


def _passes_for_staff(name: str) -> bool:
    """Say whether a reserved word is in a name, however it is written: as a word, spaced out, or with digits for letters."""
    for one in (name, fold(name).translate(_READ_AS)):
        words = {skeleton(_ENDS.sub("", word)) for word in one.split()} | {skeleton(word) for word in one.split()}
        whole = skeleton(one)
        if (words | {whole, skeleton(_ENDS.sub("", one))}) & _RESERVED_LOOKS or any(word in whole for word in _NOWHERE):
            return True
    return False


def check_password(password: str, *, email: str, name: str, field: str = "password") -> None:
    """Refuse a password that is guessed first: a usual one, or one made of what others can see of the person.

    No rule asks for digits or signs: they make passwords harder to remember and hardly harder to guess. How many guesses one takes
    is reckoned by `strength`.

    Args:
        password: As typed.
        email: The account's address.
        name: The account's shown name.
        field: The form field to blame.

    Raises:
        Refused: with the reason.
    """
    if len(password) < MIN_PASSWORD:
        raise Refused(
            _("Take at least %(least)d characters. Three or four words in a row are easy to remember.", least=MIN_PASSWORD), field=field
        )
    if len(password) > MAX_PASSWORD:
        raise Refused(_("Take at most %(most)d characters.", most=MAX_PASSWORD), field=field)
    lowered = password.casefold()
    if len(set(lowered)) < 4 or _is_run(lowered):
        raise Refused(_tried_first(), field=field)
    core = name_key(_ENDS.sub("", password)) or name_key(password)
    seen = {name_key(email), name_key(email.partition("@")[0]), name_key(name), name_key(OURS)}
    if core in seen or name_key(password) in seen:
        raise Refused(_own_words(), field=field)
    if why := strength.weakness(password, known=_known(email, name)):
        raise Refused({Weakness.OWN: _own_words, Weakness.USUAL: _tried_first, Weakness.SHORT: _too_plain}[why](), field=field)


def check_age(birth_year: int, today: date) -> None:
    """Refuse a person under 18 (T-23), as far as a year can tell.

    Raises:
        Refused: with the reason.
    """
    if not FIRST_BIRTH_YEAR <= birth_year <= today.year:
        raise Refused(_("Write the year in four digits, for example 1985."), field="birth_year")
    if today.year - birth_year < ADULT:
        raise Refused(_("You must be 18 or over to have an account. You can read everything here without one."), field="birth_year")


def _known(email: str, name: str) -> list[str]:
    """Return what others can see of a person, whole and in words, and our own name."""
    local = email.partition("@")[0]
    return [word for word in (email, local, name, *re.split(r"[\W_]+", f"{local} {name}"), OURS) if len(word) > 2]


def _tried_first() -> str:
    return _("This password is one of those that are tried first. Take another; three or four words in a row do well.")


def _own_words() -> str:
    return _("Take a password that is not made of your name, your address or ours.")


def _too_plain() -> str:
    return _("This password could be guessed: a word or two, a date or keys side by side are tried soon. Add another word or two.")


def _is_run(text: str) -> bool:
    """Say whether each character follows its neighbour by one, up or down: "abcdefgh", "87654321"."""
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return steps in ({1}, {-1})
