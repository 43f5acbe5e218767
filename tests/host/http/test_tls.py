"""TLS in front of the page: real handshakes, bounded, with a certificate that may be renewed."""

import asyncio
import http.client
import os
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.host.files import SecretError
from gateway.host.http import tls as module
from gateway.host.http.tls import TlsFiles
from gateway.host.http_server import serving
from tests.system.servers import program


async def _scheme(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.scheme} {await request.body()!r}")


APP = Starlette(routes=[Route("/", _scheme, methods=["GET", "POST"])])


def certificate(folder: Path, name: str) -> TlsFiles:
    """Make a self-signed certificate for 127.0.0.1."""
    subject = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9",
                    *subject, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)  # fmt: skip
    (folder / "key.pem").chmod(0o600)
    return TlsFiles(folder / "cert.pem", folder / "key.pem")


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "cert.pem")


def ask(port: int, context: ssl.SSLContext, body: bytes = b"") -> str:
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    try:
        connection.request("POST" if body else "GET", "/", body or None)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


async def test_a_client_that_trusts_the_certificate_gets_in_and_another_does_not(tmp_path: Path) -> None:
    async with serving(APP, "127.0.0.1:0", tls=certificate(tmp_path, "one")) as port:
        assert await asyncio.to_thread(ask, port, trusting(tmp_path)) == "https b''"
        assert await asyncio.to_thread(ask, port, trusting(tmp_path), b"x" * 100_000) == f"https {b'x' * 100_000!r}"
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(ask, port, ssl.create_default_context())
        with pytest.raises((http.client.HTTPException, OSError)):
            await asyncio.to_thread(_ask_plainly, port)


def _ask_plainly(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/")
    connection.getresponse()


async def test_a_renewed_certificate_is_used_from_the_next_connection_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = certificate(tmp_path, "one")
    async with serving(APP, "127.0.0.1:0", tls=files) as port:
        before = trusting(tmp_path)
        assert await asyncio.to_thread(ask, port, before)
        (tmp_path / "cert.pem").write_text("half of a certific")
        assert await asyncio.to_thread(ask, port, before), "the last one that could be used"
        assert "going on with the last certificate" in caplog.text
        certificate(tmp_path, "two")
        os.utime(tmp_path / "cert.pem", (1, 1))
        assert await asyncio.to_thread(ask, port, trusting(tmp_path))
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(ask, port, before)


async def test_connections_without_a_handshake_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKES_MOST", 4)
    async with serving(APP, "127.0.0.1:0", tls=certificate(tmp_path, "one")) as port:
        idle = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(20)]
        try:
            assert await asyncio.to_thread(ask, port, trusting(tmp_path)) == "https b''"
            ended = [await asyncio.to_thread(_ended, one) for one in idle[:16]]
            assert all(ended), "the oldest were closed"
        finally:
            for one in idle:
                one.close()


def _ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


async def test_a_handshake_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_S", 1)
    async with serving(APP, "127.0.0.1:0", tls=certificate(tmp_path, "one")) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as idle:
            assert await asyncio.to_thread(_ended, idle)


def test_files_that_can_not_be_used_are_said(tmp_path: Path) -> None:
    certificate(tmp_path, "one")
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        TlsFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
    (tmp_path / "key.pem").write_text("no key")
    (tmp_path / "key.pem").chmod(0o600)
    with pytest.raises(SecretError, match="can't be used"):
        TlsFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
