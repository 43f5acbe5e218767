"""Webhooks to a real HTTP server."""

import base64
import hashlib
import hmac
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from gateway.host.webhook import post as module
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, post
from tests.centre.alarms.notification.servers import Hook
from tests.host.http.test_tls import certificate

KEY = b"k" * 32


def posted(url: str) -> str:
    return post(Receiver(url), KEY, "id-1", b'{"type":"alarms.test"}')


def test_a_message_arrives_signed_by_the_secret_with_its_time_and_id() -> None:
    with Hook() as hook:
        assert posted(hook.url).endswith(" answered 200")
        ((path, headers, body),) = hook.received
    assert (path, headers["content-type"], headers["webhook-id"]) == ("/alarms?from=prato", "application/json", "id-1")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 3600
    expected = hmac.digest(KEY, f"id-1.{headers['webhook-timestamp']}.".encode() + body, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


@pytest.mark.parametrize(
    ("status", "is_final"), [(500, False), (401, False), (404, False), (429, False), (307, False), (400, True), (422, True)]
)
def test_another_response_than_a_success_is_a_failure_with_what_it_said(status: int, is_final: bool) -> None:
    with Hook() as hook:
        hook.status, hook.said = status, b"no, because\nmore"
        with pytest.raises(NotDelivered, match=f"answered {status} no, because$") as failed:
            posted(hook.url)
        assert len(hook.received) == 1, "a redirection is not followed"
    assert failed.value.is_final is is_final


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://127.0.0.1:1/"])
def test_a_receiver_that_is_away_may_come_back(url: str) -> None:
    with pytest.raises(NotDelivered, match=r"^127\.0\.0\.1:1: ") as failed:
        posted(url)
    assert not failed.value.is_final


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.2", "169.254.169.254", "100.64.0.1", "::1", "fe80::1%lo", "fd00::1", "::ffff:192.168.1.1", "64:ff9b::a00:1", "2002:a00:1::"]
)  # fmt: skip
def test_a_name_that_means_a_private_address_is_not_connected_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443)),
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443, 0, 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_named: pytest.fail("it connected"))
    with pytest.raises(NotDelivered, match=f"receiver.example is {address}, a private address; set 'private: true'"):
        post(Receiver("https://receiver.example/hook"), KEY, "id-1", b"{}")


def test_the_site_file_may_allow_a_private_address_by_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **named: look_up("127.0.0.1", *rest, **named))
    with Hook() as hook:
        url = hook.url.replace("127.0.0.1", "receiver.example")
        with pytest.raises(NotDelivered, match="a private address"):
            post(Receiver(url), KEY, "id-1", b"{}")
        post(Receiver(url, private=True), KEY, "id-1", b"{}", {"X-Correlation-ID": "id-1"})
        ((_, headers, _body),) = hook.received
    assert headers["host"].startswith("receiver.example:")
    assert headers["x-correlation-id"] == "id-1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_that_answers_too_slowly_is_cut_off(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never answers, and the time of one read is longer than the test."""
    monkeypatch.setattr(module, "_LONGEST_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []
        accepting = threading.Thread(target=lambda: connections.append(listener.accept()[0]))
        accepting.start()
        with pytest.raises(NotDelivered):
            posted(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/")
        accepting.join()
        connections[0].close()


def test_over_https_the_receiver_is_verified_by_its_authorities(tmp_path: Path) -> None:
    certificate(tmp_path, "receiver")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with Hook() as hook:
        hook._server.socket = context.wrap_socket(hook._server.socket, server_side=True)
        url = hook.url.replace("http:", "https:")
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            post(Receiver(url), KEY, "id-1", b"{}")
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            post(Receiver(url.replace("127.0.0.1", "localhost"), ca=str(tmp_path / "cert.pem")), KEY, "id-1", b"{}")
        assert post(Receiver(url, ca=str(tmp_path / "cert.pem")), KEY, "id-1", b"{}").endswith("answered 200")
        assert [body for _, _, body in hook.received] == [b"{}"]
