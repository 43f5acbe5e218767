"""A repository on a web server, which may be slow, broken or hostile."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from firmware_tools.repository import web_source
from firmware_tools.repository.errors import RepositoryRefused, RepositoryUnreachable
from firmware_tools.repository.source import FileAbsent
from firmware_tools.repository.web_source import WebSource
from tests.firmware_tools.repository.making import Maker

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    servers = []

    def begin(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/street"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def files_of(folder: Path) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        file = folder / handler.path.removeprefix("/street/")
        if not file.is_file():
            handler.send_error(404)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(file.stat().st_size))
        handler.end_headers()
        handler.wfile.write(file.read_bytes())

    return answer


async def fetched(url: str, name: str = "metadata/timestamp.json", most_bytes: int = 1000) -> bytes:
    into = io.BytesIO()
    await WebSource(url).fetch(name, most_bytes, into)
    return into.getvalue()


async def test_a_gateway_reads_a_repository_from_a_web_server(tmp_path: Path, serve: Callable[[Answer], str]) -> None:
    maker = Maker(tmp_path)
    name = maker.add(b"image" * 50_000)
    maker.publish()
    client = maker.client(tmp_path / "gateway", source=WebSource(serve(files_of(maker.published)) + "/"))
    await client.refresh()
    assert (await client.image(name)).read_bytes() == b"image" * 50_000


async def test_a_file_that_the_server_does_not_have_is_absent(tmp_path: Path, serve: Callable[[Answer], str]) -> None:
    with pytest.raises(FileAbsent):
        await fetched(serve(files_of(tmp_path)))


async def test_endless_data_is_not_read_on(serve: Callable[[Answer], str]) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 10_000)
        except OSError:
            return

    with pytest.raises(RepositoryRefused, match="is larger than the 1000 bytes"):
        await fetched(serve(answer))


async def test_other_statuses_and_redirections_are_said(serve: Callable[[Answer], str]) -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:1/")
        handler.end_headers()

    with pytest.raises(RepositoryUnreachable, match=r"timestamp.json was not received from http://127.0.0.1:\d+: 302"):
        await fetched(serve(moved))
    with pytest.raises(RepositoryUnreachable, match="500"):
        await fetched(serve(lambda handler: handler.send_error(500)))


async def test_a_connection_that_breaks_in_the_middle_is_said(serve: Callable[[Answer], str]) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "900")
        handler.end_headers()
        handler.wfile.write(b"x" * 100)

    with pytest.raises(RepositoryUnreachable, match="800 bytes are missing"):
        await fetched(serve(answer))


async def test_a_server_that_sends_a_byte_now_and_then_is_left(serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_source, "_GRACE_S", 0.3)
    ended = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, head: bytes) -> None:
        handler.wfile.write(head)
        while not ended.wait(0.02):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    with pytest.raises(RepositoryUnreachable, match="too slow"):
        await fetched(serve(lambda handler: drip(handler, b"HTTP/1.0 200 OK\r\n\r\n")), most_bytes=100)
    with pytest.raises(RepositoryUnreachable):
        await fetched(serve(lambda handler: drip(handler, b"HTTP/1.0 200 OK\r\nX: ")), most_bytes=100)
    ended.set()


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(RepositoryUnreachable, match="was not received from"):
            await fetched(url)
