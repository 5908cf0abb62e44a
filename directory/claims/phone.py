"""Codes to a telephone: which numbers may be sent to, and who sends."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

import phonenumbers
from phonenumbers import PhoneNumberType

from directory.config import Settings
from directory.core import clock, outbound
from directory.core.db import Database
from directory.core.i18n import lazy
from directory.core.outbound import OutboundRefused, Policy
from directory.core.tokens import keyed_digest, new_token
from directory.models.ops import KeptMail

#: Kinds of numbers that belong to one house or one person and cost what a call costs.
_USUAL = {
    *(PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
    *(PhoneNumberType.VOIP, PhoneNumberType.TOLL_FREE),
}

#: Word of `number_problem` -> the sentence for a page.
SENTENCES: Mapping[str, str] = {
    "no_number": lazy("This is no telephone number that can be called. Please show it in another way."),
    "costly_number": lazy(
        "A call to this number may cost whoever makes it more than usual, so we do not send there. Please show it in another way."
    ),
}


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


class ConsoleSender:
    """Shows the message to whoever runs the site on their own machine: for development and the demo alone.

    Args:
        database: Where it is kept for /dev/outbox; without one it goes to the console alone.
    """

    def __init__(self, database: Database | None = None) -> None:
        self._database = database

    def send(self, number: str, text: str) -> None:
        """Print the message, and keep it beside the mails."""
        print(f"To {number}: {text}", flush=True)  # noqa: T201
        if self._database is None:
            return
        with self._database.transaction() as session:
            session.add(
                KeptMail(
                    message_id=f"<phone-{new_token()}@localhost>",
                    recipient=number,
                    subject="Text message",
                    text=text,
                    html="",
                    created_at=clock.now(),
                )
            )


class WebhookSender:
    """Hands messages to a gateway of the operator's, as JSON over https, signed so that the gateway knows who asks.

    The signature is an HMAC-SHA-256 of the moment, a full stop and the body. A message that is sent again has the same `id`.

    Args:
        url: The gateway.
        secret: What it is signed with.
        policy: How it may be asked; tests name their own.
    """

    def __init__(self, url: str, secret: str, *, policy: Policy = outbound.PUBLIC) -> None:
        self._url = url
        self._secret = secret
        self._policy = replace(policy, ports=policy.ports | {urlsplit(url).port or 443})

    def send(self, number: str, text: str) -> None:
        """Hand the message over; only an answer of 200 to 299 says that it was taken."""
        marks = {"id": keyed_digest(f"{number} {text}", key=self._secret)[:32], "to": number, "text": text}
        body = json.dumps(marks, ensure_ascii=False, separators=(",", ":"))
        moment = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Hairline-Timestamp": moment,
            "X-Hairline-Signature": "v1=" + keyed_digest(f"{moment}.{body}", key=self._secret),
        }
        try:
            status = outbound.post(self._url, body.encode(), headers=headers, policy=self._policy)
        except OutboundRefused as refusal:
            raise SendFailed(f"the telephone gateway was not reached: {refusal.reason}") from None
        if not 200 <= status < 300:
            raise SendFailed(f"the telephone gateway answered {status}")


def number_problem(number: str) -> str:
    """Return "" where a code may be sent to a number in E.164, else why not, as a key of `SENTENCES`.

    Premium numbers earn whoever owns them money with each call; those of shared cost, personal numbers, pagers and numbers that
    nobody knows the kind of may.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "no_number"
    if not phonenumbers.is_valid_number(parsed):
        return "no_number"
    return "" if phonenumbers.number_type(parsed) in _USUAL else "costly_number"


def sender_for(settings: Settings, database: Database | None = None) -> Sender | None:
    """Return who sends codes by these settings; None where the site has nobody: then the method is not offered.

    Args:
        settings: Whose choice it is.
        database: Where the console's messages are kept for /dev/outbox.
    """
    match settings.phone_sender:
        case "console":
            return ConsoleSender(database)
        case "webhook":
            return WebhookSender(settings.phone_webhook_url, settings.phone_webhook_secret)
        case _:
            return None
