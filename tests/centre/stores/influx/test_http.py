"""The connection to a server: TLS, and responses that are not what was asked for."""

import http.server
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.influx.http import InfluxConnection
from gateway.centre.stores.influx.setup import setup_of
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import Span, StoreUnavailable
from gateway.host.files import SecretError
from gateway.model.site.store import InfluxSettings, RetentionSettings, StoreSettings
from tests.centre.readings import ME, ROWS, write
from tests.centre.stores.doubles import LineProtocolServer


@pytest.mark.parametrize("api", ["v1", "victoria"])
@pytest.mark.parametrize(
    "body", [b"<html>Log in</html>", b"\xff", b"{}", b'{"results":[]}', b'{"results":[{"error":"no such database"}]}', b"x" * 100]
)
def test_a_response_that_is_not_the_stores_is_an_error_message(
    body: bytes, api: Literal["v1", "victoria"], page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.stores.influx.http._QUERY_LIMIT_BYTES", 100)
    page.body = body
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=page.url, api=api)))
    with pytest.raises(StoreUnavailable, match="shorter" if len(body) == 100 else "unexpected response|no such"):
        list(reader.select("uplink", ["seq"], {}, Span(0, 1)))
    with pytest.raises(StoreUnavailable):
        list(reader.counts(ME, "lamp", 0, 600_000))
    reader.close()


class _Tls(LineProtocolServer):
    """A server over TLS that also answers queries."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802
        self.send_response(200)
        body = b'{"results":[{}]}'
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    assert program, "openssl is not installed"
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificate of an authority (ca.pem), and of a server at 127.0.0.1 that it has signed (server.pem, server.key)."""
    folder = tmp_path_factory.mktemp("authority")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    openssl(folder, "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (folder / "server.ext").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "1",
            "-extfile", "server.ext")  # fmt: skip
    return folder


@pytest.fixture
def secure(authority: Path) -> Iterator[SimpleNamespace]:
    """A server over TLS whose certificate no authority of the system has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Tls)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # handshakes that fail are what is tested
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.daemon_threads = True
    url = f"https://127.0.0.1:{server.server_port}"
    state = SimpleNamespace(url=url, lines={}, answers=[], paths=[], bodies=[], headers=[], refuses=lambda _: None)
    server.state = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("api", ["v1", "victoria"])
def test_a_server_with_its_own_authority_is_written_to_and_read(
    api: Literal["v1", "victoria"], secure: SimpleNamespace, authority: Path
) -> None:
    settings = InfluxSettings(url=secure.url, api=api, ca=str(authority / "ca.pem"))
    store = InfluxStore(settings)
    assert write(store, *ROWS) == []
    assert len(secure.lines) == 4
    store.close()
    reader = open_reader(StoreSettings(influx=settings))
    if api == "v1":
        assert list(reader.select("lamp", ["dim_level"], {}, Span(0, 1))) == []
    else:
        with pytest.raises(StoreUnavailable, match="is this VictoriaMetrics"):
            list(reader.select("lamp", ["dim_level"], {}, Span(0, 1)))
    reader.close()


def test_without_its_authority_a_server_is_not_trusted(secure: SimpleNamespace) -> None:
    store = InfluxStore(InfluxSettings(url=secure.url))
    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        write(store, *ROWS)
    assert secure.lines == {}
    store.close()


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_can_not_be_used_is_an_error_that_names_it(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    settings = InfluxSettings(url="https://127.0.0.1:1", ca=str(file))
    for use in (
        InfluxConnection,
        InfluxStore,
        lambda one: open_reader(StoreSettings(influx=one)),
        lambda one: setup_of(one, RetentionSettings(), "UTC"),
    ):
        with pytest.raises(SecretError, match=f"the CA file {file} of 'influx' can't be used: .*; it must contain PEM certificates"):
            use(settings)


def test_an_idle_connection_that_the_server_closed_is_opened_again(double: SimpleNamespace) -> None:
    connection = InfluxConnection(InfluxSettings(url=double.url))
    for _ in range(2):
        assert connection.request("POST", "/write", b"m x=1 1", 100) == (204, b"")
        assert connection._connection is not None
        connection._connection.sock.close()
        connection._connection.sock = None
    connection.close()
    assert len(double.paths) == 2


def test_an_error_that_quotes_the_login_is_passed_on_without_it(double: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-secret-token")
    (tmp_path / "token").chmod(0o600)
    double.refuses = lambda _: b'{"error":"cannot find the provided auth token \\"Token a-secret-token\\" in config"}'
    connection = InfluxConnection(InfluxSettings(url=double.url, token_file=str(tmp_path / "token")))
    assert connection.request("POST", "/write", b"m x=1 1", 1000) == (
        400,
        b'{"error":"cannot find the provided auth token \\"Token ...\\" in config"}',
    )
    connection.close()


NO_CONTENT = b"HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.6.7\r\n\r\n"
CLOSED = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"


@pytest.mark.parametrize(
    ("pieces", "expected", "connections"),
    [
        ([NO_CONTENT], (204, b""), 1),
        ([NO_CONTENT[:9], NO_CONTENT[9:30], NO_CONTENT[30:]], (204, b""), 1),
        ([CLOSED], (204, b""), 2),
        ([REFUSED[:-1], REFUSED[-1:]], (400, b"no"), 1),
    ],
    ids=["whole", "in pieces", "that closes the connection", "that refuses"],
)
def test_a_write_gets_its_answer_and_the_connection_serves_the_next(
    pieces: list[bytes], expected: tuple[int, bytes], connections: int
) -> None:
    asked, accepted = list[bytes](), list[socket.socket]()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while len(asked) < 2:
                accepted.append(server.accept()[0])
                with accepted[-1] as client:
                    while len(asked) < 2 and (request := client.recv(1000)):
                        asked.append(request)
                        for piece in pieces:
                            client.sendall(piece)
                        if pieces == [CLOSED]:
                            break

        thread = threading.Thread(target=serve)
        thread.start()
        host = f"127.0.0.1:{server.getsockname()[1]}"
        connection = InfluxConnection(InfluxSettings(url=f"http://user@{host}"))
        answers = [connection.request("POST", "/write?db=street", b"lamp on=1i 7", 100, {"X-Kind": "test"}) for _ in range(2)]
        connection.close()
        thread.join()
    assert answers == [expected] * 2
    assert (
        asked == [f"POST /write?db=street HTTP/1.1\r\nHost: {host}\r\nContent-Length: 12\r\nX-Kind: test\r\n\r\nlamp on=1i 7".encode()] * 2
    )
    assert len(accepted) == connections
