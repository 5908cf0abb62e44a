"""What a reply may be: its length, where it may lead, and neutral words to begin with; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from directory.accounts import trust
from directory.core.errors import Refused
from directory.core.i18n import _, lazy

#: Characters.
MIN_BODY_LENGTH = 10
MAX_BODY_LENGTH = 3000


@dataclass(frozen=True)
class Neutral:
    """Words to begin with, which say nothing of anybody.

    Args:
        label: What it is for.
        text: The words.
    """

    label: str
    text: str


#: Word of the address -> template. None of them says that anybody was treated.
TEMPLATES: Mapping[str, Neutral] = {
    "thanks": Neutral(
        lazy("Say thank you"),
        lazy("Thank you for taking the time to write this. We read every review and share it with our team."),
    ),
    "concern": Neutral(
        lazy("Ask to talk"),
        lazy(
            "We are sorry to read this. To protect everybody's privacy we do not speak about anyone here. Please call us; we would like"
            " to listen and put right what can be put right."
        ),
    ),
    "privacy": Neutral(
        lazy("Say why you do not answer in detail"),
        lazy(
            "Privacy law does not let us say in public who was with us and who was not, so this answer has to stay general. Anybody with"
            " a question or a complaint is welcome to speak with us in private."
        ),
    ),
    "facts": Neutral(
        lazy("Say how you work in general"),
        lazy(
            "Thank you for the feedback. In general: we explain each step and its cost in writing before anything is done, and anybody"
            " who is unhappy can come back and talk to us."
        ),
    ),
}


def check_links(text: str, *, websites: Iterable[str]) -> None:
    """Refuse addresses of sites other than the profile's own listed one.

    Raises:
        Refused: naming the first that stands in the way.
    """
    own = {host for website in websites if (host := _host(website))}
    for site in trust.sites(text):
        host = _host(site)
        if not any(host == one or host.endswith(f".{one}") for one in own):
            raise Refused(
                _("Please leave out %(site)s. A reply may lead to your own listed website, and nowhere else.", site=site), field="body"
            )


def _host(address: str) -> str:
    """Return the host of an address, in small letters and without "www."; "" where there is none."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").rstrip(".")
