"""The delivery to a contact by its way."""

import asyncio
import base64
from pathlib import Path

import pytest

from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.state import AlarmKey
from gateway.centre.alarms.notification.delivery import Postman
from gateway.centre.alarms.notification.queue import WaitingNotification
from gateway.host.webhook.errors import NotDelivered
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, SmtpSettings
from tests.centre.alarms.notification.servers import Hook, MailServer

MESSAGE = WaitingNotification(
    "id-1", Notification("room", 3000, [Notice(NoticeReason.RAISED, AlarmKey("citelum", "qe-1", "panel_outage", ""), 1)])
)


def postman(contact: AlarmContactSettings, smtp: SmtpSettings | None = None) -> Postman:
    return Postman("prato", AlarmSettings(smtp=smtp, contacts={"room": contact}), "Europe/Rome")


def secret(tmp_path: Path, text: str = "whsec_" + base64.b64encode(b"k" * 32).decode()) -> str:
    (tmp_path / "secret").write_text(text)
    (tmp_path / "secret").chmod(0o600)
    return str(tmp_path / "secret")


async def test_a_contact_with_an_address_gets_an_e_mail_in_its_language() -> None:
    server = MailServer()
    async with server.running():
        smtp = SmtpSettings(server=f"127.0.0.1:{server.port}", sender="a@b.example", encryption="none")
        await asyncio.to_thread(postman(AlarmContactSettings(email=["c@d"], language="it"), smtp).deliver, MESSAGE)
    assert server.received[0]["Subject"] == "[prato] Quadro spento: qe-1"


def test_a_contact_with_a_webhook_gets_a_signed_message(tmp_path: Path) -> None:
    with Hook() as hook:
        postman(AlarmContactSettings(webhook=hook.url, secret_file=secret(tmp_path))).deliver(MESSAGE)
        assert hook.bodies()[0]["data"]["contact"] == "room"
        assert hook.received[0][1]["webhook-id"] == "id-1"


@pytest.mark.parametrize(("text", "sentence"), [("short", "whsec_"), (None, "can't be read")])
def test_a_secret_that_can_not_be_used_may_be_corrected(text: str | None, sentence: str, tmp_path: Path) -> None:
    file = str(tmp_path / "missing") if text is None else secret(tmp_path, text)
    with pytest.raises(NotDelivered, match=sentence) as failed:
        postman(AlarmContactSettings(webhook="http://127.0.0.1:1/", secret_file=file)).deliver(MESSAGE)
    assert not failed.value.is_final


def test_a_contact_that_is_gone_or_has_no_mail_server_is_not_tried_for_ever() -> None:
    for one in (Postman("prato", AlarmSettings(), "UTC"), postman(AlarmContactSettings(email=["c@d"]))):
        with pytest.raises(NotDelivered) as failed:
            one.deliver(MESSAGE)
        assert failed.value.is_final
