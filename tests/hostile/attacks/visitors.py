"""Attacks by visitors of an HTTP port."""

import contextlib
import random
import socket
import time

from gateway.simulate.fleet.client import raise_file_limit


def _connect(port: int) -> socket.socket | None:
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", port), 1.0)
    return None


def _crowd(port: int, count: int, until_s: float, greeting: bytes) -> None:
    links: list[socket.socket] = []
    raise_file_limit()
    while time.monotonic() < until_s:
        for _ in range(min(200, count - len(links))):
            link = _connect(port)
            if link is None:
                time.sleep(0.2)
                break
            links.append(link)
            with contextlib.suppress(OSError):
                link.sendall(greeting)
        if len(links) >= count:
            time.sleep(0.2)
            links = [link for link in links if not _closed(link)]
    for link in links:
        link.close()


def _closed(link: socket.socket) -> bool:
    link.setblocking(False)
    try:
        gone = link.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        gone = True
    if gone:
        link.close()
    return gone


def idle_connections(port: int, _chance: random.Random, until_s: float) -> None:
    """Three thousand connections that say nothing."""
    _crowd(port, 3000, until_s, b"")


def half_requests(port: int, _chance: random.Random, until_s: float) -> None:
    """Twelve hundred connections with half of a request."""
    _crowd(port, 1200, until_s, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")


def viewers(port: int, _chance: random.Random, until_s: float) -> None:
    """Three hundred viewers, of whom many never read."""
    _crowd(port, 300, until_s, f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())


def wrong_requests(port: int, chance: random.Random, until_s: float) -> None:
    """Requests with foreign hosts, huge headers and bodies, wrong lengths, and bytes that are no HTTP."""
    while time.monotonic() < until_s:
        link = _connect(port)
        if link is None:
            continue
        host = chance.choice((b"evil.example", b"", b"a\0b", b"x" * 100_000, b"127.0.0.1"))
        request = b"%s %s HTTP/1.1\r\nHost: %s\r\n" % (
            chance.choice((b"GET", b"POST", b"PUT", b"X" * 10_000)),
            chance.choice(
                (
                    b"/",
                    b"/health",
                    b"/../../etc/passwd",
                    b"/" + b"a" * 100_000,
                    b"/%00",
                    b"//",
                    b"/api/points?asset=a&field=b&from=1e999&to=-1",
                )
            ),
            host,
        )
        request += chance.choice(
            (
                b"",
                b"X: " + b"y" * 200_000 + b"\r\n",
                b"X: y\r\n" * 20_000,
                b"Content-Length: 99999999999\r\n",
                b"Transfer-Encoding: chunked\r\n",
            )
        )
        request += b"\r\n" + chance.choice((b"", b"ffffffff\r\n", chance.randbytes(1000), b"x" * 3_000_000))
        with contextlib.suppress(OSError):
            link.settimeout(0.2)
            link.sendall(chance.choice((request, request, chance.randbytes(10_000))))
            link.recv(1000)
        link.close()
