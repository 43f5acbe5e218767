"""How clients are made: TLS files and passwords that can't be used are errors before the first connection."""

import contextlib
import select
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from gateway.host import clock
from gateway.host.files import SecretError, write_whole
from gateway.host.mqtt import OPEN_SHARE, Broker, check_files
from gateway.host.mqtt.connector import Connector
from gateway.host.mqtt.failures import SocketErrors, reason_of
from gateway.host.mqtt.types import SessionTerms
from gateway.host.mqtt.versions import VersionFallback
from gateway.model.site.connection import LoginSettings, TlsSettings
from gateway.trust import openssl
from gateway.trust.authority import Authority
from tests.system.servers import wait_until


def connector(broker: Broker) -> Connector:
    return Connector(broker, "c", None, SessionTerms(manual_ack=False, expiry_s=0, max_packet_bytes=1 << 20))


def test_a_missing_certificate_is_an_error_that_names_the_files(tmp_path: Path) -> None:
    tls = TlsSettings(ca=str(tmp_path / "ca.pem"))
    with pytest.raises(SecretError, match=r"the TLS files can't be used \(No such file or directory\): check .*ca\.pem"):
        connector(Broker("mqtts://broker.example:8883", tls))


def test_of_several_files_the_error_names_the_one_that_is_missing_or_unreadable(tmp_path: Path) -> None:
    (tmp_path / "own.key").write_text("key")
    (tmp_path / "own.key").chmod(0o600)
    tls = TlsSettings(cert=str(tmp_path / "own.pem"), key=str(tmp_path / "own.key"))
    with pytest.raises(SecretError, match=r"check \S*/own\.pem\Z"):
        connector(Broker("mqtts://broker.example:8883", tls))


def test_a_file_that_is_not_a_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("not a certificate")
    (tmp_path / "own.pem").chmod(0o600)
    tls = TlsSettings(cert=str(tmp_path / "own.pem"), key=str(tmp_path / "own.pem"))
    with pytest.raises(SecretError, match="the TLS files can't be used"):
        connector(Broker("mqtts://broker.example:8883", tls))


@pytest.mark.parametrize("key", ["own.key", None])
def test_a_private_key_that_others_may_read_is_an_error(key: str | None, tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("certificate")
    secret = tmp_path / (key or "own.pem")
    secret.write_text("key")
    for mode in (0o644, 0o640, 0o604):
        secret.chmod(mode)
        tls = TlsSettings(cert=str(tmp_path / "own.pem"), key=key and str(secret))
        with pytest.raises(SecretError, match=rf"{secret.name} can be read by other users \(mode {mode:04o}\): run chmod 600"):
            check_files(Broker("mqtts://broker.example:8883", tls))


def test_a_missing_key_is_an_error_that_names_it_alone(tmp_path: Path) -> None:
    tls = TlsSettings(ca="/etc/ssl/ca.pem", cert=str(tmp_path / "own.pem"), key=str(tmp_path / "own.key"))
    with pytest.raises(SecretError, match=r"own\.key can't be read: No such file"):
        check_files(Broker("mqtts://broker.example:8883", tls))


def test_tls_files_are_not_read_for_a_plain_broker(tmp_path: Path) -> None:
    connector(Broker("mqtt://127.0.0.1:1883", TlsSettings(ca=str(tmp_path / "missing"))))


@pytest.fixture
def greeted(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """A server that reads who its clients are from their certificates: its port, and the names in order."""
    authority = Authority.create(tmp_path / "authority", "Prato", clock.now_ms())
    own, names = authority.certify_broker("127.0.0.1", clock.now_ms(), 1), list[str]()
    (tmp_path / "server.pem").write_bytes(own.key + own.certificate)
    for user in ("one", "two"):
        key = openssl.new_key()
        (tmp_path / f"{user}.pem").write_bytes(key + authority.certify(openssl.new_request(key), user, clock.now_ms(), 1))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.folder / "authority.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(tmp_path / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with context.wrap_socket(server.accept()[0], server_side=True) as client:
                        names.append(dict(part[0] for part in (client.getpeercert() or {})["subject"])["commonName"])  # type: ignore[misc]

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1], names
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_next_connection_has_a_certificate_that_was_renewed_and_none_that_is_damaged(
    greeted: tuple[int, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port, names = greeted
    identity, trusted = tmp_path / "identity.pem", str(tmp_path / "authority" / "authority.pem")
    write_whole(identity, (tmp_path / "one.pem").read_bytes())
    tls = TlsSettings(ca=trusted, cert=str(identity), key=str(identity))
    client = connector(Broker(f"mqtts://127.0.0.1:{port}", tls)).client(VersionFallback().current)
    for number, content in enumerate((None, b"damaged", (tmp_path / "two.pem").read_bytes(), None), 1):
        if content is not None:
            write_whole(identity, content)
        client.reconnect()
        wait_until("the server", lambda number=number: len(names) == number)  # type: ignore[misc]
    assert names == ["one", "one", "two", "two"]
    assert caplog.text.count("the new client certificate is not used: the TLS files can't be used") == 1
    client.disconnect()


def test_the_reason_of_a_broker_that_ended_the_connection_before_anything_was_sent_is_read(
    greeted: tuple[int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, trusted = f"mqtts://127.0.0.1:{greeted[0]}", str(tmp_path / "authority" / "authority.pem")
    client, errors = connector(Broker(url, TlsSettings(ca=trusted))).client(VersionFallback().current), SocketErrors()
    client.enable_logger(errors.logger())
    begin_tls = client._ssl_wrap_socket

    def begin_tls_and_wait_for_the_end(connection: socket.socket) -> ssl.SSLSocket:
        secured = begin_tls(connection)
        ended = select.poll()
        ended.register(secured, select.POLLRDHUP)
        assert ended.poll(30_000)
        return secured

    monkeypatch.setattr(client, "_ssl_wrap_socket", begin_tls_and_wait_for_the_end)
    client.reconnect()
    assert reason_of(errors.take()) == "the broker requires a certificate of this client: set 'tls: cert' and 'tls: key'"


def test_a_password_that_others_may_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret")
    (tmp_path / "password").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        connector(Broker("mqtt://127.0.0.1:1883", login=LoginSettings(user="u", password_file=str(tmp_path / "password"))))


def test_a_client_speaks_the_version_that_it_is_made_for() -> None:
    made, version = connector(Broker("mqtt://127.0.0.1:1883")), VersionFallback()
    assert made.client(version.current).protocol == version.current
    version.switch()
    assert made.client(version.current).protocol == version.current


def test_only_clients_with_the_same_password_know_the_group_of_their_shared_subscriptions(tmp_path: Path) -> None:
    def share(password: str) -> str:
        file = tmp_path / "password"
        file.write_text(password)
        file.chmod(0o600)
        return connector(Broker("mqtt://127.0.0.1:1883", login=LoginSettings(user="centre", password_file=str(file)))).share

    assert connector(Broker("mqtt://127.0.0.1:1883")).share == OPEN_SHARE
    assert share("one") == share("one\n")
    assert len({OPEN_SHARE, share("one"), share("another")}) == 3
    assert "one" not in share("one")


def test_a_connection_whose_tls_fails_is_closed_at_once() -> None:
    def speak_no_tls() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 this is no broker\r\n")
            connection.recv(1 << 16)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"mqtts://127.0.0.1:{listener.getsockname()[1]}"
        client = connector(Broker(url, TlsSettings())).client(MQTTProtocolVersion.MQTTv5)
        server = threading.Thread(target=speak_no_tls)
        server.start()
        with pytest.raises(ssl.SSLError) as error:
            client.reconnect()
        server.join()
    # The frames of the error still hold the socket, as those of a logged error do.
    assert error.value.__traceback__ is not None
    sockets = [one for frame, _ in traceback.walk_tb(error.value.__traceback__) for one in frame.f_locals.values()]
    assert {one.fileno() for one in sockets if isinstance(one, ssl.SSLSocket)} == {-1}
