"""Attacks on the technician's page of a running gateway, byte by byte over real sockets.

`python -m tests.web.technician.attack` runs them for ten seconds against a `gateway run` in a process of its own, whose device is polled each
second, and prints what was counted.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

from tests.fieldbus.line.tcp_units import TcpUnits, serving
from tests.system.servers import free_port, gateway, listens, wait_until

IDLE = 1000
"""Connections that are opened and left alone."""

_PATHS = (
    "/../state/page/technician.code", "/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static//etc/passwd",
    "/static/..%2f..%2f..%2fetc%2fpasswd", "/static/%00", "/..%5c..%5cetc", "//api/state", "/api/./state", "/static/../api/state", "/api/state%00",
    "/api/session/../state", "/API/STATE", "/api/state/", "/api/diagnostics", "/api/hexlog?line=street", "/api/log", "/control.sock",
)  # fmt: skip

_MALFORMED = (
    b"\x16\x03\x01\x02\x00\x01\x00", b"GET /api/state HTTP/9.9\r\n\r\n", b"GET /api/state HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"\x00" * 5000,
    b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/state HTTP/1.1\r\n\r\n",
    b"GET /api/state HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
)  # fmt: skip


class Seen(msgspec.Struct):
    """What the attacks have come to: statuses by attack, and answers that gave something away."""

    idle_opened: int = 0
    statuses: dict[str, Counter[int]] = msgspec.field(default_factory=dict)
    given_away: list[str] = []

    def note(self, attack: str, status: int, body: bytes, head: bytes) -> None:
        """Count an answer; nobody who has not logged in gets a cookie or a room's answer."""
        self.statuses.setdefault(attack, Counter())[status] += 1
        if b"set-cookie" in head.lower() or b"identity" in body or b"root:" in body:
            self.given_away.append(f"{attack}: {status} {body[:80]!r}")


async def exchange(port: int, data: bytes, source: str = "127.0.0.1") -> tuple[int, bytes, bytes]:
    """Send bytes and return status, body and head of the answer; status 0 if there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(data)
            await writer.drain()
        async with asyncio.timeout(30):
            answer = await reader.read(1 << 20)
    except (ConnectionError, TimeoutError):
        return 0, b"", b""
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else 0), body, head


def http(method: str, path: str, *, host: str = "localhost", origin: str = "http://localhost", body: bytes = b"", more: str = "") -> bytes:
    """Return the bytes of a request after which the connection ends."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    return head.encode() + body


async def attack(port: int, guesses: int, idle: int = IDLE) -> Seen:
    """Open idle connections, and do everything else while they are open."""
    seen, opened = Seen(), list[asyncio.StreamWriter]()
    try:
        for number in range(idle):
            with contextlib.suppress(OSError):
                opened.append((await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.1.{number % 250 + 1}", 0)))[1])
        seen.idle_opened = len(opened)
        await _guess(port, seen, guesses)
        for path in _PATHS:
            seen.note("path", *await exchange(port, http("GET", path)))
        for host in ("evil.example", "evil.example:80", "gw-1.evil.example", "", "localhost.evil.example"):
            seen.note("host", *await exchange(port, http("GET", "/api/session", host=host)))
        for origin in ("http://evil.example", "null", "http://localhost.evil.example"):
            for path in ("/api/login", "/api/restart", "/api/logout", "/api/registers/read"):
                seen.note("origin", *await exchange(port, http("POST", path, origin=origin, body=b'{"code":"x","confirm":"gw-1"}')))
        for path in ("/api/restart", "/api/registers/read", "/api/logout", "/api/codes/renew"):
            guessed = "Cookie: session=guessed\r\nX-CSRF-Token: guessed\r\n"
            seen.note("no session", *await exchange(port, http("POST", path, body=b'{"confirm":"gw-1"}', more=guessed)))
        for data in _MALFORMED:
            seen.note("malformed", *await exchange(port, data))
        seen.note("large", *await exchange(port, http("POST", "/api/login", body=b"x" * (1 << 19))))
    finally:
        for writer in opened:
            writer.close()
    return seen


async def _guess(port: int, seen: Seen, guesses: int) -> None:
    """Guess codes from one source and from many."""
    for number in range(guesses):
        source = "127.0.0.9" if number % 2 else f"127.0.2.{number % 250 + 1}"
        body = json.dumps({"code": f"{number:08d}"}).encode()
        seen.note("guess", *await exchange(port, http("POST", "/api/login", body=body), source))


_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
journal: {{path: {folder}/journal.sqlite}}
listen: 127.0.0.1:{listen}
page: {{listen: "127.0.0.1:{port}"}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines:
  - id: street
    tcp: {address}
    devices: [{{id: d-1, profile: eastron_sdm630, asset: panel-1, every: 1s}}]
"""


async def _main() -> None:
    async with serving(TcpUnits()) as units:
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), free_port()
            (folder / "site.yaml").write_text(_SITE.format(folder=folder, port=port, listen=free_port(), address=units.address))
            process = gateway("edge", folder, "run", str(folder / "site.yaml"))
            try:
                await asyncio.to_thread(wait_until, "the page to listen", lambda: listens(port))
                began_s, before = asyncio.get_running_loop().time(), len(units.requests)
                rounds = 0
                while asyncio.get_running_loop().time() - began_s < 10:
                    seen = await attack(port, 60)
                    rounds += 1
                    sys.stdout.write(
                        f"{seen.idle_opened} idle connections, given away: {seen.given_away or 'nothing'}, answers: "
                        f"{'; '.join(f'{name} {dict(one)}' for name, one in seen.statuses.items())}\n"
                    )
                took_s = asyncio.get_running_loop().time() - began_s
                missed = json.loads(await asyncio.to_thread(_lines, folder / "control.sock"))["lines"][0]["missed"]
                sys.stdout.write(
                    f"{rounds} rounds in {took_s:.1f} s; {len(units.requests) - before} requests to the device, {missed} ticks missed\n"
                )
            finally:
                process.stop()


def _lines(path: Path) -> bytes:
    from gateway.cli.local import LocalGateway

    return json.dumps(LocalGateway(path).get("/api/lines")).encode()


if __name__ == "__main__":
    asyncio.run(_main())
