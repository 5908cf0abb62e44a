"""Codes to a telephone: which numbers may be sent to, and who sends."""

from typing import Protocol

from directory.config import Settings


class SendFailed(RuntimeError):
    """The gateway did not take the message; the text is fit for a log and holds neither number nor code. Trying again is right."""


class Sender(Protocol):
    """Sends one short text to one number."""

    def send(self, number: str, text: str) -> None:
        """Send it. Call it outside of a transaction.

        Args:
            number: In E.164, one that `number_problem` has nothing against.
            text: At most 160 characters.

        Raises:
            SendFailed: it was not taken.
        """


def number_problem(number: str) -> str:
    """Return "" where a code may be sent to a number in E.164, else why not, as a key of `SENTENCES`."""
    raise NotImplementedError


def sender_for(settings: Settings) -> Sender | None:
    """Return who sends codes by these settings; None where the site has nobody: then the method is not offered."""
    raise NotImplementedError


#: Word of `number_problem` -> the sentence for a page.
SENTENCES: dict[str, str] = {}
