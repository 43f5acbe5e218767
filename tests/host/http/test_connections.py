"""HTTP connections within bounds: those that are left alone keep nobody out."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.host.http import connections
from gateway.host.http.connections import ACCEPTED_AT_ONCE, CONNECTIONS_MOST
from gateway.host.http_server import observability, serving

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def descriptors() -> bytes:
    return str(sum(1 for _ in Path("/proc/self/fd").iterdir())).encode()


async def serve_until_stdin_ends() -> None:
    """Run a server in a process of its own, which says how many descriptors it has open."""
    async with serving(observability(list, lambda: {"ok": True}, {"/descriptors": descriptors}), "127.0.0.1:0") as port:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@pytest.fixture
def server() -> Iterator[int]:
    code = f"import asyncio; from {__name__} import serve_until_stdin_ends; asyncio.run(serve_until_stdin_ends())"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


def get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        content: bytes = response.read()
    return content


def test_idle_and_half_open_requests_do_not_keep_a_scrape_from_being_answered_nor_take_all_descriptors(server: int) -> None:
    alone = int(get(server, "/descriptors"))
    with contextlib.ExitStack() as stack:
        for number in range(600):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", server), timeout=60))
            with contextlib.suppress(ConnectionError):  # one that has been closed already
                one.sendall((b"", b"GET / HTTP/1.1\r\nX", REQUEST)[number % 3])
            if number % 100 == 99:
                assert int(get(server, "/descriptors")) <= alone + CONNECTIONS_MOST + 3 * ACCEPTED_AT_ONCE
                assert b"process_open_fds" in get(server, "/metrics")


def closed(peer: socket.socket) -> bool:
    """Read until the connection is closed."""
    try:
        while peer.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "sent", [b"", b"GET /health HTTP/1.1\r\nHost", b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", REQUEST]
)
async def test_a_connection_without_a_complete_request_is_closed(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_S", 0.05)
    async with serving(Starlette(routes=[Route("/health", _read_whole, methods=["GET", "POST"])]), "127.0.0.1:0") as port:
        with await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), 60) as peer:
            peer.sendall(sent)
            assert await asyncio.to_thread(closed, peer)


async def _read_whole(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def test_a_response_may_take_longer_than_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_S", 0.05)

    async def slow(_request: Request) -> Response:
        await asyncio.sleep(0.3)
        return PlainTextResponse("done")

    async with serving(Starlette(routes=[Route("/", slow)]), "127.0.0.1:0") as port:
        assert await asyncio.to_thread(get, port, "/") == b"done"


async def test_a_client_that_does_not_read_its_response_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STALLED_S", 0.05)
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(1 << 16)
                await asyncio.sleep(0)
        finally:
            ended.set()

    async def stream(_request: Request) -> Response:
        return StreamingResponse(endless())

    async with serving(Starlette(routes=[Route("/", stream)]), "127.0.0.1:0") as port:
        with await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), 60) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await asyncio.wait_for(ended.wait(), 60)


async def test_if_all_connections_are_serving_the_new_one_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MOST", 3)
    release, busy, served = asyncio.Event(), asyncio.Semaphore(0), 0

    async def hold(_request: Request) -> Response:
        busy.release()
        await release.wait()
        return PlainTextResponse("held")

    async with serving(Starlette(routes=[Route("/", hold)]), "127.0.0.1:0") as port:
        held = [asyncio.create_task(asyncio.to_thread(get, port, "/")) for _ in range(3)]
        for _ in held:
            await busy.acquire()
        with await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), 60) as peer:
            assert await asyncio.to_thread(closed, peer)
        release.set()
        served = sum([await one == b"held" for one in held])
    assert served == 3


async def test_a_stream_goes_on_while_others_open_connections_and_send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MOST", 4)
    go = asyncio.Event()

    async def events() -> AsyncIterator[bytes]:
        yield b"first"
        await go.wait()
        yield b"last"

    async def stream(_request: Request) -> Response:
        return StreamingResponse(events())

    async with serving(Starlette(routes=[Route("/", stream)]), "127.0.0.1:0") as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"first")
        idle = [await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), 60) for _ in range(12)]
        for one in idle[:8]:
            assert await asyncio.to_thread(closed, one)
        go.set()
        await reader.readuntil(b"last")
        writer.close()
        for one in idle:
            one.close()


async def test_headers_are_of_bounded_size() -> None:
    async with serving(observability(list, lambda: {"ok": True}), "127.0.0.1:0") as port:

        def answer() -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
                with contextlib.suppress(ConnectionError):
                    peer.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20))
                with contextlib.suppress(ConnectionError):
                    return peer.recv(100)
                return b""

        assert (await asyncio.to_thread(answer))[:12] in (b"", b"HTTP/1.1 400")


async def test_a_body_does_not_wait_until_the_client_has_acknowledged_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    begin, seen = connections.BoundedProtocol.connection_made, list[int]()

    def connection_made(protocol: connections.BoundedProtocol, transport: asyncio.Transport) -> None:
        begin(protocol, transport)
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(connections.BoundedProtocol, "connection_made", connection_made)
    async with serving(observability(list, lambda: {"ok": True}), "127.0.0.1:0") as port:
        await asyncio.to_thread(get, port, "/health")
    assert len(seen) == 1
    assert seen[0] != 0
