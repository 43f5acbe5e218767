"""Messages to subscriptions, by e-mail and to a webhook."""

import asyncio
import base64
from pathlib import Path

import pytest

from gateway.centre.situation.subscriptions.delivery import SubscriptionPostman
from gateway.host.webhook.errors import NotDelivered
from gateway.model.site.alarms import SmtpSettings
from gateway.model.site.situation.subscriptions import SubscriptionSettings
from tests.centre.alarms.notification.servers import Hook, MailServer
from tests.centre.situation.subscriptions.examples import change
from tests.situation.examples import ROME

CHANGES = [change(7, "a"), change(9, "b")]


def webhook(folder: Path, url: str) -> SubscriptionPostman:
    secret = folder / "secret"
    secret.write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    secret.chmod(0o600)
    settings = SubscriptionSettings(webhook=url, secret_file=str(secret))
    return SubscriptionPostman("prato", "mappa", settings, None, ROME)


async def test_an_e_mail_has_everything_and_an_id_that_is_the_same_each_time() -> None:
    server = MailServer()
    async with server.running():
        smtp = SmtpSettings(server=f"127.0.0.1:{server.port}", encryption="none", sender="room@comune.example")
        postman = SubscriptionPostman("prato", "turno", SubscriptionSettings(email=["anna@example.org"]), smtp, ROME)
        assert postman.in_messages(CHANGES) == [CHANGES]
        await asyncio.to_thread(postman.deliver, CHANGES)
    (message,) = server.received
    assert message["Message-ID"] == "<prato-turno-9@comune.example>"
    assert message["Subject"] == "[prato] 2 situations: active: Scavo in Via Roma"


def test_a_message_to_a_webhook_has_one_situation_and_is_signed(tmp_path: Path) -> None:
    with Hook() as hook:
        postman = webhook(tmp_path, hook.url)
        for message in postman.in_messages(CHANGES):
            postman.deliver(message)
        assert [one["data"]["id"] for one in hook.bodies()] == ["a", "b"]
        assert [headers["webhook-id"] for _, headers, _ in hook.received] == ["prato-mappa-7", "prato-mappa-9"]
        assert all(headers["webhook-signature"].startswith("v1,") for _, headers, _ in hook.received)


@pytest.mark.parametrize(("content", "sentence"), [("nonsense", "whsec_"), (None, "can't be read")])
def test_a_secret_that_can_not_be_used_is_reported(content: str | None, sentence: str, tmp_path: Path) -> None:
    with Hook() as hook:
        postman = webhook(tmp_path, hook.url)
        if content is None:
            (tmp_path / "secret").unlink()
        else:
            (tmp_path / "secret").write_text(content)
        with pytest.raises(NotDelivered, match=sentence):
            postman.deliver(CHANGES[:1])
        assert hook.received == []


def test_without_a_mail_server_nothing_can_be_sent() -> None:
    postman = SubscriptionPostman("prato", "turno", SubscriptionSettings(email=["a@b"]), None, ROME)
    with pytest.raises(NotDelivered, match="there is no mail server"):
        postman.deliver(CHANGES)
