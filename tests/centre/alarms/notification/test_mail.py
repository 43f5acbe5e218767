"""E-mails to a real SMTP server."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.notification.mail_text import MailText
from gateway.centre.alarms.notification.mail import send_mail
from gateway.host.webhook.errors import NotDelivered
from gateway.model.site.alarms import SmtpSettings
from gateway.model.site.connection import LoginSettings
from tests.centre.alarms.notification.servers import MailServer
from tests.system.certificates import certificates

TEXT = MailText("[prato] Quadro spento: qe-1", "è notte\n")
TO = ("anna@example.org", "bruno@example.org")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority and a certificate of this machine."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates(folder)
    return folder


def context(folder: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "server.pem", folder / "server.key")
    return made


async def sent(server: MailServer, **settings: Any) -> str:
    values: dict[str, Any] = {"server": f"127.0.0.1:{server.port}", "sender": "alarms@comune.example", "encryption": "none"} | settings
    return await asyncio.to_thread(send_mail, SmtpSettings(**values), TO, TEXT, "1234")


async def test_an_e_mail_arrives_with_its_text_for_everybody_and_the_same_id_each_time() -> None:
    server = MailServer()
    async with server.running():
        said = await sent(server)
        await sent(server)
    first, second = server.received
    assert said == f"127.0.0.1:{server.port} accepted it for anna@example.org, bruno@example.org"
    assert server.recipients == [*TO, *TO]
    assert (first["Subject"], first["From"], first["To"]) == (TEXT.subject, "alarms@comune.example", ", ".join(TO))
    assert first["Message-ID"] == second["Message-ID"] == "<1234@comune.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().replace("\r\n", "\n") == TEXT.body


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_it_is_encrypted_and_the_login_is_sent_only_then(encryption: str, trusted: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "password").chmod(0o600)
    login = LoginSettings(user="alarms", password_file=str(tmp_path / "password"))
    server = MailServer()
    async with server.running(tls=context(trusted), implicit=encryption == "tls", password="secret"):
        await sent(server, encryption=encryption, ca=str(trusted / "ca.pem"), login=login)
    assert (len(server.received), server.encrypted, server.user) == (1, encryption == "starttls", "alarms")


async def test_a_server_that_nobody_vouches_for_gets_nothing(trusted: Path) -> None:
    server = MailServer()
    async with server.running(tls=context(trusted)):
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            await sent(server, encryption="starttls")
    assert server.received == []


async def test_a_server_without_encryption_gets_nothing() -> None:
    server = MailServer()
    async with server.running():
        with pytest.raises(NotDelivered, match="STARTTLS extension not supported"):
            await sent(server, encryption="starttls")
    assert server.received == []


async def test_a_wrong_password_may_be_corrected(trusted: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    (tmp_path / "password").chmod(0o600)
    login = LoginSettings(user="alarms", password_file=str(tmp_path / "password"))
    server = MailServer()
    async with server.running(tls=context(trusted), password="secret"):
        with pytest.raises(NotDelivered, match="the mail server refused: 535") as failed:
            await sent(server, encryption="starttls", ca=str(trusted / "ca.pem"), login=login)
    assert not failed.value.is_final


@pytest.mark.parametrize(("response", "is_final"), [("550 no such mailbox", True), ("450 mailbox busy", False)])
async def test_refused_addresses_are_named(response: str, is_final: bool, caplog: pytest.LogCaptureFixture) -> None:
    server = MailServer()
    server.refuses = {TO[0]: response}
    async with server.running():
        assert await sent(server) == f"127.0.0.1:{server.port} accepted it for {TO[1]}"
        assert f"{TO[0]} was refused: {response}" in caplog.text
        server.refuses[TO[1]] = response
        with pytest.raises(NotDelivered, match=f"{TO[0]} was refused: {response}; {TO[1]} was refused") as failed:
            await sent(server)
    assert failed.value.is_final is is_final


@pytest.mark.parametrize(("response", "is_final"), [("554 looks like spam", True), ("452 disk full", False)])
async def test_a_server_that_refuses_the_text_says_why(response: str, is_final: bool) -> None:
    server = MailServer()
    server.refuses = {"data": response}
    async with server.running():
        with pytest.raises(NotDelivered, match=f"the mail server refused: {response}") as failed:
            await sent(server)
    assert failed.value.is_final is is_final


async def test_a_server_that_is_away_may_come_back() -> None:
    with pytest.raises(NotDelivered, match=r"127\.0\.0\.1:1: .*refused") as failed:
        await asyncio.to_thread(send_mail, SmtpSettings(server="127.0.0.1:1", sender="a@b", encryption="none"), TO, TEXT, "1")
    assert not failed.value.is_final
