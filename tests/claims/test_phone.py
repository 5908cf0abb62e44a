"""Codes reach a telephone through whoever the operator has named, and never one that earns by it."""

import json
import logging

import pytest
from sqlmodel import select

from directory.claims.phone import SENTENCES, ConsoleSender, SendFailed, WebhookSender, number_problem, sender_for
from directory.config import Settings, SettingsError
from directory.core.tokens import keyed_digest
from directory.models.ops import KeptMail
from tests.outside import Names, certificate, outside, redirect, reply

SECRET = "only-to-try-0123456789-abcdefghijklmnop"
NUMBER, TEXT = "+14165550123", "Hairline: your code is K7QP2M9X"
PRODUCTION = {
    "environment": "production", "secret_key": SECRET, "base_url": "https://hairline.example", "smtp_host": "localhost",
    "operator_name": "Ada", "operator_address": "1 Example Street", "operator_email": "ada@hairline.example",
}  # fmt: skip
WEBHOOK = {"phone_sender": "webhook", "phone_webhook_url": "https://gateway.example/send", "phone_webhook_secret": SECRET}


class TestNumbers:
    @pytest.mark.parametrize("number", ["+14165550123", "+18005550199", "+442079460123", "+905321234567", "+4915112345678", "+97143123456"])
    def test_usual_numbers_are_sent_to(self, number):
        """Seen to fail with toll-free numbers left out."""
        assert number_problem(number) == ""

    @pytest.mark.parametrize(
        "number", ["+19005550123", "+447012345678", "+443301234567", "+448712345678", "+33899123456", "+4990012345678"[:13]]
    )
    def test_numbers_that_earn_by_a_call_are_not(self, number):
        """Premium, personal and shared-cost ones. Seen to fail without the question of the kind."""
        assert number_problem(number) in {"costly_number", "no_number"}
        assert number_problem("+19005550123") == "costly_number"

    @pytest.mark.parametrize("number", ["", "4165550123", "+1", "+14165550", "abc", "+999123456789", "+1416555012345", "tel:+1"])
    def test_what_is_no_number_is_not(self, number):
        """Seen to fail with a number taken that can be read and does not exist."""
        assert number_problem(number) == "no_number"

    def test_every_word_has_a_sentence(self):
        """Seen to fail with one left out."""
        assert set(SENTENCES) == {"no_number", "costly_number"}


class TestConsole:
    def test_a_message_stands_on_the_console_and_beside_the_mails(self, database, session, capsys):
        """So that whoever tries the demo finds the code. Seen to fail with the row left out."""
        ConsoleSender(database).send(NUMBER, TEXT)
        assert capsys.readouterr().out == f"To {NUMBER}: {TEXT}\n"
        assert [(kept.recipient, kept.text) for kept in session.exec(select(KeptMail))] == [(NUMBER, TEXT)]

    def test_without_a_database_it_prints_alone(self, capsys):
        """Seen to fail with a database needed."""
        ConsoleSender().send(NUMBER, TEXT)
        assert NUMBER in capsys.readouterr().out


class TestWebhook:
    @pytest.fixture
    def gateway(self, monkeypatch, tmp_path):
        """Names and a certificate for a gateway on loopback."""
        Names(monkeypatch, gateway_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]], inside_example=[["10.0.0.7"]])
        return certificate(tmp_path, "gateway.example")

    def send(self, server, trust, *, secret: str = SECRET) -> None:
        policy = server.policy(trust=trust, ports=frozenset({443}))
        WebhookSender(server.url("/send?key=1", host="gateway.example"), secret, policy=policy).send(NUMBER, TEXT)

    def test_a_message_is_signed_and_says_the_same_id_again(self, gateway):
        """The gateway can tell who asks, when, and what it had before. Seen to fail with the moment left out of the signature."""
        context, trust = gateway
        with outside(reply(b"", status="202 Accepted"), tls=context) as server:
            self.send(server, trust)
            self.send(server, trust)
        head = server.requests[0].partition(b"\r\n\r\n")[0].decode()
        bodies = [request.partition(b"\r\n\r\n")[2] for request in server.requests]
        said = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        assert head.startswith("POST /send?key=1 HTTP/1.1")
        assert said["Content-Type"] == "application/json"
        assert said["X-Hairline-Signature"] == "v1=" + keyed_digest(f"{said['X-Hairline-Timestamp']}.{bodies[0].decode()}", key=SECRET)
        told = [json.loads(body) for body in bodies]
        assert told[0] == {"id": told[1]["id"], "to": NUMBER, "text": TEXT}
        assert len(told[0]["id"]) == 32

    @pytest.mark.parametrize("status", ["500 No", "404 Not Found", "401 No"])
    def test_another_answer_is_a_failure_that_names_neither_number_nor_code(self, gateway, status, caplog):
        """Seen to fail with every answer taken for a yes, and with the text of the library's error."""
        context, trust = gateway
        caplog.set_level(logging.DEBUG)
        with outside(reply(b"no", status=status), tls=context) as server, pytest.raises(SendFailed, match=status[:3]) as caught:
            self.send(server, trust)
        assert "K7QP2M9X" not in str(caught.value) + caplog.text
        assert NUMBER not in str(caught.value) + caplog.text

    def test_a_redirect_is_a_failure_and_is_not_followed(self, gateway):
        """The message is for the gateway alone. Seen to fail with 3xx taken for a yes."""
        context, trust = gateway
        with outside(reply()) as other, outside(redirect(other.url()), tls=context) as server, pytest.raises(SendFailed, match="302"):
            self.send(server, trust)
        assert other.requests == []

    def test_nothing_is_sent_to_whoever_cannot_show_a_certificate(self, gateway):
        """Seen to fail with the certificate not looked at."""
        context, _trust = gateway
        with outside(reply(), tls=context) as server, pytest.raises(SendFailed, match="insecure"):
            self.send(server, None)
        assert server.requests == []

    @pytest.mark.parametrize(
        "url", ["http://gateway.example/", "https://inside.example/", "https://localhost/", "https://expired.example/"]
    )
    def test_nothing_is_sent_in_the_open_or_into_a_private_network(self, gateway, url):
        """Seen to fail with http allowed."""
        with pytest.raises(SendFailed, match="not reached"):
            WebhookSender(url, SECRET).send(NUMBER, TEXT)
        with outside(reply()) as plain, pytest.raises(SendFailed, match="insecure"):
            WebhookSender(plain.url(), SECRET, policy=plain.policy()).send(NUMBER, TEXT)
        assert plain.requests == []


class TestSettings:
    def test_who_sends_is_said_by_the_settings(self):
        """Seen to fail with the console as the default."""
        assert sender_for(Settings()) is None
        assert isinstance(sender_for(Settings(phone_sender="console")), ConsoleSender)
        assert isinstance(sender_for(Settings(**WEBHOOK)), WebhookSender)
        assert isinstance(sender_for(Settings(**PRODUCTION | WEBHOOK)), WebhookSender)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (PRODUCTION | {"phone_sender": "console"}, "console"),
            (WEBHOOK | {"phone_webhook_url": ""}, "PHONE_WEBHOOK_URL"),
            (WEBHOOK | {"phone_webhook_url": "http://gateway.example/"}, "https"),
            (WEBHOOK | {"phone_webhook_secret": "short"}, "PHONE_WEBHOOK_SECRET"),
            ({"phone_sender": "carrier pigeon"}, "PHONE_SENDER"),
        ],
    )
    def test_what_would_prove_nothing_or_leak_is_refused_at_the_start(self, given, words):
        """Seen to fail without each question."""
        with pytest.raises(SettingsError, match=words) as caught:
            Settings.from_environment(**given)
        assert SECRET not in str(caught.value)

    def test_the_secret_may_stand_in_a_file(self, monkeypatch, tmp_path):
        """As secrets of containers do. Seen to fail with the name left out of the settings."""
        (tmp_path / "secret").write_text(SECRET + "\n")
        monkeypatch.setenv("HAIRLINE_PHONE_WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
        settings = Settings.from_environment(**{name: value for name, value in WEBHOOK.items() if "secret" not in name}, data_dir=tmp_path)
        assert settings.phone_webhook_secret == SECRET
        assert SECRET not in repr(settings)
